"""Read what a plan gives to demands: each peg with the day from which its units can leave, block by block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from rantai.foundation.parties import queries as parties
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import days, keys, layout, reading, sourcing
from rantai.iscm.supply.queries.columns import Columns
from rantai.iscm.supply.queries.sites import Sites

_TABLES = ("demands", "pegs", "orders", "receipts", "sources")
_BLOCKS_AT_ONCE = 50
_BASES = {reading.ON_HAND: "stock", reading.RECEIPT: "receipt", reading.ORDER: "plan"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """Units that the plan pegs to a demand, of one supply."""

    units: int
    basis: str
    """'stock', 'receipt' (under way) or 'plan' (a planned order)."""
    receipt_key: int
    """How the planner names a receipt, -1 for other supplies."""
    is_firm: bool
    """Bound already: stock, or a receipt that somebody has promised us."""
    source_id: int | None
    location_id: int | None
    """Where they leave from; None: a partner sends them."""
    there_on: date
    """In by the end of this day; of a partner's goods: with the customer."""
    leaves_on: date


def list_given(run: PlanRun, items: Mapping[int, int]) -> dict[int, list[Given]]:
    """Return what a plan gives to demands (id → item), the soonest first; some blocks at a time."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for demand_id, item_id in items.items():
        wanted[layout.block_of(item_id, run.blocks)].add(demand_id)
    sites = Sites(as_of=run.as_of, company_zone=parties.get_company().zone)
    found: dict[int, list[Given]] = defaultdict(list)
    every = sorted(wanted)
    for start in range(0, len(every), _BLOCKS_AT_ONCE):
        blocks = every[start : start + _BLOCKS_AT_ONCE]
        reader = reading.PlanReader(run)
        reader.preload_blocks(_TABLES, blocks)
        for block in blocks:
            tables = {name: reader.of_block(name, block) for name in _TABLES}
            for demand_id, given in _read_block(tables, wanted[block], sites):
                found[demand_id].append(given)
    return {pk: sorted(parts, key=lambda part: (part.leaves_on, part.basis)) for pk, parts in found.items()}


def _read_block(tables: dict[str, Columns], demand_ids: set[int], sites: Sites) -> Iterator[tuple[int, Given]]:
    if not tables["demands"] or not tables["pegs"]:
        return
    demands, pegs = tables["demands"], tables["pegs"]
    tags = keys.tag(np.array(sorted(demand_ids), np.int64), keys.ORDER)
    mine = np.isin(demands["key"], tags)
    names = dict(zip(demands["row"][mine].tolist(), demands["key"][mine].tolist(), strict=True))
    places = dict(zip(demands["row"][mine].tolist(), demands["place"][mine].tolist(), strict=True))
    rows = (pegs["consumer_kind"] == reading.FOR_DEMAND) & np.isin(pegs["consumer"], demands["row"][mine])
    for at in np.flatnonzero(rows).tolist():
        peg = {name: int(pegs[name][at]) for name in ("consumer", "supply_kind", "supply", "quantity", "need_time")}
        yield keys.untag(names[peg["consumer"]])[0], _to_given(peg, places[peg["consumer"]], tables, sites)


def _to_given(peg: dict[str, int], place: int, tables: dict[str, Columns], sites: Sites) -> Given:
    location = keys.split(place)[1]
    order = _find_row(tables, "orders", peg["supply"]) if peg["supply_kind"] == reading.ORDER else {}
    receipt = _find_row(tables, "receipts", peg["supply"]) if peg["supply_kind"] == reading.RECEIPT else {}
    source = _find_row(tables, "sources", order["source"]) if order else {}
    is_direct = location == keys.DIRECT or source.get("kind") == sourcing.DROPSHIP
    there_on = days.day_of(peg["need_time"], sites.zone(location))
    return Given(
        units=peg["quantity"],
        basis=_BASES[peg["supply_kind"]],
        receipt_key=int(receipt["key"]) if receipt else -1,
        is_firm=bool(receipt["firm"]) if receipt else not order,
        source_id=int(source["source_id"]) if source else None,
        location_id=None if is_direct else location,
        there_on=there_on,
        leaves_on=there_on if is_direct else sites.leave_after(location, peg["need_time"]),
    )


def _find_row(tables: dict[str, Columns], name: str, row: int) -> dict[str, Any]:
    table = tables[name]
    at = int(np.searchsorted(table["row"], row))
    assert table["row"][at] == row, f"the plan's {name} have no row {row} beside its peg"
    return {column: values[at].item() for column, values in table.items()}
