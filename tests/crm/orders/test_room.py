"""The page of an order: the headline answers, figures, days, what each promise leans on, what the customer sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rantai.crm import facade
from rantai.crm.orders.models import ScheduleLine
from rantai.crm.orders.queries import asking, papers, tracking
from rantai.crm.orders.views.tables import InvoiceTable, OrderTable, PaymentTable
from rantai.foundation.access.models import LinkToken
from rantai.kernel.models import AuditEntry
from tests.factories import crm as make
from tests.factories import foundation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(make.NOW):
        yield


@pytest.fixture
def sales(client: Client) -> Client:
    client.force_login(foundation.make_user(roles=("sales",)))
    return client


def make_order(count: int = 2, *, code: str = "MON", **facts):
    items = [make.make_stocked_item(f"{code}-{place}", name={"en": f"Monitor {place}"}) for place in range(count)]
    return make.make_confirmed(
        make.make_customer("Toko", email="t@example.com"), [(item, 2) for item in items], **facts
    )


def delay(order, *, days: int) -> ScheduleLine:
    """Let the first line be promised later than wanted, as operations would tell."""
    row = ScheduleLine.objects.filter(order=order).select_related("line__item").first()
    day = row.requested_on + timedelta(days=days)
    ScheduleLine.objects.filter(pk=row.pk).update(
        promised_on=day, expected_on=day, p80_on=day, promise_cause="supply_late"
    )
    return row


def open_page(client: Client, order) -> str:
    return client.get(reverse("crm_orders:order", args=[order.pk])).content.decode()


def test_an_order_that_keeps_its_dates_says_so(sales):
    order = make_order()

    text = open_page(sales, order)

    assert "Everything by 12 Nov, as wanted" in text
    assert "stock " in text
    assert "First promised" in text
    assert "At stake" not in text


def test_a_late_line_is_the_headline_with_its_reason_and_what_is_at_stake(sales):
    order = make_order()
    delay(order, days=9)

    text = open_page(sales, order)

    assert "9 days late" in text
    assert ": 1 of 2 lines, everything by 21 Nov" in text
    assert "Monitor 0 moved from 12 Nov to 21 Nov: supply late. The other line keeps its date." in text
    assert "At stake" in text


def test_who_hides_cost_sees_no_stake(client):
    order = make_order()
    delay(order, days=9)
    client.force_login(foundation.make_user(roles=("sales",), hides_cost=True))

    text = open_page(client, order)

    assert "9 days late" in text
    assert "At stake" not in text
    assert "margin" not in text


def test_stages_carry_the_day_on_which_they_were_reached(sales):
    order = make_order(1)
    make.send(make.release(make.NOW + timedelta(days=9))[0], at=make.NOW + timedelta(days=9))

    text = open_page(sales, order)

    assert '<b class="step-label">Packed</b>11 Nov' in text
    assert "Told the customer: Delivered" in text


def test_sales_opens_what_the_customer_sees_and_ends_the_link(sales):
    order = make_order(1)
    url = tracking.find_url(order)

    assert url in open_page(sales, order)
    sales.post(reverse("crm_orders:renew_tracking", args=[order.pk]))

    assert LinkToken.objects.get(purpose="track").revoked_at is not None
    assert url not in open_page(sales, order)
    assert AuditEntry.objects.filter(action="link_ended").exists()


def test_a_role_that_may_not_change_orders_ends_no_link(client):
    order = make_order(1)
    client.force_login(foundation.make_user(roles=("planner",)))

    answer = client.post(reverse("crm_orders:renew_tracking", args=[order.pk]))

    assert answer.status_code == 403
    assert LinkToken.objects.get(purpose="track").revoked_at is None


def test_the_page_costs_the_same_queries_for_two_lines_and_for_eight(sales, django_assert_max_num_queries):
    small, large = make_order(2), make_order(8, code="LCD")
    open_page(sales, small)

    with django_assert_max_num_queries(52) as few:
        open_page(sales, small)
    with django_assert_max_num_queries(52) as many:
        open_page(sales, large)
    assert len(many.captured_queries) == len(few.captured_queries)


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_a_draft_is_given_as_a_quotation_and_a_confirmed_order_is_not(sales, language):
    account = make.make_customer("Toko", language=language)
    draft = make.make_order(account, [(make.make_stocked_item("MON-9"), 2)])
    url = reverse("crm_orders:quotation", args=[draft.pk])

    pdf = sales.get(url)
    values = papers.describe_quotation(draft, asking.ask_order(draft.pk, as_of=make.NOW).offer, today=make.TODAY)
    facade.confirm_order(draft.pk, revision=draft.revision, by=make.BY, as_of=make.NOW)

    assert pdf.content.startswith(b"%PDF")
    assert "16" in values["valid_until"]
    assert all(line["promised_on"] for line in values["lines"])
    assert sales.get(url).status_code == 404


@pytest.mark.parametrize("name", ["orders", "invoices", "payments"])
def test_every_turn_of_a_list_can_be_drawn(client, name):
    order = make_order(1)
    make.send(make.release(make.NOW + timedelta(days=9))[0], at=make.NOW + timedelta(days=9))
    client.force_login(foundation.make_user(roles=("sales", "finance")))
    url = reverse(f"crm_orders:{name}")
    turns = {"orders": OrderTable, "invoices": InvoiceTable, "payments": PaymentTable}[name].pivots

    for row in turns.rows:
        for across in ("", *turns.columns):
            for measure in turns.measures:
                words = {"rows": getattr(row, "name", row), "across": getattr(across, "name", across)}
                page = client.get(url, words | {"measure": measure.name, "view": "all"})
                assert page.status_code == 200

    assert order.number in client.get(url, {"view": "all"}).content.decode() or name == "payments"
