"""The page of one purchase order and what is done on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.kernel.quantities import Quantity
from rantai.srm.buying import forms, states
from rantai.srm.buying.actions import asked_changes, sending
from rantai.srm.buying.actions import orders as actions
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder, PurchaseScheduleLine
from rantai.srm.buying.queries import paper as papers
from rantai.srm.buying.views import edge, sheets
from rantai.srm.messages import PurchaseChange
from rantai.ui import clicks, toasts


@require_safe
@access.permission_required("purchasing.view")
def order(request: access.StaffRequest, order_id: int) -> HttpResponseBase:
    """Show an order: whether it comes when it should, its lines, what happened, what can be done now."""
    row = get_object_or_404(
        PurchaseOrder.objects.select_related("supplier", "company__party", "location", "payment_term"), pk=order_id
    )
    sees_cost = request.user.has_perm(access.SEES_COST)
    return render(request, "srm/buying/order.html", sheets.describe_order(row, today=edge.today(), sees_cost=sees_cost))


@require_POST
@access.permission_required("purchasing.approve")
def approve(request: HttpRequest, order_id: int) -> HttpResponse:
    """Approve a draft."""
    revision = clicks.read_revision(request)
    return edge.attempt(
        request,
        lambda: actions.approve_order(order_id, revision=revision, by=edge.actor(request), on=edge.today()),
        said=_("Approved. It can be sent now."),
        back=edge.order_url(order_id),
    )


@require_POST
@access.permission_required("purchasing.edit")
def reopen(request: HttpRequest, order_id: int) -> HttpResponse:
    """Take an approval back."""
    revision = clicks.read_revision(request)
    return edge.attempt(
        request,
        lambda: actions.reopen_draft(order_id, revision=revision, by=edge.actor(request)),
        said=_("It is a draft again."),
        back=edge.order_url(order_id),
    )


@require_POST
@access.permission_required("purchasing.edit")
def send(request: HttpRequest, order_id: int) -> HttpResponse:
    """Send an approved order with its paper and an answer link."""
    return _send_paper(
        request, order_id, sending.send_order, said=_("Sent. The supplier can answer by the link in the letter.")
    )


@require_POST
@access.permission_required("purchasing.edit")
def send_again(request: HttpRequest, order_id: int) -> HttpResponse:
    """Send the order once more with a fresh link."""
    return _send_paper(request, order_id, sending.send_again, said=_("Sent once more."))


@require_POST
@access.permission_required("purchasing.edit")
def ask_changes(request: HttpRequest, order_id: int) -> HttpResponse:
    """Put the proposed changes to the supplier."""
    return _send_paper(request, order_id, sending.ask_changes, said=_("The supplier is asked."))


@require_POST
@access.permission_required("purchasing.edit")
def remind(request: HttpRequest, order_id: int) -> HttpResponse:
    """Ask for the answer that is missing."""
    return edge.attempt(
        request,
        lambda: sending.remind_supplier(order_id, by=edge.actor(request), on=edge.today()),
        said=_("Reminded; once a day is enough."),
        back=edge.order_url(order_id),
    )


@require_POST
@access.permission_required("purchasing.edit")
def close(request: HttpRequest, order_id: int) -> HttpResponse:
    """End an order; what never came is given up."""
    revision = clicks.read_revision(request)
    return edge.attempt(
        request,
        lambda: actions.close_order(order_id, revision=revision, by=edge.actor(request)),
        said=_("Closed."),
        back=edge.order_url(order_id),
    )


@require_POST
@access.permission_required("purchasing.approve")
def cancel(request: HttpRequest, order_id: int) -> HttpResponse:
    """Cancel an order, and tell the supplier who has it."""
    revision, reason = clicks.read_revision(request), request.POST.get("reason", "")[:200]

    def work() -> None:
        had_it = bool(get_object_or_404(PurchaseOrder, pk=order_id).asked_revision)
        row = actions.cancel_order(order_id, revision=revision, by=edge.actor(request), reason=reason)
        if had_it:
            sending.tell_cancelled(row, by=edge.actor(request), reason=reason)

    return edge.attempt(request, work, said=_("Cancelled."), back=edge.order_url(order_id))


@require_http_methods(["GET", "POST"])
@access.permission_required("purchasing.edit")
def note(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Edit what the order tells its supplier."""
    row = get_object_or_404(PurchaseOrder, pk=order_id)
    form = forms.NoteForm(request.POST or None, initial={"note": row.note, "revision": row.revision})
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        return edge.attempt(
            request,
            lambda: actions.set_note(
                order_id, revision=cleaned["revision"], note=cleaned["note"], by=edge.actor(request)
            ),
            said=_("Note saved."),
            back=edge.order_url(order_id),
        )
    context = {"house": "suppliers", "order": row, "form": form}
    return render(request, "srm/buying/note.html", context, status=422 if form.errors else 200)


@require_safe
@access.permission_required("purchasing.view")
@access.permission_required(access.SEES_COST)
def paper(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Give the order as a PDF in the supplier's language."""
    row = get_object_or_404(PurchaseOrder, pk=order_id)
    printed = _print(request, order_id)
    if isinstance(printed, HttpResponse):
        return printed
    return HttpResponse(
        printed,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{row.number or row.pk}.pdf"'},
    )


@require_http_methods(["GET", "POST"])
@access.permission_required("purchasing.edit")
def schedule(request: HttpRequest, schedule_id: int) -> HttpResponseBase:
    """Want another quantity or day: at once before sending, afterwards as a change to ask for."""
    row = get_object_or_404(
        PurchaseScheduleLine.objects.select_related("line__order", "line__item__base_unit"), pk=schedule_id, root=None
    )
    order = row.line.order
    asked = row.asked + sum(part.asked for part in row.splits.all())
    first = {"units": asked, "due_on": row.requested_on, "revision": order.revision}
    form = forms.ScheduleForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        return _change(request, row, form.cleaned_data)
    context = {"house": "suppliers", "order": order, "row": row, "form": form, "is_sent": order.state in states.AWAITED}
    return render(request, "srm/buying/schedule.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("purchasing.edit")
def give_up(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Give up the units that the supplier does not commit to."""
    row = get_object_or_404(PurchaseScheduleLine.objects.select_related("line"), pk=schedule_id)
    revision, units = clicks.read_revision(request), row.asked - max(row.committed or 0, row.received)
    return edge.attempt(
        request,
        lambda: actions.cancel_rest(schedule_id, units=units, revision=revision, by=edge.actor(request)),
        said=_("Given up. The plan looks for another supply."),
        back=edge.order_url(row.line.order_id),
    )


@require_POST
@access.permission_required("purchasing.edit")
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """Drop a change before it is asked."""
    row = get_object_or_404(PurchaseChangeRequest.objects.select_related("schedule__line"), pk=request_id)
    return edge.attempt(
        request,
        lambda: asked_changes.withdraw_change(request_id, by=edge.actor(request)),
        said=_("Dropped. The order stays as it was."),
        back=edge.order_url(row.schedule.line.order_id),
    )


def _change(request: HttpRequest, row: PurchaseScheduleLine, cleaned: dict[str, Any]) -> HttpResponse:
    change = PurchaseChange(
        ref=row.line.ref,
        schedule_id=row.pk,
        units=Quantity(cleaned["units"]),
        due_on=cleaned["due_on"],
        reason=str(cleaned["reason"]),
        by=edge.actor(request),
    )

    def work() -> None:
        actions.lock_order(row.line.order_id, revision=int(str(cleaned["revision"])))
        asked_changes.change_purchases([change])

    is_sent = row.line.order.state in states.AWAITED
    said = _("Noted. Ask the supplier when all changes are in.") if is_sent else _("Changed.")
    return edge.attempt(request, work, said=said, back=edge.order_url(row.line.order_id))


def _print(request: HttpRequest, order_id: int) -> bytes | HttpResponse:
    get_object_or_404(PurchaseOrder, pk=order_id)
    try:
        return papers.render_order(order_id)
    except edge.REFUSALS as problem:
        toasts.hurt(request, str(problem))
        return redirect(edge.order_url(order_id))


def _send_paper(request: HttpRequest, order_id: int, send: Callable[..., object], *, said: str) -> HttpResponse:
    """Print an order, then send it in a transaction of its own; a paper that cannot be printed says why."""
    printed = _print(request, order_id)
    if isinstance(printed, HttpResponse):
        return printed
    return edge.attempt(
        request,
        lambda: send(order_id, by=edge.actor(request), on=edge.today(), paper=printed),
        said=said,
        back=edge.order_url(order_id),
    )
