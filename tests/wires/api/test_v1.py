"""The machines' door: keys with scopes, one document per idempotency key, problems in words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from rantai.crm.accounts.models import Account
from rantai.crm.orders.models import OrderHold, SalesOrder
from rantai.foundation.access import actions as access
from rantai.foundation.items.models import Item
from rantai.iscm.promising.models import SlotTake
from rantai.kernel import relay
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import iscm as operations

pytestmark = pytest.mark.django_db

SOON = (date.today() + timedelta(days=30)).isoformat()


@pytest.fixture
def monitor() -> Item:
    """Ten monitors in stock."""
    site = foundation.make_site()
    item = sales.make_priced_item("MON-15-XG", price="100000")
    foundation.make_source(item)
    operations.make_stock(item, site, 10)
    return item


def make_key(*scopes: str, roles: tuple[str, ...] = ("sales", "warehouse")) -> dict[str, str]:
    """Return the header of a machine with these scopes."""
    with transaction.atomic():
        access.add_builtin_roles()
    user = foundation.make_user(roles=roles)
    with transaction.atomic():
        _key, raw = access.issue_api_key(user, name="shop", scopes=scopes, by="user:1")
    return {"Authorization": f"Bearer {raw}"}


def post(client: Client, path: str, body: Any, headers: dict[str, str], key: str = "") -> Any:
    extra = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1{path}", body, content_type="application/json", headers={**headers, **extra})


def order(customer: int, quantity: str = "2", **more: Any) -> dict[str, Any]:
    line = {"item": "MON-15-XG", "quantity": quantity, "requested_on": SOON}
    return {"customer": customer, "lines": [line], **more}


def test_an_order_is_captured_confirmed_and_read(client: Client, monitor: Item) -> None:
    headers = make_key("orders.write", "orders.read")
    customer = sales.make_customer("Toko").party_id

    made = post(client, "/orders", order(customer, confirm=True), headers, "k1")
    relay.drain()
    read = client.get(f"/api/v1/orders/{made.json()['id']}", headers=headers)

    assert (made.status_code, made.json()["state"]) == (201, "confirmed")
    assert {name: read.json()[name] for name in ("id", "number", "total")} == {
        name: made.json()[name] for name in ("id", "number", "total")
    }
    assert [line["quantity"] for line in read.json()["lines"]] == ["2"]


def test_the_same_key_twice_makes_one_order_and_another_body_is_refused(client: Client, monitor: Item) -> None:
    headers = make_key("orders.write")
    customer = sales.make_customer("Toko").party_id

    first = post(client, "/orders", order(customer), headers, "k1")
    again = post(client, "/orders", order(customer), headers, "k1")
    other = post(client, "/orders", order(customer, "3"), headers, "k1")
    without = post(client, "/orders", order(customer), headers)

    assert first.json() == again.json()
    assert (again.status_code, other.status_code, without.status_code) == (201, 422, 422)
    assert other["Content-Type"] == "application/problem+json"
    assert SalesOrder.objects.count() == 1


@pytest.mark.parametrize("scopes", [(), ("orders.read",)])
def test_without_the_scope_nothing_happens(client: Client, monitor: Item, scopes: tuple[str, ...]) -> None:
    customer = sales.make_customer("Toko").party_id

    answer = post(client, "/orders", order(customer), make_key(*scopes), "k1")

    assert (answer.status_code, SalesOrder.objects.count()) == (401, 0)


def test_without_a_key_nothing_happens(client: Client, monitor: Item) -> None:
    assert client.get("/api/v1/stock").status_code == 401


@pytest.mark.parametrize("quantity", ["0", "-1", "1e30", "NaN", "x"])
def test_a_quantity_that_cannot_be_is_a_problem_in_words(client: Client, monitor: Item, quantity: str) -> None:
    customer = sales.make_customer("Toko").party_id

    answer = post(client, "/orders", order(customer, quantity), make_key("orders.write"), "k1")

    assert (answer.status_code, SalesOrder.objects.count()) == (422, 0)
    assert answer.json()["detail"]


def test_dates_are_asked_without_taking(client: Client, monitor: Item) -> None:
    body = {"item": "MON-15-XG", "quantity": "4", "requested_on": SOON}

    answer = post(client, "/promise", body, make_key("promise.read"))

    assert [part["basis"] for part in answer.json()["slices"]] == ["stock"]
    assert SlotTake.objects.count() == 0


def test_stock_is_listed_and_an_unknown_item_is_named(client: Client, monitor: Item) -> None:
    headers = make_key("stock.read", "promise.read")

    stock = client.get("/api/v1/stock", headers=headers).json()
    unknown = post(client, "/promise", {"item": "NO", "quantity": "4", "requested_on": SOON}, headers)

    assert [(row["item"], row["available"]) for row in stock["rows"]] == [("MON-15-XG", "10")]
    assert stock["next"] is None
    assert (unknown.status_code, "NO" in unknown.json()["detail"]) == (422, True)


def test_an_altered_tracking_link_shows_nothing(client: Client) -> None:
    assert client.get("/api/v1/tracking/abc").status_code == 404


def test_orders_come_in_pages_newest_first(client: Client, monitor: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = make_key("orders.write", "orders.read")
    customer = sales.make_customer("Toko").party_id
    made = [post(client, "/orders", order(customer), headers, f"k{place}").json()["id"] for place in range(3)]
    monkeypatch.setattr("rantai.wires.api.orders.PAGE", 2)

    first = client.get("/api/v1/orders", {"state": "draft"}, headers=headers).json()
    rest = client.get("/api/v1/orders", {"state": "draft", "cursor": first["next"]}, headers=headers).json()
    others = client.get("/api/v1/orders", {"customer": customer + 1}, headers=headers)

    assert [row["id"] for row in first["rows"]] == [made[2], made[1]]
    assert ([row["id"] for row in rest["rows"]], rest["next"]) == ([made[0]], None)
    assert others.status_code == 404


def test_a_line_is_changed_and_an_older_revision_is_told_both_versions(client: Client, monitor: Item) -> None:
    headers = make_key("orders.write", "orders.read")
    customer = sales.make_customer("Toko").party_id
    made = post(client, "/orders", order(customer, confirm=True), headers, "k1").json()
    change = {"revision": made["revision"], "lines": [{"line": made["lines"][0]["line"], "quantity": "5"}]}
    address = f"/api/v1/orders/{made['id']}"

    done = client.patch(address, change, content_type="application/json", headers=headers)
    late = client.patch(address, change, content_type="application/json", headers=headers)

    assert (done.status_code, done.json()["lines"][0]["quantity"]) == (200, "5")
    assert (late.status_code, late["Content-Type"]) == (409, "application/problem+json")
    assert late.json()["stored_revision"] == late.json()["expected_revision"] + 1


def test_a_change_above_the_credit_limit_leaves_the_order_held(client: Client, monitor: Item) -> None:
    headers = make_key("orders.write", "orders.read")
    account = sales.make_customer("Toko")
    made = post(client, "/orders", order(account.party_id, confirm=True), headers, "k1").json()
    Account.objects.filter(pk=account.pk).update(credit_limit=1)
    relay.drain()
    line = {"line": made["lines"][0]["line"], "quantity": "50"}
    address, change = f"/api/v1/orders/{made['id']}", {"revision": made["revision"], "lines": [line]}

    refused = client.patch(address, change, content_type="application/json", headers=headers)

    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    assert "the limit is" in refused.json()["detail"]
    kept = client.get(address, headers=headers).json()
    assert (kept["revision"], kept["total"], kept["lines"][0]["quantity"]) == (made["revision"], made["total"], "2")
    assert OrderHold.objects.get().order_id == made["id"]


def test_another_item_takes_what_has_not_left_of_a_line(client: Client, monitor: Item) -> None:
    headers = make_key("orders.write", "orders.read")
    made = post(client, "/orders", order(sales.make_customer("Toko").party_id, confirm=True), headers, "k1").json()
    other = sales.make_priced_item("MON-17-XG", price="120000")
    foundation.make_source(other)
    line = {"line": made["lines"][0]["line"], "item": other.code}
    address = f"/api/v1/orders/{made['id']}"

    unknown = client.patch(
        address, {"revision": made["revision"], "lines": [line | {"item": "NONE"}]}, content_type="application/json",
        headers=headers,
    )  # fmt: skip
    done = client.patch(
        address, {"revision": made["revision"], "lines": [line]}, content_type="application/json", headers=headers
    )

    assert unknown.status_code == 422
    assert "NONE" in unknown.json()["detail"]
    assert done.status_code == 200
    wanted = {row["item"]: row["quantity"] for row in done.json()["lines"]}
    assert wanted[other.pk] == made["lines"][0]["quantity"]


def test_what_the_framework_refuses_is_a_problem_too(client: Client) -> None:
    headers = make_key("orders.write")

    broken = client.post("/api/v1/orders", "{", content_type="application/json", headers=headers)

    assert (broken.status_code, broken["Content-Type"]) == (400, "application/problem+json")
