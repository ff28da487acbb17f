"""Cut out of a held plan what an event touched: the tables that a net change publishes, and what people read of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from rantai.iscm.supply.actions.changing import Change
from rantai.iscm.supply.management.bridge.occupying import Occupying
from rantai.iscm.supply.queries import changes, drafts, findings, keys, layout, needs, sourcing, supplies
from rantai.iscm.supply.queries.columns import Columns
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import FirmDemand
from rantai.iscm.supply.queries.snapshot import Snapshot, Tables
from rantai_engines.planning.held import HeldPlan
from rantai_engines.planning.plan_part import PlanPart
from rantai_engines.planning.problem import DemandKind
from rantai_engines.planning.solution import ConsumerKind, ReasonKind, SupplyKind

_NAMED_ORDERS: dict[str, dict[str, tuple[str, int] | None]] = {
    "consumption": {"order": None},
    "runs": {"order": None},
    "reasons": {"order": None, "subject": ("kind", ReasonKind.LOT)},
    "pegs": {"supply": ("supply_kind", SupplyKind.ORDER), "consumer": ("consumer_kind", ConsumerKind.ORDER)},
}
"""Columns that hold an order's number, in all rows or in those where another column has a value."""


class Cutter:
    """Cuts parts out of one held plan; `base` are the tables that it was solved from."""

    def __init__(self, held: HeldPlan, base: Tables, occupying: Occupying) -> None:
        self.held, self.base, self._occupying = held, base, occupying
        self._keys: Ints = base["item_locations"]["key"]
        self._published = _number(held.numbers)
        self._direct = sourcing.list_direct_items()
        self._feeders = _list_feeders(base)

    def cut(self, rows: Collection[int], snapshot: Snapshot, *, watermark: int, replanned: int) -> Change:
        """Return what stands at item-locations (rows) now; `snapshot` is the frame in which the plan was made."""
        part = self.held.account(sorted(self._list_above(rows)), only_released=True)
        places = self._keys[part.item_locations]
        stated, behind = self._state(snapshot, frozenset(places.tolist()))
        solution = self._to_solution(part, stated.tables["receipts"]["key"])
        outcomes = findings.list_outcomes(stated, solution)
        proposed = list(drafts.list_drafts(stated, solution))
        numbers = self._publish(part.orders.number)
        for draft in proposed:
            draft.plan_row = int(numbers[draft.plan_row])
        return Change(
            places=places.tolist(), tables=self._to_tables(part), demand_ids=self._list_demands(part, behind),
            outcomes=outcomes, findings=findings.list_findings(stated, solution, outcomes), drafts=proposed,
            watermark=watermark, replanned=replanned,
        )  # fmt: skip

    def _list_above(self, rows: Collection[int]) -> set[int]:
        """Add to item-locations all that their supply comes from: orders there have other reasons now."""
        found, waiting = set(rows), list(rows)
        while waiting:
            new: set[int] = self._feeders.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found

    def _publish(self, numbers: Ints) -> Ints:
        """Return the published numbers of orders: of what was solved its row, behind them what came since."""
        known = np.minimum(numbers, len(self._published) - 1)
        solved = np.where(numbers < len(self._published), self._published[known], -1) if len(self._published) else -1
        return np.where(solved >= 0, solved, len(self.held.numbers) + numbers).astype(np.int64)

    def _list_demands(self, part: PlanPart, behind: Collection[int]) -> list[int]:
        demands = self.held.facts.demands
        rows = [row for place in part.item_locations.tolist() for row in demands.at.get(place, ())]
        orders = demands.columns["kind"][rows] == 0
        known = (keys.untag(key)[0] for key in demands.columns["key"][rows][orders].tolist())
        return [pk for pk in known if pk not in behind]

    def _state(self, snapshot: Snapshot, places: Collection[int]) -> tuple[Snapshot, set[int]]:
        """Return the frame with what stands at item-locations, and the orders there that a whole plan must take up.

        Of what changed in a way that is not followed in place nothing new is said; its demands are all that there are.
        """
        facts, items = self.held.facts, frozenset(keys.split(place)[0] for place in places)
        orders, firm = needs.read_orders(
            snapshot.sites, classes=needs.rank_of(snapshot.company.settings), direct_items=self._direct,
            now=snapshot.now, items=items,
        )  # fmt: skip
        rows = np.array([facts.demands.rows.get(key, -1) for key in orders["key"].tolist()], np.int64)
        demands = facts.demands.view()
        here = np.isin(orders["place"], np.array(sorted(places))) & (rows >= 0)
        is_behind = here & (demands.quantity[np.maximum(rows, 0)] != orders["quantity"])
        receipts, awaited = supplies.read_receipts_at(
            snapshot.sites, places, known=facts.receipts.rows,
            is_worked=self._is_worked(np.searchsorted(self._keys, sorted(places)).tolist()),
        )  # fmt: skip
        tables = {name: self.base[name] for name in ("item_locations", "sources", "resources", "step_functions")} | {
            "receipts": receipts,
            "demands": {
                "key": demands.key, "stake": demands.stake, "due": demands.due,
                "place": self._keys[demands.item_location],
            },
        }  # fmt: skip
        stated = replace(
            snapshot, tables=tables, firm=_select_firm(firm, here & ~is_behind, rows), awaited=awaited, misfits=()
        )
        return stated, set(firm.demand_ids[is_behind].tolist())

    def _is_worked(self, places: Sequence[int]) -> bool:
        receipts = self.held.facts.receipts
        rows = [row for place in places for row in receipts.at.get(place, ())]
        kinds = {keys.untag(key)[1] for key in receipts.columns["key"][rows].tolist()}
        return bool(kinds - {keys.SCHEDULE, keys.REQUISITION})

    def _to_solution(self, part: PlanPart, receipts: Ints) -> Tables:
        """Return the part as the tables of a plan whose orders are numbered by their place in it."""
        row_of = {number: row for row, number in enumerate(part.orders.number.tolist())}
        # −1: an order that stands elsewhere, for which nobody asks here
        tables = _to_columns(part, lambda numbers: [row_of.get(number, -1) for number in numbers.tolist()])
        pegs = tables["pegs"]
        fed = np.flatnonzero(pegs["supply_kind"] == SupplyKind.RECEIPT)
        place_of = {key: row for row, key in enumerate(receipts.tolist())}
        named = self.held.facts.receipts.columns["key"][pegs["supply"][fed]]
        pegs["supply"][fed] = [place_of.get(key, -1) for key in named.tolist()]
        tables["pegs"] = {name: values[pegs["supply"] >= 0] for name, values in pegs.items()}
        tables["reasons"] = _sorted_by(tables["reasons"], "order")
        tables["waits"] = self._list_waits(part.item_locations)
        return tables | {"notices": {"kind": np.zeros(0, np.int64), "subject": np.zeros(0, np.int64)}}

    def _list_waits(self, item_locations: Ints) -> Columns:
        """Return the delays of all orders that wait for receipts of item-locations, wherever the orders stand."""
        waits = self.held.list_waits(item_locations.tolist())
        mine = self.held.facts.demands.columns["kind"][waits.demand] == DemandKind.ORDER
        return {field.name: getattr(waits, field.name)[mine] for field in fields(waits)}

    def _to_tables(self, part: PlanPart) -> Tables:
        """Return the part as it is packed."""
        tables = _to_columns(part, self._publish)
        tables["orders"]["row"] = self._publish(tables["orders"].pop("number"))
        tables["pegs"]["consumer_place"] = part.consumers
        tables |= self._to_problem(part)
        if self._occupying.is_placed:
            tables["occupations"] = self._occupying.select(self._keys[part.item_locations].tolist())

        def pick(name: str, column: str, rows: Ints) -> Ints:
            table = tables[name]
            by_row = np.argsort(table["row"])
            found: Ints = table[column][by_row[np.searchsorted(table["row"], rows, sorter=by_row)]]
            return found

        for name, table in tables.items():
            table["at"] = layout.find_pairs(name, table, self._keys, pick)
            table.setdefault("row", changes.UNNUMBERED + np.arange(len(table["at"]), dtype=np.int64))
        return tables

    def _to_problem(self, part: PlanPart) -> Tables:
        facts, rows = self.held.facts, part.item_locations
        sources = np.flatnonzero(np.isin(facts.sources.item_location, rows))
        own = {
            "item_locations": self._overwrite("item_locations", rows, {"on_hand": facts.places.on_hand[rows]}),
            "sources": self._overwrite("sources", sources, {"lead_time": facts.sources.lead_time[sources]}),
        }
        for name, known in (("demands", facts.demands), ("receipts", facts.receipts)):
            here = np.array([row for place in rows.tolist() for row in known.at.get(place, ())], np.int64)
            held = {column: known.columns[column][here] for column in self.base[name] if column in known.columns}
            own[name] = {"place": self._keys[known.columns["item_location"][here]], **held, "row": here}
        return own

    def _overwrite(self, name: str, rows: Ints, values: Columns) -> Columns:
        return {column: held[rows] for column, held in self.base[name].items()} | values | {"row": rows}


def _to_columns(part: PlanPart, rename: Any) -> Tables:
    """Return the tables of a part with its orders named anew."""
    tables: Tables = {}
    for field in fields(part):
        table = getattr(part, field.name)
        if isinstance(table, np.ndarray):
            continue
        tables[field.name] = {column.name: getattr(table, column.name).copy() for column in fields(table)}
    for name, named in _NAMED_ORDERS.items():
        for column, condition in named.items():
            values = tables[name][column]
            mine = np.ones(len(values), np.bool_) if condition is None else tables[name][condition[0]] == condition[1]
            values[mine] = rename(values[mine])
    return tables


def _list_feeders(base: Tables) -> dict[int, set[int]]:
    """Return by item-location (row) those that its components and its transfers come from."""
    sources, lines = base["sources"], base["bom_lines"]
    places: Ints = sources["place"]
    at = np.searchsorted(base["item_locations"]["key"], places)
    moved = sources["origin"] >= 0
    fed = np.concatenate((at[lines["source"]], at[moved])).tolist()
    found: dict[int, set[int]] = {}
    for place, feeder in zip(fed, np.concatenate((lines["component"], sources["origin"][moved])).tolist(), strict=True):
        found.setdefault(place, set()).add(feeder)
    return found


def _number(numbers: Ints) -> Ints:
    """Return by held number the row of an order in the plan as it was solved, −1 where it came later."""
    rows = np.full(int(numbers.max(initial=-1)) + 1, -1, np.int64)
    rows[numbers] = np.arange(len(numbers))
    return rows


def _sorted_by(table: Columns, column: str) -> Columns:
    order = np.argsort(table[column], kind="stable")
    return {name: values[order] for name, values in table.items()}


def _select_firm(firm: FirmDemand, here: Any, rows: Ints) -> FirmDemand:
    chosen = np.flatnonzero(here)
    return replace(
        firm, demand_ids=firm.demand_ids[chosen], rows=rows[chosen], seqs=firm.seqs[chosen], units=firm.units[chosen],
        due_on=[firm.due_on[row] for row in chosen.tolist()], ship_to=firm.ship_to[chosen],
    )  # fmt: skip
