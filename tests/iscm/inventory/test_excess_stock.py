"""What of stock expires, is too much or grows old is told once, and again when it notably changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from rantai.iscm import events
from rantai.iscm import facade as iscm
from rantai.iscm.inventory import tasks
from rantai.iscm.inventory.actions import excess as actions
from rantai.iscm.inventory.bridge import excess as bridge
from rantai.iscm.inventory.models import Lot, PromotionCandidate, StockPolicy, StockTarget, StockTargetRun
from rantai.iscm.inventory.queries import excess
from rantai.iscm.inventory.queries.classes import Limits
from rantai.iscm.inventory.queries.excess import Layer, Use
from rantai.kernel.models import Event
from rantai.kernel.quantities import SCALE, Quantity
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.factories.forecasting import MONDAY
from tests.iscm.inventory.booking import move

TODAY = date(2026, 11, 2)
db = pytest.mark.django_db(transaction=True)


def layer(units, *, lot=0, received=TODAY, expires=None):
    return Layer(item_id=1, location_id=2, lot_id=lot, units=units * SCALE, received_on=received, expires_on=expires)


def find(*layers, daily=10.0, cover=30.0, **limits):
    uses = {(1, 2): Use(daily=daily, cover_days=cover)}
    return {one.lot_id: one for one in bridge.find(layers, uses, Limits(**limits), today=TODAY)}


def test_what_demand_cannot_take_before_the_last_useful_day_will_expire():
    # sold until 14 days before 2 December, that is 18 November: 17 days with today; at 10 a day 170 of 200 go
    found = find(layer(200, lot=7, expires=date(2026, 12, 2)), cover=365)

    assert (found[7].kind, found[7].units) == ("expiring", 30 * SCALE)
    assert found[7].last_useful_on == date(2026, 11, 18)


def test_the_lot_that_expires_first_is_taken_first_and_the_next_is_excess_beyond_the_cover():
    # 100 in 10 days, then 300 from day 10: in 30 days of cover 200 of them, 100 beyond
    found = find(layer(300, lot=2), layer(100, lot=1, expires=date(2027, 3, 1)))

    assert 1 not in found
    assert (found[2].kind, found[2].units, found[2].last_useful_on) == ("excess", 100 * SCALE, None)
    # day 1 is today: the 400 last 40 days
    assert found[2].exhausted_on == TODAY + timedelta(days=39)


def test_what_nobody_asks_for_is_all_excess_and_what_is_asked_for_may_still_be_old():
    assert find(layer(5), daily=0.0)[0].units == 5 * SCALE
    old = find(layer(20, received=date(2025, 10, 1)), layer(30, received=date(2026, 10, 1)))[0]
    assert (old.kind, old.units, old.on_hand) == ("ageing", 20 * SCALE, 50 * SCALE)
    assert find(layer(20, received=date(2026, 10, 1))) == {}


def make_planned():
    """An item with a target of 70 a week at a site."""
    site, item = foundation.make_site(), foundation.make_item(standard_cost=2 * SCALE)
    run_of_targets = StockTargetRun.objects.create(state="current", as_of=MONDAY, forecast_run_id=1, started_at=MONDAY)
    StockTarget.objects.create(
        run=run_of_targets, item=item, location=site, method="normal", service_level=9_500, demand_mean=70.0,
        demand_std=1.0, lead_time_weeks=1.0, lead_time_std_weeks=0.0, lead_time_basis="source", review_weeks=0.0,
        protection_std=1.0,
    )  # fmt: skip
    return item, site


def run():
    return tasks.find_excess(Silent(), as_of=MONDAY.isoformat())


def facts():
    name = events.ExcessForeseen.__name__
    return [event.payload for event in Event.objects.filter(kind=name).order_by("id")]


@db
def test_a_candidate_is_told_once_again_when_it_changes_and_when_it_is_over():
    item, site = make_planned()
    factory.make_stock(item, site, 3_000)

    first = run()
    row = PromotionCandidate.objects.get()
    # at 10 a day 180 days take 1,800 of 3,000
    assert (row.kind, row.units, row.value) == ("excess", 1_200 * SCALE, 2_400 * SCALE)
    assert (first["candidates"], first["told"]) == (1, 1)
    assert run()["told"] == 0

    factory.make_stock(item, site, 500)
    assert run()["told"] == 1
    row.refresh_from_db()
    assert (row.units, row.revision) == (1_700 * SCALE, 2)

    PromotionCandidate.objects.update(location=foundation.make_site("SBY"))
    over = run()

    assert (over["ended"], over["told"]) == (1, 1)
    told = [(fact["candidate_id"], fact["units"] // SCALE, fact["revision"]) for fact in facts()]
    assert told[:2] == [(row.pk, 1_200, 1), (row.pk, 1_700, 2)]
    assert sorted(told[2:])[0] == (row.pk, 0, 2)


@db
def test_the_door_lists_what_is_open_and_not_what_was_put_aside():
    item, site = make_planned()
    factory.make_stock(item, site, 3_000)
    run()
    row = PromotionCandidate.objects.get()

    (told,) = iscm.list_promotion_candidates()
    with transaction.atomic():
        actions.dismiss_candidate(row)

    assert (told.id, told.item_id, told.units, told.kind) == (row.pk, item.pk, Quantity.of(1_200), "excess")
    assert iscm.list_promotion_candidates() == ()
    assert iscm.list_promotion_candidates(item_ids=[item.pk + 1]) == ()
    # it stays aside while it is the same, and comes back when it grows notably
    run()
    assert PromotionCandidate.objects.get().state == "dismissed"
    factory.make_stock(item, site, 1_000)
    run()
    assert PromotionCandidate.objects.get().state == "open"


@db
def test_buying_stops_until_what_is_there_is_used():
    item, site = make_planned()
    factory.make_stock(item, site, 3_000)
    run()

    with transaction.atomic():
        actions.stop_buying(PromotionCandidate.objects.get(), reason="too much", by="user:1", at=MONDAY)

    policy = StockPolicy.objects.get(item=item, location=site)
    assert (policy.kind, policy.reason) == ("just_in_time", "too much")
    assert excess.load_uses(Limits())[item.pk, site.pk].daily == pytest.approx(10, rel=0.02)


@db
def test_without_lots_the_newest_arrivals_are_what_is_on_hand():
    site, item = foundation.make_site(), foundation.make_item()
    move(item, site, 30, source="supplier", day=1)
    move(item, site, 20, source="supplier", day=5)
    move(item, site, 15, to="customer", day=6, reason="shipment")
    move(item, site, 10, source="supplier", day=7)

    layers = excess.list_layers("Asia/Jakarta")

    # 45 are left: of the first 30 the 15 that were shipped are gone
    assert [(one.received_on.day, one.units // SCALE) for one in layers] == [(1, 15), (5, 20), (7, 10)]


@db
def test_a_lot_keeps_its_day_of_expiry():
    site, item = foundation.make_site(), foundation.make_item(tracking="lot")
    factory.make_stock(item, site, 50, lot="L-1")
    Lot.objects.update(expires_on=date(2026, 12, 2))

    run()

    row = PromotionCandidate.objects.get()
    assert (row.kind, row.units, row.last_useful_on) == ("expiring", 50 * SCALE, date(2026, 11, 18))
    assert row.lot.code == "L-1"
    assert datetime.now(UTC) >= row.found_at


class Silent:
    """A run that nobody watches."""

    def progress(self, *_told):
        pass
