"""Keep a plan in memory in step with what is committed: what changed since it becomes one event of the held plan."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from rantai.foundation.parties import queries as parties
from rantai.iscm.supply import bridge
from rantai.iscm.supply.actions.changing import Change as Publication
from rantai.iscm.supply.management.bridge.differences import Differences, Heard
from rantai.iscm.supply.management.bridge.occupying import Occupying
from rantai.iscm.supply.management.bridge.parting import Cutter
from rantai.iscm.supply.management.planning import Plan
from rantai.iscm.supply.models import ChangedPlace, PlanRun
from rantai.iscm.supply.queries import keys, needs, since, sourcing
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.sites import Sites
from rantai.iscm.supply.queries.snapshot import Snapshot
from rantai.iscm.supply.queries.supplies import Awaited
from rantai.kernel import snapshots
from rantai_engines.planning.asking import Answers, Wanted
from rantai_engines.planning.changes import Change, Touched
from rantai_engines.planning.held import MOST, HeldPlan
from rantai_engines.planning.solve import Params
from rantai_engines.planning.tables import InvalidProblem

_PARTS = 10
"""Of the demands that an event may touch: a change of one touches few others."""


class Follower:
    """A held plan with the newest `changed_seq` that it surely knows.

    It reads facts as the plan did, at the plan's present; so what did not change is the same to the second, and looking
    twice changes nothing. Killed, it begins again from the plan as it was solved: the facts are committed, and nothing
    but them is remembered; what was published over the plan by then is published anew. One thread follows; others may
    ask in between.
    """

    def __init__(self, plan: Plan, *, most: int = MOST) -> None:
        run = plan.run
        company = parties.get_company()
        problem = bridge.to_problem(plan.problem, now=run.now, horizon_end=run.horizon_end)
        self.held = HeldPlan(problem, params=Params(release_until=run.params["release_until"]), most=most)
        self.watermark = self.known = self.told = self.looked = run.solved_watermark
        """Facts that were read, that are surely followed, up to which `change` tells, and that were read by then."""
        self.behind, self.is_lost = "", False
        """Why a whole plan is due; whether orders, supplies or stock are among what waits for it by their number."""
        self.is_another = bridge.checksum(bridge.to_tables(self.held.solution()), "") != run.solution_hash
        """What is held is not what was published: a large plan was made in parts. Then nothing is published over it."""
        self.run, self.step, self.is_overtaken = run, run.step, False
        self.change: Publication | None = None
        """What is to be published: everything that was touched since that was done the last time."""
        self._sites = Sites(as_of=run.as_of, company_zone=company.zone)
        self._occupying = Occupying(plan.problem, self._sites, now=run.now, horizon_end=run.horizon_end)
        self._cutter = Cutter(self.held, plan.problem, self._occupying)
        self._touched = _list_changed(run, plan.problem["item_locations"]["key"])
        self._fresh: set[int] = set()
        """Of the item-locations touched: those of which `change` does not tell yet."""
        self._begins = run.step > 0
        """What was followed before by another planner is still to be read."""
        self._replanned, self._has_fresh, self.has_news, self._solved_at = 0, False, False, time.monotonic()
        self._lock = threading.Lock()
        self.problem = plan.problem
        self._now = run.now
        self._classes = needs.rank_of(company.settings)
        self._frame = Snapshot(
            company=company, as_of=run.as_of, now=run.now, horizon_end=run.horizon_end, watermark=run.watermark,
            tables=plan.problem, firm=needs.no_orders(), awaited=Awaited(refs=[], numbers=[], days=[]),
            sites=self._sites,
        )  # fmt: skip
        self._direct = sourcing.list_direct_items()
        self._differences = Differences(self.held, plan.problem, self._sites, self._occupying)

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
            # not that of a question since: what was told to who asked is still to be published
            "watermark": self.looked,
            "solved_at": self._solved_at,
            "seconds": time.perf_counter() - begun,
            "cpu_seconds": time.thread_time() - worked,
        }

    def catch_up(self) -> Touched:
        """Read what was committed since the last look and change the plan by what is changed in place.

        It is provisional where something waits for a whole plan; `why` says so and `behind` keeps it. The next look
        goes on from there, while `known` stays before it until that plan is made.
        """
        settled = snapshots.settle()  # nobody who asks waits for those who write
        with self._lock, snapshots.read_consistently(settled=settled) as watermark:
            touched = self._read(watermark)
            self.change = None if self.is_another else self._cut()
            self.told, self.looked = self.known, self.watermark
            self.has_news, self._has_fresh = self.has_news or self._has_fresh, False
            self._fresh.clear()
        return touched

    def note_published(self, step: int) -> None:
        """Forget what was touched: it is published as a step of the plan; what came in between is told next."""
        with self._lock:
            self._replanned -= self.change.replanned if self.change else 0
            self.step, self.change, self.has_news = step, None, False
            self._touched = set(self._fresh)

    def ask(
        self, wanted: Sequence[Wanted], *, at: int, patience: float, without: Collection[int] = ()
    ) -> tuple[Answers, float] | None:  # fmt: skip
        """Answer from the plan as it stands with all that is committed, and say in how many seconds the plan did.

        None where what was committed was too much to be followed, or somebody else works on the plan for longer than
        `patience`.
        """
        if not self._lock.acquire(timeout=patience):
            return None
        try:
            if self.watermark < snapshots.newest_change():
                # Who asks waits for no writer: what is seen is followed now, and read once more when it is sure.
                with snapshots.read_consistently(settled=0) as watermark:
                    self._read(watermark)
            if self.is_lost:
                return None
            begun = time.perf_counter()
            return self.held.ask(wanted, at=at, without=without), time.perf_counter() - begun
        finally:
            self._lock.release()

    def find_row(self, place: int) -> int | None:
        """Return the row of an item-location (key), None where the plan does not know it."""
        return keys.find_row(self.problem["item_locations"]["key"], place)

    def _read(self, watermark: int) -> Touched:
        """Change what is held by what was committed since the last look."""
        news = since.read(self.watermark)
        standing = since.read_standing(
            news, self._sites, classes=self._classes, direct_items=self._direct, now=self._now
        )
        touched = self._change(self._differences.find(news, standing))
        self._solved_at = time.monotonic()
        # Zero where it is not sure that nobody still writes below it: then the same is read again, and is known.
        self.watermark = max(self.watermark, watermark)
        self.behind = self.behind or touched.why
        self.known = self.known if self.behind else self.watermark
        self._note(touched)
        self._has_fresh = self._has_fresh or bool(news.items)
        return touched

    def _note(self, touched: Touched) -> None:
        demands = self.held.facts.demands
        rows = [demands.rows[key] for key in touched.demands]
        self._note_rows({*touched.item_locations, *demands.columns["item_location"][rows].tolist()})
        self._replanned += len(rows)

    def _note_places(self, places: Collection[int]) -> None:
        """Tell of item-locations (keys), of which the plan knows some."""
        found = (self.find_row(place) for place in places)
        self._note_rows({row for row in found if row is not None})

    def _note_rows(self, rows: Collection[int]) -> None:
        self._touched |= set(rows)
        self._fresh |= set(rows)

    def _cut(self) -> Publication | None:
        return self.cut(self._touched) if self._touched else None

    def cut(self, rows: Collection[int]) -> Publication:
        """Return what the plan says of item-locations (rows) now."""
        return self._cutter.cut(rows, self._frame, watermark=self.known, replanned=self._replanned)

    def _change(self, heard: Heard) -> Touched:
        # what a planner that was killed had followed comes as one event, which would touch too much for one
        size = max(1, self.held.most // _PARTS) if self._begins else len(heard.facts)
        facts = _join_all([self._apply(part) for part in heard.cut_facts(size)])
        limits = _join_all([self._apply(part) for part in heard.cut_limits(1 if self._begins else len(heard.limits))])
        self._begins = False
        for told, changed in ((facts, heard.occupied), (limits, heard.reoccupied)):
            if changed and not told.is_provisional:
                self._note_places(self._occupying.list_places(changed))
                self._occupying.take(changed)
        self.is_lost = self.is_lost or facts.is_provisional
        return _join_all([Touched(is_provisional=bool(heard.waits), why="; ".join(heard.waits)), facts, limits])

    def _apply(self, changes: Sequence[Change]) -> Touched:
        try:
            return self.held.apply(changes) if changes else Touched()
        except InvalidProblem as problem:
            return Touched(is_provisional=True, why=str(problem))


def _join_all(parts: Sequence[Touched]) -> Touched:
    why = "; ".join(dict.fromkeys(filter(None, (part.why for part in parts))))
    return Touched(
        demands=_join(part.demands for part in parts), orders=_join(part.orders for part in parts),
        item_locations=_join(part.item_locations for part in parts), is_provisional=bool(why), why=why,
    )  # fmt: skip


def _join(parts: Iterable[Sequence[int]]) -> tuple[int, ...]:
    return tuple(sorted({one for part in parts for one in part}))


def _list_changed(run: PlanRun, places: Ints) -> set[int]:
    """Return the item-locations (rows) over which changes were published."""
    changed = ChangedPlace.objects.filter(run=run).values_list("place", flat=True).distinct() if run.step else ()
    found: list[int] = np.searchsorted(places, np.array(sorted(changed), np.int64)).tolist()
    return set(found)
