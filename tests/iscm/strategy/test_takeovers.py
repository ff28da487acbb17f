"""What is taken over of a scenario becomes real through the house's own actions, and can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from rantai.foundation.documents.models import Task
from rantai.foundation.items.actions import sources
from rantai.foundation.items.models import PlanningRule, Resource, ResourceCapacity, Source
from rantai.foundation.parties.models import Company
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.inventory.models import DecouplingPoint, StockPolicy
from rantai.iscm.strategy.actions import takeovers, writing
from rantai.iscm.strategy.models import Takeover
from rantai.iscm.strategy.queries import templates
from rantai.kernel import clock, decisions
from rantai.kernel.models import AuditEntry, DecisionReason
from tests.factories import foundation
from tests.iscm.strategy.conftest import TODAY, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner_user(world):
    return foundation.make_user(roles=["planner"])


@transaction.atomic
def take(run, user):
    row = takeovers.take_change(run, run.changes[0]["id"], title="as it was said", by=user, at=clock.now(), today=TODAY)
    return Takeover.objects.select_related("decision__policy").get(pk=row.pk)


@transaction.atomic
def undo(row, user):
    return takeovers.undo_takeover(row, by=user, at=clock.now())


def test_a_lead_time_becomes_real_is_on_record_and_goes_back(world, ask, planner_user):
    run = ask(("lead_time", {"supplier": world.supplier, "days": 2}))

    row = take(run, planner_user)

    mine = Source.objects.filter(supplier=world.supplier).order_by("item__code")
    assert list(mine.values_list("lead_time_days", flat=True)) == [5, 6]
    assert row.state == "done"
    assert (row.decision.state, row.decision.units, row.decision.inputs["run"]) == ("accepted", 20_000, run.pk)
    assert list(DecisionReason.objects.filter(decision=row.decision).values_list("code", "units")) == [
        ("source", 20_000)
    ]
    assert AuditEntry.objects.filter(action="source_changed", actor=planner_user.actor).count() == 2
    assert AuditEntry.objects.filter(ref_kind="takeover", ref_id=row.pk, action="takeover_done").exists()

    back = undo(row, planner_user)

    assert list(mine.values_list("lead_time_days", flat=True)) == [3, 4]
    assert back.state == "undone"


def test_what_somebody_changed_since_is_not_undone(world, ask, planner_user):
    row = take(ask(("lead_time", {"supplier": world.supplier, "days": 2})), planner_user)
    source = world.source_of(world.supplier, world.bought)
    with transaction.atomic():
        sources.edit_source(source, values={"lead_time_days": 9}, expected_revision=source.revision, by="user:9")

    with pytest.raises(writing.HasMoved):
        undo(row, planner_user)

    assert Takeover.objects.get().state == "done"
    assert sorted(Source.objects.filter(supplier=world.supplier).values_list("lead_time_days", flat=True)) == [5, 9]


def test_each_kind_writes_what_it_says(world, ask, planner_user):
    second = world.source_of(world.second, world.part)
    kinds = [
        ("lot_size", {"item": world.bought, "minimum": 100_000}),
        ("source_rank", {"source": second, "rank": 3}),
        ("source_share", {"source": second, "share": 2_500}),
        ("capacity", {"resource": world.machine, "share": 5_000}),
        ("stock", {"item": world.bought, "service_level": 9_900}),
        ("demand", {"item": world.bought, "share": 2_000, **days(0, 13)}),
        ("allocation", {"classes": ["stake"]}),
    ]

    for kind, figures in kinds[:-1]:
        row = take(ask((kind, figures)), planner_user)
        assert row.state == "done"

    assert world.source_of(world.supplier, world.bought).minimum == 100_000
    second.refresh_from_db()
    assert (second.rank, second.share) == (3, 2_500)
    assert world.source_of(world.supplier, world.part).share == 7_500
    assert PlanningRule.objects.get(item=world.part).search == "split"
    assert Resource.objects.get(pk=world.machine.pk).capacity == 15_000
    assert StockPolicy.objects.get(item=world.bought).service_level == 9_900
    override = ForecastOverride.objects.get(item=world.bought)
    assert (override.factor, override.starts_on) == (12_000, TODAY)
    for row in Takeover.objects.order_by("-pk"):
        undo(row, planner_user)
    assert world.source_of(world.supplier, world.bought).minimum == 0
    assert Resource.objects.get(pk=world.machine.pk).capacity == 10_000
    assert not StockPolicy.objects.exists()
    assert not PlanningRule.objects.exists()
    assert ForecastOverride.objects.get().ended_at is not None


def test_capacity_for_a_time_is_written_as_days_from_which_it_holds(world, ask, planner_user):
    row = take(ask(("capacity", {"resource": world.machine, "share": -5_000, **days(7, 13)})), planner_user)

    steps = list(ResourceCapacity.objects.order_by("from_on").values_list("from_on", "capacity"))
    assert steps == [(TODAY + timedelta(days=7), 5_000), (TODAY + timedelta(days=14), 10_000)]
    undo(row, planner_user)
    assert not ResourceCapacity.objects.exists()


def test_what_no_data_can_say_becomes_a_task_for_whose_it_is(world, ask, planner_user):
    buyer = foundation.make_user(roles=["buyer"])

    row = take(ask(("supplier_down", {"supplier": world.supplier, **days(0, 20)})), planner_user)

    task = Task.objects.get()
    assert (task.owner, task.state, task.ref_kind, task.ref_id) == (buyer, "open", "supplier", world.supplier.pk)
    undo(row, planner_user)
    assert Task.objects.get().state == "dropped"


def test_where_a_policy_asks_the_change_waits_for_that_role(world, ask, planner_user):
    with transaction.atomic():
        decisions.set_policy("scenario_change", max_amount=1_000, horizon_days=365, role="manager", by="user:1")
    small = ask(("lead_time", {"supplier": world.supplier, "days": 1, "cost": 1_000}))
    large = ask(("lead_time", {"supplier": world.supplier, "days": 1, "cost": 2_000}))
    manager = foundation.make_user(roles=["manager"])

    covered, waiting = take(small, planner_user), take(large, planner_user)

    assert (covered.state, covered.decision.policy.max_amount) == ("done", 1_000)
    assert (waiting.state, waiting.asks_role, waiting.decision.state) == ("waiting", "manager", "proposed")
    assert world.source_of(world.supplier, world.bought).lead_time_days == 5
    with transaction.atomic():
        done = takeovers.approve_takeover(waiting, by=manager, at=clock.now())
    assert (done.state, done.decided_by) == ("done", manager.actor)
    assert world.source_of(world.supplier, world.bought).lead_time_days == 6
    with pytest.raises(writing.HasMoved):
        undo(covered, planner_user)


def test_a_template_becomes_the_policy_of_a_group_and_goes_back(world, planner_user):
    company = Company.objects.get()
    agile = templates.find_template("agile")

    with transaction.atomic():
        row = takeovers.apply_template(
            company, agile, category_id=None, title="agile", by=planner_user, at=clock.now(), today=TODAY
        )

    policy = StockPolicy.objects.get()
    assert (policy.service_level, policy.review_days, policy.lot_rule) == (9_500, 1, "source")
    point = DecouplingPoint.objects.get()
    assert (point.item, point.decoupling) == (world.made, "assemble")
    with pytest.raises(takeovers.NothingToTake), transaction.atomic():
        takeovers.apply_template(
            Company.objects.get(), agile, category_id=None, title="again", by=planner_user, at=clock.now(), today=TODAY
        )
    undo(row, planner_user)
    assert not StockPolicy.objects.exists()
    assert not DecouplingPoint.objects.exists()
    company.refresh_from_db()
    assert "plan_horizon_weeks" not in company.settings


def test_a_company_keeps_its_own_figures_of_a_template(world):
    usual = templates.find_template("logistics")
    values = {name: getattr(usual.params, name) for name in usual.params.__dataclass_fields__} | {"review_days": 10}

    with transaction.atomic():
        takeovers.save_template(usual, values, expected_revision=0, by="user:1", at=clock.now())
    with pytest.raises(takeovers.BadTemplate), transaction.atomic():
        takeovers.save_template(
            usual, values | {"service_level": 10_001}, expected_revision=1, by="user:1", at=clock.now()
        )

    kept = templates.find_template("logistics")
    assert (kept.params.review_days, kept.params.service_level, kept.revision) == (10, 9_200, 1)
