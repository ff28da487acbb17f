"""Promises follow the supplies that they lean on, and only these."""

from __future__ import annotations

from datetime import date

import pytest

from rantai.iscm import facade as iscm
from rantai.iscm.fulfilment.actions import receipts
from rantai.iscm.inventory.actions import counts
from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.promising.models import Promise, PromiseRevision, SlotTake, SupplySlot
from rantai.kernel.models import Event
from rantai.kernel.quantities import Quantity
from rantai.srm import facade as srm_facade
from tests.factories import foundation, srm
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


def revisions(demand) -> list[tuple[str, date | None]]:
    rows = PromiseRevision.objects.filter(demand=demand).order_by("revision")
    return [(row.cause, row.promised_on) for row in rows]


def make_ordered(item, units: int, *, due_on: date = date(2026, 11, 10)):
    """A purchase that its supplier confirmed."""
    order = srm.make_sent(srm.make_supplier(), [(item, units)], due_on=due_on)
    srm.answer(order, (units, due_on))
    factory.drain()
    return order


def test_confirmed_purchase_is_promised_with_its_date() -> None:
    site, item = srm.make_site(), foundation.make_item()
    make_ordered(item, 10)

    part = iscm.promise(factory.make_ask([(item, 4)])).lines[0].slices[0]

    # due by the end of Tuesday the 10th: leaves on Wednesday, is there on Thursday
    assert (part.basis, part.location_id, part.ship_on, part.promised_on) == (
        "receipt", site.pk, date(2026, 11, 11), date(2026, 11, 12),
    )  # fmt: skip


def test_purchase_that_its_supplier_does_not_know_is_not_promised() -> None:
    srm.make_site()
    item = foundation.make_item()
    srm.make_draft(srm.make_supplier(), [(item, 10)])
    factory.drain()

    assert iscm.promise(factory.make_ask([(item, 4)])).lines[0].unpromised == Quantity.of(4)


def test_late_supply_revises_exactly_the_promises_that_lean_on_it() -> None:
    srm.make_site()
    item, other = foundation.make_item(), foundation.make_item()
    order, punctual = make_ordered(item, 10), make_ordered(other, 10)
    leaning, beside = factory.make_demand(item, 4), factory.make_demand(other, 4)

    srm.answer(order, (10, date(2026, 11, 20)))
    factory.drain()

    assert revisions(leaning) == [("first", date(2026, 11, 12)), ("supply_late", date(2026, 11, 24))]
    assert revisions(beside) == [("first", date(2026, 11, 12))]
    facts = Event.objects.filter(kind="PromiseRevised", payload__cause="supply_late")
    assert [(fact.payload["demand_id"], fact.payload["cause_ref"]) for fact in facts] == [
        (leaning.pk, f"purchase_order:{order.pk}/{order.lines.get().pk}")
    ]
    assert punctual.pk


def test_late_supply_is_replaced_where_another_keeps_the_promise() -> None:
    srm.make_site()
    item = foundation.make_item()
    order = make_ordered(item, 10)
    demand = factory.make_demand(item, 4)
    make_ordered(item, 5)

    srm.answer(order, (10, date(2026, 11, 20)))
    factory.drain()

    assert revisions(demand) == [("first", date(2026, 11, 12))]
    assert SlotTake.objects.get(demand=demand).slot.available_on == date(2026, 11, 10)


def test_early_supply_moves_what_we_expect_and_not_what_we_said() -> None:
    srm.make_site()
    item = foundation.make_item()
    order = make_ordered(item, 10, due_on=date(2026, 11, 20))
    demand = factory.make_demand(item, 4)

    srm.answer(order, (10, date(2026, 11, 10)))
    factory.drain()

    promise = Promise.objects.get(demand=demand)
    assert (promise.promised_on, promise.expected_on) == (date(2026, 11, 24), date(2026, 11, 12))
    assert [cause for cause, _day in revisions(demand)] == ["first", "supply_early"]


def test_smaller_confirmation_displaces_the_last_to_leave() -> None:
    srm.make_site()
    item = foundation.make_item()
    order = make_ordered(item, 10)
    first = factory.make_demand(item, 6)
    last = factory.make_demand(item, 4, requested_on=date(2026, 11, 30))

    srm.answer(order, (6, date(2026, 11, 10)))
    factory.drain()

    assert [cause for cause, _day in revisions(first)] == ["first"]
    assert revisions(last) == [("first", date(2026, 11, 30)), ("supply_late", None)]


def test_cancelled_purchase_leaves_its_promises_without_a_date() -> None:
    srm.make_site()
    item = foundation.make_item()
    order = make_ordered(item, 10)
    demand = factory.make_demand(item, 4)

    srm_facade.cancel_order(order.pk, by="user:1")
    factory.drain()

    assert revisions(demand)[-1][1] is None
    assert SupplySlot.objects.get(kind="purchase").available == 0


def test_goods_receipt_turns_the_purchase_into_stock_and_its_promises_follow() -> None:
    site, item = srm.make_site(), foundation.make_item()
    order = make_ordered(item, 10)
    demand = factory.make_demand(item, 4)

    factory.receive(order, 10)
    factory.drain()

    take = SlotTake.objects.get(demand=demand)
    assert (take.slot.kind, take.units, take.ship_on, take.promised_on) == (
        "stock", 40_000, date(2026, 11, 2), date(2026, 11, 12),
    )  # fmt: skip
    slots = dict(SupplySlot.objects.values_list("kind", "available"))
    assert slots == {"purchase": 0, "stock": 100_000}
    assert len(factory.release()) == 1
    assert StockBalance.objects.get(location=site, item=item).reserved == 40_000


def test_part_of_a_receipt_serves_the_first_to_leave() -> None:
    srm.make_site()
    item = foundation.make_item()
    order = make_ordered(item, 10)
    late = factory.make_demand(item, 6, requested_on=date(2026, 11, 30))
    soon = factory.make_demand(item, 4)

    factory.receive(order, 5)
    factory.drain()

    def kinds(demand):
        rows = SlotTake.objects.filter(demand=demand).order_by("slot__kind", "units")
        return list(rows.values_list("slot__kind", "units"))

    assert kinds(soon) == [("stock", 40_000)]
    assert kinds(late) == [("purchase", 50_000), ("stock", 10_000)]


def test_reversed_receipt_lets_promises_lean_on_the_purchase_again() -> None:
    srm.make_site()
    item = foundation.make_item()
    order = make_ordered(item, 10)
    demand = factory.make_demand(item, 4)
    receipt = factory.receive(order, 10)
    factory.drain()

    receipts.reverse_receipt(receipt, at=factory.MONDAY, by="user:1")
    factory.drain()

    assert SlotTake.objects.get(demand=demand).slot.kind == "purchase"
    assert Promise.objects.get(demand=demand).promised_on == date(2026, 11, 12)


def test_new_supply_covers_those_who_wait_and_keeps_what_was_said() -> None:
    srm.make_site()
    item = foundation.make_item()
    foundation.make_source(item, lead_time_days=15)
    waiting = factory.make_demand(item, 4)
    said = Promise.objects.get(demand=waiting).promised_on

    make_ordered(item, 10)

    promise = Promise.objects.get(demand=waiting)
    assert (promise.basis, promise.promised_on, promise.expected_on) == ("receipt", said, date(2026, 11, 12))


def test_supply_that_comes_later_than_the_lead_time_tells_it() -> None:
    srm.make_site()
    item = foundation.make_item()
    foundation.make_source(item, lead_time_days=2)
    waiting = factory.make_demand(item, 4)

    make_ordered(item, 10, due_on=date(2026, 11, 20))

    assert revisions(waiting) == [("first", date(2026, 11, 6)), ("supply_found", date(2026, 11, 24))]


def test_count_that_finds_less_displaces_promises() -> None:
    site, item = srm.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    first, last = factory.make_demand(item, 3), factory.make_demand(item, 2, requested_on=date(2026, 11, 30))
    balance = StockBalance.objects.get(location=site, item=item)

    line = counts.CountedLine(item_id=item.pk, balance_id=balance.pk, seen=50_000, counted=30_000)
    counts.count_stock(
        site.pk, company_id=site.company_id, lines=[line], reason="count", at=factory.MONDAY, by="user:1"
    )
    factory.drain()

    assert [cause for cause, _day in revisions(first)] == ["first"]
    assert revisions(last)[-1] == ("stock_count", None)


def test_lateness_of_a_supplier_moves_the_promise_to_the_day_kept_four_times_in_five() -> None:
    srm.make_site()
    item, supplier = foundation.make_item(), srm.make_supplier()
    for late in (0, 0, 1, 1, 3):
        order = srm.make_sent(supplier, [(item, 1)], due_on=date(2026, 10, 5))
        srm.answer(order, (1, date(2026, 10, 5)))
        srm.receive(order, 1, on=date(2026, 10, 5 + late))
    order = srm.make_sent(supplier, [(item, 10)], due_on=date(2026, 11, 10))
    srm.answer(order, (10, date(2026, 11, 10)))
    factory.drain()

    part = iscm.promise(factory.make_ask([(item, 4)])).lines[0].slices[0]

    assert (part.p50_on, part.p80_on, part.p90_on) == (date(2026, 11, 13), date(2026, 11, 13), date(2026, 11, 18))
    assert part.promised_on == part.p80_on
