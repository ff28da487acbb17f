"""Find: any party, item, document or page, by what people call it, within what they may see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils.module_loading import autodiscover_modules

from rantai.foundation.access import actions as access
from rantai.foundation.access.models import User
from rantai.kernel import hits
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import srm as suppliers

pytestmark = pytest.mark.django_db
BACKEND = "rantai.foundation.access.backends.RoleBackend"


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """Let the clock stand on a Monday, with every task known."""
    autodiscover_modules("tasks")
    with time_machine.travel(sales.NOW, tick=False):
        yield


@pytest.fixture
def company() -> dict[str, int]:
    """A customer with an order, a supplier with a purchase, an item named in three languages."""
    item = sales.make_stocked_item(
        "MON-15-XG", units=50, name={"en": "15-inch monitor", "id": "Layar 15 inci", "zh-hans": "15英寸显示器"}
    )
    clinic = sales.make_customer("PT Sinar Medika", email="beli@sinar.example")
    sales.make_customer("Toko Sinar Jaya")
    order = sales.make_confirmed(clinic, [(item, 4)])
    purchase = suppliers.make_sent(suppliers.make_supplier("Batam Power"), [(item, 9)], due_on=date(2026, 11, 12))
    sales.settle()
    return {"order": order.pk, "item": item.pk, "clinic": clinic.party_id, "purchase": purchase.pk}


def sign_in(client: Client, *roles: str) -> User:
    user = foundation.make_user(roles=roles)
    client.force_login(user, backend=BACKEND)
    return user


def find(client: Client, text: str) -> dict[str, list[str]]:
    """Return the addresses that the palette offers, by heading."""
    page = client.get("/search/", {"q": text}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    found: dict[str, list[str]] = {}
    for part in page.split('<h3 class="pal-group"')[1:]:
        name = re.search(r">([^<]+)</h3>", part)
        assert name
        found[name[1]] = re.findall(r'class="pal-hit"[^>]* href="([^"]+)"', part)
    return found


@pytest.mark.parametrize("typed", ["SO-00001", "so-00001", "so1", "SO 1", " so00001 ", "1"])
def test_a_document_is_found_by_its_number_however_it_is_typed(
    client: Client, company: dict[str, int], typed: str
) -> None:
    sign_in(client, "manager")

    assert f"/orders/{company['order']}/" in find(client, typed)["Called so"]


def test_a_number_finds_the_documents_of_every_house(client: Client, company: dict[str, int]) -> None:
    sign_in(client, "manager")

    assert find(client, "1")["Called so"] == [
        f"/orders/{company['order']}/", f"/buying/orders/{company['purchase']}/",
    ]  # fmt: skip
    assert find(client, "PO-000")["Purchasing"] == [f"/buying/orders/{company['purchase']}/"]
    assert "Called so" not in find(client, "PO-000")


@pytest.mark.parametrize(
    ("typed", "group", "name"),
    [
        ("PT Sin", "Customers", "clinic"),
        ("pt sin", "Customers", "clinic"),
        ("medika", "Customers", "clinic"),
        ("medika pt", "Customers", "clinic"),
        ("beli@sinar", "Customers", "clinic"),
        ("mon-15", "Items", "item"),
        ("layar 15", "Items", "item"),
        ("显示器", "Items", "item"),
        ("monitor", "Items", "item"),
    ],
)
def test_parties_and_items_are_found_by_a_part_of_their_name(
    client: Client, company: dict[str, int], typed: str, group: str, name: str
) -> None:
    sign_in(client, "manager")
    page = {"clinic": "/customers/%s/", "item": "/items/%s"}[name]

    assert find(client, typed)[group] == [page % company[name]]


def test_names_that_begin_so_come_before_those_that_hold_it(client: Client, company: dict[str, int]) -> None:
    sales.make_customer("Sinar Abadi")
    sign_in(client, "manager")

    page = client.get("/search/", {"q": "sinar"}).content.decode()

    names = re.findall(r'class="tbl-link"[^>]*>([^<]+)</a>', page)
    assert names[0] == "Sinar Abadi"
    assert set(names[1:3]) == {"PT Sinar Medika", "Toko Sinar Jaya"}


@pytest.mark.parametrize("typed", ["purchase ord", "pembelian", "采购订单", "po buying"])
def test_a_page_is_found_by_its_words_in_any_language(client: Client, company: dict[str, int], typed: str) -> None:
    sign_in(client, "manager")

    assert "/buying/orders/" in find(client, typed)["Pages and commands"]


def test_everybody_finds_only_what_they_may_open(client: Client, company: dict[str, int]) -> None:
    with transaction.atomic():
        role = access.add_role("dock", name={"en": "Dock"}, by="test")
        access.set_permissions(role, granted=["purchasing.view"], by="test")
        sign_in(client).roles.set([role])

    assert find(client, "1") == {"Called so": [f"/buying/orders/{company['purchase']}/"]}
    assert find(client, "sinar") == {}
    assert find(client, "monitor") == {}
    assert list(find(client, "orders")) == ["Pages and commands"]
    assert find(client, "orders")["Pages and commands"] == ["/buying/orders/"]


def test_nobody_searches_without_signing_in(client: Client) -> None:
    foundation.make_company()

    assert client.get("/search/", {"q": "1"})["Location"].startswith("/account/login/")


def test_the_page_answers_without_script_and_says_when_nothing_is_there(
    client: Client, company: dict[str, int]
) -> None:
    sign_in(client, "manager")

    page = client.get("/search/", {"q": "so1"}).content.decode()
    assert "<html" in page
    assert f'href="/orders/{company["order"]}/"' in page
    assert "Nothing is called “zzqq”" in client.get("/search/", {"q": "zzqq"}).content.decode()
    assert "Everything has one place to look" in client.get("/search/").content.decode()
    assert "Nothing found" in client.get("/search/", {"q": "zzqq"}, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(
    "typed", ["%", "_", "'", '"', "\\", "\x00", "🙂", "SO-" + "9" * 60, "-", "/", "1e5", "%s", "١٢"]
)
def test_odd_letters_find_nothing_and_harm_nothing(client: Client, company: dict[str, int], typed: str) -> None:
    sign_in(client, "manager")

    assert client.get("/search/", {"q": typed}).status_code == 200
    assert find(client, typed).get("Sales", []) == []


def test_every_station_of_the_rail_has_words_to_be_found_by(client: Client) -> None:
    from rantai.config import navigation
    from rantai.desk.search import pages

    known = {station.url_name for station in (*navigation.STATIONS, *pages.COMMANDS)}
    assert set(pages.WORDS) <= known, "words for a page that is not there"


@pytest.mark.parametrize(
    ("typed", "number", "same"),
    [("12", "SO-00012", True), ("so 12", "SO-00012", True), ("012", "SO-00012", True), ("2", "SO-00012", False),
     ("PO-12", "SO-00012", False), ("P50045", "P50045", True), ("12", "draft 12", False)],
)  # fmt: skip
def test_a_number_is_the_same_with_and_without_its_zeros(typed: str, number: str, same: bool) -> None:
    assert hits.is_number(typed, number) is same
