"""The list of shipments, the page of one, and the work on it."""

from __future__ import annotations

from collections.abc import Callable

from django import forms as django_forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.documents import actions as documents
from rantai.iscm.fulfilment import forms, queries
from rantai.iscm.fulfilment.actions import papers, reversals, withdrawals
from rantai.iscm.fulfilment.actions import shipments as actions
from rantai.iscm.fulfilment.models import PickTask, Shipment
from rantai.iscm.fulfilment.views import edge, sheets, tables
from rantai.iscm.inventory.views import edge as stock
from rantai.kernel import clock
from rantai.kernel.refs import DocRef
from rantai.ui import toasts

Act = Callable[[Shipment], object]


@require_safe
@access.permission_required("shipments.view")
def shipments(request: HttpRequest) -> HttpResponseBase:
    """Show shipments; the title says what must leave today."""
    today = stock.today()
    table = tables.ShipmentTable(tables.list_shipments(today), request=request, today=today)
    context = {
        "house": "operations",
        "to_pick": queries.count_to_pick(today),
        "late": queries.count_late(today),
    }
    return table.respond("iscm/fulfilment/shipments.html", context)


@require_safe
@access.permission_required("shipments.view")
def shipment(request: HttpRequest, shipment_id: int) -> HttpResponseBase:
    """Show a shipment: what to fetch and what comes next."""
    rows = Shipment.objects.select_related("party", "location", "address")
    row = get_object_or_404(rows, pk=shipment_id)
    return render(request, "iscm/fulfilment/shipment.html", sheets.describe_shipment(row, today=stock.today()))


@require_POST
@access.permission_required("shipments.work")
def pick(request: HttpRequest, task_id: int) -> HttpResponse:
    """Tick one place off, with what was found there."""
    task = get_object_or_404(PickTask, pk=task_id)
    shipment_id = task.line.shipment_id
    form = forms.PickForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form, shipment_id)

    def work(locked: Shipment) -> None:
        fresh = PickTask.objects.select_related("line__item", "reservation__balance").get(pk=task_id)
        fresh.line.shipment = locked
        actions.pick(fresh, found=form.cleaned_data["found"], at=clock.now(), by=stock.actor(request))

    return _act(request, shipment_id, work, said=_("Noted."))


@require_POST
@access.permission_required("shipments.work")
def pick_all(request: HttpRequest, shipment_id: int) -> HttpResponse:
    """Tick everything off."""
    at, by = clock.now(), stock.actor(request)
    return _act(request, shipment_id, lambda row: actions.pick_all(row, at=at, by=by), said=_("All picked."))


@require_POST
@access.permission_required("shipments.work")
def pack(request: HttpRequest, shipment_id: int) -> HttpResponse:
    """Close the boxes."""
    form = forms.PackForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form, shipment_id)
    at, by = clock.now(), stock.actor(request)
    return _act(
        request,
        shipment_id,
        lambda row: actions.pack(row, packages=form.cleaned_data["packages"], weight_g=form.read_grams(), at=at, by=by),
        said=_("Packed."),
    )


@require_POST
@access.permission_required("shipments.work")
def ship(request: HttpRequest, shipment_id: int) -> HttpResponse:
    """Hand the goods over; the delivery note is printed right after and hangs on the shipment."""
    form = forms.ShipForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form, shipment_id)
    carrier, tracking = form.cleaned_data["carrier"], form.cleaned_data["tracking"]
    at, by = clock.now(), stock.actor(request)
    return _act(
        request,
        shipment_id,
        lambda row: actions.ship(row, carrier=carrier, tracking=tracking, at=at, by=by),
        said=_("Shipped. The customer is told."),
    )


@require_POST
@access.permission_required("shipments.work")
def deliver(request: HttpRequest, shipment_id: int) -> HttpResponse:
    """Note that the goods are there, with the proof."""
    form = forms.DeliverForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refuse(request, form, shipment_id)
    proof, file = form.cleaned_data["proof"], form.cleaned_data["file"]
    content = _read(file)
    at, by = clock.now(), stock.actor(request)

    def work(row: Shipment) -> None:
        if content:
            documents.attach(_ref(row), name=file.name, content=content, purpose="proof", by=by)
        actions.deliver(row, proof=proof, at=at, by=by)

    return _act(request, shipment_id, work, said=_("Delivered."))


@require_POST
@access.permission_required("shipments.work")
def reverse(request: HttpRequest, shipment_id: int) -> HttpResponse:
    """Take goods back that have not arrived."""
    at, by = clock.now(), stock.actor(request)
    return _act(
        request,
        shipment_id,
        lambda row: reversals.reverse_shipment(row, at=at, by=by),
        said=_("Taken back. The goods stand here again, packed."),
    )


@require_POST
@access.permission_required("shipments.work")
def cancel(request: HttpRequest, shipment_id: int) -> HttpResponse:
    """Cancel a shipment that has not left."""
    at, by = clock.now(), stock.actor(request)
    return _act(
        request,
        shipment_id,
        lambda row: withdrawals.cancel_shipment(row, at=at, by=by),
        said=_("Cancelled. The order looks for another supply."),
    )


@require_safe
@access.permission_required("shipments.view")
def paper(request: HttpRequest, shipment_id: int) -> HttpResponseBase:
    """Give the delivery note as a PDF in the consignee's language."""
    row = get_object_or_404(Shipment, pk=shipment_id)
    try:
        printed = papers.render_delivery_note(row.pk)
    except edge.REFUSALS as problem:
        toasts.hurt(request, str(problem))
        return redirect(edge.shipment_url(row.pk))
    disposition = f'inline; filename="{row.number}.pdf"'
    return HttpResponse(printed, content_type="application/pdf", headers={"Content-Disposition": disposition})


@require_safe
@access.permission_required("shipments.view")
def order_shipments(request: HttpRequest, kind: str, order_id: int) -> HttpResponseBase:
    """Show the shipments of an order, as a part of its page or by themselves."""
    rows = queries.list_of_order(DocRef(kind, order_id))
    context = {
        "house": "operations",
        "rows": [{"shipment": row, "state": tables.SHIPMENT_STATES[row.state]} for row in rows],
    }
    template = "iscm/fulfilment/order_shipments.html"
    return render(request, f"{template}#body" if request.headers.get("HX-Request") else template, context)


def _act(request: HttpRequest, shipment_id: int, work: Act, *, said: str) -> HttpResponse:
    """Do one thing to a locked shipment and go back to its page."""
    get_object_or_404(Shipment, pk=shipment_id)
    back = edge.shipment_url(shipment_id)
    return edge.attempt(request, lambda: work(queries.lock_shipment(shipment_id)), said=said, back=back)


def _refuse(request: HttpRequest, form: django_forms.Form, shipment_id: int) -> HttpResponse:
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        toasts.hurt(request, f"{label}: {' '.join(str(error) for error in errors)}")
    return redirect(edge.shipment_url(shipment_id))


def _read(file: UploadedFile | None) -> bytes:
    return file.read() if file else b""


def _ref(row: Shipment) -> DocRef:
    return DocRef("shipment", row.pk)
