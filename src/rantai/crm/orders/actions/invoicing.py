"""Bill what was shipped, give back what came back, take money in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from rantai.crm import events
from rantai.crm.accounts import actions as accounts
from rantai.crm.orders import states
from rantai.crm.orders.models import (
    Invoice,
    InvoiceLine,
    Payment,
    ReturnShare,
    SalesOrder,
    SalesOrderLine,
    ShipmentShare,
)
from rantai.crm.orders.queries import orders
from rantai.crm.pricing import rules as amounts
from rantai.foundation.parties import actions as series
from rantai.foundation.parties.models import PaymentTerm
from rantai.kernel import audit, clock, jobs, money, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

PRINT_TASK = "crm.print_invoice"


class NothingToBill(Exception):
    """An order of which everything shipped is billed already."""

    def __init__(self, order: SalesOrder) -> None:
        self.order = order
        super().__init__(_("Everything shipped of %(order)s is billed. Ship more first.") % {"order": order})


class PaymentTooLarge(ValueError):
    """A payment above what is open; amounts in the invoice's currency."""

    def __init__(self, invoice: Invoice, amount: int) -> None:
        self.invoice, self.amount = invoice, amount
        super().__init__(
            _("%(amount)s is more than the %(open)s that are open on %(invoice)s. Record at most that.")
            % {
                "amount": money.Money(amount, invoice.currency),
                "open": money.Money(invoice.open_amount, invoice.currency),
                "invoice": invoice,
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """Units of an order line on a document, at their amount as priced."""

    line: SalesOrderLine
    units: int
    priced: int
    share: ShipmentShare | None = None
    returned: ReturnShare | None = None


def issue_invoice(order: SalesOrder, *, at: datetime, by: str) -> Invoice:
    """Bill everything that was shipped and not billed; raises NothingToBill. The caller holds the order's lock."""
    parts = list_unbilled(order)
    if not parts:
        raise NothingToBill(order)
    return _write(order, parts, kind="invoice", at=at, by=by)


def bill_shipment(order: SalesOrder, *, shipment_id: int, at: datetime, by: str) -> Invoice | None:
    """Bill one shipment, with the charges of the order that nobody billed yet; None where it was billed."""
    parts = list_unbilled(order, shipment_id=shipment_id)
    if not any(part.share for part in parts):
        return None
    invoice = _write(order, parts, kind="invoice", at=at, by=by)
    credit_returns(order, at=at, by=by)
    return invoice


def credit_reversed(order: SalesOrder, *, shipment_id: int, at: datetime, by: str) -> Invoice | None:
    """Credit what was billed of a shipment that was undone."""
    billed = InvoiceLine.objects.filter(
        share__order=order, share__shipment_id=shipment_id, share__reversed_at__isnull=False
    )
    credited = set(billed.filter(invoice__kind="credit_note").values_list("share_id", flat=True))
    rows = billed.filter(invoice__kind="invoice").exclude(share_id__in=credited)
    found = list(rows.select_related("invoice", "line", "line__tax_code", "share").order_by("id"))
    parts = [_Part(line=row.line, units=row.units, priced=_priced(row), share=row.share) for row in found]
    return _credit(order, parts, found, at=at, by=by)


def credit_returns(order: SalesOrder, *, at: datetime, by: str) -> Invoice | None:
    """Credit units that came back of lines that were billed."""
    open_returns = ReturnShare.objects.filter(schedule_line__order=order, credit_line=None)
    parts, found = [], []
    for returned in open_returns.select_related("schedule_line__line__tax_code").order_by("id"):
        line = returned.schedule_line.line
        billed = list(InvoiceLine.objects.filter(line=line, invoice__kind="invoice").select_related("invoice", "line"))
        units = sum(row.units for row in billed)
        if units < returned.units:
            continue
        priced = money.round_to_minor(
            money.round_half_up(sum(_priced(row) for row in billed) * returned.units, units), order.currency
        )
        parts.append(_Part(line=line, units=returned.units, priced=priced, returned=returned))
        found += billed
    return _credit(order, parts, found, at=at, by=by)


def record_payment(invoice_id: int, *, amount: int, received_on: date, reference: str = "", by: str) -> Payment:
    """Note money that arrived for an invoice, or that we paid for a credit note; records PaymentRecorded.

    Locks the invoice. Raises PaymentTooLarge, ValueError for an amount of nothing.
    """
    require_transaction()
    rows = Invoice.objects.select_related("order", "order__company").select_for_update(of=("self",))
    invoice = rows.get(pk=invoice_id)
    if amount <= 0:
        raise ValueError(_("Type an amount above zero."))
    if amount > invoice.open_amount:
        raise PaymentTooLarge(invoice, amount)
    payment = Payment.objects.create(
        invoice=invoice, amount=amount, received_on=received_on, reference=reference, recorded_by=by,
        recorded_at=clock.now(),
    )  # fmt: skip
    _lower_open(invoice, amount)
    audit.record(
        DocRef("invoice", invoice.pk),
        action="paid",
        by=by,
        changes={"amount": ["", str(money.Money(amount, invoice.currency))]},
    )
    outbox.record(
        events.PaymentRecorded(sales_order_id=invoice.order_id, invoice_id=invoice.pk, amount=amount, on=received_on)
    )
    return payment


def print_again(invoice: Invoice, *, by: str) -> None:
    """Queue the printing and sending of a document once more; what was sent already is not sent twice."""
    require_transaction()
    jobs.enqueue(PRINT_TASK, {"invoice_id": invoice.pk}, key=str(invoice.pk), actor=by)


def note_paper(invoice_id: int, *, attachment_id: int) -> None:
    """Remember the printed document of an invoice."""
    require_transaction()
    Invoice.objects.filter(pk=invoice_id).update(paper=attachment_id)


def list_unbilled(order: SalesOrder, *, shipment_id: int | None = None) -> list[_Part]:
    """Return the parts of an order that are to be billed: shares of shipments, charges with the first of them."""
    shares = ShipmentShare.objects.filter(order=order, reversed_at=None).exclude(
        Q(invoice_lines__invoice__kind="invoice")
    )
    shares = shares.filter(shipment_id=shipment_id) if shipment_id else shares
    found = list(shares.select_related("schedule_line").order_by("id"))
    lines = {line.pk: line for line in orders.list_lines(order.pk)}
    billed = _list_billed(order)
    parts = []
    for share in found:
        line = lines[share.schedule_line.line_id]
        units, priced = billed.get(line.pk, (0, 0))
        part = amounts.take_part(
            orders.priced_amount(line),
            taken=priced,
            after=units + share.units,
            whole=line.units,
            currency=order.currency,
        )
        billed[line.pk] = (units + share.units, priced + part)
        parts.append(_Part(line=line, units=share.units, priced=part, share=share))
    charges = [line for line in lines.values() if line.item.kind != "stocked" and line.pk not in billed and line.units]
    if found or not any(line.item.kind == "stocked" for line in lines.values()):
        parts += [_Part(line=line, units=line.units, priced=orders.priced_amount(line)) for line in charges]
    return parts


def _list_billed(order: SalesOrder) -> dict[int, tuple[int, int]]:
    """Return line → units and amount as priced that stand billed; what was reversed is not, what came back is."""
    billed: dict[int, tuple[int, int]] = {}
    rows = InvoiceLine.objects.filter(invoice__order=order, returned=None).select_related("invoice", "line")
    for row in rows:
        sign = -1 if row.invoice.kind == "credit_note" else 1
        units, priced = billed.get(row.line_id, (0, 0))
        billed[row.line_id] = (units + sign * row.units, priced + sign * _priced(row))
    return {pk: pair for pk, pair in billed.items() if pair[0]}


def _priced(row: InvoiceLine) -> int:
    return row.net + row.tax if row.line.is_inclusive else row.net


def _credit(
    order: SalesOrder, parts: Sequence[_Part], billed: Sequence[InvoiceLine], *, at: datetime, by: str
) -> Invoice | None:
    if not parts:
        return None
    corrects = billed[0].invoice
    note = _write(order, parts, kind="credit_note", at=at, by=by, corrects=corrects)
    _settle(corrects, note, by=by)
    return note


def _write(
    order: SalesOrder, parts: Sequence[_Part], *, kind: str, at: datetime, by: str, corrects: Invoice | None = None
) -> Invoice:
    """Write a document; its number comes from the gapless series as late as possible, which holds the series' row."""
    require_transaction()
    document = orders.work_out([part.line for part in parts], [part.priced for part in parts], currency=order.currency)
    issued_on = clock.business_date(at, order.company.zone)
    term = PaymentTerm.objects.filter(pk=order.payment_term_id or 0).first()
    open_base = orders.base_amount(order, document.gross)
    invoice = Invoice.objects.create(
        company_id=order.company_id, kind=kind, order=order, party_id=order.party_id, account_id=order.account_id,
        bill_to_id=order.bill_to_id, currency=order.currency, rate=order.rate, issued_on=issued_on,
        due_on=amounts.due_date(issued_on, days=term.days, end_of_month=term.end_of_month) if term else issued_on,
        net=document.net, tax=document.tax, total=document.gross, open_amount=document.gross, open_base=open_base,
        corrects=corrects, issued_by=by, issued_at=at,
    )  # fmt: skip
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice, number=number, line=part.line, share=part.share, returned=part.returned, units=part.units,
            quantity=money.round_half_up(part.units * part.line.factor_denominator, part.line.factor_numerator),
            net=amount.net, tax=amount.tax,
        )
        for number, (part, amount) in enumerate(zip(parts, document.lines, strict=True), start=1)
    )  # fmt: skip
    accounts.add_to_open_amount(order.account_id, amount=open_base if kind == "invoice" else -open_base)
    if not document.gross:
        states.INVOICES.move(invoice, "paid")
    audit.record(DocRef(kind, invoice.pk), action="issued", by=by)
    jobs.enqueue(PRINT_TASK, {"invoice_id": invoice.pk}, key=str(invoice.pk), actor=by)
    invoice.number = series.next_number(order.company_id, kind)
    Invoice.objects.filter(pk=invoice.pk).update(number=invoice.number)
    outbox.record(
        events.InvoiceIssued(
            sales_order_id=order.pk, invoice_id=invoice.pk, number=invoice.number, total=invoice.total,
            currency=invoice.currency,
        )
    )  # fmt: skip
    return invoice


def _settle(invoice: Invoice, note: Invoice, *, by: str) -> None:
    """Set a credit note against the open part of the invoice that it corrects."""
    invoice = Invoice.objects.select_related("order", "order__company").get(pk=invoice.pk)
    note = Invoice.objects.select_related("order", "order__company").get(pk=note.pk)
    amount = min(invoice.open_amount, note.open_amount)
    if not amount:
        return
    Payment.objects.create(
        invoice=invoice, credit_note=note, amount=amount, received_on=note.issued_on, reference=note.number,
        recorded_by=by, recorded_at=clock.now(),
    )  # fmt: skip
    _lower_open(invoice, amount)
    _lower_open(note, amount)


def _lower_open(invoice: Invoice, amount: int) -> None:
    open_amount = invoice.open_amount - amount
    open_base = orders.base_amount(invoice.order, open_amount)
    Invoice.objects.filter(pk=invoice.pk).update(open_amount=F("open_amount") - amount, open_base=open_base)
    sign = 1 if invoice.kind == "invoice" else -1
    accounts.add_to_open_amount(invoice.account_id, amount=sign * (open_base - invoice.open_base))
    invoice.open_amount, invoice.open_base = open_amount, open_base
    if not open_amount and invoice.state == "issued":
        states.INVOICES.move(invoice, "paid")
