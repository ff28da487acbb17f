"""Say what was committed as changes of the plan that is held: what stands now against what it knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rantai.iscm.supply.management.bridge.occupying import Occupying, Rows, to_changes
from rantai.iscm.supply.queries import days, keys, since, supplies
from rantai.iscm.supply.queries.needs import Columns
from rantai.iscm.supply.queries.since import Since, Standing
from rantai.iscm.supply.queries.sites import Sites
from rantai.iscm.supply.queries.snapshot import Tables
from rantai_engines.planning.changes import (
    AddDemand,
    AddReceipt,
    CancelDemand,
    CancelReceipt,
    Change,
    ChangeDemand,
    ChangeLeadTime,
    ChangeMaximum,
    ChangeReceipt,
    ChangeStock,
)
from rantai_engines.planning.held import HeldPlan
from rantai_engines.planning.problem import DemandKind

_DEMAND = ("due", "quantity", "class_rank", "stake", "partial", "promised_at")
_RECEIPT = ("time", "quantity")
# what was a proposal that somebody had accepted is a document now
_PURCHASES = (keys.SCHEDULE, keys.REQUISITION, keys.PLANNED)
_WORK = (keys.PRODUCTION, keys.TRANSFER, keys.PLANNED)


class NeedsWholePlan(Exception):
    """Something changed that is not changed in place; the text says what."""


@dataclass(kw_only=True, slots=True)
class Heard:
    """What is changed in place: demands, supplies and stock, then limits; and why the rest waits for a whole plan."""

    facts: list[Change] = field(default_factory=list)
    work: slice = field(default_factory=lambda: slice(0, 0))
    """Of the facts those of work, which go together."""
    limits: list[Change] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    occupied: Rows = field(default_factory=dict)
    """What open orders occupy by now, of resources (rows) where that is told among the facts."""
    reoccupied: Rows = field(default_factory=dict)
    """The same where it is told among the limits."""

    def cut_facts(self, size: int) -> Iterator[list[Change]]:
        """Yield the facts in parts of so many, in their order, those of work as one."""
        yield from _cut(self.facts[: self.work.start], size)
        yield from _cut(self.facts[self.work], len(self.facts))
        yield from _cut(self.facts[self.work.stop :], size)

    def cut_limits(self, size: int) -> Iterator[list[Change]]:
        """Yield the limits in parts of so many."""
        return _cut(self.limits, size)

    def take(self, changes: Iterator[Change]) -> Iterator[Change]:
        """Yield changes up to what waits, and note why it does."""
        try:
            yield from changes
        except NeedsWholePlan as problem:
            self.waits.append(str(problem))


class Differences:
    """Compares with one held plan, at its present: what did not change is the same to the second."""

    def __init__(self, held: HeldPlan, problem: Tables, sites: Sites, occupying: Occupying) -> None:
        self.held, self._problem, self._sites, self._occupying = held, problem, sites, occupying
        self._sources, self._resources = since.read_sources(), since.read_resources()
        self._source_rows: dict[int, list[int]] = {}
        for row, pk in enumerate(problem["sources"]["source_id"].tolist()):
            self._source_rows.setdefault(pk, []).append(row)
        self._resource_rows = {pk: row for row, pk in enumerate(problem["resources"]["key"].tolist())}

    def find(self, news: Since, standing: Standing) -> Heard:
        """Return what changed; each thing that waits for a whole plan waits alone, work with all that it takes."""
        heard, rows = Heard(), since.rows_of(self._problem["item_locations"], news.items)
        if news.others:
            heard.waits.append("bills, routings, planning rules, forecasts or stock targets have changed")
        # receipts first: what work takes names the receipt that it feeds
        heard.facts += self._receipts(heard, standing.accepted, standing.purchases, rows, news.bought, _PURCHASES)
        work = self._work(heard, standing, rows, news)
        heard.work = slice(len(heard.facts), len(heard.facts) + len(work))
        heard.facts += work
        heard.facts += self._orders(heard, standing.orders, rows, news.wanted)
        heard.facts += self._stock(heard, standing.stock, rows, news.stocked)
        heard.limits += self._lead_times(heard, news)
        heard.limits += self._maximums(heard, news)
        return heard

    def _receipts(
        self, heard: Heard, accepted: frozenset[int], found: Columns | None, rows: dict[int, int],
        items: frozenset[int], kinds: tuple[int, ...],
    ) -> Iterator[Change]:  # fmt: skip
        if found is None:
            return
        facts = self.held.facts.receipts
        for values in _list_rows(found, ("key", "place", "kind", "firm", *_RECEIPT)):
            yield from heard.take(self._receipt(values, rows))
        for key in _list_gone(facts, _of_items(rows, items), {*found["key"].tolist(), *accepted}):
            if keys.untag(key)[1] in kinds:
                yield CancelReceipt(key=key)

    def _receipt(self, values: dict[str, Any], rows: dict[int, int]) -> Iterator[Change]:
        facts, key, place = self.held.facts.receipts, values.pop("key"), values.pop("place")
        row = facts.rows.get(key)
        if row is None:
            yield AddReceipt(key=key, item_location=_row_of(rows, place), **values)
            return
        _stays(int(facts.columns["item_location"][row]), rows, place)
        changed = {name: values[name] for name in _RECEIPT if facts.columns[name][row] != values[name]}
        if changed:
            yield ChangeReceipt(key=key, **changed)

    def _orders(
        self, heard: Heard, found: Columns | None, rows: dict[int, int], items: frozenset[int]
    ) -> Iterator[Change]:  # fmt: skip
        if found is not None:
            wanted = _list_rows(found, ("key", "place", "kind", *_DEMAND))
            yield from self._demands(heard, wanted, rows, items, DemandKind.ORDER)

    def _work(self, heard: Heard, standing: Standing, rows: dict[int, int], news: Since) -> list[Change]:
        """Return what work brings, takes and occupies, all of it or nothing: a product without its parts is a gift."""
        if standing.work is None:
            return []
        own, items = Heard(), news.worked
        if standing.accepted:
            own.waits.append("a proposal was accepted that is no document yet")
        received = list(self._receipts(own, standing.accepted, standing.work, rows, items, _WORK))
        new = [change.key for change in (*heard.facts, *received) if isinstance(change, AddReceipt)]
        taken = list(self._requirements(own, standing.requirements or [], rows, items, new))
        heard.waits += own.waits
        if own.waits:
            return []
        heard.occupied = self._occupying.find(news.orders)
        return [*received, *taken, *to_changes(heard.occupied)]

    def _requirements(
        self, heard: Heard, found: list[supplies.Requirement], rows: dict[int, int], items: frozenset[int],
        new: Sequence[int],
    ) -> Iterator[Change]:  # fmt: skip
        held = self.held.facts.receipts
        begun = {key: held.size + place for place, key in enumerate(new)}  # rows are added in their order
        wanted = []
        for part in found:
            receipt = held.rows.get(part.key, begun.get(part.key))
            if receipt is None:
                heard.waits.append("work takes components of which the plan knows no order")
                return
            wanted.append(self._to_demand(part, receipt))
        yield from self._demands(heard, wanted, rows, items, DemandKind.REQUIREMENT)

    def _demands(
        self, heard: Heard, wanted: list[dict[str, Any]], rows: dict[int, int], items: frozenset[int],
        kind: DemandKind,
    ) -> Iterator[Change]:  # fmt: skip
        facts, known = self.held.facts.demands, {values["key"] for values in wanted}
        for values in wanted:
            yield from heard.take(self._demand(values, rows))
        for key in _list_gone(facts, _of_items(rows, items), known):
            if facts.columns["kind"][facts.rows[key]] == kind:
                yield CancelDemand(key=key)

    def _demand(self, values: dict[str, Any], rows: dict[int, int]) -> Iterator[Change]:
        facts, key, place = self.held.facts.demands, values.pop("key"), values.pop("place")
        row = facts.rows.get(key)
        if row is None:
            yield AddDemand(key=key, item_location=_row_of(rows, place), **values)
            return
        _stays(int(facts.columns["item_location"][row]), rows, place)
        changed = {
            name: values[name] for name in _DEMAND if name in values and facts.columns[name][row] != values[name]
        }
        if changed:
            yield ChangeDemand(key=key, **changed)

    def _to_demand(self, part: supplies.Requirement, receipt: int) -> dict[str, Any]:
        due = supplies.arrival(part.needed_on, keys.split(part.pair)[1], self._sites)
        return {
            "key": part.own_key, "place": part.pair, "kind": int(DemandKind.REQUIREMENT), "due": due,
            "quantity": part.units, "receipt": receipt,
        }  # fmt: skip

    def _stock(
        self, heard: Heard, found: dict[int, int] | None, rows: dict[int, int], items: frozenset[int]
    ) -> Iterator[Change]:  # fmt: skip
        if found is None:
            return
        on_hand, own = self.held.facts.places.on_hand, _of_items(rows, items)
        heard.waits += [_unknown(place) for place in found.keys() - own.keys()]
        for place, row in own.items():
            units = found.get(place, 0)
            if on_hand[row] != units:
                yield ChangeStock(item_location=row, on_hand=units)

    def _lead_times(self, heard: Heard, news: Since) -> Iterator[Change]:
        for pk, (lead, rest) in since.read_sources(news.sources).items() if news.sources else ():
            known = self._sources.get(pk)
            if known is None or known[1] != rest or pk not in self._source_rows:
                heard.waits.append(f"source {pk} has changed in more than its lead time")
                continue
            self._sources[pk] = (lead, rest)
            for row in self._source_rows[pk]:
                # a routing says how long making takes: its sources have none of their own
                if lead != known[0] and self.held.facts.sources.lead_time[row]:
                    yield ChangeLeadTime(source=row, lead_time=lead * days.TICK)

    def _maximums(self, heard: Heard, news: Since) -> Iterator[Change]:
        for pk, (capacity, rest) in since.read_resources(news.resources).items() if news.resources else ():
            known = self._resources.get(pk)
            if known is None or known[1] != rest:
                heard.waits.append(f"resource {pk} has changed in more than its capacity")
                continue
            self._resources[pk] = (capacity, rest)
            row = self._resource_rows.get(pk)
            if row is not None and capacity != known[0]:
                yield ChangeMaximum(resource=row, maximum=max(capacity, 0))
                # where more or less can be done at a time, what open orders have left is laid otherwise
                self._occupying.set_capacity(pk, capacity)
                heard.reoccupied = {**heard.reoccupied, **self._occupying.find((), [pk])}
        yield from to_changes(heard.reoccupied)


def _cut(rows: list[Change], size: int) -> Iterator[list[Change]]:
    yield from (rows[low : low + size] for low in range(0, len(rows), max(size, 1)))


def _list_rows(columns: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in zip(*(columns[name].tolist() for name in names), strict=True)]


def _of_items(rows: dict[int, int], items: frozenset[int]) -> dict[int, int]:
    return {place: row for place, row in rows.items() if keys.split(place)[0] in items}


def _row_of(rows: dict[int, int], place: int) -> int:
    row = rows.get(place)
    if row is None:
        raise NeedsWholePlan(_unknown(place))
    return row


def _unknown(place: int) -> str:
    item, location = keys.split(place)
    return f"the plan does not know item {item} at location {location}"


def _stays(row: int, rows: dict[int, int], place: int) -> None:
    if rows.get(place) != row:
        raise NeedsWholePlan("a demand or a receipt has moved to another place")


def _list_gone(facts: Any, rows: dict[int, int], known: Iterable[int]) -> list[int]:
    """Return the keys of what stands at item-locations with units and is not among those that were found."""
    columns, found = facts.columns, set(known)
    return [
        key
        for place in rows.values()
        for row in facts.at.get(place, ())
        if (key := int(columns["key"][row])) not in found and columns["quantity"][row] > 0
    ]
