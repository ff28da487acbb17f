"""Keep a plan in memory in step with what is committed: what changed since it becomes one event of the held plan."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from rantai.foundation.parties import queries as parties
from rantai.iscm.supply import bridge
from rantai.iscm.supply.actions.changing import Change as Publication
from rantai.iscm.supply.management.bridge.parting import Cutter
from rantai.iscm.supply.management.planning import Plan
from rantai.iscm.supply.models import ChangedPlace, PlanRun
from rantai.iscm.supply.queries import days, keys, needs, since, sourcing, supplies
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import Columns
from rantai.iscm.supply.queries.since import Since, Standing
from rantai.iscm.supply.queries.sites import Sites
from rantai.iscm.supply.queries.snapshot import Snapshot
from rantai.iscm.supply.queries.supplies import Awaited
from rantai.kernel import snapshots
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
    Touched,
)
from rantai_engines.planning.held import MOST, HeldPlan
from rantai_engines.planning.problem import DemandKind
from rantai_engines.planning.solve import Params
from rantai_engines.planning.tables import InvalidProblem

_DEMAND = ("due", "quantity", "class_rank", "stake", "partial", "promised_at")
_RECEIPT = ("time", "quantity")
_PURCHASES, _WORK = (keys.SCHEDULE, keys.REQUISITION), (keys.PRODUCTION, keys.TRANSFER)


class NeedsWholePlan(Exception):
    """Something changed that is not changed in place; the text says what."""


class Follower:
    """A held plan with the newest `changed_seq` that it surely knows.

    It reads facts as the plan did, at the plan's present; so what did not change is the same to the second, and looking
    twice changes nothing. Killed, it begins again from the plan as it was solved: the facts are committed, and nothing
    but them is remembered; what was published over the plan by then is published anew. One thread owns it.
    """

    def __init__(self, plan: Plan, *, most: int = MOST) -> None:
        run = plan.run
        company = parties.get_company()
        problem = bridge.to_problem(plan.problem, now=run.now, horizon_end=run.horizon_end)
        self.held = HeldPlan(problem, params=Params(release_until=run.params["release_until"]), most=most)
        self.watermark = self.known = run.solved_watermark
        self.behind = ""
        self.is_another = bridge.checksum(bridge.to_tables(self.held.solution()), "") != run.solution_hash
        """What is held is not what was published: a large plan was made in parts. Then nothing is published over it."""
        self.run, self.step, self.is_overtaken = run, run.step, False
        self.change: Publication | None = None
        """What is to be published: everything that was touched since that was done the last time."""
        self._cutter = Cutter(self.held, plan.problem)
        self._touched = _list_changed(run, plan.problem["item_locations"]["key"])
        self._replanned, self.has_news, self._solved_at = 0, False, time.monotonic()
        self._problem = plan.problem
        self._now = run.now
        self._classes = needs.rank_of(company.settings)
        self._sites = Sites(as_of=run.as_of, company_zone=company.zone)
        self._frame = Snapshot(
            company=company, as_of=run.as_of, now=run.now, horizon_end=run.horizon_end, watermark=run.watermark,
            tables=plan.problem, firm=needs.no_orders(), awaited=Awaited(refs=[], numbers=[], days=[]),
            sites=self._sites,
        )  # fmt: skip
        self._direct = sourcing.list_direct_items()
        self._sources, self._resources = since.read_sources(), since.read_resources()
        self._source_rows: dict[int, list[int]] = {}
        for row, pk in enumerate(plan.problem["sources"]["source_id"].tolist()):
            self._source_rows.setdefault(pk, []).append(row)
        self._resource_rows = {pk: row for row, pk in enumerate(plan.problem["resources"]["key"].tolist())}

    def follow(self) -> dict[str, Any]:
        """Catch up, and say in plain figures what that did; `demand_ids` are the orders that were planned again."""
        begun, worked = time.perf_counter(), time.thread_time()
        touched = self.catch_up()
        named = (keys.untag(key) for key in touched.demands if key >= 0)
        return {
            "demand_ids": [pk for pk, kind in named if kind == keys.ORDER],
            "orders": len(touched.orders),
            "item_locations": len(touched.item_locations),
            "is_provisional": touched.is_provisional,
            "why": touched.why,
            "is_behind": bool(self.behind),
            "watermark": self.watermark,
            "solved_at": self._solved_at,
            "seconds": time.perf_counter() - begun,
            "cpu_seconds": time.thread_time() - worked,
        }

    def catch_up(self) -> Touched:
        """Read what was committed since the last look and change the plan by it, all of it or nothing.

        What was read is provisional where the plan must be made anew; `why` says so and `behind` keeps it. The next
        look goes on from there, while `known` stays before it until a whole plan is made.
        """
        with snapshots.read_consistently() as watermark:
            news = since.read(self.watermark)
            standing = since.read_standing(
                news, self._sites, classes=self._classes, direct_items=self._direct, now=self._now
            )
            touched = self._change(news, standing)
            self._solved_at = time.monotonic()
            # Zero where it is not sure that nobody still writes below it: then the same is read again, and is known.
            self.watermark = max(self.watermark, watermark)
            self.behind = self.behind or touched.why
            self.known = self.known if self.behind else self.watermark
            self._note(touched)
            self.has_news = self.has_news or bool(news.items)
            self.change = None if self.is_another else self._cut()
        return touched

    def note_published(self, step: int) -> None:
        """Forget what was touched: it is published as a step of the plan."""
        self.step, self.change, self._replanned, self.has_news = step, None, 0, False
        self._touched.clear()

    def _note(self, touched: Touched) -> None:
        demands = self.held.facts.demands
        rows = [demands.rows[key] for key in touched.demands]
        self._touched.update(touched.item_locations, demands.columns["item_location"][rows].tolist())
        self._replanned += len(rows)

    def _cut(self) -> Publication | None:
        return self.cut(self._touched) if self._touched else None

    def cut(self, rows: Collection[int]) -> Publication:
        """Return what the plan says of item-locations (rows) now."""
        return self._cutter.cut(rows, self._frame, watermark=self.known, replanned=self._replanned)

    def _change(self, news: Since, standing: Standing) -> Touched:
        try:
            changes = self._list_changes(news, standing)
            return self.held.apply(changes) if changes else Touched()
        except (NeedsWholePlan, InvalidProblem) as problem:
            return Touched(is_provisional=True, why=str(problem))

    def _list_changes(self, news: Since, standing: Standing) -> list[Change]:
        if news.others:
            raise NeedsWholePlan("bills, routings, planning rules, forecasts or stock targets have changed")
        if standing.is_accepted:
            raise NeedsWholePlan("a proposal was accepted that is no document yet")
        rows = since.rows_of(self._problem["item_locations"], news.items)
        # receipts first: what work takes names the receipt that it feeds
        received = [
            *self._receipts(standing.purchases, rows, news.bought, _PURCHASES),
            *self._receipts(standing.work, rows, news.worked, _WORK),
        ]
        return [
            *received,
            *self._orders(standing.orders, rows, news.wanted),
            *self._work(standing.requirements, rows, news.worked, received),
            *self._stock(standing.stock, rows, news.stocked),
            *self._lead_times(news),
            *self._maximums(news),
        ]

    def _receipts(
        self, found: Columns | None, rows: dict[int, int], items: frozenset[int], kinds: tuple[int, ...]
    ) -> Iterator[Change]:
        if found is None:
            return
        facts = self.held.facts.receipts
        for values in _list_rows(found, ("key", "place", "kind", "firm", *_RECEIPT)):
            key, place = values.pop("key"), values.pop("place")
            row = facts.rows.get(key)
            if row is None:
                yield AddReceipt(key=key, item_location=_row_of(rows, place), **values)
                continue
            _stays(int(facts.columns["item_location"][row]), rows, place)
            changed = {name: values[name] for name in _RECEIPT if facts.columns[name][row] != values[name]}
            if changed:
                yield ChangeReceipt(key=key, **changed)
        for key in _list_gone(facts, _of_items(rows, items), set(found["key"].tolist())):
            if keys.untag(key)[1] in kinds:
                yield CancelReceipt(key=key)

    def _orders(self, found: Columns | None, rows: dict[int, int], items: frozenset[int]) -> Iterator[Change]:
        if found is not None:
            yield from self._demands(
                _list_rows(found, ("key", "place", "kind", *_DEMAND)), rows, items, DemandKind.ORDER
            )

    def _work(
        self, found: list[supplies.Requirement] | None, rows: dict[int, int], items: frozenset[int],
        received: Sequence[Change],
    ) -> Iterator[Change]:  # fmt: skip
        if found is None:
            return
        held = self.held.facts.receipts
        new = [change.key for change in received if isinstance(change, AddReceipt)]
        # rows are added in their order; what begins on machines takes their hours too, which a whole plan reads
        moved = {key: held.size + place for place, key in enumerate(new) if keys.untag(key)[1] == keys.TRANSFER}
        wanted = [self._to_demand(part, held.rows.get(part.key, moved.get(part.key))) for part in found]
        yield from self._demands(wanted, rows, items, DemandKind.REQUIREMENT)

    def _demands(
        self, wanted: list[dict[str, Any]], rows: dict[int, int], items: frozenset[int], kind: DemandKind
    ) -> Iterator[Change]:
        facts, known = self.held.facts.demands, set()
        for values in wanted:
            key, place = values.pop("key"), values.pop("place")
            known.add(key)
            row = facts.rows.get(key)
            if row is None:
                yield AddDemand(key=key, item_location=_row_of(rows, place), **values)
                continue
            _stays(int(facts.columns["item_location"][row]), rows, place)
            changed = {
                name: values[name] for name in _DEMAND if name in values and facts.columns[name][row] != values[name]
            }
            if changed:
                yield ChangeDemand(key=key, **changed)
        for key in _list_gone(facts, _of_items(rows, items), known):
            if facts.columns["kind"][facts.rows[key]] == kind:
                yield CancelDemand(key=key)

    def _to_demand(self, part: supplies.Requirement, receipt: int | None) -> dict[str, Any]:
        if receipt is None:
            raise NeedsWholePlan("work was begun that takes components")
        due = supplies.arrival(part.needed_on, keys.split(part.pair)[1], self._sites)
        return {
            "key": part.own_key, "place": part.pair, "kind": int(DemandKind.REQUIREMENT), "due": due,
            "quantity": part.units, "receipt": receipt,
        }  # fmt: skip

    def _stock(self, found: dict[int, int] | None, rows: dict[int, int], items: frozenset[int]) -> Iterator[Change]:
        if found is None:
            return
        on_hand, own = self.held.facts.places.on_hand, _of_items(rows, items)
        for place in found.keys() - own.keys():
            _row_of(own, place)
        for place, row in own.items():
            units = found.get(place, 0)
            if on_hand[row] != units:
                yield ChangeStock(item_location=row, on_hand=units)

    def _lead_times(self, news: Since) -> Iterator[Change]:
        for pk, (lead, rest) in since.read_sources(news.sources).items() if news.sources else ():
            known = self._sources.get(pk)
            if known is None or known[1] != rest or pk not in self._source_rows:
                raise NeedsWholePlan(f"source {pk} has changed in more than its lead time")
            self._sources[pk] = (lead, rest)
            for row in self._source_rows[pk]:
                # a routing says how long making takes: its sources have none of their own
                if lead != known[0] and self.held.facts.sources.lead_time[row]:
                    yield ChangeLeadTime(source=row, lead_time=lead * days.TICK)

    def _maximums(self, news: Since) -> Iterator[Change]:
        for pk, (capacity, rest) in since.read_resources(news.resources).items() if news.resources else ():
            known = self._resources.get(pk)
            if known is None or known[1] != rest:
                raise NeedsWholePlan(f"resource {pk} has changed in more than its capacity")
            self._resources[pk] = (capacity, rest)
            row = self._resource_rows.get(pk)
            if row is not None and capacity != known[0]:
                yield ChangeMaximum(resource=row, maximum=max(capacity, 0))


def _list_rows(columns: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in zip(*(columns[name].tolist() for name in names), strict=True)]


def _of_items(rows: dict[int, int], items: frozenset[int]) -> dict[int, int]:
    return {place: row for place, row in rows.items() if keys.split(place)[0] in items}


def _list_changed(run: PlanRun, places: Ints) -> set[int]:
    """Return the item-locations (rows) over which changes were published."""
    changed = ChangedPlace.objects.filter(run=run).values_list("place", flat=True).distinct() if run.step else ()
    found: list[int] = np.searchsorted(places, np.array(sorted(changed), np.int64)).tolist()
    return set(found)


def _row_of(rows: dict[int, int], place: int) -> int:
    row = rows.get(place)
    if row is None:
        item, location = keys.split(place)
        raise NeedsWholePlan(f"the plan does not know item {item} at location {location}")
    return row


def _stays(row: int, rows: dict[int, int], place: int) -> None:
    if rows.get(place) != row:
        raise NeedsWholePlan("a demand or a receipt has moved to another place")


def _list_gone(facts: Any, rows: dict[int, int], known: set[int]) -> list[int]:
    """Return the keys of what stands at item-locations with units and is not among those that were found."""
    columns = facts.columns
    return [
        key
        for place in rows.values()
        for row in facts.at.get(place, ())
        if (key := int(columns["key"][row])) not in known and columns["quantity"][row] > 0
    ]
