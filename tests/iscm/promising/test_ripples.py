"""What a change is said to move is what moves: the trial is undone, the change does the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from rantai.iscm import facade as iscm
from rantai.iscm import messages, reports
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.promising.models import Promise, PromiseRevision, SlotTake, SupplySlot
from rantai.kernel.models import Event
from rantai.kernel.quantities import ZERO, Quantity
from rantai.kernel.refs import DocRef
from tests.factories import crm as crm_factory
from tests.factories import foundation, production
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


def change(demand: Demand, units: int | None = None, *, on: date | None = None) -> messages.DemandChange:
    demand.refresh_from_db()
    return messages.DemandChange(
        key=messages.DemandKey(kind=demand.kind, order_id=demand.order_id, line=demand.line),
        expected_revision=demand.revision,
        units=Quantity(demand.units) if units is None else Quantity.of(units),
        requested_on=on or demand.requested_on,
    )


def preview(wanted: messages.DemandChange) -> reports.Ripple:
    factory.wire()
    return iscm.preview_change((wanted,), as_of=factory.MONDAY, by="test")


def apply(wanted: messages.DemandChange) -> None:
    with transaction.atomic():
        iscm.change_demand((wanted,), as_of=factory.MONDAY, by="test")
    factory.drain()


def photograph() -> Any:
    return (
        list(SlotTake.objects.order_by("pk").values()), list(SupplySlot.objects.order_by("pk").values()),
        list(Demand.objects.order_by("pk").values()), PromiseRevision.objects.count(), Event.objects.count(),
        list(ProductionOrder.objects.order_by("pk").values("state", "units")),
    )  # fmt: skip


def test_a_preview_changes_nothing_and_names_who_gains() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    foundation.make_source(item, lead_time_days=20)
    factory.make_stock(item, site, 10)
    first, waiting = factory.make_demand(item, 10), factory.make_demand(item, 6)
    factory.drain()
    before = photograph()

    ripple = preview(change(first, 4))

    assert photograph() == before
    (line,) = ripple.lines
    assert (line.before_units, line.after_units, line.refusal) == (Quantity.of(10), Quantity.of(4), "")
    (move,) = ripple.moves
    assert (move.demand_id, move.units, move.gains) == (waiting.pk, Quantity.of(6), True)
    (supply,) = ripple.supplies
    assert (supply.kind, supply.before, supply.after, supply.outcome) == (
        "stock", Quantity.of(10), Quantity.of(4), "free",
    )  # fmt: skip

    apply(change(first, 4))

    # what was said is what happened
    assert Promise.objects.get(pk=waiting.pk).expected_on == move.after_on
    assert Promise.objects.get(pk=first.pk).promised_on == line.after_on
    assert factory.list_violations() == []


def test_more_units_show_the_later_day_before_anything_is_firm() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    foundation.make_source(item, lead_time_days=20)
    factory.make_stock(item, site, 10)
    demand = factory.make_demand(item, 10)

    ripple = preview(change(demand, 15))

    apply(change(demand, 15))
    assert ripple.lines[0].after_on == Promise.objects.get(pk=demand.pk).promised_on
    assert ripple.lines[0].after_on is not None
    assert ripple.lines[0].before_on is not None
    assert ripple.lines[0].after_on > ripple.lines[0].before_on
    assert "material" in ripple.cost.unknown


def test_what_is_packed_is_frozen() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 10)
    demand = factory.make_demand(item, 5)
    (shipment,) = factory.release()
    crm_factory.pack(Shipment.objects.get(pk=shipment.pk), at=factory.MONDAY)

    ripple = preview(change(demand, 0))

    assert ripple.is_refused
    assert "packed" in ripple.lines[0].refusal
    assert (ripple.supplies, ripple.moves) == ((), ())


def test_a_proposal_to_make_is_dropped_with_the_wish_and_nothing_is_orphaned() -> None:
    site = foundation.make_site(kind="plant")
    demand = factory.make_demand(production.make_computer(site).computer, 2)
    factory.drain()
    assert ProductionOrder.objects.filter(state="planned").exists()

    ripple = preview(change(demand, 0))

    assert [(row.kind, row.after, row.outcome) for row in ripple.supplies] == [("make", ZERO, "dropped")]
    assert ripple.orphan_units == ZERO
    apply(change(demand, 0))
    assert not ProductionOrder.objects.exclude(state="cancelled").exists()


def test_an_order_under_way_is_frozen_and_its_units_are_free_for_others() -> None:
    site = foundation.make_site(kind="plant")
    item = production.make_computer(site).computer
    demand = factory.make_demand(item, 2)
    factory.drain()
    order = ProductionOrder.objects.get(item=item)
    with transaction.atomic():
        iscm.release_production(order.pk, by="test", as_of=factory.MONDAY)
    factory.drain()

    ripple = preview(change(demand, 0))

    (supply,) = ripple.supplies
    assert (supply.kind, supply.is_frozen, supply.outcome) == ("production", True, "free")
    assert ripple.orphan_units == ZERO
    apply(change(demand, 0))
    slot = SupplySlot.objects.get(kind="production", supply_id=order.pk)
    assert (slot.available, slot.promised) == (20_000, 0), "whoever asks next is promised them"
    assert factory.list_violations() == []


def test_another_day_moves_the_line_and_what_was_said_of_it_is_what_happens() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 10)
    demand = factory.make_demand(item, 5)
    wanted = change(demand, on=date(2026, 11, 20))

    ripple = preview(wanted)

    apply(wanted)
    assert ripple.lines[0].after_on == Promise.objects.get(pk=demand.pk).promised_on == date(2026, 11, 20)
    assert ripple.supplies == (), "the same stock, later"


def test_another_item_is_tried_with_what_it_takes_and_leaves_no_trace() -> None:
    site, item, other = foundation.make_site(), foundation.make_item(), foundation.make_item()
    for stocked in (item, other):
        foundation.make_source(stocked, lead_time_days=20)
        factory.make_stock(stocked, site, 10)
    first, waiting = factory.make_demand(item, 10), factory.make_demand(item, 6)
    factory.drain()
    before = photograph()
    line = messages.DemandLine(
        key=replace(change(first).key, generation=2), item_id=other.pk, units=Quantity.of(7),
        requested_on=first.requested_on,
    )  # fmt: skip
    added = messages.DemandOrder(
        company_id=first.company_id, ref=DocRef(first.kind, first.order_id), number=first.number,
        party_id=first.party_id, lines=(line,), as_of=factory.MONDAY,
    )  # fmt: skip

    ripple = iscm.preview_change((change(first, 0),), added=added, as_of=factory.MONDAY, by="test")

    assert photograph() == before
    gone, come = ripple.lines
    assert (gone.after_units, come.before_units, come.after_units) == (ZERO, ZERO, Quantity.of(7))
    assert come.after_on == gone.before_on
    assert sorted((row.item_id, row.before, row.after, row.outcome) for row in ripple.supplies) == [
        (item.pk, Quantity.of(10), ZERO, "free"), (other.pk, ZERO, Quantity.of(7), ""),
    ]  # fmt: skip
    assert [(move.demand_id, move.gains) for move in ripple.moves] == [(waiting.pk, True)]


def test_stock_that_is_held_counts_as_let_go_and_a_refused_change_adds_nothing() -> None:
    site, item, other = foundation.make_site(), foundation.make_item(), foundation.make_item()
    factory.make_stock(item, site, 10)
    factory.make_stock(other, site, 10)
    demand = factory.make_demand(item, 5)
    (shipment,) = factory.release()

    (supply,) = preview(change(demand, 0)).supplies

    assert (supply.kind, supply.before, supply.after) == ("stock", Quantity.of(5), ZERO)
    crm_factory.pack(Shipment.objects.get(pk=shipment.pk), at=factory.MONDAY)
    line = messages.DemandLine(
        key=replace(change(demand).key, generation=2), item_id=other.pk, units=Quantity.of(5),
        requested_on=demand.requested_on,
    )  # fmt: skip
    added = messages.DemandOrder(
        company_id=demand.company_id, ref=DocRef(demand.kind, demand.order_id), number=demand.number,
        party_id=demand.party_id, lines=(line,), as_of=factory.MONDAY,
    )  # fmt: skip
    ripple = iscm.preview_change((change(demand, 0),), added=added, as_of=factory.MONDAY, by="test")
    assert (ripple.is_refused, len(ripple.lines), ripple.supplies) == (True, 1, ())
