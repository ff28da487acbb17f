"""Invoices, credit notes and the money that came in for them."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.crm.orders import forms
from rantai.crm.orders.actions import invoicing
from rantai.crm.orders.models import Invoice, InvoiceLine, Payment, SalesOrder
from rantai.crm.orders.queries import asking, lists, papers, units
from rantai.crm.orders.views import edge, tables
from rantai.foundation.access import rules as access
from rantai.foundation.documents import papers as printing
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, texts
from rantai.kernel.money import Money
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, shapes, toasts


@require_safe
@access.permission_required("invoices.view")
def list_invoices(request: HttpRequest) -> HttpResponseBase:
    """Show invoices; the title says what is overdue."""
    today = edge.today()
    table = tables.InvoiceTable(lists.list_invoices(today), request=request, today=today)
    debts = lists.count_debts(today)
    currency = parties.get_company().currency
    context = {
        "house": "customers",
        "debts": debts,
        "open": Money(debts.owed, currency),
        "overdue": Money(debts.overdue_owed, currency),
    }
    return table.respond("crm/orders/invoices.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("invoices.view")
def invoice(request: HttpRequest, invoice_id: int) -> HttpResponseBase:
    """Show one invoice, and record what was paid for it."""
    row = get_object_or_404(
        Invoice.objects.select_related("order__company", "order__account", "order__party", "party", "corrects"),
        pk=invoice_id,
    )
    may_record = request.user.has_perm("payments.record") and row.open_amount > 0
    first = {"amount": row.open_amount, "received_on": edge.today()}
    form = forms.PaymentForm(request.POST or None, today=edge.today(), initial=first)
    if request.method == "POST" and may_record and form.is_valid():
        answer = _record(request, row, form)
        if answer is not None:
            return answer
    context = {**_describe(row), "form": form if may_record else None}
    return render(request, "crm/orders/invoice.html", context, status=422 if form.errors else 200)


@require_safe
@access.permission_required("invoices.view")
def paper(request: HttpRequest, invoice_id: int) -> HttpResponseBase:
    """Give the invoice as a PDF in the customer's language."""
    row = get_object_or_404(Invoice.objects.select_related("order__party", "order__account", "corrects"), pk=invoice_id)
    pdf = printing.render_paper(
        "invoice", language=row.order.party.language, values=papers.describe_invoice(row), company_id=row.company_id
    )
    headers = {"Content-Disposition": f'inline; filename="{row.number}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_safe
@access.permission_required("orders.view")
def confirmation(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Give the order confirmation as a PDF in the customer's language."""
    order = get_object_or_404(SalesOrder.objects.select_related("party", "account"), pk=order_id)
    pdf = printing.render_paper(
        "order_confirmation",
        language=order.party.language,
        values=papers.describe_confirmation(order),
        company_id=order.company_id,
    )
    headers = {"Content-Disposition": f'inline; filename="{order.number or order.pk}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_safe
@access.permission_required("orders.view")
def quotation(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Give a draft as a quotation in the customer's language, with the dates that are offered now."""
    drafts = SalesOrder.objects.filter(state="draft").select_related("party", "account", "company")
    order = get_object_or_404(drafts, pk=order_id)
    offer = asking.ask_order(order_id, as_of=clock.now()).offer
    values = papers.describe_quotation(order, offer, today=edge.today())
    pdf = printing.render_paper("quotation", language=order.party.language, values=values, company_id=order.company_id)
    headers = {"Content-Disposition": f'inline; filename="{values["number"]}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_safe
@access.permission_required("invoices.view")
def list_payments(request: HttpRequest) -> HttpResponseBase:
    """Show money that came in."""
    today = edge.today()
    since = today - timedelta(days=30)
    currency = parties.get_company().currency
    table = tables.PaymentTable(lists.list_payments(), request=request, today=today)
    context = {"house": "customers", "sum": Money(lists.sum_payments(since), currency)}
    return table.respond("crm/orders/payments.html", context)


@require_POST
@access.permission_required("invoices.issue")
def send_again(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Print and send an invoice whose paper is missing."""
    row = get_object_or_404(Invoice, pk=invoice_id)
    return edge.attempt(
        request,
        lambda: invoicing.print_again(row, by=edge.actor(request)),
        said=_("It is being printed and goes out in a moment."),
        back=request.POST.get("back") or edge.order_url(row.order_id),
    )


def _record(request: HttpRequest, row: Invoice, form: forms.PaymentForm) -> HttpResponse | None:
    cleaned = form.cleaned_data
    try:
        run_atomic(
            lambda: invoicing.record_payment(
                row.pk, amount=cleaned["amount"], received_on=cleaned["received_on"], reference=cleaned["reference"],
                by=edge.actor(request),
            )
        )  # fmt: skip
    except invoicing.PaymentTooLarge as problem:
        form.add_error("amount", str(problem))
        return None
    toasts.say(
        request, _("Payment of %(amount)s recorded.") % {"amount": formats.money(cleaned["amount"], row.currency)}
    )
    return redirect(request.path)


def _describe(row: Invoice) -> dict[str, object]:
    order, currency = row.order, row.currency
    names = units.name_units()
    lines = InvoiceLine.objects.filter(invoice=row).select_related("line__item", "share").order_by("number")
    facts = [
        shapes.Fact(_("Customer"), row.party.name, href=reverse("crm_accounts:customer", args=[row.party_id])),
        shapes.Fact(pgettext("sales order", "Order"), order.number, href=edge.order_url(order.pk)),
        shapes.Fact(_("Issued"), row.issued_on),
        shapes.Fact(_("Due"), row.due_on, hurt=False),
        shapes.Fact(_("Net"), Money(row.net, currency), rule=True),
        shapes.Fact(_("Tax"), Money(row.tax, currency)),
        shapes.Fact(_("Total"), Money(row.total, currency), strong=True),
        shapes.Fact(_("Open amount"), Money(row.open_amount, currency), rule=True, strong=True),
    ]
    if row.corrects:
        href = reverse("crm_orders:invoice", args=[row.corrects_id])
        facts.insert(2, shapes.Fact(_("Corrects"), row.corrects.number, href=href))
    return {
        "house": "customers",
        "invoice": row,
        "order": order,
        "is_credit": row.kind == "credit_note",
        "overdue_days": (edge.today() - row.due_on).days if row.open_amount and row.kind == "invoice" else 0,
        "open": Money(row.open_amount, currency),
        "facts": facts,
        "lines": [
            {
                "name": texts.pick(line.line.item.name),
                "code": line.line.item.code,
                "quantity": formats.quantity(line.quantity, names.get(line.line.unit_code, line.line.unit_code)),
                "shipment": line.share.shipment_number if line.share else "",
                "net": formats.amount(line.net, currency),
                "tax": formats.amount(line.tax, currency),
            }
            for line in lines
        ],
        "payments": [
            shapes.Entry(
                formats.money(paid.amount, currency) + (f" · {paid.reference}" if paid.reference else ""),
                paid.received_on,
                _("credit note") if paid.credit_note_id else "",
                "customers",
            )
            for paid in Payment.objects.filter(invoice=row).order_by("id")
        ],
    }
