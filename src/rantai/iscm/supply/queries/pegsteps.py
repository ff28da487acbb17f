"""Step along the pegs of a plan from many supplies at once: a few queries for each level, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import keys, reading
from rantai.iscm.supply.queries.reading import PlanReader

DEEPEST = 12
MOST_SERVED = 200
"""Orders of customers that are followed from one supply: who asks for more opens its explanation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """A supply at an item-location (key): a receipt by its key, or a planned order by its row."""

    pair: int
    receipt: int | None = None
    order: int | None = None


def list_served(run: PlanRun, starts: Mapping[int, Sequence[Supply]]) -> dict[int, list[int]]:
    """Return the ids of the customers' demands that lean on supplies, by the name that each supply was given."""
    reader = PlanReader(run)
    found: dict[int, dict[int, None]] = {name: {} for name in starts}
    waiting = [(name, supply) for name, mine in starts.items() for supply in mine]
    seen: set[tuple[int, Supply]] = set(waiting)
    for _level in range(DEEPEST):
        if not waiting:
            break
        reader.preload(("receipts", "pegs"), [supply.pair for _name, supply in waiting])
        pegs = [(name, peg) for name, supply in waiting for peg in _list_pegs(reader, supply)]
        consumers = [reader.pair(peg["consumer_place"]) for _name, peg in pegs]
        reader.preload(("demands",), consumers)
        waiting = []
        for (name, peg), pair in zip(pegs, consumers, strict=True):
            if peg["consumer_kind"] == reading.FOR_DEMAND:
                _take_demand(reader, found[name], peg, pair)
            elif peg["consumer_kind"] == reading.FOR_ORDER:
                step = (name, Supply(pair=pair, order=peg["consumer"]))
                if step not in seen and len(found[name]) < MOST_SERVED:
                    seen.add(step)
                    waiting.append(step)
    return {name: list(ids) for name, ids in found.items()}


def _list_pegs(reader: PlanReader, supply: Supply) -> list[dict[str, int]]:
    if supply.order is not None:
        return reader.lookup("pegs", supply.pair, "supply", supply.order, supply_kind=reading.ORDER)
    rows = reader.lookup("receipts", supply.pair, "key", supply.receipt or 0)
    return [
        peg
        for row in rows
        for peg in reader.lookup("pegs", supply.pair, "supply", row["row"], supply_kind=reading.RECEIPT)
    ]


def _take_demand(reader: PlanReader, found: dict[int, None], peg: dict[str, int], pair: int) -> None:
    rows = reader.lookup("demands", pair, "row", peg["consumer"])
    for row in rows:
        pk, kind = keys.untag(row["key"])
        if kind == keys.ORDER and len(found) < MOST_SERVED:
            found[pk] = None
