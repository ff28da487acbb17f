"""Give each request its number and its language, and write one log line for it."""

import time
import uuid
from collections.abc import Callable
from contextlib import nullcontext

import structlog
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties import rules

log = structlog.get_logger("rantai.requests")

Respond = Callable[[HttpRequest], HttpResponse]

REQUEST_ID_LENGTH = 64


class RequestLog:
    """Bind the request id for every log line and event of the request, then log its outcome."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = read_request_id(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        # The route and never the path: a path may hold the token of a partner's link.
        route = request.resolver_match.route if request.resolver_match else ""
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response


def read_request_id(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    is_plain = given.replace("-", "").isalnum() and given.isascii() and len(given) <= REQUEST_ID_LENGTH
    return given if is_plain else uuid.uuid4().hex


class Language:
    """Speak the user's language, else the cookie's, else the browser's; tell time in their zone, else the company's.

    Django's LocaleMiddleware runs before sign-in is known and so cannot ask the user.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = find_user_language(request) or translation.get_language_from_request(request)
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(find_zone(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class Company:
    """Lead the staff of a database without a company to its founding; show no page that a company has no use for.

    What is public guards itself: a partner's link, signing in, the founding.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reading = parties.ask_company_once() if request.method in ("GET", "HEAD") else nullcontext()
        with parties.ask_ways_once(), reading:
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: object, _kwargs: object
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        # The styleguide is nobody's page: it shows parts, not a company.
        if getattr(view, "permission", "public") == "public" or name.startswith("ui:"):
            return None
        if parties.find_ways() is None:
            return redirect("desk_welcome:start")
        return None if parties.is_shown(name) else refuse_page(request, name)


def refuse_page(request: HttpRequest, name: str) -> HttpResponse:
    """Say that the company does not work in this way, and to who may change that, where."""
    return render(
        request, "config/unused.html",
        {"ways": rules.list_needed(name), "may_change": request.user.has_perm("company.edit")}, status=404,
    )  # fmt: skip


def find_zone(request: HttpRequest) -> str:
    """Return the zone of the person who asks, else the company's, asked at most once a minute."""
    zone = ""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        zone = getattr(request.user, "zone", "") or ""
    return zone or cache.get_or_set("config.zone", _read_company_zone, 60) or "UTC"


def _read_company_zone() -> str:
    company = parties.find_company()
    return company.zone if company else "UTC"


def find_user_language(request: HttpRequest) -> str | None:
    # Without a session cookie nobody is signed in, and the session need not be opened.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    language = getattr(request.user, "language", "") or ""
    return language if language in dict(settings.LANGUAGES) else None
