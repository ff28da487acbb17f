"""Why, on pages: for whoever may see the thing, at the side, whole, inside another page and as data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils.module_loading import autodiscover_modules

from rantai.crm.orders.models import SalesOrder
from rantai.foundation.access import actions as access
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlannedOrder
from rantai.srm.buying.models import PurchaseOrder
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
def late_order() -> SalesOrder:
    """An order that leans on a purchase which comes a week later than asked."""
    item = sales.make_stocked_item("MON", units=0, name={"en": "Monitor", "id": "Monitor", "zh-hans": "显示器"})
    sales.make_warehouse()
    purchase = suppliers.make_sent(suppliers.make_supplier("Batam Power"), [(item, 10)], due_on=date(2026, 11, 12))
    suppliers.answer(purchase, (10, date(2026, 11, 12)))
    sales.settle()
    order = sales.make_confirmed(sales.make_customer("Klinik Harapan"), [(item, 6)], in_days=3)
    suppliers.answer(purchase, (10, date(2026, 11, 19)))
    sales.settle()
    return order


def sign_in(client: Client, *roles: str, **facts: object) -> None:
    client.force_login(foundation.make_user(roles=roles, **facts), backend=BACKEND)


def test_an_order_says_why_it_is_late_and_draws_the_chain(client: Client, late_order: SalesOrder) -> None:
    sign_in(client, "manager")

    page = client.get(f"/explain/sales_order/{late_order.pk}").content.decode()

    number = PurchaseOrder.objects.get().number
    title = re.sub(r"<[^>]+>", "", re.search(r'<h1 class="ph-answer">(.*?)</h1>', page, re.S)[1])  # type: ignore[index]
    assert f"{number}/1 from Batam Power comes on 19 Nov, 7 days later than asked" in title
    assert '<svg class="chain"' in page
    assert 'class="c-was"' in page
    assert 'class="c-path"' in page
    assert f"/orders/{late_order.pk}/" in page
    assert f"/explain/sales_order/{late_order.pk}/data" in page


def test_the_side_shows_the_ladder_and_another_page_the_picture_alone(client: Client, late_order: SalesOrder) -> None:
    sign_in(client, "sales")
    address = f"/explain/sales_order/{late_order.pk}"

    side = client.get(address, headers={"HX-Request": "true", "HX-Target": "aside#side"}).content.decode()
    inside = client.get(address, headers={"HX-Request": "true", "HX-Target": "div"}).content.decode()

    assert 'class="ladder"' in side
    assert 'class="rail"' not in side
    assert inside.lstrip().startswith('<div class="chain-scroll"')
    assert "<html" not in side + inside


def test_the_chain_is_data_too(client: Client, late_order: SalesOrder) -> None:
    sign_in(client, "manager")

    data = client.get(f"/explain/sales_order/{late_order.pk}/data").json()

    assert data["leaf_cause"] == "late_purchase_order"
    assert [(link["units"], link["reason"]) for link in data["links"]] == [("6", "promised")]
    assert data["critical_path"] == [data["leaf"], data["root"]]
    bought = next(node for node in data["nodes"] if node["kind"] == "purchase_order")
    assert (bought["promised_on"], bought["due_on"], bought["party"]) == ("2026-11-12", "2026-11-19", "Batam Power")


@transaction.atomic
def sign_in_with(client: Client, *permissions: str) -> None:
    """Sign in somebody who may do this and nothing else."""
    user = foundation.make_user()
    role = access.add_role(f"only {len(permissions)} {user.pk}", name={"en": "Only"}, by="test")
    access.set_permissions(role, granted=permissions, by="test")
    user.roles.set([role])
    client.force_login(user, backend=BACKEND)


def test_whoever_may_not_see_the_thing_may_not_ask_why(client: Client, late_order: SalesOrder) -> None:
    purchase, demand = PurchaseOrder.objects.get(), Demand.objects.get()
    needed = {
        f"/explain/sales_order/{late_order.pk}": "orders.view",
        f"/explain/purchase_order/{purchase.pk}": "purchasing.view",
        f"/explain/demand/{demand.pk}": "demand.view",
        f"/explain/stock/{demand.item_id}/{purchase.location_id}": "stock.view",
    }

    for path, permission in needed.items():
        client.logout()
        assert client.get(path)["Location"].startswith("/account/login/")
        sign_in_with(client, *(set(needed.values()) - {permission}))
        assert (client.get(path).status_code, client.get(f"{path}/data").status_code) == (403, 403), path
        sign_in_with(client, permission)
        assert (client.get(path).status_code, client.get(f"{path}/data").status_code) == (200, 200), path


def test_a_link_is_offered_only_to_who_may_follow_it(client: Client, late_order: SalesOrder) -> None:
    link = f'href="/buying/orders/{PurchaseOrder.objects.get().pk}/"'
    address = f"/explain/sales_order/{late_order.pk}"

    sign_in_with(client, "orders.view", "purchasing.view")
    assert link in client.get(address).content.decode()
    sign_in_with(client, "orders.view")
    assert link not in client.get(address).content.decode()


def test_what_cannot_be_explained_is_not_found_and_a_draft_says_so(client: Client) -> None:
    item = sales.make_stocked_item("MON")
    draft = sales.make_order(sales.make_customer(), [(item, 2)])
    sign_in(client, "manager")

    assert client.get("/explain/invoice/1").status_code == 404
    assert client.get(f"/explain/sales_order/{draft.pk}/data").status_code == 404
    page = client.get(f"/explain/sales_order/{draft.pk}")
    assert (page.status_code, "Nothing leans on this yet" in page.content.decode()) == (200, True)


def test_a_proposal_shows_reasons_that_add_up_and_the_customers_behind_it(client: Client) -> None:
    item = sales.make_priced_item("MON")
    foundation.make_site()
    foundation.make_source(item, supplier=foundation.make_party(role="supplier"), lead_time_days=5, multiple=40_000)
    order = sales.make_confirmed(sales.make_customer("Klinik Harapan"), [(item, 7)], in_days=20)
    planning.make_plan(sales.NOW, builder="test")
    sign_in(client, "planner")

    page = client.get(f"/explain/planned_order/{PlannedOrder.objects.get().pk}").content.decode()

    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Customers' orders" in text.replace("&#x27;", "'")
    assert "Rounded up to whole lots" in text
    assert re.search(r"In all 8\b", text)
    assert f"{order.number}/1" in text
    assert "Klinik Harapan" in text


@pytest.mark.parametrize(("language", "words"), [("id", "lebih lambat"), ("zh-hans", "晚")])
def test_it_is_told_in_the_readers_language(client: Client, late_order: SalesOrder, language: str, words: str) -> None:
    sign_in(client, "manager", language=language)

    page = client.get(f"/explain/sales_order/{late_order.pk}", headers={"Accept-Language": language})

    assert words in page.content.decode()


def test_pages_of_things_offer_the_key(client: Client, late_order: SalesOrder) -> None:
    purchase, demand = PurchaseOrder.objects.get(), Demand.objects.get()
    line = late_order.lines.get()
    sign_in(client, "manager")
    offered = {
        f"/orders/{late_order.pk}/": (
            f"/explain/sales_order/{late_order.pk}",
            f"/explain/sales_order/{late_order.pk}/{line.pk}",
        ),
        f"/buying/orders/{purchase.pk}/": (f"/explain/purchase_order/{purchase.pk}",),
        f"/promises/lines/{demand.pk}/": (f"/explain/demand/{demand.pk}",),
    }

    for path, links in offered.items():
        page = client.get(path).content.decode()
        for link in links:
            assert f'href="{link}"' in page, (path, link)
        assert 'data-key="e"' in page, path
