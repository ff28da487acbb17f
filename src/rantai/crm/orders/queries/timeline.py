"""Everything that happened to an order: acts of people, facts of operations, messages to the customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.crm.orders.models import Invoice, SalesOrder, SalesOrderLine
from rantai.crm.orders.queries import stages
from rantai.foundation.access.models import User
from rantai.foundation.messages.models import OutgoingMessage
from rantai.kernel.models import AuditEntry, Event
from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity
from rantai.ui import formats, shapes

ACTS = {
    "captured": gettext_lazy("Order taken down"),
    "edited": gettext_lazy("Draft edited"),
    "confirmed": gettext_lazy("Order confirmed"),
    "changed": gettext_lazy("Order changed"),
    "cancelled": gettext_lazy("Order cancelled"),
    "held": gettext_lazy("Order held"),
    "released": gettext_lazy("Order released"),
    "link_ended": gettext_lazy("Tracking link ended"),
    "written": gettext_lazy("Written to the customer"),
    "questions_closed": gettext_lazy("Questions closed without an answer"),
    "return_authorized": gettext_lazy("Return allowed"),
    "return_ended": gettext_lazy("Return awaited no more"),
}


def list_entries(order: SalesOrder) -> list[shapes.Entry]:
    """Return what happened, newest first."""
    entries = [*_acts(order), *_facts(order), *_invoices(order), *_messages(order)]
    return sorted(entries, key=lambda entry: entry.at.timestamp(), reverse=True)  # type: ignore[union-attr]


def _acts(order: SalesOrder) -> Iterator[shapes.Entry]:
    rows = list(AuditEntry.objects.filter(ref_kind="sales_order", ref_id=order.pk, action__in=ACTS).order_by("id"))
    names = name_actors({row.actor for row in rows})
    for row in rows:
        yield shapes.Entry(str(ACTS[row.action]), row.at, names[row.actor], "customers", quote=_quote(row))


def _facts(order: SalesOrder) -> Iterator[shapes.Entry]:
    """Tell a shipment's stage once, though each of its lines reached it."""
    codes = dict(SalesOrderLine.objects.filter(order=order).values_list("pk", "item__code"))
    told = set()
    rows = Event.objects.filter(stream=f"sales_order.demand:{order.pk}").order_by("stream_seq")
    for event in rows:
        payload = event.payload
        subject = payload.get("shipment_id") or payload["line"]
        key = (event.kind, payload.get("milestone"), subject, payload.get("position"), payload.get("at"))
        if event.kind == "MilestoneReached" and key not in told:
            told.add(key)
            yield _say_stage(payload, codes)
        elif event.kind == "PromiseRevised" and payload["cause"] not in {"first", "cancelled", "exchanged"}:
            yield _say_promise(event, payload, codes)
        elif event.kind in _PLAIN:
            yield shapes.Entry(
                str(_PLAIN[event.kind]) % {"units": Quantity(payload["units"]), "item": codes.get(payload["line"], "")},
                parse_datetime(payload["at"]),
                "",
                "operations",
            )


_PLAIN = {
    "ShipmentReversed": gettext_lazy("Shipment taken back: %(units)s of %(item)s"),
    "ReturnReceived": gettext_lazy("Came back: %(units)s of %(item)s"),
}


def _say_stage(payload: dict[str, Any], codes: dict[int, str]) -> shapes.Entry:
    text = str(stages.NAMES.get(payload["milestone"], payload["milestone"]))
    if payload.get("of"):
        text = _("%(stage)s: step %(step)s of %(steps)s") % {
            "stage": text, "step": payload["position"], "steps": payload["of"],
        }  # fmt: skip
    carrier = " ".join(filter(None, [payload.get("carrier"), payload.get("tracking")]))
    who = carrier or ("" if payload.get("shipment_id") else codes.get(payload["line"], ""))
    return shapes.Entry(text, parse_datetime(payload["at"]), who, "operations")


def _say_promise(event: Event, payload: dict[str, Any], codes: dict[int, str]) -> shapes.Entry:
    day = parse_date(payload["promised_on"]) if payload["promised_on"] else None
    item = codes.get(payload["line"], "")
    if day is None:
        text = _("%(item)s has no date any more") % {"item": item}
    else:
        shown = formats.day(day, today=event.recorded_at.date())
        text = _("%(item)s promised for %(day)s") % {"item": item, "day": shown}
    return shapes.Entry(text, event.recorded_at, str(CAUSE_NAMES.get(payload["cause"], payload["cause"])), "operations")


CAUSE_NAMES = {
    "customer": gettext_lazy("the customer asked"),
    "supply_late": gettext_lazy("supply late"),
    "supply_early": gettext_lazy("supply early"),
    "supply_cancelled": gettext_lazy("supply cancelled"),
    "expedited": gettext_lazy("a faster supplier"),
    "plan": gettext_lazy("new plan"),
    "stock_count": gettext_lazy("stock changed"),
    "shortage": gettext_lazy("shortage"),
    "picked_short": gettext_lazy("picked short"),
}
"""Why a promise moved, for our own people."""


def _invoices(order: SalesOrder) -> Iterator[shapes.Entry]:
    for row in Invoice.objects.filter(order=order).prefetch_related("payments"):
        href = reverse("crm_orders:invoice", args=[row.pk])
        kind = _("Invoice %(number)s") if row.kind == "invoice" else _("Credit note %(number)s")
        total = formats.money(row.total, row.currency)
        yield shapes.Entry(f"{kind % {'number': row.number}} · {total}", row.issued_at, "", "customers", href=href)
        for paid in row.payments.all():
            if paid.credit_note_id is None:
                amount = formats.money(Money(paid.amount, row.currency))
                yield shapes.Entry(
                    _("Paid: %(amount)s") % {"amount": amount}, paid.recorded_at, paid.reference, "customers"
                )


def _messages(order: SalesOrder) -> Iterator[shapes.Entry]:
    for row in OutgoingMessage.objects.filter(ref_kind="sales_order", ref_id=order.pk):
        name = str(LETTERS.get(row.key, row.key))
        if row.state in {"refused", "failed"}:
            yield shapes.Entry(
                _("Could not tell the customer: %(what)s") % {"what": name}, row.recorded_at, "", "", True, row.error
            )
        else:
            href = reverse("foundation_messages:message", args=[row.pk])
            yield shapes.Entry(
                _("Told the customer: %(what)s") % {"what": name}, row.recorded_at, row.address, "", href=href
            )


LETTERS = {
    "order.received": gettext_lazy("order received"),
    "order.promise_moved": gettext_lazy("date moved"),
    "order.date_lost": gettext_lazy("no date yet"),
    "order.date_found": gettext_lazy("new date"),
    "order.cancelled": gettext_lazy("order cancelled"),
    "order.exchanged": gettext_lazy("another item"),
    "order.return_authorized": gettext_lazy("how to return"),
    "order.answered": gettext_lazy("answer to a question"),
    "invoice.issued": gettext_lazy("invoice"),
    "invoice.credited": gettext_lazy("credit note"),
    **{f"order.{code}": name for code, name in stages.NAMES.items()},
}


def name_actors(actors: set[str]) -> dict[str, str]:
    """Return how people call those whom the kernel knows as 'user:12'."""
    ids = {actor: int(actor.removeprefix("user:")) for actor in actors if actor.removeprefix("user:").isdigit()}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=ids.values())}
    return {actor: names.get(ids.get(actor, 0), "" if actor in ids or actor == "system" else actor) for actor in actors}


def _quote(row: AuditEntry) -> str:
    """Say which lines an act changed."""
    if row.action != "changed":
        return ""
    return " · ".join(f"{name}: {before} → {after}" for name, (before, after) in row.changes.items())
