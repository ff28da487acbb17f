from datetime import date, timedelta

import pytest

from rantai.crm import facade
from rantai.crm.facade import LineChange
from rantai.crm.orders.models import SalesOrder, SalesOrderLine, ScheduleLine
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm import facade as iscm
from rantai.kernel.models import Event
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transitions import IllegalTransition
from tests.factories import crm

pytestmark = pytest.mark.django_db
UNIT = 10_000


def change(order, line, **facts):
    facade.change_order(
        order.pk, changes=[LineChange(line_id=line.pk, **facts)], revision=order.revision, by=crm.BY, as_of=crm.NOW
    )
    crm.settle()
    order.refresh_from_db()
    line.refresh_from_db()


def test_fewer_units_free_their_supply_and_lower_the_amount():
    item = crm.make_stocked_item(units=10)
    order = crm.make_confirmed(crm.make_customer(), [(item, 8)])
    line = order.lines.get()

    change(order, line, quantity=3 * UNIT)

    row = ScheduleLine.objects.get(line=line)
    assert (row.units, row.cancelled, line.units) == (8 * UNIT, 5 * UNIT, 3 * UNIT)
    assert (order.net, order.revision) == (300_000 * UNIT, 3)
    [status] = iscm.list_demand_status(DocRef("sales_order", order.pk))
    assert status.units.amount == 3 * UNIT
    other = crm.make_order(crm.make_customer(), [(item, 7)])
    [offered] = facade.ask_dates(other.pk, as_of=crm.NOW).lines
    assert [part.basis for part in offered.slices] == ["stock"]


def test_more_units_than_are_there_come_later_and_the_customer_is_told():
    item = crm.make_stocked_item(units=5)
    order = crm.make_confirmed(crm.make_customer(), [(item, 2)], in_days=1)
    line = order.lines.get()
    before = ScheduleLine.objects.get(line=line).promised_on

    change(order, line, quantity=9 * UNIT)

    row = ScheduleLine.objects.get(line=line)
    assert row.promised_on > before
    assert row.units == 9 * UNIT
    assert OutgoingMessage.objects.filter(key="order.promise_moved").count() == 1
    order.refresh_from_db()
    assert order.is_late


def test_another_day_is_asked_and_promised():
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2)])
    line = order.lines.get()

    change(order, line, requested_on=date(2026, 11, 20))

    row = ScheduleLine.objects.get(line=line)
    assert row.requested_on == row.promised_on == date(2026, 11, 20)


def test_a_line_that_becomes_zero_is_cancelled_and_the_rest_stays():
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2), (crm.make_stocked_item(), 1)])
    line = order.lines.get(number=1)

    change(order, line, quantity=0)

    assert order.state == "confirmed"
    assert (line.units, line.net, order.net) == (0, 0, 100_000 * UNIT)
    [shipment] = crm.release(crm.NOW + timedelta(days=12))
    crm.send(shipment, at=crm.NOW)
    order.refresh_from_db()
    assert order.state == "closed"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"quantity": -1}, "quantity"),
        ({"quantity": 10**14}, "quantity"),
        ({"requested_on": date(1900, 1, 1)}, "requested_on"),
        ({"requested_on": date(2999, 1, 1)}, "requested_on"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(facts, field):
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2)])
    line = order.lines.get()

    with pytest.raises(facade.OrderRefused) as caught:
        change(order, line, **facts)

    assert [problem.field for problem in caught.value.problems] == [field]
    order.refresh_from_db()
    assert order.revision == 2


def test_an_older_page_changes_nothing():
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2)])
    line = order.lines.get()
    change(order, line, quantity=3 * UNIT)
    order.revision = 2

    with pytest.raises(RevisionConflict):
        change(order, line, quantity=9 * UNIT)

    line.refresh_from_db()
    assert line.units == 3 * UNIT


def test_a_cancelled_order_frees_everything_and_the_customer_is_told():
    item = crm.make_stocked_item(units=4)
    order = crm.make_confirmed(crm.make_customer(), [(item, 4)])

    view = facade.cancel_order(order.pk, revision=order.revision, by=crm.BY, as_of=crm.NOW)
    crm.settle()

    assert view.state == "cancelled"
    row = ScheduleLine.objects.get(order=order)
    assert (row.cancelled, row.fulfilled) == (row.units, 0)
    other = crm.make_order(crm.make_customer(), [(item, 4)])
    assert not facade.ask_dates(other.pk, as_of=crm.NOW).lines[0].unpromised
    message = OutgoingMessage.objects.get(key="order.cancelled")
    assert item.code in message.values["lines"]
    with pytest.raises(IllegalTransition):
        facade.cancel_order(order.pk, revision=view.revision, by=crm.BY)


def test_cancelling_after_a_part_has_left_keeps_what_was_delivered():
    account = crm.make_customer()
    here, later = crm.make_stocked_item(), crm.make_stocked_item(units=0)
    order = crm.make_confirmed(account, [(here, 2), (later, 5)])
    [shipment] = crm.release(crm.NOW + timedelta(days=12))
    crm.send(shipment, at=crm.NOW)
    order.refresh_from_db()

    facade.cancel_order(order.pk, revision=order.revision, by=crm.BY, as_of=crm.NOW)
    crm.settle()

    order.refresh_from_db()
    assert (order.state, order.net) == ("closed", 200_000 * UNIT)
    assert [line.units for line in SalesOrderLine.objects.filter(order=order).order_by("number")] == [2 * UNIT, 0]


def test_a_draft_is_dropped_without_a_word():
    order = crm.make_order(crm.make_customer(), [(crm.make_stocked_item(), 1)])

    facade.cancel_order(order.pk, revision=1, by=crm.BY)

    assert SalesOrder.objects.get(pk=order.pk).state == "cancelled"
    assert not Event.objects.filter(kind="OrderChanged").exists()


def test_the_highest_revision_wins_whatever_comes_last():
    item = crm.make_stocked_item(units=5)
    order = crm.make_confirmed(crm.make_customer(), [(item, 2)], in_days=1)
    line = order.lines.get()
    change(order, line, quantity=9 * UNIT)
    row = ScheduleLine.objects.get(line=line)

    crm.tell_again()

    again = ScheduleLine.objects.get(line=line)
    assert (again.promise_revision, again.promised_on) == (row.promise_revision, row.promised_on)
    assert row.promise_revision > 1
