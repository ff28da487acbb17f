"""Fill rates and bullwhip against numbers reckoned by hand; each names the source of its formula (GLOSSARY 4.3)."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Party
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import Shipment, ShipmentLine
from rantai.iscm.supply import measures
from rantai.kernel.models import KpiValue
from rantai.kernel.quantities import SCALE
from rantai.srm.buying.models import PurchaseOrder
from tests.factories import forecasting, foundation, srm
from tests.factories import iscm as factory
from tests.factories.forecasting import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 2)


def ship(demand: Demand, units: int, *, at: datetime, shipment: Shipment | None = None) -> Shipment:
    """Units of a demand that left; rows as fulfilment keeps them, without its steps."""
    found = shipment or Shipment.objects.create(
        company=demand.company, number=f"SH-{Shipment.objects.count()}", location=Location.objects.get(code="JKT"),
        party=Party.objects.get(pk=demand.party_id), order_kind=demand.kind, order_id=demand.order_id,
        order_number=demand.number, ship_on=TODAY, state="shipped", released_at=at, shipped_at=at,
    )  # fmt: skip
    ShipmentLine.objects.create(
        shipment=found, demand_id=demand.pk, order_line=demand.line, item=demand.item, units=units * SCALE
    )
    return found


def test_fill_rates_count_the_first_shipment_of_what_was_asked_for():
    """Chopra and Meindl; Silver, Pyke and Thomas (β); ASCM (lines, orders).

    Order 1: 10 of 10 and 5 of 5 in one shipment. Order 2: 8 of 10, the rest later; 4 of 4. Order 3: nothing of 20.
    """
    foundation.make_site()
    items = [foundation.make_item() for _place in range(2)]
    with transaction.atomic():
        first = factory.make_demands([(items[0], 10), (items[1], 5)])
        second = factory.make_demands([(items[0], 10), (items[1], 4)])
        factory.make_demands([(items[0], 20)])
        factory.make_demand(items[0], 99, requested_on=TODAY + timedelta(days=1))
    together = ship(first[0], 10, at=MONDAY)
    ship(first[1], 5, at=MONDAY, shipment=together)
    part = ship(second[0], 8, at=MONDAY)
    ship(second[0], 2, at=MONDAY + timedelta(days=1))
    ship(second[1], 4, at=MONDAY, shipment=part)

    units, lines, orders = measures.measure_fill_rates(day=TODAY)

    assert (units.numerator, units.denominator) == (10 + 5 + 8 + 4, 49)
    assert (lines.numerator, lines.denominator) == (3, 5)
    assert (orders.numerator, orders.denominator) == (1, 3)
    # shipments without picks: gone before the books are checked
    ShipmentLine.objects.all().delete()
    Shipment.objects.all().delete()


def test_without_an_order_there_is_no_fill_rate():
    foundation.make_company()

    assert [kpi.value for kpi in measures.measure_fill_rates(day=TODAY)] == [None, None, None]


def test_bullwhip_is_the_variance_of_orders_over_that_of_demand_by_week():
    """Lee, Padmanabhan and Whang (1997). Demand 4, 8 in turn, orders 0, 12 in turn, eight weeks each.

    Sample variances 8 × 4 ÷ 7 and 8 × 36 ÷ 7: nine times as much swing.
    """
    site, supplier, item = foundation.make_site(), srm.make_supplier(), foundation.make_item()
    mondays = [TODAY - timedelta(weeks=8 - week) for week in range(8)]
    forecasting.make_history({item: [4, 8] * 4}, location=site, until=TODAY)
    order_for(item, supplier, 12, sent=[monday for place, monday in enumerate(mondays) if place % 2])
    order_for(foundation.make_item(), supplier, 1, sent=[mondays[0]])

    found = measures.measure_bullwhip(day=TODAY)

    assert (found.numerator, found.denominator) == (pytest.approx(8 * 36 / 7), pytest.approx(8 * 4 / 7))
    assert found.value == pytest.approx(9)


def order_for(item, supplier, units, *, sent):
    for monday in sent:
        order = srm.make_sent(supplier, [(item, units)])
        PurchaseOrder.objects.filter(pk=order.pk).update(sent_at=MONDAY - (TODAY - monday - timedelta(days=1)))


def test_two_months_of_orders_are_asked_for_before_anything_is_said():
    site, supplier, item = foundation.make_site(), srm.make_supplier(), foundation.make_item()
    forecasting.make_history({item: [4, 8] * 4}, location=site, until=TODAY)
    order_for(item, supplier, 12, sent=[TODAY - timedelta(weeks=7)])

    assert measures.measure_bullwhip(day=TODAY).value is None


def test_the_figures_of_a_day_are_kept_with_both_sides():
    foundation.make_company()
    factory.make_demand(foundation.make_item(), 5)

    forecasting._run("iscm.measure_service", {"as_of": MONDAY.isoformat()})

    kept = {row.code: (row.numerator, row.denominator) for row in KpiValue.objects.all()}
    assert kept == {
        "unit_fill_rate": (0, 5), "line_fill_rate": (0, 1), "order_fill_rate": (0, 1), "bullwhip": (None, None)
    }  # fmt: skip
