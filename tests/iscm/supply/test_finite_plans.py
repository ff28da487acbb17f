"""A finite plan is read back whole, and reading it asks as often for many machines as for one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rantai.foundation.items.actions import resources, sources
from rantai.foundation.items.models import Operation, Source
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlanBlock
from rantai.iscm.supply.queries import layout, limits, misfits
from rantai.iscm.supply.queries.snapshot import take_snapshot
from rantai.kernel.transactions import run_atomic
from rantai_engines.planning import capacity, tables
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.iscm.supply.finite import make_made, make_resource, plan

pytestmark = pytest.mark.django_db


def test_the_planner_reads_a_finite_plan_back_and_finds_it_whole() -> None:
    site = foundation.make_site()
    item = make_made(site, resource=make_resource(site))
    factory.make_demand(item, 8, requested_on=date(2026, 11, 10))
    made = plan()

    found = planning.load_plan()

    assert found is not None
    told = planning.verify_plan(found)
    assert all(told[name] for name in told if name not in ("changes_since", "revision", "step")), told
    for name in layout.LIMITS + layout.RUNS:
        table = (made.solution if name in layout.RUNS else made.problem)[name]
        for column, values in table.items():
            assert np.array_equal(values, {**found.problem, **found.solution}[name][column]), (name, column)


def test_a_plan_of_the_former_release_is_read_as_one_without_limits() -> None:
    foundation.make_site()
    item, supplier = foundation.make_item(), foundation.make_party(role="supplier")
    foundation.make_source(item, supplier=supplier)
    factory.make_demand(item, 8, requested_on=date(2026, 11, 10))
    made = plan()
    PlanBlock.objects.filter(run=made.run, table__in=(*layout.LIMITS, *layout.RUNS)).delete()

    found = planning.load_plan()

    assert found is not None
    told = planning.verify_plan(found)
    names = ("solution_is_stored_as_planned", "problem_is_stored_as_planned", "solving_again_gives_the_same")
    assert all(told[name] for name in names)


def test_a_snapshot_asks_as_often_for_many_machines_as_for_one() -> None:
    site = foundation.make_site()
    press = make_resource(site)
    factory.make_demand(make_made(site, resource=press), 1, requested_on=date(2026, 11, 10))
    count = _count_queries()
    for number in range(4):
        other = make_resource(site, f"M{number}")
        run_atomic(lambda other=other: resources.set_capacities(other.pk, capacities=[(date(2026, 12, 1), 1)], by="t"))
        run_atomic(lambda other=other: resources.set_setup_times(other.pk, changes=[("", "a", 60)], by="t"))
        item = make_made(site, resource=press, alternates=(other.pk,))
        factory.make_demand(item, 1, requested_on=date(2026, 11, 10))

    assert _count_queries() == count


def test_the_engine_and_the_bridge_count_alike() -> None:
    assert tuple(capacity.ResourceKind) == (limits.INFINITE, limits.FINITE, limits.BUCKET)
    assert capacity.UNIT == limits.UNIT
    assert tables.QUANTITY_LIMIT == misfits.MOST
    assert Operation._meta.get_field("setup_family").max_length == 40
    assert Source._meta.get_field("share").default == 1
    assert sources.SourceRow(key="", item_id=0).share == 1


def _count_queries() -> int:
    with CaptureQueriesContext(connection) as seen:
        take_snapshot(factory.MONDAY)
    return len(seen)
