"""The forecast changed by machine, of an item and of one customer's part of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from rantai.iscm.demand.models import ForecastOverride
from tests.factories import foundation
from tests.wires.api.test_v1 import make_key, post

pytestmark = pytest.mark.django_db

MONDAY = date.today() - timedelta(days=date.today().weekday()) + timedelta(weeks=3)


@pytest.fixture
def headers() -> dict[str, str]:
    return make_key("forecast.write", roles=("planner",))


def change(**more: Any) -> dict[str, Any]:
    told = {
        "item": "MON-15-XG", "starts_on": MONDAY.isoformat(), "ends_on": (MONDAY + timedelta(weeks=2)).isoformat(),
        "reason": "they said so",
    }  # fmt: skip
    return told | more


def test_a_customers_figure_is_kept_as_in_the_grid(client: Client, headers: dict[str, str]) -> None:
    item, party = foundation.make_item("MON-15-XG"), foundation.make_party("Surya")
    body = change(customer=party.pk, quantity="12.5")

    answers = [post(client, "/forecast/changes", body, headers, key="one") for _again in range(2)]

    row = ForecastOverride.objects.get()
    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, {"id": row.pk})] * 2
    assert (row.item_id, row.party_id, row.location_id, row.quantity) == (item.pk, party.pk, None, 125_000)
    assert (row.starts_on, row.ends_on, row.reason) == (MONDAY, MONDAY + timedelta(weeks=2), "they said so")
    assert row.by.startswith("key:")


def test_a_percentage_of_everybodys_at_one_place(client: Client, headers: dict[str, str]) -> None:
    foundation.make_item("MON-15-XG")
    site = foundation.make_site()

    answer = post(client, "/forecast/changes", change(location=site.code, percent=120), headers, key="one")

    row = ForecastOverride.objects.get()
    assert (answer.status_code, row.factor, row.location_id, row.party_id) == (201, 12_000, site.pk, None)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"customer": 99_999, "quantity": "1"}, "customer is not known"),
        ({"item": "NONE", "quantity": "1"}, "no item NONE"),
        ({"location": "NOWHERE", "quantity": "1"}, "no location NOWHERE"),
        ({"quantity": "many"}, "many"),
        ({}, ""),
        ({"quantity": "1", "percent": 50}, ""),
        ({"quantity": "1", "reason": " "}, ""),
    ],
)
def test_what_cannot_hold_is_refused_in_words_and_nothing_is_kept(
    client: Client, headers: dict[str, str], more: dict[str, Any], words: str
) -> None:
    foundation.make_item("MON-15-XG")

    answer = post(client, "/forecast/changes", change(**more), headers, key="one")

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert words in answer.json()["detail"]
    assert answer.json()["detail"]
    assert not ForecastOverride.objects.exists()


def test_only_a_planners_key_with_the_scope_may(client: Client) -> None:
    foundation.make_item("MON-15-XG")

    for key in (make_key("orders.write", roles=("planner",)), make_key("forecast.write", roles=("warehouse",))):
        assert post(client, "/forecast/changes", change(quantity="1"), key, key="one").status_code == 401

    assert not ForecastOverride.objects.exists()
