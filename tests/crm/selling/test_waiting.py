"""What waits for sales people, and what the desk's search finds of agreements and deals."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from rantai.crm import facade
from rantai.crm.selling import rules
from rantai.desk.queries import waiting
from rantai.kernel.needs import NoSuchNeed
from tests.factories import crm as make
from tests.factories import foundation, selling
from tests.factories.crm import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture
def item():
    return make.make_priced_item("MON")


@pytest.fixture
def toko():
    return make.make_customer("Toko Baru")


def overdue_deal(account, item, *, title="Laptops", days=5, **facts):
    then = TODAY - timedelta(days=40)
    told = selling.tell("quoted", then, lines=[(item, 3, TODAY)], expected_on=TODAY - timedelta(days=days))
    return selling.make_deal(account, [told], title=title, **facts)


def ending_agreement(account, item, *, left=30, months=12, **facts):
    """Signed a year ago, so many days before its end, with nothing planned that has not come."""
    first = TODAY + timedelta(days=left - 31 * months)
    facts.setdefault("schedule", [selling.PlannedCallOff(slot=1, planned_on=TODAY + timedelta(days=1), units=10_000)])
    return selling.make_agreement(account, item, first=first, months=months, signed_on=first, **facts)


def list_kinds() -> list[tuple[str, int]]:
    return [(need.key, need.count) for need in facade.list_needs(make.NOW)]


def test_a_deal_whose_day_went_by_asks_what_came_of_it(toko, item):
    deal = overdue_deal(toko, item)
    selling.make_deal(toko, [selling.tell("lead", TODAY, lines=[(item, 1, TODAY)])], title="Not yet")

    (need,) = facade.list_needs(make.NOW)

    assert (need.key, need.url) == (f"deal_overdue:{deal.pk}", reverse("crm_selling:deal", args=[deal.pk]))
    assert (need.title, need.permission, need.duty) == ("Laptops with Toko Baru: decided?", "selling.edit", "sales")
    assert need.stake.amount == 3_000_000
    assert "28 Oct" in need.why


def test_many_deals_are_one_row_that_opens_largest_first(toko, item):
    deals = [overdue_deal(toko, item, title=f"Deal {n}", days=n, reference=f"R{n}") for n in range(1, 5)]

    (need,) = facade.list_needs(make.NOW)
    sheet = facade.describe_need(need.key, as_of=make.NOW)

    assert (need.key, need.count, need.stake.amount) == ("deal_overdue", 4, 12_000_000)
    assert [row.key for row in sheet.rows] == [f"deal_overdue:{deal.pk}" for deal in deals]
    assert sheet.total == 4


def test_an_agreement_within_its_renewal_time_asks_to_be_renewed_until_it_is(toko, item):
    held = ending_agreement(toko, item)
    ending_agreement(make.make_customer("Later"), item, left=rules.RENEWAL_DAYS + 1)

    assert list_kinds() == [(f"agreement_ends:{held.pk}", 1)]

    selling.make_agreement(toko, item, first=held.valid_to, renews_id=held.pk)

    assert list_kinds() == []


@pytest.mark.parametrize(
    ("days", "left", "is_time"), [(365, 60, True), (365, 61, False), (90, 22, True), (90, 23, False)]
)
def test_of_a_short_agreement_the_last_quarter_is_its_renewal_time(days, left, is_time):
    last = TODAY + timedelta(days=left)

    assert rules.is_renewal_time(last - timedelta(days=days), last, today=TODAY) is is_time


def test_a_call_off_that_did_not_come_waits_for_somebody_to_ask(toko, item):
    held = selling.make_agreement(toko, item, first=TODAY - timedelta(days=40), signed_on=TODAY - timedelta(days=50))

    assert list_kinds() == [(f"call_off_overdue:{held.pk}", 1)]
    sheet = facade.describe_need(f"call_off_overdue:{held.pk}", as_of=make.NOW)
    assert "Toko Baru" in sheet.need.title


def test_what_is_done_waits_for_nobody(toko, item):
    selling.make_agreement(toko, item)

    for key in ("deal_overdue", "deal_overdue:1", "agreement_ends:x", "call_off_overdue:7", "nothing"):
        with pytest.raises(NoSuchNeed):
            facade.describe_need(key, as_of=make.NOW)


def test_only_who_may_write_deals_is_asked(toko, item):
    overdue_deal(toko, item)

    def see(*roles):
        return [need.kind for need in waiting.list_needs(foundation.make_user(roles=roles), as_of=make.NOW)]

    assert see("sales") == ["deal_overdue"]
    assert see("planner") == []


@pytest.mark.parametrize(("language", "words"), [("id", "sudah diputuskan"), ("zh-hans", "定了吗")])
def test_it_is_said_in_the_readers_language(toko, item, language, words):
    overdue_deal(toko, item)

    with translation.override(language):
        (need,) = facade.list_needs(make.NOW)

    assert words in need.title


def test_reading_what_waits_costs_the_same_for_many(toko, item, django_assert_max_num_queries):
    for n in range(8):
        customer = make.make_customer(f"Customer {n}")
        overdue_deal(customer, item)
        ending_agreement(customer, item)

    with django_assert_max_num_queries(22):
        found = list_kinds()

    assert found == [("deal_overdue", 8), ("agreement_ends", 8)]


def find(client: Client, text: str, *roles: str) -> str:
    client.force_login(foundation.make_user(roles=roles), backend="rantai.foundation.access.backends.RoleBackend")
    return client.get("/search/", {"q": text}, headers={"HX-Request": "true"}).content.decode()


def test_the_search_finds_agreements_and_deals_for_who_may_see_them(client, toko, item):
    held = ending_agreement(toko, item, reference="KT-0007", title="School year")
    deal = overdue_deal(toko, item, title="Branch in Malang", reference="PL-0012")
    pages = {
        "agreement": reverse("crm_selling:agreement", args=[held.pk]),
        "deal": reverse("crm_selling:deal", args=[deal.pk]),
    }

    for text, name in (("KT-0007", "agreement"), ("kt-00", "agreement"), ("school y", "agreement"),
                       ("PL-0012", "deal"), ("malang", "deal")):  # fmt: skip
        assert f'href="{pages[name]}"' in find(client, text, "sales"), text
    assert pages["deal"] not in find(client, "PL-0012", "warehouse")
    assert "Called so" in find(client, "KT-0007", "sales")
