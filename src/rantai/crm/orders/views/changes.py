"""Change a confirmed order: the new date stands beside the old one before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rantai.crm.orders import forms
from rantai.crm.orders.actions import changing, holding
from rantai.crm.orders.models import SalesOrder
from rantai.crm.orders.queries import asking, drafts, orders, units
from rantai.crm.orders.views import edge, ripples
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, conflicts, formats, toasts


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Why finance has to let a change go first; held: it was asked already."""

    text: str
    is_held: bool


@require_http_methods(["GET", "POST"])
@access.permission_required("orders.change")
def change_order(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Show the lines to change, what the change would mean, and make it."""
    order = get_object_or_404(SalesOrder.objects.select_related("company", "account", "party"), pk=order_id)
    if order.state != "confirmed":
        toasts.warn(request, _("Only a confirmed order is changed; %(order)s is not one.") % {"order": order})
        return redirect(edge.order_url(order_id))
    rows = _make_rows(request, order)
    context: dict[str, Any] = {"house": "customers", "order": order, "rows": rows}
    context["items"] = forms.list_suggestions()
    status = 200
    if request.method == "POST":
        answer = _take(request, order, context)
        if answer is not None:
            return answer
        status = 422 if any(row["form"].errors for row in rows) else 200
    return render(request, "crm/orders/change.html", context, status=status)


def _make_rows(request: HttpRequest, order: SalesOrder) -> list[dict[str, Any]]:
    schedule = {row.line_id: row for row in asking.list_schedule(order.pk)}
    names = units.name_units()
    rows = []
    for line in orders.list_lines(order.pk):
        row = schedule.get(line.pk)
        initial = {"quantity": line.quantity, "requested_on": row.requested_on if row else None}
        form = forms.ChangeForm(request.POST or None, prefix=f"line-{line.pk}", initial=initial)
        if row is None:
            del form.fields["requested_on"], form.fields["item"]
        rows.append({"line": line, "schedule": row, "form": form, "unit": names.get(line.unit_code, line.unit_code)})
    return rows


def _take(request: HttpRequest, order: SalesOrder, context: dict[str, Any]) -> HttpResponse | None:
    rows = context["rows"]
    wrong = [row for row in rows if not row["form"].is_valid()]
    if wrong:
        return None
    as_of = clock.now()
    try:
        planned = changing.plan_changes(order, [_to_change(row) for row in rows], as_of=as_of)
        offer = _ask(order, planned)
        if request.POST.get("do") == "apply" and planned:
            return _apply(request, order, planned, offer)
    except drafts.OrderRefused as refused:
        _show_problems(refused, rows)
        return None
    except edge.REFUSALS as problem:
        toasts.hurt(request, str(problem))
        return redirect(request.path)
    context["preview"] = _preview(order, planned, offer)
    context["refused"] = _find_refusal(order, planned)
    context["ripple"] = _find_ripple(request, order, planned, offer)
    return None


def _to_change(row: dict[str, Any]) -> changing.LineChange:
    cleaned = row["form"].cleaned_data
    item = cleaned.get("item")
    return changing.LineChange(
        line_id=row["line"].pk, quantity=cleaned["quantity"], requested_on=cleaned.get("requested_on"),
        item_id=item.pk if item else None,
    )  # fmt: skip


def _ask(order: SalesOrder, planned: tuple[changing.PlannedChange, ...]) -> messages.Offer:
    schedule = {row.pk: row for row in asking.list_schedule(order.pk)}
    asked = [plan.asked for plan in planned if plan.asked]
    return asking.ask_for_changes(order, schedule, asked, as_of=clock.now())


def _apply(
    request: HttpRequest, order: SalesOrder, planned: tuple[changing.PlannedChange, ...], offer: messages.Offer
) -> HttpResponse:
    revision, by = clicks.read_revision(request), edge.actor(request)
    try:
        run_atomic(
            lambda: changing.change_order(
                order.pk, planned=planned, offer=offer, expected_revision=revision, by=by, as_of=clock.now()
            )
        )
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, href=edge.order_url(order.pk))
    except holding.CreditExceeded as error:
        run_atomic(partial(holding.place_credit_hold, error, wanted=changing.say_changes(planned), by=by))
        toasts.hurt(request, _("Not changed yet: finance has to let it go. Then change it again."))
        return redirect(edge.order_url(order.pk))
    toasts.say(request, _("Changed. The customer is told where a date moved."))
    return redirect(edge.order_url(order.pk))


def _find_refusal(order: SalesOrder, planned: tuple[changing.PlannedChange, ...]) -> Refused | None:
    """Say beforehand what the customer's credit does not cover."""
    try:
        changing.require_credit(order, planned)
    except (holding.CreditExceeded, holding.OrderHeld) as refusal:
        return Refused(text=str(refusal), is_held=isinstance(refusal, holding.OrderHeld))
    return None


def _find_ripple(
    request: HttpRequest, order: SalesOrder, planned: tuple[changing.PlannedChange, ...], offer: messages.Offer
) -> ripples.Shown | None:
    """Ask operations to try the change and undo it: what else moves, what is frozen, who gains, what it costs."""
    now, by = clock.now(), edge.actor(request)
    demands, added = changing.describe_trial(order, planned, offer, by=by, as_of=now)
    if not demands:
        return None
    found = iscm.preview_change(demands, added=added, as_of=now, by=by)
    return ripples.show(found, order, user=cast(User, request.user), today=edge.today())


def _show_exchange(
    plan: changing.PlannedChange, offered: messages.OfferLine | None, currency: str
) -> dict[str, Any] | None:
    """Show what comes in a line's place, at which price, and when each part of it does."""
    new = plan.exchanged
    if new is None or plan.schedule is None:
        return None
    names = units.name_units()
    slices = offered.slices if offered and len(offered.slices) > 1 else ()
    return {
        "item": new.item,
        "quantity": formats.quantity(new.quantity, names.get(new.unit_code, new.unit_code)),
        "price": formats.money(new.unit_price, currency),
        "left": formats.quantity(plan.schedule.fulfilled) if plan.schedule.fulfilled else "",
        "parts": [(formats.quantity(part.units), part.promised_on) for part in slices],
    }


def _preview(
    order: SalesOrder, planned: tuple[changing.PlannedChange, ...], offer: messages.Offer
) -> list[dict[str, Any]]:
    offered = {line.line: line for line in offer.lines}
    rows = []
    for plan in planned:
        line = offered.get(plan.line.pk)
        after = max((part.promised_on for part in line.slices), default=None) if line else None
        before = plan.schedule.promised_on if plan.schedule else None
        rows.append(
            {
                "line": plan.line,
                "quantity": plan.quantity,
                "is_cancelled": not plan.quantity,
                "before": before,
                "after": after,
                "days": (after - before).days if after and before else None,
                "is_late": bool(after and plan.wanted_on and after > plan.wanted_on),
                "exchange": _show_exchange(plan, line, order.currency),
            }
        )
    return rows


def _show_problems(refused: drafts.OrderRefused, rows: list[dict[str, Any]]) -> None:
    by_number = {row["line"].number: row["form"] for row in rows}
    for problem in refused.problems:
        form = by_number.get(problem.line + 1, rows[0]["form"])
        form.add_error(problem.field if problem.field in form.fields else None, problem.text)
