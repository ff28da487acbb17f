"""What people change lies on top of the statistics, in order, and is never lost."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from rantai.foundation.items.models import Item
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.iscm.demand.actions import overrides as actions
from rantai.iscm.demand.models import ForecastOverride, ForecastSnapshot
from rantai.iscm.demand.queries import forecasts, outlook, overrides
from rantai.kernel.models import AuditEntry
from rantai.kernel.quantities import Quantity
from tests.factories import forecasting, foundation
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@transaction.atomic
def override(item, weeks=(0, 1), *, location=None, units=None, factor=None, reason="tender"):
    return actions.set_override(
        item_id=item.pk,
        location_id=location.pk if location else None,
        starts_on=FIRST_WEEK + timedelta(weeks=weeks[0]),
        ends_on=FIRST_WEEK + timedelta(weeks=weeks[1]),
        quantity=None if units is None else units * 10_000,
        factor=factor,
        reason=reason,
        by="user:1",
        at=MONDAY,
    )


def make_forecast(demand=10, *, sites=1):
    places = [foundation.make_site(f"S{place}") for place in range(sites)]
    item = foundation.make_item()
    for place, site in enumerate(places, start=1):
        forecasting.make_history({item: [demand * place] * 30}, location=site)
    forecasting.forecast()
    return item, places


def read_mean(item, site=None):
    current = forecasts.load_current()
    rows = current.item_ids == item.pk
    if site:
        rows &= current.location_ids == site.pk
    return current.mean[rows].sum(axis=0)


def test_a_factor_and_then_a_quantity_and_then_a_factor():
    item, _sites = make_forecast()
    override(item, (0, 6), factor=15_000)
    override(item, (2, 4), units=100)
    override(item, (3, 5), factor=5_000)

    assert read_mean(item)[:7] == pytest.approx([15, 15, 100, 50, 7.5, 15, 10], rel=1e-5)
    assert forecasts.load_current().statistical[0, :7] == pytest.approx([10] * 7, rel=1e-5)


def test_a_quantity_for_all_locations_is_shared_as_they_sell():
    item, (small, large) = make_forecast(sites=2)
    override(item, units=90)

    assert (read_mean(item, small)[0], read_mean(item, large)[0]) == (pytest.approx(30), pytest.approx(60))


def test_a_change_of_one_location_leaves_the_other():
    item, (small, large) = make_forecast(sites=2)
    override(item, location=small, factor=0)

    assert (read_mean(item, small)[0], read_mean(item, large)[0]) == (0, pytest.approx(20))


def test_what_nobody_asked_for_can_be_forecast_by_hand():
    item, (site,) = make_forecast()
    new = foundation.make_item()
    override(new, (1, 3), units=40)

    current = forecasts.load_current()
    row = current.row(new.pk, site.pk)
    assert current.mean[row, :4].tolist() == [0, 40, 40, 0]
    assert current.item_ids.tolist() == sorted([item.pk, new.pk])
    assert outlook.find_outlook(new.pk).final[1] == 40
    forecasting.forecast()
    assert forecasts.load_current().mean[forecasts.load_current().row(new.pk, site.pk), 1] == 40


def test_an_override_of_an_archived_item_makes_no_series():
    make_forecast()
    new = foundation.make_item()
    override(new, units=40)
    Item.objects.filter(pk=new.pk).update(archived_at=timezone.now())

    assert forecasting.forecast()["series"] == 1


def test_overrides_outlive_a_run_and_are_frozen_with_it():
    item, _sites = make_forecast()
    override(item, (0, 2), units=55)

    forecasting.forecast()

    assert read_mean(item)[:3] == pytest.approx([55, 55, 10])
    snapshot = ForecastSnapshot.objects.get()
    assert snapshot.codec == "f4le+zlib"
    assert ForecastOverride.objects.count() == 1


def test_a_change_taken_back_holds_no_more_but_stays_on_record():
    item, _sites = make_forecast()
    change = override(item, units=55)

    with transaction.atomic():
        actions.end_override(change.pk, by="user:2", at=MONDAY)
    assert read_mean(item)[0] == pytest.approx(10)
    with transaction.atomic():
        actions.restore_override(change.pk, by="user:2")

    assert read_mean(item)[0] == pytest.approx(55)
    acts = AuditEntry.objects.filter(ref_kind="item", ref_id=item.pk, action__startswith="forecast")
    assert sorted(acts.values_list("action", flat=True)) == [
        "forecast_overridden",
        "forecast_override_ended",
        "forecast_override_restored",
    ]


def test_days_are_widened_to_whole_weeks():
    item = foundation.make_item()
    with transaction.atomic():
        change = actions.set_override(
            item_id=item.pk, location_id=None, starts_on=date(2026, 11, 5), ends_on=date(2026, 11, 10), quantity=1,
            factor=None, reason="x", by="user:1", at=MONDAY,
        )  # fmt: skip

    assert (change.starts_on, change.ends_on) == (date(2026, 11, 2), date(2026, 11, 16))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"units": 1, "factor": 1}, "not both"),
        ({}, "not both"),
        ({"units": -1}, "Check the figure"),
        ({"units": 10**14}, "Check the figure"),
        ({"factor": 1_000_001}, "between 0 and 10,000"),
        ({"units": 1, "weeks": (3, 3)}, "before the first"),
        ({"units": 1, "weeks": (0, 105)}, "104 weeks at most"),
        ({"units": 1, "reason": "  "}, "Say why"),
    ],
)
def test_a_change_that_cannot_hold_is_refused(facts, said):
    item = foundation.make_item()

    with pytest.raises(actions.BadOverride, match=said):
        override(item, **facts)

    assert not ForecastOverride.objects.exists()


def test_archived_items_and_foreign_places_are_refused():
    item, place = foundation.make_item(), foundation.make_party()
    with pytest.raises(actions.BadOverride, match="no site of ours"):
        override(item, location=place, units=1)
    Item.objects.filter(pk=item.pk).update(archived_at=timezone.now())
    with pytest.raises(actions.BadOverride, match="archived"):
        override(item, units=1)


def test_the_database_refuses_a_change_of_nothing():
    item = foundation.make_item()

    with pytest.raises(IntegrityError), transaction.atomic():
        ForecastOverride.objects.create(
            item=item, starts_on=FIRST_WEEK, ends_on=date(2026, 11, 9), reason="x", by="x", at=MONDAY
        )


def test_changes_outside_the_horizon_wait():
    item, _sites = make_forecast()
    override(item, (24, 30), units=77)
    override(item, (26, 30), units=99)

    live = overrides.list_live(first_week=FIRST_WEEK)
    found = overrides.read_changes(live, first_week=FIRST_WEEK, horizon=26)

    assert [(change.start, change.end, change.quantity) for change in found] == [(24, 26, 77.0)]
    assert read_mean(item)[23:].tolist() == pytest.approx([10, 77, 77], rel=1e-5)


def test_several_locations_spread_as_if_they_did_not_depend_on_each_other():
    item, sites = make_forecast(sites=2)

    whole = outlook.find_outlook(item.pk)
    parts = [outlook.find_outlook(item.pk, site.pk) for site in sites]

    assert whole.final[0] == pytest.approx(parts[0].final[0] + parts[1].final[0])
    spread = np.hypot(*(part.high[0] - part.final[0] for part in parts))
    assert whole.high[0] - whole.final[0] == pytest.approx(spread)
    assert whole.past[-1] == 30


def test_the_door_tells_the_forecast_and_takes_a_change():
    item, (site,) = make_forecast()

    with transaction.atomic():
        iscm.set_forecast_override(
            messages.ForecastChange(
                item_id=item.pk, location_id=site.pk, starts_on=FIRST_WEEK, ends_on=date(2026, 11, 9), factor=20_000,
                reason="fair", by="user:1",
            )
        )  # fmt: skip
        policy = iscm.set_stock_policy(item_id=item.pk, service_level=9_900, by="user:1")

    told = iscm.get_forecast(item.pk, site.pk)
    assert (told.weeks[0].week, len(told.weeks)) == (FIRST_WEEK, 26)
    assert told.weeks[0].expected.amount == pytest.approx(200_000, abs=100)
    assert told.weeks[0].statistical.amount == pytest.approx(100_000, abs=100)
    assert told.weeks[0].low <= told.weeks[0].expected <= told.weeks[0].high
    assert told.weeks[0].ordered == Quantity(0)
    (error,) = iscm.list_forecast_errors([item.pk])
    assert (error.abs_error, error.tested_units > 0) == (pytest.approx(0), True)
    assert iscm.list_forecast_errors([item.pk + 1]) == ()
    assert policy > 0


def test_the_door_tells_nothing_before_the_first_forecast():
    assert iscm.get_forecast(foundation.make_item().pk) is None
    assert iscm.list_forecast_errors() == ()
