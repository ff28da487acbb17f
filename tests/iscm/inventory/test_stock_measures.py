"""Figures of stock against numbers reckoned by hand; each names the source of its formula (GLOSSARY 4.3)."""

from datetime import date

import pytest
from django.db import transaction

from rantai.iscm.inventory import measures
from rantai.iscm.inventory.actions import counts
from rantai.iscm.inventory.models import StockBalance, StockTarget, StockTargetRun
from rantai.kernel.quantities import SCALE
from rantai_engines.inventory import safety_stock
from tests.factories import foundation
from tests.iscm.inventory.booking import move, on

ZONE = "Asia/Jakarta"
db = pytest.mark.django_db


@db
def test_turns_are_goods_sold_over_average_stock_both_at_standard_cost():
    """Chopra and Meindl. 100 at 2 came on the 1st, 30 left on the 4th, 10 came back on the 8th: window of 10 days."""
    site, item = foundation.make_site(), foundation.make_item(standard_cost=2 * SCALE)
    move(item, site, 100, source="supplier", day=1)
    move(item, site, 30, to="customer", day=4, reason="shipment")
    move(item, site, 10, source="customer", day=8, reason="return")

    found = measures.measure_turns(day=date(2026, 11, 10), zone=ZONE, worth=measures.measure_worth())

    # at the days' ends: 3 × 200, 4 × 140, 3 × 160 = 1,640 over 10 days = 164; sold 60 less 20 back = 40
    assert found.numerator == pytest.approx(40 * SCALE)
    assert found.denominator == pytest.approx(164 * SCALE * 10 / 365)
    assert found.value == pytest.approx(40 / 164 * 36.5)


@db
def test_without_any_move_there_are_no_turns():
    foundation.make_company()

    found = measures.measure_turns(day=date(2026, 11, 10), zone=ZONE, worth=0.0)

    assert (found.numerator, found.denominator, found.value) == (None, None, None)


@db
def test_days_of_supply_are_stock_over_the_demand_ahead_of_a_day():
    """SCOR AM.2.2, forward. 90 at 2 and 10 at 5 are worth 230; ahead are 14 a week at 2 and 7 a week at 5: 9 a day."""
    site = foundation.make_site()
    cheap, dear = foundation.make_item(standard_cost=2 * SCALE), foundation.make_item(standard_cost=5 * SCALE)
    move(cheap, site, 90, source="supplier", day=1)
    move(dear, site, 10, source="supplier", day=1)
    make_targets(site, {cheap: 14.0, dear: 7.0})

    found = measures.measure_days_of_supply(worth=measures.measure_worth())

    assert found.numerator == pytest.approx(230 * SCALE)
    assert found.denominator == pytest.approx(9 * SCALE)
    assert found.value == pytest.approx(230 / 9)


def make_targets(site, weekly) -> None:
    run = StockTargetRun.objects.create(state="current", as_of=on(1), forecast_run_id=1, started_at=on(1))
    for item, mean in weekly.items():
        StockTarget.objects.create(
            run=run, item=item, location=site, method="normal", service_level=9_500, demand_mean=mean, demand_std=1.0,
            lead_time_weeks=1.0, lead_time_std_weeks=0.0, lead_time_basis="source", review_weeks=0.0,
            protection_std=1.0,
        )  # fmt: skip


@db
def test_excess_is_its_worth_over_the_worth_of_all_stock():
    """Trade practice: stock above so many days of demand ahead, by value. 50 of 200."""
    site, item = foundation.make_site(), foundation.make_item(standard_cost=2 * SCALE)
    move(item, site, 100, source="supplier", day=1)

    found = {
        kpi.code: kpi
        for kpi in measures.list_kpis(day=date(2026, 11, 2), zone=ZONE, excess_worth=50.0 * SCALE, settings={})
    }

    assert (found["excess_share"].numerator, found["excess_share"].denominator) == (50 * SCALE, 200 * SCALE)
    assert found["excess_share"].value == 0.25
    assert found["inventory_accuracy"].value is None


@db
def test_accuracy_counts_what_was_counted_right_by_balance_and_by_value():
    """ASCM. Of three balances one is right, one 2 off in 100 (right with 2 % tolerance), one counted 0 instead of 5."""
    site = foundation.make_site()
    items = [foundation.make_item(standard_cost=cost * SCALE) for cost in (1, 2, 4)]
    for item, units in zip(items, (10, 100, 5), strict=True):
        move(item, site, units, source="supplier", day=1)
    balances = [StockBalance.objects.get(item=item, location=site) for item in items]
    with transaction.atomic():
        counts.count_stock(
            site.pk, company_id=site.company_id, reason="count", at=on(2), by="user:1",
            lines=[
                counts.CountedLine(
                    item_id=row.item_id, balance_id=row.pk, seen=row.on_hand, counted=row.on_hand + off * SCALE
                )
                for row, off in zip(balances, (0, -2, -5), strict=True)
            ],
        )  # fmt: skip

    exact, value = measures.measure_accuracy(day=date(2026, 11, 2), zone=ZONE, tolerance=0)
    tolerant, _value = measures.measure_accuracy(day=date(2026, 11, 2), zone=ZONE, tolerance=200)

    assert (exact.numerator, exact.denominator) == (1, 3)
    assert (tolerant.numerator, tolerant.denominator) == (2, 3)
    # books 10 + 200 + 20 = 230, wrong by 0 + 4 + 20
    assert (value.numerator, value.denominator) == (206 * SCALE, 230 * SCALE)


@db
def test_a_cycle_without_a_stock_out_ends_with_units_on_hand_when_goods_arrive():
    """Chopra and Meindl. Three arrivals after the first: before them stand 4, 0 and 6 units, so 2 of 3 cycles."""
    site, item = foundation.make_site(), foundation.make_item()
    move(item, site, 10, source="supplier", day=1)
    move(item, site, 6, to="customer", day=2, reason="shipment")
    move(item, site, 10, source="supplier", day=3)
    move(item, site, 14, to="customer", day=4, reason="shipment")
    move(item, site, 6, source="supplier", day=5)
    move(item, site, 10, source="supplier", day=6)

    found = measures.measure_cycle_service(day=date(2026, 11, 6), zone=ZONE)

    assert (found.numerator, found.denominator) == (2, 3)


@db
def test_without_an_arrival_there_is_no_cycle():
    foundation.make_company()

    assert measures.measure_cycle_service(day=date(2026, 11, 6), zone=ZONE).value is None


def test_safety_stock_with_both_variances():
    """Chopra and Meindl, chapter 12: D 2,500 a week ± 500, L 2 weeks ± 1, 90 %: 1.2816 × √(2·500² + 2,500²·1²)."""
    found = safety_stock.safety_stock_both_variances(
        0.90, demand_mean=2_500.0, demand_std=500.0, lead_time_mean=2.0, lead_time_std=1.0
    )

    # √(500,000 + 6,250,000) = 2,598.08; z = 1.28155
    assert float(found) == pytest.approx(1.2815516 * 2_598.0762, rel=1e-6)
