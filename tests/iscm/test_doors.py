"""What each function of the front door answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.iscm.demand import queries
from rantai.iscm.demand.actions.demands import CannotReduce, DemandExists
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.actions import shipments
from rantai.iscm.fulfilment.actions.withdrawals import CannotWithdraw
from rantai.iscm.fulfilment.models import Shipment, ShipmentLine
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


def offered(offer: messages.Offer) -> list[list[tuple[int, str, date]]]:
    """Whole units, basis and day of each slice of each line."""
    return [
        [(part.units.amount // 10_000, part.basis, part.promised_on) for part in line.slices] for line in offer.lines
    ]


def test_promise_takes_stock_first_and_then_the_lead_time_of_the_source() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    foundation.make_source(item, lead_time_days=5)
    factory.make_stock(item, site, 3)

    offer = iscm.promise(factory.make_ask([(item, 10)]))

    # five days from Monday the goods are in on Saturday's eve, leave on the next working day and take another
    assert offered(offer) == [[(3, "stock", date(2026, 11, 3)), (7, "lead_time", date(2026, 11, 10))]]


def test_promise_never_offers_a_unit_to_two_lines() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)

    offer = iscm.promise(factory.make_ask([(item, 4), (item, 4)]))

    assert [line.unpromised for line in offer.lines] == [Quantity(0), Quantity.of(3)]
    assert [line.reason for line in offer.lines] == ["", "no_source"]


def test_promise_says_why_it_has_no_date() -> None:
    foundation.make_site()
    blocked = foundation.make_item(is_blocked=True)
    service = foundation.make_item(kind="service")
    bare = foundation.make_item()

    ask = factory.make_ask([(blocked, 1), (service, 1), (bare, 1)])
    lines = (*ask.lines, replace(ask.lines[0], line=4, item_id=10**9))
    offer = iscm.promise(replace(ask, lines=lines))

    assert [line.reason for line in offer.lines] == ["blocked", "not_stocked", "no_source", "unknown_item"]
    assert all(not line.slices for line in offer.lines)


def test_promise_keeps_the_wanted_day_and_leaves_early_stock_to_others() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)

    offer = iscm.promise(factory.make_ask([(item, 1)], requested_on=date(2026, 11, 22)))

    part = offer.lines[0].slices[0]
    # the 22nd is a Sunday: the last working day before it
    assert (part.promised_on, part.ship_on) == (date(2026, 11, 20), date(2026, 11, 19))


def test_promise_chooses_the_first_site_by_lane_that_serves_the_whole_line() -> None:
    territory = foundation.make_territory()
    near, far = foundation.make_site("NEAR"), foundation.make_site("FAR")
    foundation.make_lane(near, territory=territory, rank=1, transit_days=1)
    foundation.make_lane(far, territory=territory, rank=2, transit_days=3)
    customer = foundation.make_party(territory=territory)
    item = foundation.make_item()
    factory.make_stock(item, near, 2)
    factory.make_stock(item, far, 9)
    address = customer.addresses.get()

    small, big, whole = (
        iscm.promise(
            factory.make_ask([(item, units)], address_id=address.pk, requested_on=wanted, allow_partial=partial)
        ).lines[0].slices
        for units, wanted, partial in (
            (2, date(2026, 11, 10), True), (6, date(2026, 11, 10), True), (11, date(2026, 11, 10), True),
        )
    )  # fmt: skip

    assert [part.location_id for part in small] == [near.pk]
    assert [part.location_id for part in big] == [far.pk]
    assert [(part.location_id, part.units) for part in whole] == [(near.pk, Quantity.of(2)), (far.pk, Quantity.of(9))]


def test_promise_of_an_order_that_ships_complete_has_one_day() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    foundation.make_source(item, lead_time_days=5)
    factory.make_stock(item, site, 3)

    offer = iscm.promise(factory.make_ask([(item, 10)], allow_partial=False))

    assert {part.promised_on for part in offer.lines[0].slices} == {date(2026, 11, 10)}


def test_promise_of_a_dropship_item_is_the_partners() -> None:
    foundation.make_site()
    item = foundation.make_item(decoupling="dropship")
    foundation.make_source(item, kind="dropship", supplier=foundation.make_party(role="supplier"), lead_time_days=4)

    part = iscm.promise(factory.make_ask([(item, 2)])).lines[0].slices[0]

    assert (part.basis, part.location_id, part.promised_on) == ("dropship", None, date(2026, 11, 6))


def test_promise_asks_the_database_no_more_for_more_lines(django_assert_num_queries) -> None:
    site = foundation.make_site(serves=foundation.make_territory())
    customer = foundation.make_party(territory=foundation.make_territory())
    stocked = [foundation.make_item() for _number in range(20)]
    for item in stocked:
        factory.make_stock(item, site, 5)
    address = customer.addresses.get()

    # calendars are read once and kept by their revision
    iscm.promise(factory.make_ask([(stocked[0], 1)], address_id=address.pk))
    for count in (1, 20):
        ask = factory.make_ask([(item, 1) for item in stocked[:count]], address_id=address.pk)
        with django_assert_num_queries(5):
            iscm.promise(ask)


def test_record_demand_of_five_lines_takes_few_statements(django_assert_num_queries) -> None:
    site = foundation.make_site()
    stocked = [foundation.make_item() for _number in range(5)]
    for item in stocked:
        factory.make_stock(item, site, 5)
    offer = iscm.promise(factory.make_ask([(item, 1) for item in stocked]))
    order = factory.make_demand_order([(item, 1) for item in stocked], offer=offer)

    with django_assert_num_queries(11, exact=False):
        recorded = iscm.record_demand(order)

    assert [row.promise_changed for row in recorded] == [False] * 5
    assert SupplySlot.objects.filter(promised=10_000).count() == 5


def test_record_demand_twice_is_refused() -> None:
    foundation.make_site()
    item = foundation.make_item()
    order = factory.make_demand_order([(item, 1)])
    iscm.record_demand(order)

    with pytest.raises(DemandExists), transaction.atomic():
        iscm.record_demand(order)
    assert Demand.objects.count() == 1


def test_record_demand_offers_what_is_left_where_others_were_faster() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    foundation.make_source(item, lead_time_days=5)
    factory.make_stock(item, site, 3)
    offer = iscm.promise(factory.make_ask([(item, 3)]))
    factory.make_demand(item, 2)

    recorded = iscm.record_demand(factory.make_demand_order([(item, 3)], offer=offer))[0]

    assert recorded.promise_changed
    assert [(part.units, part.basis) for part in recorded.slices] == [
        (Quantity.of(1), "stock"),
        (Quantity.of(2), "lead_time"),
    ]


def test_change_demand_releases_what_is_no_longer_wanted() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    demand = factory.make_demand(item, 5)

    key = messages.DemandKey(kind="sales_order", order_id=demand.order_id, line=1)
    change = messages.DemandChange(key=key, expected_revision=1, units=Quantity.of(2), requested_on=date(2026, 11, 9))
    answer = iscm.change_demand((change,), as_of=factory.MONDAY)[0]

    assert (answer.revision, [part.promised_on for part in answer.slices]) == (2, [date(2026, 11, 9)])
    assert SupplySlot.objects.get(item=item).promised == 20_000
    with pytest.raises(RevisionConflict):
        iscm.change_demand((change,), as_of=factory.MONDAY)


def test_change_demand_with_an_ask_that_releases_its_own_units() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    demand = factory.make_demand(item, 5)
    key = messages.DemandKey(kind="sales_order", order_id=demand.order_id, line=1)

    without = iscm.promise(factory.make_ask([(item, 4)]))
    offer = iscm.promise(factory.make_ask([(item, 4)], releasing=(key,)))
    change = messages.DemandChange(
        key=key, expected_revision=1, units=Quantity.of(4), requested_on=date(2026, 11, 2), offer=offer.lines[0]
    )
    answer = iscm.change_demand((change,), as_of=factory.MONDAY)[0]

    assert without.lines[0].unpromised == Quantity.of(4)
    assert (answer.unpromised, answer.promise_changed) == (Quantity(0), False)


def test_cancel_demands_gives_their_supply_to_whoever_waits() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    first = factory.make_demand(item, 5)
    second = factory.make_demand(item, 2)
    assert iscm.list_demand_status(DocRef("sales_order", second.order_id))[0].short == Quantity.of(2)

    assert iscm.cancel_demands(DocRef("sales_order", first.order_id), "user:1", as_of=factory.MONDAY) == 1
    factory.drain()

    status = iscm.list_demand_status(DocRef("sales_order", second.order_id))[0]
    assert (status.short, status.basis) == (Quantity(0), "stock")
    first.refresh_from_db()
    assert (first.state, first.cancelled) == ("cancelled", 50_000)


def test_cancel_demands_takes_units_off_a_shipment_that_is_not_packed() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    demand = factory.make_demand(item, 5)
    shipment = factory.release()[0]

    iscm.cancel_demands(DocRef("sales_order", demand.order_id), "user:1", as_of=factory.MONDAY)
    factory.drain()

    shipment.refresh_from_db()
    slot = SupplySlot.objects.get(item=item)
    assert (shipment.state, slot.available, slot.promised) == ("cancelled", 50_000, 0)


def test_cancel_demands_refuses_what_is_packed() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    demand = factory.make_demand(item, 5)
    shipments.pack(factory.release()[0], at=factory.MONDAY, by="user:1")

    with pytest.raises(CannotWithdraw), transaction.atomic():
        iscm.cancel_demands(DocRef("sales_order", demand.order_id), "user:1", as_of=factory.MONDAY)
    demand.refresh_from_db()
    assert (demand.state, demand.cancelled, demand.reserved) == ("open", 0, 50_000)


def test_change_demand_below_what_has_left_is_refused() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    demand = factory.make_demand(item, 5)
    shipment = factory.release()[0]
    shipments.pack(shipment, at=factory.MONDAY, by="user:1")
    shipments.ship(shipment, at=factory.MONDAY, by="user:1")
    factory.drain()

    key = messages.DemandKey(kind="sales_order", order_id=demand.order_id, line=1)
    change = messages.DemandChange(key=key, expected_revision=1, units=Quantity.of(3), requested_on=date(2026, 11, 2))
    with pytest.raises(CannotReduce):
        iscm.change_demand((change,), as_of=factory.MONDAY)


def test_release_opens_one_shipment_for_an_order_and_leaves_what_is_not_due() -> None:
    site, item, other = foundation.make_site(), foundation.make_item(), foundation.make_item()
    factory.make_stock(item, site, 9)
    factory.make_stock(other, site, 9)
    rows = factory.make_demands([(item, 2), (other, 3)])
    later = factory.make_demand(item, 2, requested_on=date(2026, 11, 20))

    released = factory.release()

    assert [shipment.order_id for shipment in released] == [rows[0].order_id]
    assert list(ShipmentLine.objects.order_by("id").values_list("demand_id", "units")) == [
        (rows[0].pk, 20_000),
        (rows[1].pk, 30_000),
    ]
    assert list(SlotTake.objects.values_list("demand_id", flat=True)) == [later.pk]
    assert factory.release() == []


def test_release_waits_for_the_whole_order_that_ships_complete() -> None:
    site, item, missing = foundation.make_site(), foundation.make_item(), foundation.make_item()
    factory.make_stock(item, site, 9)
    factory.make_demands([(item, 2), (missing, 1)], ships_complete=True)

    assert factory.release() == []

    factory.make_stock(missing, site, 1)
    assert Shipment.objects.count() == 0


def test_release_of_many_orders_asks_no_query_for_each(django_assert_max_num_queries) -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 10_000)
    party = foundation.make_party()
    for _number in range(150):
        factory.make_demand(item, 1, party=party)

    with django_assert_max_num_queries(35):
        assert len(factory.release()) == 150


def test_update_stakes_in_bulk() -> None:
    foundation.make_site()
    demand = factory.make_demand(foundation.make_item(), 1)
    key = messages.DemandKey(kind="sales_order", order_id=demand.order_id, line=1)
    stake = messages.Stake(margin_per_unit=5, lifetime_value=7, churn_sensitivity=100, penalty_per_day=9)

    assert iscm.update_stakes(messages.StakeUpdate(demand_keys=(key, replace(key, line=9)), stakes=(stake, stake))) == 1

    demand.refresh_from_db()
    assert (demand.margin_per_unit, demand.lifetime_value, demand.penalty_per_day) == (5, 7, 9)


def test_history_is_read_when_its_run_is_published_and_gone_when_it_is_removed() -> None:
    item = foundation.make_item()
    past = messages.DemandHistory(
        run_key="import:1", item_ids=(item.pk,) * 2, location_ids=(None, None),
        days=(date(2025, 1, 1), date(2025, 1, 2)), units=(10_000, -5_000), order_lines=(1, 1),
    )  # fmt: skip

    iscm.record_history(past)
    assert queries.list_past_demand().count() == 0
    assert iscm.publish_history("import:1") == 2
    assert iscm.record_history(past) == 0
    assert queries.list_past_demand().count() == 2
    assert iscm.remove_history("import:1")
    assert queries.list_past_demand().count() == 0
    assert not iscm.remove_history("import:1")


def test_opening_stock_twice_changes_nothing_and_can_be_taken_back() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    opening = messages.OpeningStock(run_key="file", item_ids=(item.pk,), location_ids=(site.pk,), units=(30_000,))

    assert iscm.set_opening_stock(opening)
    assert not iscm.set_opening_stock(opening)
    assert SupplySlot.objects.get(item=item).available == 30_000
    assert iscm.remove_opening_stock("file")
    assert SupplySlot.objects.get(item=item).available == 0
    assert iscm.set_opening_stock(opening)
