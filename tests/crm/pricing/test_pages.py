"""Price lists: seen, edited, changed in bulk, given to customers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from rantai.crm.pricing import actions, queries
from rantai.crm.pricing.models import Price, PriceList, PriceListAssignment
from rantai.foundation.access.models import User
from tests.factories import crm as make
from tests.factories import foundation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture
def seller(client: Client) -> User:
    foundation.make_company()
    user = foundation.make_user(roles=("sales", "finance"))
    client.force_login(user)
    return user


def page(client: Client, name: str, *args: int, **words: str) -> str:
    return client.get(reverse(f"crm_pricing:{name}", args=args), words).content.decode()


def test_the_title_says_what_can_be_sold_and_has_no_price(client: Client, seller: User) -> None:
    make.make_priced_item("A-1")
    foundation.make_item("B-1")

    text = page(client, "lists")

    assert "1 item for sale has no price" in text


def test_a_list_shows_what_holds_now_and_which_items_lack_a_price(client: Client, seller: User) -> None:
    item = make.make_priced_item("A-1", price="100000", cost=60_000)
    make.make_price(item, "120000", valid_from=make.TODAY + timedelta(days=30))
    foundation.make_item("B-1")
    held = PriceList.objects.get()

    now, later = page(client, "list", held.pk), page(client, "list", held.pk, when="later")

    assert "1 item has a price today" in now
    assert "Rp\xa0100,000" in now
    assert "Rp\xa0120,000" not in now
    assert "40\xa0%" in now
    assert "B-1" in now
    assert "Rp\xa0120,000" in later


def test_who_hides_cost_sees_prices_without_margin(client: Client, seller: User) -> None:
    make.make_priced_item("A-1")
    User.objects.update(hides_cost=True)

    text = page(client, "list", PriceList.objects.get().pk)

    assert "A-1" in text
    assert "Margin" not in text


def test_a_price_is_added_and_edited_but_not_twice(client: Client, seller: User) -> None:
    item = make.make_priced_item("A-1")
    held, first = PriceList.objects.get(), Price.objects.get()
    new = {"item": "A-1", "unit_price": "90000", "minimum_quantity": "10"}

    client.post(reverse("crm_pricing:add_price", args=[held.pk]), new)
    second = Price.objects.exclude(pk=first.pk).get()
    same = client.post(reverse("crm_pricing:price", args=[second.pk]), {"unit_price": "95000", "minimum_quantity": "0"})
    done = client.post(
        reverse("crm_pricing:price", args=[second.pk]), {"unit_price": "95000", "minimum_quantity": "20"}
    )

    second.refresh_from_db()
    assert (second.item, same.status_code, done.status_code) == (item, 422, 302)
    assert (second.unit_price, second.minimum_quantity) == (950_000_000, 200_000)


@pytest.mark.parametrize(
    "bad", [{"unit_price": "-1"}, {"unit_price": "1e30"}, {"item": "NONE"}, {"valid_to": "1900-01-01"}]
)
def test_a_price_that_cannot_be_is_told_and_nothing_is_written(
    client: Client, seller: User, bad: dict[str, str]
) -> None:
    make.make_priced_item("A-1")
    held = PriceList.objects.get()

    answer = client.post(
        reverse("crm_pricing:add_price", args=[held.pk]),
        {"item": "A-1", "unit_price": "90000", "minimum_quantity": "5"} | bad,
    )

    assert answer.status_code == 422
    assert Price.objects.count() == 1


def test_many_prices_change_by_a_share_from_a_day_and_earlier_orders_keep_theirs(client: Client, seller: User) -> None:
    items = [make.make_priced_item(f"A-{place}", price="100100") for place in range(3)]
    ids = [str(price.pk) for price in Price.objects.order_by("pk")[:2]]
    asked = {"ids": ids, "share": "5", "round_to": "1000", "starts_on": "2026-12-01"}
    url = reverse("crm_pricing:reprice")

    shown = client.post(url, asked | {"do": "show"}).content.decode()
    before = Price.objects.count()
    client.post(url, asked | {"do": "apply"})

    lists = list(PriceList.objects.all())
    asks = [queries.PriceAsk(item_id=item.pk, units=10_000) for item in items]
    on = {day: [found.unit_price // 10_000 for found in queries.find_prices(asks, lists=lists, on=day)]
          for day in (date(2026, 11, 30), date(2026, 12, 1))}  # fmt: skip
    assert "Rp\xa0105,000" in shown
    assert before == 3
    assert on == {date(2026, 11, 30): [100_100] * 3, date(2026, 12, 1): [105_000, 105_000, 100_100]}


def test_repricing_twice_on_the_same_day_changes_that_days_price(seller: User) -> None:
    make.make_priced_item("A-1", price="100000")
    for _time in range(2):
        newest = list(Price.objects.filter(valid_to=None))
        plans = actions.plan_repricing(newest, share=1_000, starts_on=make.TODAY)
        with transaction.atomic():
            actions.reprice(newest[0].price_list, plans=plans, by="user:1")

    assert list(Price.objects.order_by("pk").values_list("unit_price", "valid_from", "valid_to")) == [
        (1_000_000_000, None, make.TODAY), (1_210_000_000, make.TODAY, None)
    ]  # fmt: skip


def test_a_new_default_list_replaces_the_one_before(client: Client, seller: User) -> None:
    old = make.make_price_list("OLD")

    client.post(reverse("crm_pricing:add_list"), {"code": "NEW", "name": "New", "currency": "idr", "is_default": "on"})
    twice = client.post(reverse("crm_pricing:add_list"), {"code": "NEW", "currency": "IDR"})

    old.refresh_from_db()
    assert PriceList.objects.get(code="NEW").is_default
    assert not old.is_default
    assert twice.status_code == 422


def test_a_customer_gets_a_list_of_its_own_and_loses_it(client: Client, seller: User) -> None:
    account, own = make.make_customer(), make.make_price_list("OWN")
    make.make_price_list("STANDARD")

    client.post(reverse("crm_pricing:assign", args=[account.party_id]), {"price_list": own.pk, "rank": "1"})
    shown = page(client, "customer", account.party_id)
    client.post(reverse("crm_pricing:take_away", args=[account.party_id, own.pk]))

    assert "OWN" in shown
    assert not PriceListAssignment.objects.exists()


def test_who_may_only_look_changes_nothing(client: Client, seller: User) -> None:
    make.make_priced_item("A-1")
    client.force_login(foundation.make_user(roles=("service",)))
    held, price = PriceList.objects.get(), Price.objects.get()

    answers = [
        client.post(reverse("crm_pricing:add_price", args=[held.pk]), {"item": "A-1", "unit_price": "1"}),
        client.post(reverse("crm_pricing:price", args=[price.pk]), {"unit_price": "1"}),
        client.post(
            reverse("crm_pricing:reprice"), {"ids": price.pk, "share": "5", "starts_on": "2026-12-01", "do": "apply"}
        ),
    ]

    price.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403] * 3
    assert (price.unit_price, Price.objects.count()) == (1_000_000_000, 1)


def test_the_list_costs_the_same_queries_for_any_number_of_prices(
    client: Client, seller: User, django_assert_max_num_queries
) -> None:
    for place in range(30):
        make.make_priced_item(f"A-{place}")
    held = PriceList.objects.get()
    page(client, "list", held.pk)

    with django_assert_max_num_queries(24):
        page(client, "list", held.pk)
