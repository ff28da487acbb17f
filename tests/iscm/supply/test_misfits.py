"""Rows that cannot be planned as they stand are named, and the rest is planned."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from rantai.foundation.calendars import actions as calendars
from rantai.foundation.items import queries
from rantai.foundation.items.models import BillOfMaterials, BomLine, Item, Resource, Source
from rantai.foundation.locations.models import Location
from rantai.iscm.demand.models import Demand
from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.promising.models import Promise
from rantai.iscm.supply.actions import proposals
from rantai.iscm.supply.models import PlanException, PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import words
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.iscm.supply.test_finite import make_made, make_resource, plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def sound() -> Demand:
    """An order that nothing stands in the way of."""
    foundation.make_site()
    item = foundation.make_item("SOUND")
    foundation.make_source(item, supplier=foundation.make_party(role="supplier"))
    return factory.make_demand(item, 3, requested_on=date(2026, 12, 1))


def list_misfits(run: PlanRun) -> list[tuple[str, str, int]]:
    rows = PlanException.objects.filter(run=run, kind="bad_row").order_by("id")
    return list(rows.values_list("cause", "ref_kind", "ref_id"))


def assert_sound(run: PlanRun, demand: Demand) -> None:
    assert PlanOutcome.objects.get(run=run, demand=demand).late_days == 0
    assert PlanOutcome.objects.get(run=run, demand=demand).short == 0


def site() -> Location:
    return Location.objects.get(code="JKT")


def test_a_bill_that_needs_itself_is_named(sound: Demand) -> None:
    one, other = foundation.make_item(), foundation.make_item()
    factory.make_demand(one, 2)
    for item, part in ((one, other), (other, one)):
        bill = BillOfMaterials.objects.create(item=item)
        BomLine.objects.create(bill=bill, component=part, quantity=10_000)
        foundation.make_source(item, kind="make", location=site())

    run = plan().run

    assert PlanException.objects.filter(run=run, kind="circle").exists()
    assert_sound(run, sound)


def test_a_negative_lead_time_cannot_be_stored(sound: Demand) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.filter(item=sound.item_id).update(lead_time_days=-3)

    assert_sound(plan().run, sound)


@pytest.mark.parametrize("facts", [{"capacity": 0}, {"kind": "day", "capacity": 0}])
def test_a_resource_without_capacity_is_named(sound: Demand, facts: dict) -> None:
    press = make_resource(site(), **facts)
    hurt = factory.make_demand(make_made(site(), resource=press), 2)

    run = plan().run

    assert list_misfits(run) == [("no_capacity", "resource", press.pk)]
    outcome = PlanOutcome.objects.get(run=run, demand=hurt)
    assert (outcome.pegged, outcome.cause, outcome.cause_resource_id) == (0, "capacity", press.pk)
    assert_sound(run, sound)


def test_a_source_whose_calendar_has_no_working_day_is_named(sound: Demand) -> None:
    closed = run_atomic(lambda: calendars.add_calendar("NEVER", name="Never", zone="UTC", shifts=[]))
    item = foundation.make_item()
    hurt = factory.make_demand(item, 2)
    foundation.make_source(item, supplier=foundation.make_party(role="supplier"), calendar=closed)

    run = plan().run

    assert list_misfits(run) == [("no_working_day", "calendar", closed.pk)]
    assert PlanOutcome.objects.get(run=run, demand=hurt).short == 20_000
    assert_sound(run, sound)


def test_a_resource_whose_calendar_has_no_working_day_is_named(sound: Demand) -> None:
    closed = run_atomic(lambda: calendars.add_calendar("NEVER", name="Never", zone="UTC", shifts=[]))
    press = make_resource(site())
    factory.make_demand(make_made(site(), resource=press), 2)
    Resource.objects.filter(pk=press.pk).update(calendar=closed)

    run = plan().run

    assert list_misfits(run) == [("no_working_day", "resource", press.pk)]
    assert_sound(run, sound)


def test_a_place_that_never_works_is_planned_as_open_every_day_and_named(sound: Demand) -> None:
    closed = run_atomic(lambda: calendars.add_calendar("NEVER", name="Never", zone="UTC", shifts=[]))
    Location.objects.filter(code="JKT").update(calendar=closed)

    run = plan().run

    assert list_misfits(run) == [("no_working_day", "calendar", closed.pk)]
    assert_sound(run, sound)


def test_demand_before_today_is_late_because_it_was_due(sound: Demand) -> None:
    late = factory.make_demand(Item.objects.get(code="SOUND"), 2, requested_on=date(2026, 12, 1))
    Demand.objects.filter(pk=late.pk).update(requested_on=factory.MONDAY.date() - timedelta(days=400))
    Promise.objects.filter(demand=late).update(promised_on=None)

    run = plan().run

    outcome = PlanOutcome.objects.get(run=run, demand=late)
    assert outcome.short == 0
    assert outcome.late_days >= 400
    assert_sound(run, sound)


def test_two_sources_that_nothing_decides_between_are_named_and_the_older_is_taken(sound: Demand) -> None:
    item = Item.objects.get(code="SOUND")
    first = Source.objects.get(item=item)
    second = foundation.make_source(item, supplier=foundation.make_party(role="supplier"))

    made = plan()

    assert list_misfits(made.run) == [("same_rank", "source", second.pk)]
    taken = made.problem["sources"]["source_id"][made.solution["orders"]["source"]]
    assert set(taken.tolist()) == {first.pk}
    assert_sound(made.run, sound)


def test_a_supply_that_was_due_is_named_and_awaited(sound: Demand) -> None:
    item = make_made(site(), resource=None)
    hurt = factory.make_demand(item, 2, requested_on=date(2026, 11, 10))
    ids = list(PlannedOrder.objects.filter(run=plan().run, item=item).values_list("pk", flat=True))
    run_atomic(lambda: proposals.accept_proposals(ids, by="test", at=factory.MONDAY))

    run = plan(factory.MONDAY + timedelta(days=20)).run

    (told,) = PlanException.objects.filter(run=run, kind="overdue")
    assert (told.item_id, told.ref_kind) == (item.pk, "production_order")
    assert PlanOutcome.objects.get(run=run, demand=hurt).short == 0
    assert_sound(run, sound)


@pytest.mark.parametrize("units", [10**16, 9 * 10**18])
def test_an_order_beyond_every_limit_is_named_and_short(sound: Demand, units: int) -> None:
    huge = factory.make_demand(Item.objects.get(code="SOUND"), 2, requested_on=date(2026, 12, 1))
    Demand.objects.filter(pk=huge.pk).update(units=units)

    run = plan().run

    assert list_misfits(run) == [("too_large", "demand", huge.pk)]
    outcome = PlanOutcome.objects.get(run=run, demand=huge)
    assert (outcome.cause, outcome.pegged, outcome.short) == ("too_large", 0, units)
    assert_sound(run, sound)
    Demand.objects.filter(pk=huge.pk).update(units=20_000)
    plan(factory.MONDAY + timedelta(minutes=1))


def test_a_source_with_sizes_beyond_every_limit_is_left_out_and_named(sound: Demand) -> None:
    item = foundation.make_item()
    source = foundation.make_source(item, supplier=foundation.make_party(role="supplier"), minimum=10**16)
    hurt = factory.make_demand(item, 2)

    run = plan().run

    assert list_misfits(run) == [("too_large", "source", source.pk)]
    assert PlanOutcome.objects.get(run=run, demand=hurt).cause == "no_source"
    assert_sound(run, sound)


def test_stock_beyond_every_limit_is_named_and_counted_as_the_limit(sound: Demand) -> None:
    item = foundation.make_item()
    rich = factory.make_demand(item, 2)
    factory.make_stock(item, site(), 1)
    StockBalance.objects.filter(item=item, location=site()).update(on_hand=10**16)

    run = plan().run

    assert list_misfits(run) == [("too_large", "item", item.pk)]
    assert PlanOutcome.objects.get(run=run, demand=rich).short == 0
    assert_sound(run, sound)
    StockBalance.objects.filter(item=item, location=site()).update(on_hand=10_000)


@pytest.mark.parametrize(("change", "cause"), [
    ({"batch": 0}, "no_batch"),
    ({"batch": 1}, "too_large"),
])  # fmt: skip
def test_a_bill_that_cannot_be_counted_is_named_and_its_source_left_out(
    sound: Demand, change: dict, cause: str
) -> None:
    item, part = foundation.make_item(), foundation.make_item()
    bill = foundation.make_bill(item, [(part, 500)])
    hurt = factory.make_demand(item, 2)
    foundation.make_source(item, kind="make", location=site())
    BillOfMaterials.objects.filter(pk=bill.pk).update(**change)

    run = plan().run

    assert list_misfits(run) == [(cause, "bill", bill.pk)]
    assert PlanOutcome.objects.get(run=run, demand=hurt).short == 20_000
    assert_sound(run, sound)


def test_units_that_do_not_convert_are_refused_where_they_are_typed(sound: Demand) -> None:
    with pytest.raises(queries.UnknownUnit):
        queries.get_unit_factor(sound.item_id, "KGM")


def test_every_cause_has_its_words() -> None:
    for name in ("negative_time", "no_batch", "bad_bill", "too_large", "same_rank", "no_capacity", "no_working_day"):
        told = {language: _say(name, language) for language in ("en", "id", "zh-hans")}
        assert len(set(told.values())) == 3, name


def _say(name: str, language: str) -> str:
    with override(language):
        return str(words.CAUSES[name])
