"""What a net change publishes is what the planner holds; nothing else of the published plan moves."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from rantai.bench import chain_worlds, netchanges
from rantai.foundation.items.models import BillOfMaterials
from rantai.iscm.supply.actions import changing
from rantai.iscm.supply.actions import folding as folding_action
from rantai.iscm.supply.management import folding, planning, stepping
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.models import ChangedPlace, PlanChange, PlanException, PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import changes, folds, plans
from rantai.iscm.supply.queries.reading import PlanReader
from rantai.kernel import clock
from rantai.kernel.changes import next_change
from rantai.kernel.models import Job
from rantai.kernel.transactions import run_atomic

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = 40
_BESIDES = {"at", "row"}


class World:
    """A chain of five levels with machines, its plan, and what follows it."""

    def __init__(self) -> None:
        chain_worlds.lay(item_locations=200)
        self.facts = netchanges.Facts(chain_worlds.lay_purchases())
        self.plan = planning.make_plan(chain_worlds.AS_OF, builder="test")
        self.follower = Follower(self.plan)

    def happen(self, events: int) -> None:
        """Let facts be committed, each followed and published."""
        for _event in range(events):
            run_atomic(self.facts.draw()[1])
            self.follower.follow()
            stepping.publish(self.follower)


@pytest.fixture
def world() -> World:
    return World()


def read_run() -> PlanRun:
    return PlanRun.objects.get(state="current")


def list_rows(table: dict[str, Any], names: list[str]) -> Counter[tuple[Any, ...]]:
    return Counter(zip(*(np.asarray(table[name]).tolist() for name in names), strict=True))


def list_published() -> dict[str, Counter[tuple[Any, ...]]]:
    """Return the rows of the published plan by table; orders and what is named carry their numbers."""
    reader, found = PlanReader(read_run()), {}
    for name in changes.CHANGED:
        table = reader.whole(name)
        if name in changes.NUMBERED:
            table = table | {"row": np.arange(len(next(iter(table.values()))))}
        if name == "orders":
            table = {column: values[table["quantity"] > 0] for column, values in table.items()}
        found[name] = list_rows(table, sorted(table))
    return found


def list_held(follower: Follower) -> dict[str, Counter[tuple[Any, ...]]]:
    every = range(len(follower.held.facts.places.key))
    tables = follower.cut(every).tables
    return {
        name: list_rows(table, sorted(set(table) - (_BESIDES - ({"row"} if name in changes.NUMBERED else set()))))
        for name, table in tables.items()
    }


def list_differences(follower: Follower) -> list[Any]:
    """Return the tables that do not say what is held, with some rows of each; reasons are told of few orders only."""
    published, held = list_published(), list_held(follower)
    told = {name: (held[name] - published[name], published[name] - held[name]) for name in changes.CHANGED}
    told["reasons"] = (told["reasons"][0], Counter())
    return [(name, list(less)[:3], list(more)[:3]) for name, (less, more) in told.items() if less or more]


def list_thin() -> dict[str, list[Any]]:
    """Return what people list of the plan, without the keys of its rows."""
    outcomes = PlanOutcome.objects.filter(run__state="current").order_by("demand_id")
    kinds = ("expedite", "defer", "cancel", "overdue", "short", "late")
    exceptions = PlanException.objects.filter(run__state="current", kind__in=kinds)
    proposals = PlannedOrder.objects.filter(run__state="current", state="proposed").order_by("identity")
    return {
        "outcomes": list(outcomes.values_list("demand_id", "units", "pegged", "short", "planned_on", "late_days")),
        "exceptions": sorted(exceptions.values_list("kind", "item_id", "ref_kind", "ref_id", "units", "number")),
        "proposals": list(
            proposals.values_list("identity", "units", "start_on", "due_on", "plan_row", "decision__units")
        ),
        "reasons": sorted(
            proposals.order_by().values_list(
                "identity", "decision__reasons__code", "decision__reasons__units", "decision__reasons__ref_id"
            ),
            key=str,
        ),
    }


def _publish(every: changing.Change) -> int:
    run = read_run()
    packed = changes.pack(every.tables)
    return changing.publish_change(run, every, packed, step=run.step, engine="test", at=clock.now())


def assert_thin_rows_say_what_the_whole_would_say(world: World) -> None:
    shown, counts = list_thin(), read_run().counts

    every = world.follower.cut(range(len(world.follower.held.facts.places.key)))
    run_atomic(lambda: _publish(every))

    assert list_thin() == shown
    assert read_run().counts == counts
    outcomes = PlanOutcome.objects.filter(run__state="current")
    assert counts["orders"] == outcomes.count()
    assert counts["late"] == outcomes.filter(late_days__gt=0).count()
    assert counts["exceptions"] == PlanException.objects.filter(run__state="current").count()


def assert_blocks_are_read_as_the_whole_is() -> None:
    run, whole = read_run(), PlanReader(read_run())
    for name in changes.CHANGED:
        if name == "runs":
            continue
        reader, found = PlanReader(run), Counter()
        for block in range(run.blocks):
            table = reader.of_block(name, block)
            if table:
                names = sorted(set(table) - {"row"})
                found += list_rows(table, names)
        table = whole.whole(name)
        if name == "orders":
            table = {column: values[table["quantity"] > 0] for column, values in table.items()}
        assert found == list_rows(table, sorted(table)), name


def test_what_is_published_is_what_is_held_whatever_happened(world: World) -> None:
    before = list_published()
    assert list_differences(world.follower) == []

    world.happen(EVENTS)

    run = read_run()
    assert run.step == PlanChange.objects.count() > EVENTS // 2
    assert not world.follower.behind
    assert list_differences(world.follower) == []
    assert list_published() != before
    assert plans.count_awaiting_plan() == {"demands_awaiting_plan": 0}
    assert list(plans.list_violations()) == []
    assert_blocks_are_read_as_the_whole_is()
    assert_thin_rows_say_what_the_whole_would_say(world)


def fold_all() -> int:
    folder, count = folding.Folder(), 0
    folder.fold_some(settled=timedelta(0))  # nothing happens between two looks
    while found := folder.fold_some(most=1, settled=timedelta(0)):
        count += found
    return count


def test_what_many_changes_moved_is_folded_and_reads_as_before(world: World) -> None:
    world.happen(EVENTS)
    before = list_published()
    cited = ChangedPlace.objects.values("place").distinct().count()

    assert fold_all() > 0

    assert list_published() == before
    assert_blocks_are_read_as_the_whole_is()
    assert ChangedPlace.objects.count() == cited
    assert fold_all() == 0
    assert list_differences(world.follower) == []


def test_while_one_event_follows_the_other_nothing_is_folded(world: World) -> None:
    folder, counts = folding.Folder(), []
    for _event in range(8):
        world.happen(1)
        counts.append(folder.fold_some(most=1, settled=timedelta(0)))

    assert not any(counts)
    assert folder.fold_some(most=1, settled=timedelta(0)) > 0


def test_after_folding_the_plan_goes_on_and_folds_again(world: World) -> None:
    for _round in range(3):
        world.happen(EVENTS // 4)
        fold_all()
    world.happen(3)

    assert list_differences(world.follower) == []
    assert_blocks_are_read_as_the_whole_is()
    assert_thin_rows_say_what_the_whole_would_say(world)


def test_what_is_folded_stays_readable_for_a_minute_and_is_gone_then(world: World) -> None:
    world.happen(EVENTS // 2)
    run, places = read_run(), list(ChangedPlace.objects.values_list("change_id", flat=True).distinct())
    fold_all()

    assert changes.read_parts(places).keys() == set(places)
    at = clock.now()
    for later in (timedelta(0), timedelta(seconds=61)):
        run_atomic(lambda later=later: folding_action.forget_folded(run, limit=run.step, at=at + later))
    assert list_differences(world.follower) == []
    steps = PlanChange.objects.filter(step__gt=0)
    assert steps.count() == run.step
    assert not steps.filter(codec="").exclude(bytes=b"").exists()
    assert steps.filter(codec="").count() > run.step // 2
    assert not folds.is_left_over(run, at=at + timedelta(seconds=62))


def test_who_folds_while_the_plan_moves_on_loses_nothing(world: World) -> None:
    world.happen(EVENTS // 2)
    run = read_run()
    late = [folds.read_fold(run, block, limit=run.step) for block in folds.list_full(run, limit=run.step, most=1)]
    fold_all()
    world.happen(3)

    assert not any(run_atomic(lambda one=one: folding_action.fold_block(run, one, at=clock.now())) for one in late)
    assert list_differences(world.follower) == []


def test_one_who_comes_after_a_kill_publishes_what_it_holds(world: World) -> None:
    world.happen(EVENTS // 2)
    run_atomic(world.facts.draw()[1])

    plan = planning.load_plan()
    assert plan is not None
    second = Follower(plan)
    second.follow()
    told = stepping.publish(second)

    assert told["step"] == read_run().step
    assert list_differences(second) == []
    assert list(plans.list_violations()) == []


def test_who_was_overtaken_writes_nothing_and_begins_again(world: World) -> None:
    world.happen(3)
    run_atomic(world.facts.draw()[1])
    world.follower.follow()
    PlanRun.objects.update(step=99)

    stepping.publish(world.follower)

    assert read_run().step == 99
    assert world.follower.is_overtaken


def test_what_a_question_was_told_first_is_published_all_the_same(world: World) -> None:
    for _event in range(EVENTS // 2):
        run_atomic(world.facts.draw()[1])
        world.follower.follow()
        run_atomic(world.facts.draw()[1])
        assert world.follower.ask([], at=world.follower.run.now, patience=1.0) is not None
        stepping.publish(world.follower)
        assert read_run().watermark <= world.follower.known

    world.follower.follow()
    stepping.publish(world.follower)

    assert list_differences(world.follower) == []
    assert plans.count_awaiting_plan() == {"demands_awaiting_plan": 0}
    assert list(plans.list_violations()) == []
    assert_thin_rows_say_what_the_whole_would_say(world)


def test_what_was_asked_before_it_is_published_is_not_told_as_followed(world: World, monkeypatch) -> None:
    follower, seen = world.follower, []
    catch_up = follower.catch_up

    def catch_up_and_be_asked() -> Any:
        touched = catch_up()
        seen.append(run_atomic(world.facts.draw()[1]))
        follower.ask([], at=follower.run.now, patience=1.0)
        return touched

    run_atomic(world.facts.draw()[1])
    monkeypatch.setattr(follower, "catch_up", catch_up_and_be_asked)

    told = follower.follow()

    assert told["watermark"] < seen[0]


def test_the_same_fact_twice_moves_nothing(world: World) -> None:
    world.happen(5)
    step = read_run().step

    world.follower.follow()
    stepping.publish(world.follower)

    assert read_run().step == step


def test_what_waits_for_a_whole_plan_does_not_hold_up_what_does_not(world: World) -> None:
    world.happen(3)
    before = read_run()
    bill = BillOfMaterials.objects.order_by("pk").first()
    assert bill is not None
    BillOfMaterials.objects.filter(pk=bill.pk).update(changed_seq=run_atomic(next_change))

    world.happen(10)

    run = read_run()
    assert (run.step > before.step, run.watermark) == (True, before.watermark)
    assert world.follower.behind.startswith("bills, routings")
    assert Job.objects.get(task="iscm.finish_change").payload["plan"] == run.pk
    assert list_differences(world.follower) == []
    assert list(plans.list_violations()) == []
