"""Requisitions to decide: proposals with their reasons, one by one or many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel import changes, decisions
from rantai.kernel.models import DecisionRecord
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm.buying import forms
from rantai.srm.buying.actions import requisitions as actions
from rantai.srm.buying.models import PurchaseRequisition
from rantai.srm.buying.views import edge, proposals, tables
from rantai.srm.messages import PurchaseRequest
from rantai.ui import clicks

SHOWN = 20


@require_safe
@access.permission_required("purchasing.view")
def requisitions(request: access.StaffRequest) -> HttpResponseBase:
    """Show what waits for a decision, the most urgent first, each with its reasons; below it the whole list."""
    today = edge.today()
    sees_cost = request.user.has_perm(access.SEES_COST)
    kind = tables.RequisitionTable if sees_cost else tables.CostlessRequisitionTable
    table = kind(tables.list_requisitions(), request=request, today=today)
    waiting = PurchaseRequisition.objects.filter(state="open")
    rows = waiting.select_related("item__base_unit", "supplier", "source", "location", "company")
    urgent = list(rows.order_by("order_on", "-value_at_stake", "id")[:SHOWN])
    context = {
        "house": "suppliers",
        "is_desk": request.GET.get("view", "open") == "open" and not request.GET.get("q"),
        "count": waiting.count(),
        "overdue": waiting.filter(order_on__lt=today).count(),
        "proposals": proposals.describe(urgent, today=today, sees_cost=sees_cost),
    }
    return table.respond("srm/buying/requisitions.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("purchasing.view")
def requisition(request: access.StaffRequest, requisition_id: int) -> HttpResponseBase:
    """Show one requisition and change it while it is open."""
    rows = PurchaseRequisition.objects.select_related("item__base_unit", "supplier", "source", "location", "company")
    row = get_object_or_404(rows, pk=requisition_id)
    may_change = row.state == "open" and request.user.has_perm("purchasing.edit")
    initial = {
        "units": row.units,
        "due_on": row.due_on,
        "supplier": row.supplier_id,
        "source": row.source_id,
        "revision": row.revision,
    }
    form = forms.RequisitionForm(row.item, data=request.POST or None, initial=initial)
    if request.method == "POST" and may_change and form.is_valid():
        return _change(request, row, form)
    sees_cost = request.user.has_perm(access.SEES_COST)
    (proposal,) = proposals.describe([row], today=edge.today(), sees_cost=sees_cost)
    order = row.schedules.select_related("line__order").order_by("-id").first()
    context = {
        "house": "suppliers",
        "row": row,
        "form": form,
        "proposal": proposal,
        "may_change": may_change,
        "order": order.line.order if order else None,
        "ref": DocRef("purchase_requisition", row.pk),
    }
    return render(request, "srm/buying/requisition.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access.permission_required("purchasing.edit")
def new(request: HttpRequest) -> HttpResponseBase:
    """Ask for something by hand."""
    form = forms.NewRequisitionForm(data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        return edge.attempt(
            request,
            lambda: _request(request, cleaned),
            said=_("Noted; decide it below."),
            back=reverse("srm_buying:requisitions"),
        )
    context = {"house": "suppliers", "form": form}
    return render(request, "srm/buying/new_requisition.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("purchasing.edit")
def accept(request: HttpRequest, requisition_id: int) -> HttpResponse:
    """Put one requisition on an order."""
    return _order(request, [requisition_id], revision=clicks.read_revision(request))


@require_POST
@access.permission_required("purchasing.edit")
def order_many(request: HttpRequest) -> HttpResponse:
    """Put the ticked requisitions on orders, bundled."""
    return _order(request, clicks.read_ids(request), revision=None)


@require_POST
@access.permission_required("purchasing.edit")
def dismiss(request: HttpRequest, requisition_id: int) -> HttpResponse:
    """Let one requisition go."""
    return _dismiss(request, [requisition_id])


@require_POST
@access.permission_required("purchasing.edit")
def dismiss_many(request: HttpRequest) -> HttpResponse:
    """Let the ticked requisitions go."""
    return _dismiss(request, clicks.read_ids(request))


@require_POST
@access.permission_required("purchasing.edit")
def reopen_many(request: HttpRequest) -> HttpResponse:
    """Take dismissals back."""
    ids = clicks.read_ids(request)

    def reopen(row: PurchaseRequisition) -> None:
        actions.reopen_requisition(row, by=edge.actor(request))

    said = ngettext("%(n)s requisition is open again", "%(n)s requisitions are open again", len(ids)) % {"n": len(ids)}
    return _each(request, ids, "dismissed", reopen, said=said)


def _order(request: HttpRequest, ids: Sequence[int], *, revision: int | None) -> HttpResponse:
    def work() -> None:
        rows = PurchaseRequisition.objects.filter(pk__in=ids).select_related("item", "company").order_by("id")
        found = list(rows)
        if revision is not None:
            actions.require_revision(found[0], revision)
        by = edge.actor(request)
        actions.order_requisitions(found, by=by, on=edge.today())
        _decide(found, state="accepted", by=by)

    if not ids:
        return redirect("srm_buying:requisitions")
    said = ngettext("%(n)s requisition stands on a draft order", "%(n)s requisitions stand on draft orders", len(ids))
    return edge.attempt(request, work, said=said % {"n": len(ids)}, back=reverse("srm_buying:requisitions"))


def _dismiss(request: HttpRequest, ids: Sequence[int]) -> HttpResponse:
    by = edge.actor(request)

    def let_go(row: PurchaseRequisition) -> None:
        actions.dismiss_requisition(row, by=by, reason=request.POST.get("reason", ""))
        _decide([row], state="dismissed", by=by)

    said = ngettext("%(n)s requisition dismissed", "%(n)s requisitions dismissed", len(ids)) % {"n": len(ids)}
    undo = reverse("srm_buying:reopen_requisitions") + "?" + "&".join(f"ids={pk}" for pk in ids[:50])
    return _each(request, ids, "open", let_go, said=said, undo=undo)


def _each(
    request: HttpRequest,
    ids: Sequence[int],
    state: str,
    do: Callable[[PurchaseRequisition], None],
    *,
    said: str,
    undo: str = "",
) -> HttpResponse:
    def work() -> None:
        for row in PurchaseRequisition.objects.filter(pk__in=ids, state=state).order_by("id"):
            do(row)

    back = reverse("srm_buying:requisitions")
    return edge.attempt(request, work, said=said, back=back, undo=undo) if ids else redirect(back)


def _decide(rows: Sequence[PurchaseRequisition], *, state: str, by: str) -> None:
    """Note the decision on the proposals that the requisitions came from."""
    for row in rows:
        open_ones = DecisionRecord.objects.filter(
            subject_kind=row.cause_kind, subject_id=row.cause_id, state="proposed"
        )
        decisions.decide(open_ones.values_list("pk", flat=True), state=state, by=by)


def _change(request: HttpRequest, row: PurchaseRequisition, form: forms.RequisitionForm) -> HttpResponse:
    cleaned = form.cleaned_data
    source, supplier = cleaned["source"], cleaned["supplier"]
    chosen = supplier.party_id if supplier else (source.supplier_id if source else None)

    def work() -> None:
        actions.change_requisition(
            row,
            revision=cleaned["revision"],
            by=edge.actor(request),
            units=Quantity(cleaned["units"]),
            due_on=cleaned["due_on"],
            supplier_id=chosen,
            source_id=source.pk if source and source.supplier_id in (None, chosen) else None,
            reason=cleaned["reason"],
        )
        _decide([row], state="changed", by=edge.actor(request))

    return edge.attempt(request, work, said=_("Changed."), back=reverse("srm_buying:requisition", args=[row.pk]))


def _request(request: HttpRequest, cleaned: dict[str, Any]) -> None:
    item, location, supplier = cleaned["item"], cleaned["location"], cleaned["supplier"]
    company = parties.get_company(location.company_id)
    actions.request_purchases(
        [
            PurchaseRequest(
                company_id=company.pk,
                # a person's wish has no document behind it: its cause is a number of its own
                cause=DocRef("manual", changes.next_change()),
                item_id=item.pk,
                supplier_id=supplier.party_id if supplier else None,
                source_id=None,
                location_id=location.pk,
                units=Quantity(cleaned["units"]),
                due_on=cleaned["due_on"],
                order_on=min(edge.today(), cleaned["due_on"]),
                by=edge.actor(request),
            )
        ]
    )
