"""Goods that come in: what is expected, what arrived, and posting it."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm.fulfilment import forms, queries
from rantai.iscm.fulfilment.actions import receipts as actions
from rantai.iscm.fulfilment.models import GoodsReceipt
from rantai.iscm.fulfilment.views import edge, sheets, tables
from rantai.iscm.inventory.views import edge as stock
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.srm import facade as srm
from rantai.srm import messages as srm_messages
from rantai.ui import toasts


@require_safe
@access.permission_required("receipts.view")
def receipts(request: HttpRequest) -> HttpResponseBase:
    """Show what came in; the title says what should be here by now."""
    today = stock.today()
    expected = srm.list_receivable()
    context = {
        "house": "operations",
        "due": sum(line.expected_on <= today for line in expected),
        "expected": len(expected),
    }
    table = tables.ReceiptTable(tables.list_receipts(), request=request, today=today)
    return table.respond("iscm/fulfilment/receipts.html", context)


@require_safe
@access.permission_required("receipts.view")
def expected(request: HttpRequest) -> HttpResponseBase:
    """Show what is on its way to us, soonest first, to post it when it is here."""
    today = stock.today()
    lines = srm.list_receivable()
    items = Item.objects.select_related("base_unit").in_bulk({line.item_id for line in lines})
    places = Location.objects.in_bulk({line.location_id for line in lines if line.location_id})
    context = {
        "house": "operations",
        "due": sum(line.expected_on <= today for line in lines),
        "rows": [
            {
                "line": line,
                "item": items[line.item_id],
                "name": pick(items[line.item_id].name),
                "place": places.get(line.location_id or 0),
                "is_late": line.expected_on < today,
            }
            for line in lines[:200]
        ],
        "count": len(lines),
    }
    return render(request, "iscm/fulfilment/expected.html", context)


@require_safe
@access.permission_required("receipts.view")
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponseBase:
    """Show one receipt: what came, what of it is good."""
    rows = GoodsReceipt.objects.select_related("supplier", "location", "reverses")
    row = get_object_or_404(rows, pk=receipt_id)
    lines = queries.list_receipt_lines(row)
    back = GoodsReceipt.objects.filter(reverses=row).first()
    context = {
        "house": "operations",
        "receipt": row,
        "lines": [
            {"row": line, "name": pick(line.item.name), "rejected": line.units - line.accepted} for line in lines
        ],
        "rejected": any(line.accepted < line.units for line in lines),
        "back": back,
        "can_reverse": back is None and row.reverses_id is None,
        "entries": sheets.list_entries(DocRef("goods_receipt", row.pk)),
        "ref": DocRef("goods_receipt", row.pk),
    }
    return render(request, "iscm/fulfilment/receipt.html", context)


@require_POST
@access.permission_required("receipts.work")
def reverse(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Take a wrong receipt back."""
    get_object_or_404(GoodsReceipt, pk=receipt_id)
    at, by = clock.now(), stock.actor(request)

    def work() -> None:
        row = GoodsReceipt.objects.select_for_update().get(pk=receipt_id)
        actions.reverse_receipt(row, at=at, by=by)

    return edge.attempt(
        request,
        work,
        said=_("Taken back. The purchase order waits for the goods again."),
        back=edge.receipt_url(receipt_id),
    )


@require_http_methods(["GET", "POST"])
@access.permission_required("receipts.work")
def post(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Enter what arrived of a purchase order and post it."""
    lines = [line for line in srm.get_purchase_lines([DocRef("purchase_order", order_id)]) if line.is_receivable]
    items = Item.objects.select_related("base_unit").in_bulk({line.item_id for line in lines})
    data = request.POST or None
    head = forms.ReceiptForm(data, initial={"key": uuid4().hex})
    by_line = {line.ref.line: _line_form(line, items[line.item_id], data) for line in lines}
    if request.method == "POST" and all([head.is_valid(), *(form.is_valid() for form in by_line.values())]):
        made = _post(request, head, by_line)
        if made:
            return redirect(edge.receipt_url(made.pk))
    context = {
        "house": "operations",
        "order_id": order_id,
        "first": lines[0] if lines else None,
        "head": head,
        "rows": [
            {
                "line": line,
                "item": items[line.item_id],
                "name": pick(items[line.item_id].name),
                "form": by_line[line.ref.line],
            }
            for line in lines
        ],
    }
    return render(
        request, "iscm/fulfilment/post_receipt.html", context, status=422 if request.method == "POST" else 200
    )


@require_safe
@access.permission_required("receipts.view")
def purchase_receipts(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Show what came of a purchase order, as a part of its page or by itself."""
    rows = queries.list_receipts_of(DocRef("purchase_order", order_id))
    lines = srm.get_purchase_lines([DocRef("purchase_order", order_id)])
    context = {
        "house": "operations",
        "order_id": order_id,
        "receipts": rows,
        "can_post": any(line.is_receivable for line in lines),
    }
    template = "iscm/fulfilment/purchase_receipts.html"
    return render(request, f"{template}#body" if request.headers.get("HX-Request") else template, context)


def _line_form(line: srm_messages.PurchaseLine, item: Item, data: object) -> forms.ReceiptLineForm:
    return forms.ReceiptLineForm(
        data, prefix=f"l{line.ref.line}", line=line, tracking=item.tracking, initial={"units": line.open_units.amount}
    )


def _post(
    request: HttpRequest, head: forms.ReceiptForm, by_line: dict[int, forms.ReceiptLineForm]
) -> GoodsReceipt | None:
    arrived = [_read_line(form) for form in by_line.values() if form.cleaned_data["units"]]
    if not arrived:
        head.add_error(None, _("Enter for at least one line what arrived."))
        return None
    first = next(iter(by_line.values())).line
    place = Location.objects.get(pk=first.location_id or 0)
    arrival = actions.Arrival(
        company_id=place.company_id or 0,
        location_id=place.pk,
        supplier_id=first.supplier_id,
        order_id=first.ref.id,
        order_number=first.order_number,
        lines=tuple(arrived),
        delivery_note=head.cleaned_data["delivery_note"],
        key=head.cleaned_data["key"],
    )
    try:
        made = run_atomic(lambda: actions.post_receipt(arrival, at=clock.now(), by=stock.actor(request)))
    except edge.REFUSALS as problem:
        head.add_error(None, str(problem))
        return None
    toasts.say(request, _("%(number)s is posted.") % {"number": made})
    return made


def _read_line(form: forms.ReceiptLineForm) -> actions.ArrivedLine:
    units = Quantity(form.cleaned_data["units"]).amount
    return actions.ArrivedLine(
        ref=form.line.ref,
        item_id=form.line.item_id,
        units=units,
        accepted=units - (form.cleaned_data["rejected"] or 0),
        lot_code=form.cleaned_data.get("lot", ""),
        serials=form.serial_numbers,
    )
