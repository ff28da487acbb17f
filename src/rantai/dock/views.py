"""Pages behind a supplier's link: the order, the answer, the parcel. No account, party scope in every query."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rantai.dock import forms, holds, rules
from rantai.foundation.access import queries as access
from rantai.foundation.access import rules as permissions
from rantai.foundation.access.models import LinkToken
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.srm import facade as srm
from rantai.srm.messages import AnswerLine, PurchaseAnswer, PurchaseToAnswer, StageNotice
from rantai.ui import toasts

Page = Callable[[HttpRequest, str, PurchaseToAnswer, LinkToken], HttpResponseBase]


def by_link(page: Page) -> Callable[..., HttpResponseBase]:
    """Let a page answer whoever holds a live link to an order of theirs; everybody else learns why not."""

    @permissions.public
    @never_cache
    @wraps(page)
    def guarded(request: HttpRequest, token: str) -> HttpResponseBase:
        if rules.is_too_often(request, token=token):
            return _refuse(request, "often", status=429)
        link = access.find_any_link(token, "answer")
        if link is None or link.subject_kind != "purchase_order" or link.party_id is None:
            return _refuse(request, "unknown", status=404)
        with translation.override(_choose_language(request, link)):
            return _admit(request, token, link, page)

    return guarded


def _admit(request: HttpRequest, token: str, link: LinkToken, page: Page) -> HttpResponseBase:
    language = translation.get_language()
    order = srm.find_order_to_answer(link.subject_id, supplier_id=link.party_id or 0, language=language)
    if order is None:
        return _refuse(request, "unknown", status=404)
    if order.state in ("closed", "cancelled"):
        return _refuse(request, order.state, status=410, order=order)
    if link.revoked_at is not None:
        return _refuse(request, "revoked", status=410, order=order)
    if not access.is_usable(link):
        return _refuse(request, "expired", status=410, order=order)
    return page(request, token, order, link)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def answer(request: HttpRequest, token: str, order: PurchaseToAnswer, link: LinkToken) -> HttpResponseBase:
    """Show an order and take the answer to it."""
    if request.method != "POST":
        return _show(request, token, order, forms.AnswerForm(order))
    asked = _read_revision(request)
    if asked is not None and asked != order.asked_revision:
        return _show_older(request, token, order, link, asked)
    form = forms.AnswerForm(order, request.POST)
    takes_all = request.POST.get("do") == "all" and asked is not None
    if takes_all and form.list_deviating() and "sure" not in request.POST:
        form.ask_which()
        return _show(request, token, order, form, status=422)
    if not takes_all and not form.is_valid():
        return _show(request, token, order, form, status=422)
    lines = forms.accept_all(order) if takes_all else form.list_lines()
    try:
        outcome = srm.record_answer(_answer(order, link, lines, note=request.POST.get("note", "").strip()[:2000]))
    except srm.OlderRevision as conflict:
        return _show_older(request, token, _reload(order), link, conflict.answered)
    except srm.AnswerRefused as problem:
        form.add_error(None, str(problem))
        return _show(request, token, order, form, status=422)
    if outcome.is_repeat:
        toasts.warn(request, _("You told us exactly this before. Nothing was changed."))
    else:
        toasts.say(request, _("Thank you. We plan with your answer now."))
    return redirect("dock:answer", token=token)


@require_http_methods(["POST"])
@by_link
def shipment(request: HttpRequest, token: str, order: PurchaseToAnswer, link: LinkToken) -> HttpResponseBase:
    """Take what a supplier tells of goods on their way."""
    form = forms.StageForm(order, request.POST)
    if not form.is_valid():
        return _show(request, token, order, forms.AnswerForm(order), stage_form=form, status=422)
    told = srm.notice_stage(
        StageNotice(
            order_id=order.order_id,
            supplier_id=order.supplier_id,
            schedule_ids=(),
            stage=form.cleaned_data["stage"],
            arrives_on=form.cleaned_data["arrives_on"],
            carrier=form.cleaned_data["carrier"],
            tracking=form.cleaned_data["tracking"],
            at=clock.now(),
            by=f"link:{link.pk}",
        )
    )
    if told:
        toasts.say(request, _("Thank you. We tell whoever waits for it."))
    else:
        toasts.warn(request, _("We know this already. Nothing was changed."))
    return redirect("dock:answer", token=token)


@require_http_methods(["GET", "HEAD"])
@by_link
def paper(request: HttpRequest, token: str, order: PurchaseToAnswer, link: LinkToken) -> HttpResponseBase:
    """Give the order as a PDF."""
    content = srm.print_order(order.order_id)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{order.number}.pdf"'},
    )


def _show(
    request: HttpRequest,
    token: str,
    order: PurchaseToAnswer,
    form: forms.AnswerForm,
    *,
    stage_form: forms.StageForm | None = None,
    changes: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "house": "suppliers",
        "company_name": order.company_name,
        "order": order,
        "token": token,
        "form": form,
        "counts": [(how, label, form.count_answers()[how]) for how, label in forms.HOW],
        "reasons": forms.REASONS,
        "stage_form": stage_form or forms.StageForm(order),
        "changes": changes,
        "holds": holds.list_holds(order),
        "understood": forms.describe_answer(order) if order.answered_at else "",
        "has_change": any(asked.was_units is not None for asked in order.schedules),
    }
    return render(request, "dock/answer.html", context, status=status)


def _show_older(
    request: HttpRequest, token: str, order: PurchaseToAnswer, link: LinkToken, answered: int
) -> HttpResponse:
    before = {
        term.schedule_id: term for term in srm.list_terms(order.order_id, answered, supplier_id=link.party_id or 0)
    }
    changes = [
        {"asked": asked, "before": before.get(asked.schedule_id)}
        for asked in order.schedules
        if asked.schedule_id not in before
        or (before[asked.schedule_id].units, before[asked.schedule_id].due_on) != (asked.units, asked.due_on)
    ]
    return _show(request, token, order, forms.AnswerForm(order), changes=changes, status=409)


def _refuse(request: HttpRequest, why: str, *, status: int, order: PurchaseToAnswer | None = None) -> HttpResponse:
    company = parties.find_company()
    name = order.company_name if order else (company.party.name if company else "")
    context = {"why": why, "order": order, "company_name": name, "house": "suppliers"}
    return render(request, "dock/refused.html", context, status=status)


def _choose_language(request: HttpRequest, link: LinkToken) -> str:
    """Speak what the visitor chose here, else the supplier's language."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES or link.party is None:
        return translation.get_language() or "en"
    return link.party.language


def _answer(order: PurchaseToAnswer, link: LinkToken, lines: tuple[AnswerLine, ...], *, note: str) -> PurchaseAnswer:
    return PurchaseAnswer(
        order_id=order.order_id,
        supplier_id=order.supplier_id,
        asked_revision=order.asked_revision,
        lines=lines,
        note=note,
        source="link",
        by=f"link:{link.pk}",
    )


def _read_revision(request: HttpRequest) -> int | None:
    text = request.POST.get("asked_revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _reload(order: PurchaseToAnswer) -> PurchaseToAnswer:
    fresh = srm.find_order_to_answer(
        order.order_id, supplier_id=order.supplier_id, language=translation.get_language() or "en"
    )
    return fresh or order
