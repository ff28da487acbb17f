"""Errors as RFC 9457 problem details: what was asked, what is true, what can be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from rantai.crm import facade as crm
from rantai.iscm import facade as iscm
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transitions import IllegalTransition
from rantai.wires.api.idempotency import KeyReused

Handler = Callable[[HttpRequest, Any], HttpResponse]


def answer(status: int, title: str, detail: str = "", **more: Any) -> HttpResponse:
    """Return a problem."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return HttpResponse(json.dumps(body, default=str), status=status, content_type="application/problem+json")


def attach(api: NinjaAPI) -> None:
    """Let the API answer each expected failure as a problem; the narrowest kind that is named decides."""
    for kinds, handler in HANDLERS:
        for kind in kinds:
            api.exception_handler(kind)(handler)


def _unauthorised(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return answer(401, _("Not allowed"), _("Send a live key with the scope that this endpoint names."))


def _say_plainly(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what the framework itself refuses: a body that is no JSON, too many requests."""
    titles = {400: _("The request cannot be read"), 429: _("Too many requests")}
    problem = answer(error.status_code, titles.get(error.status_code, str(error)), str(error))
    wait = getattr(error, "wait", None)
    if wait:
        problem["Retry-After"] = str(int(wait) + 1)
    return problem


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": ".".join(str(part) for part in row["loc"][1:]), "detail": row["msg"]} for row in error.errors]
    return answer(422, _("The request cannot be read"), errors=errors)


def _refused(request: HttpRequest, error: crm.OrderRefused) -> HttpResponse:
    return answer(422, _("The order cannot be taken"), str(error))


def _held(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(409, _("The order is held"), str(error))


def _older(request: HttpRequest, error: RevisionConflict) -> HttpResponse:
    """Tell both versions: the one that was sent and the one that is stored."""
    versions = {"expected_revision": error.expected, "stored_revision": error.actual}
    return answer(409, _("Somebody was faster"), str(error), **versions)


def _too_late(request: HttpRequest, error: IllegalTransition) -> HttpResponse:
    return answer(409, _("It is too late, or too early"), str(error))


def _cannot(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(409, _("Operations cannot do it"), str(error))


def _reused(request: HttpRequest, error: KeyReused) -> HttpResponse:
    return answer(422, _("The idempotency key was used for another request"), str(error))


def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(404, _("Not found"), str(error))


def _unusable(request: HttpRequest, error: ValueError) -> HttpResponse:
    return answer(422, _("A value cannot be used"), str(error))


HANDLERS: tuple[tuple[tuple[type[Exception], ...], Handler], ...] = (
    ((AuthenticationError,), _unauthorised),
    ((HttpError, Throttled), _say_plainly),
    ((ValidationError,), _invalid),
    ((crm.OrderRefused,), _refused),
    ((crm.CreditExceeded, crm.OrderHeld), _held),
    ((RevisionConflict,), _older),
    ((IllegalTransition,), _too_late),
    (iscm.REFUSALS, _cannot),
    ((KeyReused,), _reused),
    ((LookupError, Http404), _missing),
    ((ValueError,), _unusable),
)
"""Which kinds of failure are answered how."""
