"""Promises that nothing better backs follow the plan; those with a supply of their own stay."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import autodiscover_modules

from rantai.foundation.items.models import Source
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.models import Promise, PromiseRevision, SlotTake
from rantai.iscm.supply.management import planning
from rantai.kernel import jobs
from rantai.kernel.models import Event
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db
autodiscover_modules("tasks")


def revise() -> dict:
    job = jobs.run_here(
        "iscm.revise_promises", {"as_of": factory.MONDAY.isoformat()}, worker="t", key="", actor="",
        listener=lambda *_: None,
    )  # fmt: skip
    assert job.state == "done", job.error
    return {name: job.result[name] for name in ("looked_at", "revised")}


def plan():
    return planning.make_plan(factory.MONDAY, builder="test").run


def ledger(demand: Demand) -> list[tuple[str, date | None, str]]:
    rows = PromiseRevision.objects.filter(demand=demand).order_by("revision")
    return [(row.cause, row.promised_on, row.basis) for row in rows]


def make_bought(**facts):
    site, item, supplier = foundation.make_site(), foundation.make_item(), foundation.make_party(role="supplier")
    return site, item, foundation.make_source(item, supplier=supplier, **{"cost": 20_000, **facts})


def test_a_promise_that_only_a_lead_time_backed_follows_the_plan_once() -> None:
    _site, item, source = make_bought(lead_time_days=5)
    demand, easy = factory.make_demand(item, 4), factory.make_demand(item, 4, requested_on=date(2026, 12, 24))
    Source.objects.filter(pk=source.pk).update(lead_time_days=15)
    run = plan()

    assert revise() == {"looked_at": 1, "revised": 1}

    # fifteen days after Monday the 2nd is Tuesday the 17th: it leaves on the 18th
    assert ledger(demand) == [
        ("first", date(2026, 11, 10), "lead_time"), ("plan", date(2026, 11, 19), "plan"),
    ]  # fmt: skip
    assert PromiseRevision.objects.get(demand=demand, revision=2).cause_ref == f"plan_run:{run.pk}"
    assert [row[0] for row in ledger(easy)] == ["first"]
    fact = Event.objects.get(kind="PromiseRevised", payload__cause="plan")
    assert (fact.payload["demand_id"], fact.payload["promised_on"]) == (demand.pk, "2026-11-19")
    assert factory.list_violations() == []


def test_the_same_plan_again_changes_nothing() -> None:
    _site, item, source = make_bought(lead_time_days=5)
    factory.make_demand(item, 4)
    Source.objects.filter(pk=source.pk).update(lead_time_days=15)
    plan()
    revise()
    before = Event.objects.count(), PromiseRevision.objects.count()

    assert revise()["revised"] == 0
    plan()
    assert revise()["revised"] == 0

    assert PromiseRevision.objects.count() == before[1]
    assert Event.objects.exclude(kind="PlanPublished").count() == before[0] - 1


def test_a_promise_that_leans_on_stock_stays_though_the_plan_gives_its_stock_away() -> None:
    site, item, source = make_bought(lead_time_days=5)
    factory.make_stock(item, site, 4)
    leaning = factory.make_demand(item, 4, requested_on=date(2026, 11, 20))
    loose = factory.make_demand(item, 4, requested_on=date(2026, 11, 4))
    Source.objects.filter(pk=source.pk).update(lead_time_days=40)
    run = plan()
    # the plan serves the earlier promise with the stock and lets the other one wait
    assert run.outcomes.get(demand=leaning).late_days > 0

    revise()

    assert [row[0] for row in ledger(leaning)] == ["first"]
    assert SlotTake.objects.get(demand=leaning).slot.kind == "stock"
    assert [row[0] for row in ledger(loose)] == ["first"]


def test_only_the_units_without_supply_of_their_own_move() -> None:
    site, item, source = make_bought(lead_time_days=5)
    factory.make_stock(item, site, 3)
    demand = factory.make_demand(item, 10)
    Source.objects.filter(pk=source.pk).update(lead_time_days=15)
    plan()

    revise()

    rows = SlotTake.objects.filter(demand=demand).order_by("promised_on")
    assert [(row.units, row.basis, row.promised_on) for row in rows] == [
        (30_000, "stock", date(2026, 11, 3)), (70_000, "plan", date(2026, 11, 19)),
    ]  # fmt: skip
    assert factory.list_violations() == []


def test_what_the_plan_knows_no_day_for_loses_its_date_and_gets_one_when_there_is_a_source_again() -> None:
    _site, item, source = make_bought(lead_time_days=5)
    demand = factory.make_demand(item, 4)
    Source.objects.filter(pk=source.pk).update(archived_at=factory.MONDAY)
    plan()

    assert revise()["revised"] == 1
    assert revise()["revised"] == 0

    assert ledger(demand)[1:] == [("plan", None, "")]
    head = Promise.objects.get(demand=demand)
    assert (head.unpromised, head.reason, head.is_shortage_told) == (40_000, "no_source", True)
    short = Event.objects.get(kind="ShortageForeseen")
    assert (short.payload["short_units"], short.payload["leaf_cause"]) == (40_000, "no_source")
    Source.objects.filter(pk=source.pk).update(archived_at=None)
    plan()
    assert revise()["revised"] == 1
    assert ledger(demand)[2:] == [("plan", date(2026, 11, 10), "plan")]
    assert not Promise.objects.get(demand=demand).is_shortage_told
    assert factory.list_violations() == []


def test_a_demand_that_changed_after_the_plan_waits_for_the_next() -> None:
    _site, item, source = make_bought(lead_time_days=5)
    demand = factory.make_demand(item, 4)
    Source.objects.filter(pk=source.pk).update(lead_time_days=15)
    plan()
    Demand.objects.filter(pk=demand.pk).update(changed_seq=10**6)

    assert revise() == {"looked_at": 0, "revised": 0}


def test_the_number_of_queries_does_not_grow_with_promises() -> None:
    _site, item, source = make_bought(lead_time_days=5)
    for _number in range(2):
        factory.make_demand(item, 4)
    Source.objects.filter(pk=source.pk).update(lead_time_days=15)
    plan()
    few = _count_queries()
    for _number in range(10):
        factory.make_demand(item, 4)
    Source.objects.filter(pk=source.pk).update(lead_time_days=25)
    plan()

    assert _count_queries() <= few


def _count_queries() -> int:
    with CaptureQueriesContext(connection) as queries:
        assert revise()["revised"] >= 2
    return len(queries)
