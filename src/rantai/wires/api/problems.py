"""Errors as RFC 9457 problem details: what was asked, what is true, what can be done."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from rantai.crm import facade as crm
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transitions import IllegalTransition
from rantai.wires.api.idempotency import KeyReused


def answer(status: int, title: str, detail: str = "", **more: Any) -> HttpResponse:
    """Return a problem."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return HttpResponse(json.dumps(body, default=str), status=status, content_type="application/problem+json")


def attach(api: NinjaAPI) -> None:
    """Let the API answer each expected failure as a problem."""

    @api.exception_handler(AuthenticationError)
    def unauthorised(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return answer(401, _("Not allowed"), _("Send a live key with the scope that this endpoint names."))

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [
            {"field": ".".join(str(part) for part in row["loc"][1:]), "detail": row["msg"]} for row in error.errors
        ]
        return answer(422, _("The request cannot be read"), errors=errors)

    @api.exception_handler(crm.OrderRefused)
    def refused(request: HttpRequest, error: crm.OrderRefused) -> HttpResponse:
        return answer(422, _("The order cannot be taken"), str(error))

    @api.exception_handler(crm.CreditExceeded)
    @api.exception_handler(crm.OrderHeld)
    def held(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(409, _("The order is held"), str(error))

    @api.exception_handler(RevisionConflict)
    @api.exception_handler(IllegalTransition)
    def conflict(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(409, _("Somebody was faster, or it is too late"), str(error))

    @api.exception_handler(KeyReused)
    def reused(request: HttpRequest, error: KeyReused) -> HttpResponse:
        return answer(422, _("The idempotency key was used for another request"), str(error))

    @api.exception_handler(LookupError)
    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(404, _("Not found"), str(error))

    @api.exception_handler(ValueError)
    def unusable(request: HttpRequest, error: ValueError) -> HttpResponse:
        return answer(422, _("A value cannot be used"), str(error))


def _name_field(row: dict[str, Any]) -> dict[str, str]:
    return {"field": ".".join(str(part) for part in row["loc"][1:]), "detail": row["msg"]}
