"""What suppliers answered and noticed, and the forecasts that they were shown."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties.models import Party
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import run_atomic
from rantai.srm.buying import states
from rantai.srm.buying.actions import commits
from rantai.srm.buying.models import PurchaseOrder, PurchaseScheduleLine
from rantai.srm.collaboration import actions, forms, queries
from rantai.srm.collaboration.models import ForecastPublication
from rantai.srm.messages import AnswerLine, AnswerPart, PurchaseAnswer
from rantai.ui import toasts

REFUSALS = (
    actions.BadAnswer,
    actions.NotYourOrder,
    actions.OlderRevision,
    actions.OrderNotOpen,
    commits.LessThanReceived,
    commits.MoreThanAsked,
)


@require_safe
@access.permission_required("purchasing.view")
def order(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Show what the supplier said of an order, newest first."""
    row = get_object_or_404(PurchaseOrder.objects.select_related("supplier"), pk=order_id)
    roots = PurchaseScheduleLine.objects.filter(line__order=row, root=None).select_related("line__item")
    context = {
        "house": "suppliers",
        "order": row,
        "answers": queries.list_answers(order_id),
        "notices": queries.list_notices(order_id),
        "roots": roots.order_by("line__position", "position") if row.state in states.AWAITED else (),
    }
    return _render(request, "srm/collaboration/order.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("purchasing.edit")
def answer(request: HttpRequest, schedule_id: int) -> HttpResponseBase:
    """Note what a supplier answered by telephone or mail."""
    rows = PurchaseScheduleLine.objects.select_related("line__order", "line__item")
    row = get_object_or_404(rows, pk=schedule_id, root=None)
    order = row.line.order
    first = {
        "units": sum(part.asked for part in commits.list_group(row)),
        "on": row.due_on,
        "asked_revision": order.asked_revision,
    }
    form = forms.AnswerForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        return _record(request, row, form)
    context = {"house": "suppliers", "order": order, "row": row, "form": form}
    return render(request, "srm/collaboration/answer.html", context, status=422 if form.errors else 200)


@require_safe
@access.permission_required("purchasing.view")
def supplier(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Show which versions of our forecast a supplier was shown."""
    party = get_object_or_404(Party, pk=party_id)
    context = {"house": "suppliers", "party": party, "publications": queries.list_publications(party_id)[:20]}
    return _render(request, "srm/collaboration/supplier.html", context)


@require_safe
@access.permission_required("purchasing.view")
def forecast(request: HttpRequest, publication_id: int) -> HttpResponseBase:
    """Show one shared forecast, bucket by bucket, with what the version before said."""
    rows = ForecastPublication.objects.select_related("supplier")
    publication = get_object_or_404(rows, pk=publication_id)
    buckets = publication.rows.select_related("item__base_unit", "location")
    context = {
        "house": "suppliers",
        "publication": publication,
        "rows": [
            {
                "row": row,
                "is_changed": row.was_units is not None and row.was_units != row.units,
                "is_new": row.was_units is None,
            }
            for row in buckets.order_by("item__code", "location__code", "bucket_start")[:2000]
        ],
    }
    return render(request, "srm/collaboration/forecast.html", context)


def _record(request: HttpRequest, row: PurchaseScheduleLine, form: forms.AnswerForm) -> HttpResponse:
    cleaned = form.cleaned_data
    confidence = cleaned["confidence"]
    said = PurchaseAnswer(
        order_id=row.line.order_id,
        supplier_id=row.line.order.supplier_id,
        asked_revision=cleaned["asked_revision"],
        lines=(
            AnswerLine(
                schedule_id=row.pk,
                parts=(AnswerPart(units=Quantity(cleaned["units"]), on=cleaned["on"]),),
                reason=cleaned["reason"],
                confidence=None if confidence is None else confidence * 100,
            ),
        ),
        source="user",
        by=request.user.actor,  # type: ignore[union-attr]
    )
    try:
        outcome = run_atomic(lambda: actions.record_answer(said))
    except REFUSALS as problem:
        toasts.hurt(request, str(problem))
    else:
        if outcome.is_repeat:
            toasts.warn(request, _("The same was answered before. Nothing was changed."))
        else:
            toasts.say(request, _("Noted. Whoever leans on it is told."))
    return redirect(reverse("srm_buying:order", args=[row.line.order_id]))


def _render(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return render(request, f"{template}#body" if request.headers.get("HX-Request") else template, context)
