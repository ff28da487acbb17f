"""Another item stands for what has not left of a line: one transaction, one word to the customer, nothing orphaned."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rantai.crm import facade
from rantai.crm.facade import LineChange
from rantai.crm.orders.models import SalesOrder, SalesOrderLine, ScheduleLine
from rantai.desk import check
from rantai.foundation.items.models import Item
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.actions.withdrawals import CannotWithdraw
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.promising.models import Promise, PromiseRevision, SlotTake, SupplySlot
from rantai.kernel.revisions import RevisionConflict
from tests.factories import crm, foundation, production

pytestmark = pytest.mark.django_db
UNIT = 10_000


def exchange(
    order: SalesOrder, line: SalesOrderLine, item: Item, *, as_of: datetime = crm.NOW, on: date | None = None
) -> SalesOrderLine:
    """Exchange a line's item and return the line that stands for it."""
    change = LineChange(line_id=line.pk, item_id=item.pk, requested_on=on)
    facade.change_order(order.pk, changes=[change], revision=order.revision, by=crm.BY, as_of=as_of)
    crm.settle()
    order.refresh_from_db()
    line.refresh_from_db()
    return order.lines.get(number=order.line_count)


def wanted(order: SalesOrder) -> list[int]:
    """Return what operations still hold wanted of each line."""
    rows = Demand.objects.filter(order_id=order.pk).order_by("id")
    return [(row.units - row.cancelled) // UNIT for row in rows]


def slot_of(item: Item) -> tuple[int, int]:
    slot = SupplySlot.objects.get(item=item, kind="stock")
    return slot.available // UNIT, slot.promised // UNIT


def test_the_old_item_is_let_go_and_the_new_one_taken_in_one_change() -> None:
    old, new = crm.make_stocked_item(units=10), crm.make_stocked_item(units=10, price="250000")
    order = crm.make_confirmed(crm.make_customer(), [(old, 4), (old, 1)])
    line = order.lines.get(number=1)

    fresh = exchange(order, line, new)

    assert (slot_of(old), slot_of(new)) == ((10, 1), (10, 4))
    assert (line.units, line.net, fresh.units, fresh.unit_price) == (0, 0, 4 * UNIT, 250_000 * UNIT)
    assert (order.net, order.line_count, order.revision) == (1_100_000 * UNIT, 3, 3)
    row, was = ScheduleLine.objects.get(line=fresh), ScheduleLine.objects.get(line=line)
    assert (was.units, was.cancelled, row.requested_on) == (4 * UNIT, 4 * UNIT, was.requested_on)
    assert row.promised_on == row.requested_on
    assert wanted(order) == [0, 1, 4]
    assert check.list_violations() == []


def test_the_ledger_names_the_exchange_on_both_sides() -> None:
    old, new = crm.make_stocked_item(), crm.make_stocked_item()
    order = crm.make_confirmed(crm.make_customer(), [(old, 4)])
    line = order.lines.get()

    fresh = exchange(order, line, new)

    gone, come = Demand.objects.get(line=line.pk), Demand.objects.get(line=fresh.pk)
    assert (gone.state, come.state) == ("cancelled", "open")
    last = PromiseRevision.objects.filter(demand=gone).latest("revision")
    first = PromiseRevision.objects.get(demand=come)
    assert (last.revision, last.cause, last.cause_ref) == (2, "exchanged", f"sales_order:{order.pk}/{fresh.pk}")
    assert (last.promised_units, last.slices) == (0, [])
    assert (first.revision, first.cause, first.cause_ref) == (1, "first", f"sales_order:{order.pk}/{line.pk}")
    assert Promise.objects.get(demand=gone).revision == 2


def test_the_customer_is_told_once() -> None:
    old, new = crm.make_stocked_item("FAN-1"), crm.make_stocked_item("FAN-2", units=0)
    order = crm.make_confirmed(crm.make_customer(language="en"), [(old, 4)], in_days=2)
    before = OutgoingMessage.objects.count()

    exchange(order, order.lines.get(), new)
    crm.tell_again()

    letters = OutgoingMessage.objects.order_by("id")[before:]
    assert [letter.key for letter in letters] == ["order.exchanged"]
    (letter,) = letters
    assert "FAN-2" in letter.values["lines"]
    assert "instead of" in letter.values["lines"]
    assert "FAN-1" in letter.values["lines"]


def test_two_lines_that_are_exchanged_together_are_one_change_and_one_letter() -> None:
    items = [crm.make_stocked_item(code) for code in ("A-1", "A-2", "B-1", "B-2")]
    order = crm.make_confirmed(crm.make_customer(language="en"), [(items[0], 4), (items[1], 2)])
    first, second = order.lines.order_by("number")
    changes = [
        LineChange(line_id=first.pk, item_id=items[2].pk),
        LineChange(line_id=second.pk, item_id=items[3].pk, quantity=5 * UNIT),
    ]

    offer = facade.preview_change(order.pk, changes=changes, as_of=crm.NOW)
    view = facade.change_order(order.pk, changes=changes, revision=order.revision, by=crm.BY, as_of=crm.NOW)
    crm.settle()

    assert [(line.line, line.item_id) for line in offer.lines] == [(first.pk, items[2].pk), (second.pk, items[3].pk)]
    assert (view.revision, [line.units.amount // UNIT for line in view.lines]) == (3, [0, 0, 4, 5])
    (letter,) = OutgoingMessage.objects.filter(key="order.exchanged")
    assert [text in letter.values["lines"] for text in ("A-1", "A-2", "B-1", "B-2")] == [True] * 4
    assert check.list_violations() == []


def test_what_has_left_stays_and_only_the_rest_is_exchanged() -> None:
    old, new = crm.make_stocked_item(units=3), crm.make_stocked_item()
    order = crm.make_confirmed(crm.make_customer(), [(old, 5)])
    line = order.lines.get()
    [shipment] = crm.release(crm.NOW + timedelta(days=12))
    crm.send(shipment, at=crm.NOW)
    order.refresh_from_db()

    fresh = exchange(order, line, new)

    assert (line.units, fresh.units) == (3 * UNIT, 2 * UNIT)
    assert Demand.objects.get(line=line.pk).state == "fulfilled"
    assert PromiseRevision.objects.filter(demand__line=line.pk).latest("revision").cause == "exchanged"
    assert order.net == 500_000 * UNIT
    assert check.list_violations() == []
    [rest] = crm.release(crm.NOW + timedelta(days=12))
    crm.send(rest, at=crm.NOW + timedelta(days=1))
    order.refresh_from_db()
    assert order.state == "closed"


def test_what_has_left_altogether_is_not_exchanged() -> None:
    old, new = crm.make_stocked_item(), crm.make_stocked_item()
    order = crm.make_confirmed(crm.make_customer(), [(old, 2), (new, 1)], in_days=5)
    line = order.lines.get(number=1)
    for shipment in crm.release(crm.NOW + timedelta(days=12)):
        crm.send(shipment, at=crm.NOW)
    SalesOrder.objects.filter(pk=order.pk).update(state="confirmed")
    order.refresh_from_db()

    with pytest.raises(facade.OrderRefused, match="has left is not exchanged"):
        exchange(order, line, new)

    SalesOrder.objects.filter(pk=order.pk).update(state="closed")
    assert order.lines.count() == 2


def test_what_is_packed_is_refused_and_nothing_moves() -> None:
    old, new = crm.make_stocked_item(), crm.make_stocked_item()
    order = crm.make_confirmed(crm.make_customer(), [(old, 2)])
    [shipment] = crm.release(crm.NOW + timedelta(days=12))
    crm.pack(shipment, at=crm.NOW)
    crm.settle()
    order.refresh_from_db()

    with pytest.raises(CannotWithdraw), transaction.atomic():
        exchange(order, order.lines.get(), new)

    assert (slot_of(new), order.lines.count()) == ((100, 0), 1)
    assert not OutgoingMessage.objects.filter(key="order.exchanged").exists()


@pytest.mark.parametrize(
    ("facts", "field", "text"),
    [
        ({"is_blocked": True}, "item", "takes no new orders"),
        ({"is_sold": False}, "item", "takes no new orders"),
        ({"kind": "service"}, "item", "not supplied from stock"),
    ],
)
def test_an_item_that_cannot_be_ordered_is_refused_beside_its_field(facts, field, text) -> None:
    new = crm.make_priced_item()
    Item.objects.filter(pk=new.pk).update(**facts)
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2)])

    with pytest.raises(facade.OrderRefused, match=text) as caught:
        exchange(order, order.lines.get(), new)

    assert [(problem.line, problem.field) for problem in caught.value.problems] == [(0, field)]
    order.refresh_from_db()
    assert (order.revision, order.lines.count()) == (2, 1)


def test_an_item_without_price_or_source_is_refused() -> None:
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2)])
    line = order.lines.get()

    with pytest.raises(facade.OrderRefused, match="has no price"):
        exchange(order, line, foundation.make_item())
    with pytest.raises(facade.OrderRefused, match="NOWHERE has no source"):
        exchange(order, line, crm.make_priced_item("NOWHERE"))

    assert (slot_of(line.item), order.lines.count()) == ((100, 2), 1)


def test_a_proposal_to_make_the_old_item_is_dropped_with_it() -> None:
    site = foundation.make_site(kind="plant")
    computer, shelf = production.make_computer(site).computer, crm.make_stocked_item()
    crm.make_price(computer, "5000000")
    order = crm.make_confirmed(crm.make_customer(), [(computer, 2)])
    assert ProductionOrder.objects.filter(state="planned").exists()

    exchange(order, order.lines.get(), shelf)

    assert not ProductionOrder.objects.exclude(state="cancelled").exists()
    assert slot_of(shelf) == (100, 2)
    assert check.list_violations() == []


def test_who_waited_for_the_old_item_gains() -> None:
    old, new, now = crm.make_stocked_item(units=5), crm.make_stocked_item(), timezone.now()
    order = crm.make_confirmed(crm.make_customer(), [(old, 5)], as_of=now, in_days=3)
    waiting = crm.make_confirmed(crm.make_customer(), [(old, 5)], as_of=now, in_days=3)
    late, day = waiting.schedule.get().expected_on, now.date() + timedelta(days=20)

    exchange(order, order.lines.get(), new, as_of=now, on=day)

    assert waiting.schedule.get().expected_on < late
    assert SlotTake.objects.get(demand__order_id=waiting.pk).slot == SupplySlot.objects.get(item=old, kind="stock")
    assert order.schedule.get(line__item=new).requested_on == day


@pytest.mark.django_db(transaction=True)
def test_of_two_who_exchange_one_line_at_once_one_is_told_so() -> None:
    old, one, other = crm.make_stocked_item(), crm.make_stocked_item(), crm.make_stocked_item()
    order = crm.make_confirmed(crm.make_customer(), [(old, 4)])
    line = order.lines.get()
    together, said = threading.Barrier(2), []

    def change(item: Item) -> None:
        wanted = [LineChange(line_id=line.pk, item_id=item.pk)]
        together.wait()
        try:
            facade.change_order(order.pk, changes=wanted, revision=order.revision, by=crm.BY, as_of=crm.NOW)
            said.append("changed")
        except RevisionConflict:
            said.append("conflict")
        finally:
            connections.close_all()

    clerks = [threading.Thread(target=change, args=(item,)) for item in (one, other)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    crm.settle()

    assert sorted(said) == ["changed", "conflict"]
    assert order.lines.count() == 2
    assert slot_of(old) == (100, 0)
    assert sorted([slot_of(one), slot_of(other)]) == [(100, 0), (100, 4)]
    assert OutgoingMessage.objects.filter(key="order.exchanged").count() == 1
    assert check.list_violations() == []


@pytest.fixture
def seller(client: Client) -> Client:
    client.force_login(foundation.make_user(roles=["sales"], language="en"))
    return client


def test_the_page_shows_what_goes_what_comes_and_who_gains_before_it_is_made(seller: Client) -> None:
    old = crm.make_stocked_item("OLD-1", units=5)
    crm.make_stocked_item("NEW-1", price="250000")
    now = timezone.now()
    order = crm.make_confirmed(crm.make_customer(), [(old, 5)], as_of=now, in_days=3)
    crm.make_confirmed(crm.make_customer(), [(old, 5)], as_of=now, in_days=3)
    line = order.lines.get()
    url = reverse("crm_orders:change_order", args=[order.pk])
    form = {
        f"line-{line.pk}-item": "new-1", f"line-{line.pk}-quantity": "4", "revision": str(order.revision),
        f"line-{line.pk}-requested_on": order.schedule.get().requested_on.isoformat(),
    }  # fmt: skip

    page = unescape(seller.post(url, form | {"do": "preview"}).content.decode()).replace("\xa0", " ")

    assert "→ Item NEW-1" in page
    assert "4 pcs × Rp 250,000" in page
    assert "are free for others: stock" in page
    assert "takes 4 pcs: stock" in page
    assert "Other orders that move" in page
    assert order.lines.count() == 1

    seller.post(url, form | {"do": "apply"})
    crm.settle()

    assert [row.units // UNIT for row in order.lines.order_by("number")] == [0, 4]
    shown = seller.get(reverse("crm_orders:order", args=[order.pk]))
    assert "Told the customer: another item" in unescape(shown.content.decode())
    assert [line.promised_on is None for line in shown.context["lines"]] == [True, False]


def test_the_page_says_which_item_it_does_not_know(seller: Client) -> None:
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 5)], as_of=timezone.now())
    line = order.lines.get()
    form = {f"line-{line.pk}-item": "no such thing", f"line-{line.pk}-quantity": "5", "do": "preview"}

    answer = seller.post(reverse("crm_orders:change_order", args=[order.pk]), form)

    assert answer.status_code == 422
    assert "No item is called 'no such thing'" in unescape(answer.content.decode())
