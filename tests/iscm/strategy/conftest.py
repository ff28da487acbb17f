"""A small company with a plan, and the planner in this process: no kernel is compiled for a test, they are cached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from rantai.foundation.items.actions import resources
from rantai.foundation.items.models import Item, Operation, Resource, Source
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Party
from rantai.iscm import messages
from rantai.iscm.strategy import tasks
from rantai.iscm.strategy.actions import runs, scenarios
from rantai.iscm.strategy.models import Scenario, ScenarioRun
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.management.answering import Planner
from rantai.kernel import clock, jobs
from rantai.kernel.transactions import join_atomic
from tests.factories import foundation
from tests.factories import iscm as factory

TODAY = factory.MONDAY.date()


@dataclass
class World:
    """A made item, its part from two suppliers, a bought item; each with orders of customers."""

    site: Location
    made: Item
    part: Item
    bought: Item
    supplier: Party
    second: Party
    machine: Resource
    orders: list[Any]

    def source_of(self, supplier: Party, item: Item) -> Source:
        return Source.objects.get(item=item, supplier=supplier)


@pytest.fixture
def planner(monkeypatch: pytest.MonkeyPatch) -> Planner:
    """Answer questions here instead of in a program of its own: the same code, without its start."""
    here = Planner("test")
    monkeypatch.setattr(tasks, "_start_planner", lambda question: {"ok": True, **here.answer(question)})
    return here


@pytest.fixture
def world(planner: Planner) -> World:
    site = foundation.make_site()
    company = foundation.make_company()
    first = foundation.make_party(name="PT Pertama", role="supplier")
    second = foundation.make_party(name="PT Kedua", role="supplier")
    part = foundation.make_item("PART", standard_cost=20_000, is_sold=False)
    made = foundation.make_item("GOODS", standard_cost=100_000)
    bought = foundation.make_item("TRADE", standard_cost=50_000)
    foundation.make_source(part, supplier=first, lead_time_days=3, cost=20_000, calendar=company.calendar)
    foundation.make_source(part, supplier=second, lead_time_days=15, cost=26_000, rank=2, calendar=company.calendar)
    foundation.make_source(bought, supplier=first, lead_time_days=4, cost=50_000, calendar=company.calendar)
    foundation.make_bill(made, [(part, 1)])
    foundation.make_routing(made, [("Assemble", 4 * 3_600)])
    foundation.make_source(made, kind="make", location=site, lead_time_days=1)
    machine = transaction.atomic(resources.add_resource)(
        "LINE", name="Line", location_id=site.pk, calendar_id=company.calendar_id
    )
    Operation.objects.update(resource=machine)
    orders = [
        factory.make_demand(
            item, 6, requested_on=TODAY + timedelta(days=day), party=foundation.make_party(name=name),
            stake=messages.Stake(
                margin_per_unit=40_000, lifetime_value=worth * 10_000, churn_sensitivity=2_000
            ),
        )
        for item, day, name, worth in (
            (made, 14, "Klinik", 900), (made, 16, "Toko", 100), (bought, 11, "Hotel", 400), (bought, 12, "Kampus", 50),
        )
    ]  # fmt: skip
    planning.make_plan(factory.MONDAY, builder="test")
    return World(
        site=site, made=made, part=part, bought=bought, supplier=first, second=second, machine=machine, orders=orders
    )


@pytest.fixture
def ask(world: World) -> Callable[..., ScenarioRun]:
    """Solve a scenario of some changes: (kind, figures) pairs."""

    def solve(*changes: tuple[str, dict[str, Any]], name: str = "what if") -> ScenarioRun:
        made = make_scenario(*changes, name=name)
        run = join_atomic(lambda: runs.queue_run(made, by="user:1", at=clock.now()))
        jobs.run_job(jobs.claim(worker="t"), worker="t", is_raising=True)
        run.refresh_from_db()
        return run

    return solve


def make_scenario(*changes: tuple[str, dict[str, Any]], name: str = "what if") -> Scenario:
    company = foundation.make_company()

    def work() -> Scenario:
        made = scenarios.add_scenario(company.pk, name=name, by="user:1", at=clock.now())
        for kind, figures in changes:
            scenarios.add_change(made, kind, by="user:1", at=clock.now(), **figures)
        return made

    return join_atomic(work)


def figure(run: ScenarioRun, code: str, key: str = "") -> tuple[Any, Any]:
    """A figure of a run: (scenario's, plan's), each numerator and denominator."""
    row = run.figures.get(code=code, key=key)
    return (row.numerator, row.denominator), (row.plan_numerator, row.plan_denominator)


def days(first: int, last: int) -> dict[str, date]:
    return {"starts_on": TODAY + timedelta(days=first), "ends_on": TODAY + timedelta(days=last)}
