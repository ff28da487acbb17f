"""How busy a plan keeps the resources."""

from __future__ import annotations

from datetime import date

import pytest

from rantai.foundation.items.actions import resources
from rantai.iscm.supply.queries import keys, loads
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.iscm.supply.test_finite import HOUR, make_made, make_resource, plan

pytestmark = pytest.mark.django_db


def test_days_add_up_to_the_work_of_the_orders() -> None:
    site = foundation.make_site()
    press = make_resource(site, capacity=20_000)
    items = [make_made(site, resource=press) for _number in range(3)]
    demands = [factory.make_demand(item, 8, requested_on=date(2026, 11, 10)) for item in items]
    run = plan().run

    book = loads.read(run)
    (line,) = book.resources
    told = book.list_days(press.pk, date(2026, 11, 2), 14)

    assert (line.resource_id, line.kind, line.code) == (press.pk, "finite", "PRESS")
    assert line.used_share is not None
    assert sum(day.loaded_seconds for day in told) == 24 * HOUR
    assert all(day.loaded_seconds <= day.capacity_seconds for day in told)
    # two presses, nine hours from Monday to Friday
    assert [day.capacity_seconds // HOUR for day in told] == [18, 18, 18, 18, 18, 0, 0] * 2
    weeks = book.list_weeks(press.pk, date(2026, 11, 2), 2)
    assert sum(week.loaded_seconds for week in weeks) == 24 * HOUR
    found = book.list_runs(press.pk, run.now, run.horizon_end)
    assert {key for one in found for key in one.demand_keys} == {keys.tag(row.pk, keys.ORDER) for row in demands}
    assert sum(one.units for one in found) == 24 * 10_000


def test_room_that_changes_by_date_is_told_by_day() -> None:
    site = foundation.make_site()
    press = make_resource(site)
    run_atomic(lambda: resources.set_capacities(press.pk, capacities=[(date(2026, 11, 4), 30_000)], by="test"))
    factory.make_demand(make_made(site, resource=press), 8, requested_on=date(2026, 11, 10))

    told = loads.read(plan().run).list_days(press.pk, date(2026, 11, 2), 4)

    assert [day.capacity_seconds // HOUR for day in told] == [9, 9, 27, 27]


@pytest.mark.parametrize(("kind", "first_week"), [("day", 20), ("week", 4)])
def test_hours_of_a_day_or_week_are_its_room(kind: str, first_week: int) -> None:
    site = foundation.make_site()
    team = make_resource(site, "TEAM", kind=kind, capacity=40_000)
    factory.make_demand(make_made(site, resource=team), 3, requested_on=date(2026, 11, 17))

    book = loads.read(plan().run)
    weeks = book.list_weeks(team.pk, date(2026, 11, 2), 3)

    assert [week.capacity_seconds // HOUR for week in weeks] == [first_week] * 3
    assert sum(week.loaded_seconds for week in weeks) == 3 * HOUR


def test_a_plan_without_limits_has_no_resources(django_assert_num_queries) -> None:
    foundation.make_site()
    item = foundation.make_item()
    foundation.make_source(item, supplier=foundation.make_party(role="supplier"))
    factory.make_demand(item, 3, requested_on=date(2026, 11, 17))
    book = loads.read(plan().run)

    with django_assert_num_queries(9):
        assert book.resources == ()
