"""What a customer asked by the tracking page and what was written to the customer."""

from __future__ import annotations

from functools import partial

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rantai.crm.orders import forms
from rantai.crm.orders.actions import questions
from rantai.crm.orders.models import SalesOrder
from rantai.crm.orders.views import edge
from rantai.foundation.access import rules as access
from rantai.foundation.documents import queries as documents
from rantai.kernel import clock
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from rantai.ui import shapes, toasts


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("orders.view")
def conversation(request: access.StaffRequest, order_id: int) -> HttpResponseBase:
    """Show what was said with the customer, as a part of the order's page or by itself; take what to write."""
    order = get_object_or_404(_list_told(), pk=order_id)
    if request.method == "POST" and not request.user.has_perm("orders.change"):
        access.refuse()
    form = forms.AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text, author = form.cleaned_data["text"], request.user
        run_atomic(partial(questions.write_to_customer, order, author=author, text=text, at=clock.now()))
        toasts.say(request, _("Written. It goes to the customer in a moment."))
        return redirect(f"{edge.order_url(order_id)}#conversation")
    template = "crm/orders/conversation.html"
    is_part = request.headers.get("HX-Request") and request.method != "POST"
    status = 422 if form.errors else 200
    return render(request, f"{template}#body" if is_part else template, _describe(order, form), status=status)


@require_POST
@access.permission_required("orders.change")
def close_questions(request: access.StaffRequest, order_id: int) -> HttpResponse:
    """Let what was asked wait no more: it was answered otherwise, or needs no answer."""
    get_object_or_404(_list_told(), pk=order_id)
    return edge.attempt(
        request,
        partial(questions.close_questions, order_id, by=edge.actor(request)),
        said=_("Nobody waits for an answer here now."),
        back=f"{edge.order_url(order_id)}#conversation",
    )


def _list_told() -> QuerySet[SalesOrder]:
    """Return orders whose customer has a link: a draft has none."""
    return SalesOrder.objects.exclude(number="").select_related("company", "account", "party")


def _describe(order: SalesOrder, form: forms.AnswerForm) -> dict[str, object]:
    said = list(documents.list_conversation(DocRef("sales_order", order.pk)))
    return {
        "house": "customers",
        "order": order,
        "form": form,
        "waiting": sum(row.kind == "customer" and row.answered_at is None for row in said),
        "posts": [
            shapes.Comment(
                author=str(row.author or row.party), text=row.text, at=row.at,
                note=_("waits for an answer") if row.kind == "customer" and row.answered_at is None else "",
            )
            for row in said
        ],
    }  # fmt: skip
