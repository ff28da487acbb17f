"""Pages behind a customer's link: where the order is, its papers, questions. No account; one order, nothing else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rantai.crm import facade as crm
from rantai.crm.messages import TrackedOrder
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.shop import forms, rules, sheets
from rantai.ui import toasts

HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    # Nobody else learns the address. "no-referrer" would make browsers send forms of this page, such as the choice of
    # a language, from the origin "null", which the protection against forged forms must refuse.
    "Referrer-Policy": "same-origin",
}


@require_safe
@never_cache
@access.public
def tracking(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show what comes when, what happened, what happens next."""
    return _admit(request, token, lambda order: _show(request, token, order, forms.QuestionForm()))


@require_POST
@never_cache
@access.public
def question(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take a question about the order; nothing typed is lost where it cannot be taken."""
    return _admit(request, token, lambda order: _take_question(request, token, order))


@require_safe
@never_cache
@access.public
def paper(request: HttpRequest, token: str, paper_id: int) -> HttpResponseBase:
    """Give a paper of the order."""
    if rules.is_too_often(request):
        return _refuse(request, "often", status=429)
    found = crm.find_tracked_paper(token, paper_id)
    if found is None:
        return _refuse_unknown(request)
    name = "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in found.name)
    answer = HttpResponse(
        found.content, content_type=found.media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    return _with_headers(answer)


def _admit(request: HttpRequest, token: str, page: Callable[[TrackedOrder], HttpResponse]) -> HttpResponse:
    """Let a page answer whoever holds a live link, in the visitor's language or the customer's."""
    if rules.is_too_often(request):
        return _refuse(request, "often", status=429)
    order = crm.find_tracked_order(token, language=_chosen_language(request))
    if order is None:
        return _refuse_unknown(request)
    with translation.override(_chosen_language(request) or order.language):
        return _with_headers(page(order))


def _show(
    request: HttpRequest, token: str, order: TrackedOrder, form: forms.QuestionForm, *, status: int = 200
) -> HttpResponse:
    shown = {"form": form, "company_name": order.company, "token": token, "house": "customers"}
    return render(request, "shop/tracking.html", {**sheets.describe_order(order), **shown}, status=status)


def _take_question(request: HttpRequest, token: str, order: TrackedOrder) -> HttpResponse:
    form = forms.QuestionForm(request.POST)
    if not form.is_valid():
        return _show(request, token, order, form, status=422)
    if rules.is_asking_too_often(request, token=token):
        form.add_error(None, _("That is a question too many for one minute. Wait a little, then send it again."))
        return _show(request, token, order, form, status=429)
    try:
        is_new = crm.ask_question(token, text=form.cleaned_data["text"])
    except crm.TooManyQuestions as problem:
        form.add_error(None, str(problem))
        return _show(request, token, order, form, status=422)
    if is_new:
        toasts.say(request, _("Thank you. We answer by mail, and here."))
    else:
        toasts.warn(request, _("We have this question already. Nothing was changed."))
    return redirect(f"{reverse('shop:tracking', args=[token])}#questions")


def _refuse_unknown(request: HttpRequest) -> HttpResponse:
    """Say the same of a link that never was, was withdrawn or has expired: the difference is nobody's business."""
    if rules.is_guessing(request):
        return _refuse(request, "often", status=429)
    return _refuse(request, "unknown", status=404)


def _refuse(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    company = parties.find_company()
    context = {"why": why, "company_name": company.party.name if company else "", "house": "customers"}
    return _with_headers(render(request, "shop/refused.html", context, status=status))


def _chosen_language(request: HttpRequest) -> str:
    """Return the language that the visitor chose on this machine, else nothing: then the customer's own is spoken."""
    return translation.get_language() or "" if settings.LANGUAGE_COOKIE_NAME in request.COOKIES else ""


def _with_headers(answer: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        answer[name] = value
    return answer
