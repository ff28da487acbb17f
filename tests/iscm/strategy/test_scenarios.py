"""Scenarios of a small company: solved by the planner on the published plan, compared with it, the same each time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.iscm.strategy import tasks
from rantai.iscm.strategy.actions import runs, scenarios
from rantai.iscm.strategy.models import ScenarioRun
from rantai.iscm.strategy.queries import lists, published
from rantai.iscm.supply.management import planning, stepping
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.models import PlannedOrder, PlanRun
from rantai.iscm.supply.queries.snapshot import take_snapshot
from rantai.kernel import clock, jobs
from rantai.kernel.quantities import Quantity
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.iscm.strategy.conftest import TODAY, days, figure, make_scenario

pytestmark = pytest.mark.django_db


def test_a_supplier_that_stops_makes_orders_late_and_the_figures_say_whose(world, ask):
    run = ask(("supplier_down", {"supplier": world.supplier, **days(0, 40)}))

    assert run.state == "done", run.problems
    assert figure(run, "lines_on_time") == ((0, 4), (4, 4))
    # lifetime value × churn of all four customers: (900 + 100 + 400 + 50) × .2
    assert figure(run, "value_at_risk")[0] == (290 * 10_000, 290 * 10_000)
    assert figure(run, "value_at_risk")[1] == (0, 290 * 10_000)
    assert {row.gain for row in run.outcomes.all()} == {-1}
    assert run.outcomes.count() == 4
    # what is bought of the part from the second supplier costs .6 above standard
    (bought, weeks), nothing = figure(run, "supplier", str(world.second.pk))
    margin, before = figure(run, "margin")
    assert bought > 0
    assert (weeks, nothing) == (run.params["weeks"], (None, None))
    assert before[0] - margin[0] == bought * 6 // 26


def test_a_scenario_solved_twice_has_the_same_hashes_and_figures(world, ask):
    change = ("demand", {"share": 2_000})

    first, second = ask(change), ask(change)

    assert (first.problem_hash, first.solution_hash) == (second.problem_hash, second.solution_hash)
    names = ("code", "key", "numerator", "denominator")
    assert list(first.figures.order_by("code", "key").values_list(*names)) == list(
        second.figures.order_by("code", "key").values_list(*names)
    )
    assert first.problem_hash != PlanRun.objects.get(state="current").problem_hash


def test_a_scenario_that_changes_nothing_is_the_plan(world, ask):
    run = ask(("lead_time", {"supplier": world.supplier, "days": 0}))

    plan = PlanRun.objects.get(state="current")
    assert run.solution_hash == plan.solution_hash
    assert run.problem_hash == plan.problem_hash
    assert run.outcomes.count() == 0
    for row in run.figures.all():
        assert (row.numerator, row.denominator) == (row.plan_numerator, row.plan_denominator)


def test_a_machine_that_stands_still_hurts_and_one_more_helps(world, ask):
    still = ask(("capacity", {"resource": world.machine, "share": -10_000, **days(0, 20)}))

    more = ask(
        ("capacity", {"resource": world.machine, "share": -10_000, **days(0, 20)}),
        ("capacity", {"resource": world.machine, "share": 10_000}),
    )

    assert figure(still, "lines_on_time") == ((2, 4), (4, 4))
    late = {row.demand_id: row.late_days for row in still.outcomes.all()}
    sooner = {row.demand_id: row.late_days for row in more.outcomes.all()}
    assert set(late) == {world.orders[0].pk, world.orders[1].pk}
    assert sum(sooner.values()) < sum(late.values())
    used, before = figure(still, "capacity", str(world.machine.pk))
    assert used[1] < before[1]
    assert used[0] == before[0] == 12 * 4 * 3_600


def test_nothing_of_the_company_changes_by_solving(world, ask):
    before = (PlanRun.objects.count(), PlannedOrder.objects.count(), published.read_published().problem)

    ask(("supplier_down", {"supplier": world.supplier, **days(0, 40)}))

    again = published.read_published()
    assert (PlanRun.objects.count(), PlannedOrder.objects.count()) == before[:2]
    for table, columns in before[2].items():
        for name, values in columns.items():
            assert (again.problem[table][name] == values).all()


def test_only_what_a_change_touches_is_copied(world, ask):
    run = ask(("lead_time", {"supplier": world.supplier, "days": 2}))

    sources = len(published.read_published().problem["sources"]["key"])
    assert run.memory["copied"] == sources * 8
    assert run.memory["copied"] < run.memory["plan"] / 10


def test_what_cannot_be_laid_is_said_at_its_change(world, ask):
    stranger = world.orders[0].party

    run = ask(("demand", {"share": 2_000}), ("supplier_down", {"supplier": stranger, **days(0, 5)}))

    (text,) = run.problems.values()
    assert (run.state, text) == ("failed", "The plan has nothing of this supplier.")
    assert list(run.problems) == [str(run.changes[1]["id"])]
    assert run.figures.count() == 0


def test_an_older_plan_is_never_taken_for_the_current_one(world, planner, monkeypatch):
    made = make_scenario(("demand", {"share": 1_000}))
    run = runs.queue_run(made, by="user:1", at=clock.now())
    asked = []
    real = tasks._start_planner

    def slow(question):
        if not asked:
            planning.make_plan(factory.MONDAY + timedelta(hours=1), builder="test")
        asked.append(question["revision"])
        return real(question)

    monkeypatch.setattr(tasks, "_start_planner", slow)
    jobs.run_job(jobs.claim(worker="t"), worker="t", is_raising=True)

    run.refresh_from_db()
    assert asked == [1, 2]
    assert (run.state, run.plan.revision) == ("done", 2)


def test_without_a_plan_a_scenario_says_so(db, planner):
    foundation.make_company()
    made = make_scenario(("allocation", {"classes": ["stake"]}))
    run = runs.queue_run(made, by="user:1", at=clock.now())

    jobs.run_job(jobs.claim(worker="t"), worker="t", is_raising=True)

    run.refresh_from_db()
    assert run.problems == {"": "There is no plan yet that could be changed. Make one first."}


def test_a_scenario_at_work_is_not_solved_a_second_time(world):
    made = make_scenario(("demand", {"share": 1_000}))

    first = runs.queue_run(made, by="user:1", at=clock.now())
    second = runs.queue_run(made, by="user:2", at=clock.now())

    assert first.pk == second.pk
    assert ScenarioRun.objects.count() == 1


def test_five_templates_keep_the_demand_and_differ_in_stock_and_wait(world, ask):
    told = {code: ask(("template", {"template": code})) for code in ("saturation", "trading")}

    for run in told.values():
        assert run.state == "done", run.problems
        assert figure(run, "lines_on_time")[0][1] == 4
        assert figure(run, "units_on_time")[0][1] == figure(run, "units_on_time")[1][1]


@pytest.mark.parametrize(
    ("kind", "figures", "field"),
    [
        ("supplier_down", {}, "supplier"),
        ("demand", {"share": 200_000}, "share"),
        ("demand", {"share": -20_000}, "share"),
        ("promotion", {"share": 1_000, "starts_on": TODAY, "ends_on": TODAY - timedelta(days=1)}, "ends_on"),
        ("demand", {"share": 1_000, "ends_on": TODAY - timedelta(days=1)}, "ends_on"),
        ("price", {"share": 1_000}, "elasticity"),
        ("lead_time", {"days": 3}, "supplier"),
        ("lead_time", {"days": 4_000}, "days"),
        ("lot_size", {}, "minimum"),
        ("lot_size", {"minimum": 20, "maximum": 10}, "maximum"),
        ("stock", {}, "share"),
        ("stock", {"share": 1_000, "units": 5}, "share"),
        ("stock", {"service_level": 10_000}, "service_level"),
        ("template", {"template": "none"}, "template"),
    ],
)
def test_a_change_that_says_too_little_or_too_much_is_refused_at_its_field(db, kind, figures, field):
    made = make_scenario()

    with pytest.raises(scenarios.BadChange) as refused, transaction.atomic():
        scenarios.add_change(made, kind, by="user:1", at=clock.now(), **figures)

    assert field in refused.value.problems
    assert made.changes.count() == 0


def test_a_scenario_begins_from_what_is_known_by_now_and_stands_beside_the_plan_of_that(world, ask):
    follower = Follower(planning.load_plan())
    still = ask(("capacity", {"resource": world.machine, "share": -10_000, **days(0, 20)}))
    newcomer = factory.make_demand(world.made, 6, requested_on=TODAY + timedelta(days=14))
    with transaction.atomic():
        ask_less = world.orders[1]
        key = messages.DemandKey(
            kind=ask_less.kind, order_id=ask_less.order_id, line=ask_less.line, schedule=ask_less.schedule,
            generation=ask_less.generation,
        )  # fmt: skip
        wanted = messages.DemandChange(
            key=key, expected_revision=ask_less.revision, units=Quantity.of(0), requested_on=TODAY
        )
        iscm.change_demand((wanted,), as_of=factory.MONDAY)
    assert follower.follow()["why"] == ""
    stepping.publish(follower)

    nothing = ask(("lead_time", {"supplier": world.supplier, "days": 0}))
    later = ask(("capacity", {"resource": world.machine, "share": -10_000, **days(0, 20)}))

    fresh = take_snapshot(factory.MONDAY).tables["demands"]
    told = published.read_published().problem["demands"]
    assert _list_wanted(told) == _list_wanted(fresh)
    for row in nothing.figures.all():
        assert (row.numerator, row.denominator) == (row.plan_numerator, row.plan_denominator)
    assert nothing.params["step"] == follower.step > 0
    assert nothing.problem_hash != still.problem_hash
    assert newcomer.pk in {row.demand_id for row in later.outcomes.all()}
    assert world.orders[1].pk not in {row.demand_id for row in later.outcomes.all()}
    assert figure(later, "lines_on_time")[1] == figure(nothing, "lines_on_time")[0]
    assert not lists.is_mixed([nothing, later], lists.list_figures([nothing, later]))
    assert lists.is_mixed([still, later], lists.list_figures([still, later]))


def _list_wanted(demands):
    rows = zip(*(demands[name].tolist() for name in ("key", "place", "due", "quantity", "kind")), strict=True)
    return sorted(row for row in rows if row[3])
