"""The description of the API: committed, and told true."""

from __future__ import annotations

import json
from pathlib import Path

from rantai.foundation.access import rules as access
from rantai.wires.api.v1 import api

COMMITTED = Path(__file__).resolve().parents[3] / "docs" / "reference" / "openapi.json"


def describe() -> dict:
    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))


def list_operations() -> list[dict]:
    return [operation for methods in describe()["paths"].values() for operation in methods.values()]


def test_the_committed_description_is_what_the_program_says():
    assert json.loads(COMMITTED.read_text()) == describe(), "run `make docs` and look at the difference"


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere():
    described = describe()

    found = [part.split('"')[0] for part in json.dumps(described).split('"#/components/schemas/')[1:]]

    assert described["openapi"].startswith("3.1")
    assert set(found) <= set(described["components"]["schemas"])


def test_every_operation_names_its_scope_unless_a_link_opens_it():
    scopes = {operation["operationId"]: operation.get("x-scope") for operation in list_operations()}

    assert {name for name, scope in scopes.items() if scope is None} == {"trackOrder"}
    assert {scope for scope in scopes.values() if scope} <= set(access.API_SCOPES)


def test_every_operation_tells_its_problems_and_new_documents_need_a_key():
    for operation in list_operations():
        problems = {
            code
            for code, answer in operation["responses"].items()
            if "application/problem+json" in answer.get("content", {})
        }
        assert {"422", "429"} <= problems
        keys = [one for one in operation["parameters"] if one["name"] == "Idempotency-Key"]
        assert bool(keys) == ("201" in operation["responses"])


def test_an_operation_has_a_short_name_of_its_own():
    names = [operation["operationId"] for operation in list_operations()]

    assert len(set(names)) == len(names)
    assert not [name for name in names if "_" in name]
