"""Pages behind a customer's link: where the order is, and its papers. No account; one order, nothing else."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rantai.crm import facade as crm
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.shop import rules, sheets

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
    if rules.is_too_often(request):
        return _refuse(request, "often", status=429)
    order = crm.find_tracked_order(token, language=_chosen_language(request))
    if order is None:
        return _refuse_unknown(request)
    with translation.override(_chosen_language(request) or order.language):
        context = {**sheets.describe_order(order), "company_name": order.company, "token": token, "house": "customers"}
        return _with_headers(render(request, "shop/tracking.html", context))


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
