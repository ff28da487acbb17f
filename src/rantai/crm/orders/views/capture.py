"""A new order, or a draft that is edited: price and date of each line stand there before anything is firm."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rantai.crm.accounts import queries as accounts
from rantai.crm.messages import OrderDraft
from rantai.crm.orders import forms
from rantai.crm.orders.actions import capturing
from rantai.crm.orders.models import SalesOrder
from rantai.crm.orders.queries import asking, drafts
from rantai.crm.orders.views import edge, sheets, ways
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, conflicts, toasts


@require_http_methods(["GET", "POST"])
@access.permission_required("orders.capture")
def new_order(request: HttpRequest) -> HttpResponseBase:
    """Take an order down: first whose it is, then its lines."""
    party_id = clicks.read_id(request.GET.get("customer"))
    party = Party.objects.filter(pk=party_id, archived_at=None).first() if party_id else None
    if party is None:
        return _choose_customer(request)
    return _edit(request, party=party, order=None)


@require_http_methods(["GET", "POST"])
@access.permission_required("orders.capture")
def edit_order(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Edit a draft."""
    order = get_object_or_404(SalesOrder.objects.select_related("party"), pk=order_id)
    if order.state != "draft":
        toasts.warn(request, _("%(order)s is not a draft any more. Change it instead.") % {"order": order})
        return redirect(edge.order_url(order_id))
    return _edit(request, party=order.party, order=order)


def _choose_customer(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    rows = accounts.list_customers(words) if words else accounts.list_recent_customers()
    context = {"house": "customers", "words": words, "customers": list(rows[: forms.MAX_SHOWN])}
    return render(request, "crm/orders/choose_customer.html", context)


def _edit(request: HttpRequest, *, party: Party, order: SalesOrder | None) -> HttpResponse:
    head = forms.OrderForm(request.POST or None, party_id=party.pk, initial=_head_of(order))
    posted = _with_added_line(request)
    stored = forms.describe_lines(order) if order and posted is None else None
    lines = forms.OrderLines(posted, prefix="lines", initial=stored)
    context: dict[str, Any] = {
        "house": "customers",
        "party": party,
        "order": order,
        "head": head,
        "lines": lines,
        "find": request.POST.get("find", ""),
        "found": forms.search_items(request.POST.get("find", "")),
        "items": forms.list_suggestions(),
    }
    status = 200
    if request.method == "POST" and _read_do(request) in {"quote", "save", "confirm"}:
        answer = _take(request, context)
        if answer is not None:
            return answer
        status = 422 if head.errors or lines.total_error_count() else 200
    return render(request, "crm/orders/edit.html", context, status=status)


def _take(request: HttpRequest, context: dict[str, Any]) -> HttpResponse | None:
    """Quote, save or confirm what was typed; None shows the form again, with what is wrong or what it would cost."""
    head, lines, order = context["head"], context["lines"], context["order"]
    if not (head.is_valid() and lines.is_valid()):
        return None
    company = parties.get_company()
    draft = forms.make_draft(
        head, lines, party_id=context["party"].pk, company_id=company.pk, today=edge.today(), as_of=clock.now(),
        by=edge.actor(request),
    )  # fmt: skip
    try:
        if _read_do(request) == "quote":
            priced = drafts.price_draft(draft)
            offer = asking.ask_for_draft(priced, as_of=draft.as_of)
            found = asking.list_ways(priced, offer, as_of=draft.as_of)
            shown = ways.show_ways(priced, found, user=cast(User, request.user), today=edge.today())
            context["quote"] = sheets.show_quote(priced, offer, shown, today=edge.today())
            return None
        return _save(request, draft, order, revision=head.cleaned_data["revision"] or 0)
    except drafts.OrderRefused as refused:
        forms.show_problems(refused, head, lines)
        return None


def _save(request: HttpRequest, draft: OrderDraft, order: SalesOrder | None, *, revision: int) -> HttpResponse:
    """Write the draft in one transaction and, where asked, confirm it in a second one."""
    try:
        saved = run_atomic(
            lambda: (
                capturing.edit_draft(order, draft=draft, expected_revision=revision)
                if order
                else capturing.capture_order(draft)
            )
        )
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, href=edge.order_url(order.pk if order else 0))
    if request.POST["do"] == "confirm" and request.user.has_perm("orders.confirm"):
        try:
            done = edge.confirm(saved.pk, revision=saved.revision, by=draft.by, as_of=draft.as_of)
        except edge.REFUSALS as problem:
            toasts.hurt(request, str(problem))
        else:
            toasts.say(request, _("%(number)s is confirmed. The customer is told.") % {"number": done.order.number})
    else:
        toasts.say(request, _("Saved as a draft. Nothing is promised yet."))
    return redirect(edge.order_url(saved.pk))


def _head_of(order: SalesOrder | None) -> dict[str, Any]:
    if order is None:
        return {}
    return {
        "ship_to": order.ship_to_id,
        "customer_reference": order.customer_reference,
        "ships_complete": order.ships_complete,
        "revision": order.revision,
    }


def _with_added_line(request: HttpRequest) -> dict[str, Any] | None:
    """Return what was posted, with another way to serve a line where one was taken, or a line for an item found."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    if data.get("take"):
        ways.take_way(data, str(data["take"]), most=drafts.MAX_LINES)
    code, count = data.get("add", ""), clicks.read_id(data.get("lines-TOTAL_FORMS"))
    if code:
        empty = next((place for place in range(count) if not data.get(f"lines-{place}-item")), count)
        data[f"lines-{empty}-item"] = code[:120]
        data.setdefault(f"lines-{empty}-quantity", "")
        data["lines-TOTAL_FORMS"] = str(max(count, empty + 1))
    elif data.get("do") == "more":
        data["lines-TOTAL_FORMS"] = str(min(count + 5, drafts.MAX_LINES))
    return data


def _read_do(request: HttpRequest) -> str:
    """Return what was asked; whoever takes another way wants to see what it comes to."""
    return "quote" if request.POST.get("take") else request.POST.get("do", "")
