"""What the OpenAPI document says beyond types: problems, scopes, keys of idempotency."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from rantai.wires.api import idempotency
from rantai.wires.api.keys import ScopedKey

INTRODUCTION = (
    "Orders, dates, stock and tracking. Amounts and quantities are decimal text, days are ISO dates. Lists come in"
    " pages: send `next` of an answer as `cursor` of the next question. Every error is a problem (RFC 9457)."
)
_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What was asked, what is true, what can be done (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "expected_revision": {"type": "integer"},
        "stored_revision": {"type": "integer"},
    },
}
_MEANINGS = {
    "401": "No live key with the scope.",
    "404": "There is no such thing, or it is not yours.",
    "409": "Somebody was faster, it is too late, or the order is held.",
    "422": "A value cannot be used.",
    "429": "Too many requests; Retry-After says when to come again.",
}
_KEY = {
    "in": "header",
    "name": idempotency.HEADER,
    "required": True,
    "description": "A key of your own for each new document; the same request with the same key is answered once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


def complete(schema: OpenAPISchema, api: NinjaAPI) -> OpenAPISchema:
    """Add the problems that each endpoint may answer with, its scope, and the header that a new document needs."""
    schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    scopes = _read_scopes(api)
    for methods in schema["paths"].values():
        for operation in methods.values():
            _describe(operation, scopes.get(operation["operationId"], ""))
    return schema


def _describe(operation: dict[str, Any], scope: str) -> None:
    answers = operation["responses"] = {str(code): answer for code, answer in operation["responses"].items()}
    is_addressed = any(parameter["in"] == "path" for parameter in operation["parameters"])
    says = {"401": bool(scope), "404": is_addressed, "409": scope.endswith(".write"), "422": True, "429": True}
    for code in (code for code, can_be in says.items() if can_be):
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        answers[code] = {"description": _MEANINGS[code], "content": content}
    if scope:
        operation["x-scope"] = scope
        operation["description"] = f"{operation.get('description', '')} Scope: `{scope}`.".strip()
    if "201" in answers:
        operation["parameters"].append(_KEY)


def _read_scopes(api: NinjaAPI) -> dict[str, str]:
    """Return operation → the scope that its key needs."""
    found = {}
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                name = operation.operation_id or api.get_openapi_operation_id(operation)
                found[name] = next((way.scope for way in operation.auth_callbacks if isinstance(way, ScopedKey)), "")
    return found
