"""What CRM does about the facts of the houses below, and of its own; each may be told twice and acts once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rantai.crm import events as own
from rantai.crm.loyalty.actions import points
from rantai.crm.orders.actions import alarms, fulfilling, letters
from rantai.crm.orders.queries import orders
from rantai.iscm import events
from rantai.iscm import facade as iscm
from rantai.kernel import clock, jobs
from rantai.kernel.facts import Fact
from rantai.kernel.refs import DocRef

OURS = "sales_order"


def on_order_confirmed(fact: own.OrderConfirmed) -> None:
    """Write to the customer what was ordered and when each line is promised; let operations sense what it means."""
    ref = DocRef(OURS, fact.sales_order_id)
    letters.tell_received(orders.get_order(fact.sales_order_id), iscm.list_demand_status(ref))
    jobs.enqueue("crm.print_confirmation", {"order_id": fact.sales_order_id}, key=str(fact.sales_order_id))
    iscm.sense_demand_soon()


def on_order_changed(fact: own.OrderChanged) -> None:
    """Write to the customer what was cancelled; a changed date is told by the promise that moved."""
    if fact.cancelled:
        letters.tell_cancelled(orders.get_order(fact.sales_order_id))


def on_lines_exchanged(fact: own.LinesExchanged) -> None:
    """Write to the customer once which items come now and when; let operations sense what it means."""
    order = orders.get_order(fact.sales_order_id)
    statuses = iscm.list_demand_status(DocRef(OURS, fact.sales_order_id))
    pairs = dict(zip(fact.new_lines, fact.old_lines, strict=True))
    letters.tell_exchanged(order, pairs, statuses=statuses, revision=fact.revision)
    iscm.sense_demand_soon()


def on_promise_revised(fact: events.PromiseRevised) -> None:
    """Copy the promise; the highest revision wins."""
    if fact.order_kind == OURS:
        fulfilling.take_promise(fact, heard_at=clock.now())


def on_milestone_reached(fact: events.MilestoneReached) -> None:
    """Move the line to the stage, tell the customer, bill, close."""
    if fact.order_kind == OURS:
        fulfilling.reach_stage(fact)


def on_delivery_note_printed(fact: events.DeliveryNotePrinted) -> None:
    """Tell the customer that goods left, with their paper."""
    if fact.order_kind == OURS:
        fulfilling.tell_handed_over(fact)


def on_shipped(fact: events.Shipped) -> None:
    """Count what left."""
    if fact.order_kind == OURS:
        fulfilling.note_shipped(fact)


def on_shipment_reversed(fact: events.ShipmentReversed) -> None:
    """Take back what had left, and its invoice."""
    if fact.order_kind == OURS:
        fulfilling.note_reversed(fact)


def on_shortage_foreseen(fact: events.ShortageForeseen) -> None:
    """Tell who looks after the order."""
    if fact.order_kind == OURS:
        alarms.tell_shortage(fact)


def on_return_received(fact: events.ReturnReceived) -> None:
    """Count what came back and credit it."""
    if fact.order_kind == OURS:
        fulfilling.note_returned(fact)


def on_invoice_issued(fact: own.InvoiceIssued) -> None:
    """Post the points of an invoice, or take back those of a credit note."""
    points.post_invoice(fact.invoice_id, moment="invoiced", at=clock.now())


def on_payment_recorded(fact: own.PaymentRecorded) -> None:
    """Post the points of an invoice that is paid, where a programme waits for that."""
    points.post_invoice(fact.invoice_id, moment="paid", at=clock.now())


HANDLED: tuple[tuple[type[Fact], Callable[[Any], None]], ...] = (
    (own.OrderConfirmed, on_order_confirmed),
    (own.OrderChanged, on_order_changed),
    (own.LinesExchanged, on_lines_exchanged),
    (events.PromiseRevised, on_promise_revised),
    (events.MilestoneReached, on_milestone_reached),
    (events.DeliveryNotePrinted, on_delivery_note_printed),
    (events.Shipped, on_shipped),
    (events.ShipmentReversed, on_shipment_reversed),
    (events.ReturnReceived, on_return_received),
    (events.ShortageForeseen, on_shortage_foreseen),
    (own.InvoiceIssued, on_invoice_issued),
    (own.PaymentRecorded, on_payment_recorded),
)
"""Which handler hears which fact; config.wiring subscribes them."""
