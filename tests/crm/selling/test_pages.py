"""Agreements and deals: written, signed, planned, moved, seen on the customer's page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rantai.crm import facade as crm_facade
from rantai.crm.facade import RetailLine
from rantai.crm.orders.models import SalesOrder, SalesOrderLine
from rantai.crm.selling.models import (
    AgreementLine,
    BudgetMonth,
    CallOffRevision,
    Opportunity,
    OpportunityRevision,
    SalesAgreement,
)
from rantai.crm.selling.queries import known
from rantai.foundation.access.models import User
from rantai.kernel.transactions import run_atomic
from tests.factories import crm as make
from tests.factories import foundation, selling
from tests.factories.crm import TODAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture
def seller(client: Client) -> User:
    foundation.make_company()
    user = foundation.make_user(roles=("sales",))
    client.force_login(user)
    return user


def url(name: str, *args: int) -> str:
    return reverse(f"crm_selling:{name}", args=args)


def page(client: Client, name: str, *args: int, **words: str) -> str:
    answer = client.get(url(name, *args), words)
    assert answer.status_code == 200
    return answer.content.decode()


def rows(prefix: str, *given: dict[str, str]) -> dict[str, str]:
    posted = {f"{prefix}-TOTAL_FORMS": str(len(given)), f"{prefix}-INITIAL_FORMS": "0"}
    return posted | {f"{prefix}-{n}-{name}": text for n, row in enumerate(given) for name, text in row.items()}


HEAD = {"title": "Notebooks", "reference": "FC/7", "valid_from": "2026-11-10", "last_day": "2027-11-09", "every": "1",
        "period": "month", "q1": "100", "q2": "100", "q3": "0", "q4": "150"}  # fmt: skip


def test_an_agreement_is_written_signed_and_counted(client: Client, seller: User) -> None:
    account = make.make_customer("Sinar")
    make.make_priced_item("A-1")

    posted = HEAD | rows("lines", {"item": "a-1", "quantity": "20"}, {"item": "", "quantity": ""})
    client.post(f"{url('new_agreement')}?customer={account.party_id}", posted)

    held = SalesAgreement.objects.get()
    assert (held.state, held.reference, held.valid_to) == ("draft", "FC/7", date(2027, 11, 10))
    planned = list(CallOffRevision.objects.order_by("planned_on").values_list("planned_on", "units"))
    assert planned[:3] == [(date(2026, 11, 10), 300_000), (date(2026, 12, 10), 300_000), (date(2027, 1, 10), 200_000)]
    assert len(planned) == 9  # no call-off in the third quarter
    assert "Not signed yet" in page(client, "agreement", held.pk)

    client.post(url("sign_agreement", held.pk), {"signed_on": "2026-11-01", "revision": "1"})

    held.refresh_from_db()
    assert (held.state, held.number, held.recorded_on) == ("signed", "SA-00001", TODAY)
    assert len(known.read_known(held.company_id, as_of=TODAY, until=date(2028, 1, 1))) == 9
    assert "9 call-offs are still to come" in page(client, "agreement", held.pk)
    assert "SA-00001" in page(client, "agreements", standing="later")


def test_bad_input_is_named_beside_its_field_and_nothing_is_written(client: Client, seller: User) -> None:
    account = make.make_customer("Sinar")
    make.make_priced_item("A-1")
    lines = rows("lines", {"item": "A-1", "quantity": "-3"}, {"item": "nothing", "quantity": "1"})

    answer = client.post(
        f"{url('new_agreement')}?customer={account.party_id}", HEAD | {"last_day": "2026-11-01"} | lines
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "The agreement ends before it begins." in text
    assert "Give at least" in text
    assert "No item is called" in text
    assert not SalesAgreement.objects.exists()


def test_a_reference_that_the_customer_has_already_is_refused(client: Client, seller: User) -> None:
    account = make.make_customer("Sinar")
    item = make.make_priced_item("A-1")
    selling.make_agreement(account, item, reference="FC/7")

    answer = client.post(
        f"{url('new_agreement')}?customer={account.party_id}", HEAD | rows("lines", {"item": "A-1", "quantity": "1"})
    )

    assert answer.status_code == 422
    assert "This customer has an agreement FC/7 already." in answer.content.decode()
    assert SalesAgreement.objects.count() == 1


def test_a_draft_keeps_rows_set_by_hand_until_it_is_planned_anew(client: Client, seller: User) -> None:
    item = make.make_priced_item("A-1")
    held = selling.make_agreement(make.make_customer(), item, units=5, months=2, signed_on=None)
    head = HEAD | {"reference": "", "valid_from": str(held.valid_from), "last_day": "2027-01-20", "revision": "1"}
    lines = rows("lines", {"item": "A-1", "quantity": "7"})

    client.post(url("edit_agreement", held.pk), head | lines)
    assert list(CallOffRevision.objects.values_list("units", flat=True)) == [50_000, 50_000]

    client.post(url("edit_agreement", held.pk), head | lines | {"revision": "2", "replan": "on"})
    assert list(CallOffRevision.objects.order_by("id").values_list("units", flat=True)) == [110_000, 110_000, 70_000]

    stale = client.post(url("edit_agreement", held.pk), head | lines)
    assert stale.status_code == 409


def test_the_schedule_of_a_line_is_changed_in_one_form(client: Client, seller: User) -> None:
    item = make.make_priced_item("A-1")
    held = selling.make_agreement(make.make_customer(), item, units=5, months=2, signed_on=TODAY - timedelta(days=9))
    line = AgreementLine.objects.get()
    posted = rows(
        "rows",
        {"planned_on": "2026-11-09", "quantity": "8", "slot": "1"},
        {"planned_on": "2026-12-09", "quantity": "", "slot": "2"},
        {"planned_on": "2026-12-01", "quantity": "2", "slot": ""},
    )

    assert 'value="2026-11-09"' in page(client, "schedule", held.pk, line.pk)
    client.post(url("schedule", held.pk, line.pk), posted | {"revision": "1"})

    stands = [(row.slot, row.units) for row in known.list_slots(held.pk)]
    assert sorted(stands) == [(1, 80_000), (2, 0), (3, 20_000)]
    assert "A-1 on 9 Dec was taken out" in page(client, "agreement", held.pk)

    outside = rows("rows", {"planned_on": "2029-01-01", "quantity": "8", "slot": "1"})
    refused = client.post(url("schedule", held.pk, line.pk), outside | {"revision": "2"})
    assert refused.status_code == 422
    assert "lies outside the time of the agreement" in refused.content.decode()


def test_the_page_sets_orders_against_the_schedule(client: Client, seller: User) -> None:
    account = make.make_customer("Sinar")
    item = make.make_stocked_item("A-1")
    start = TODAY - timedelta(days=60)
    held = selling.make_agreement(account, item, units=10, months=4, first=start, signed_on=start)
    make.make_confirmed(account, [(item, 12)], in_days=3)

    text = page(client, "agreement", held.pk)

    # planned on 3 Sep, 3 Oct, 3 Nov and 3 Dec; twelve ordered: the first row and two of the second
    assert "1 call-off is overdue" in text
    assert "12" in text
    assert "In 1 agreement less is called off than planned" in page(client, "agreements", behind="1")


def test_a_renewal_follows_the_one_it_names(client: Client, seller: User) -> None:
    item = make.make_priced_item("A-1")
    old = selling.make_agreement(make.make_customer(), item, months=2)
    form = page(client, "new_agreement", renews=str(old.pk))
    assert f'value="{old.valid_to}"' in form

    posted = (
        HEAD
        | {"valid_from": str(old.valid_to), "last_day": "2027-06-30"}
        | rows("lines", {"item": "A-1", "quantity": "4"})
    )
    client.post(f"{url('new_agreement')}?renews={old.pk}", posted)

    new = SalesAgreement.objects.latest("pk")
    assert new.renews_id == old.pk
    assert new.account_id == old.account_id


def test_an_agreement_is_ended_early_and_a_draft_is_dropped(client: Client, seller: User) -> None:
    item, account = make.make_priced_item("A-1"), make.make_customer()
    held = selling.make_agreement(account, item, months=3)
    draft = selling.make_agreement(account, item, signed_on=None)

    client.post(url("end_agreement", held.pk), {"ended_from": "2040-01-01", "revision": "1"})
    held.refresh_from_db()
    assert held.state == "signed"
    client.post(url("end_agreement", held.pk), {"ended_from": "2026-12-01", "revision": "1"})
    client.post(url("discard_agreement", draft.pk), {"revision": "1"})
    client.post(url("discard_agreement", held.pk), {"revision": "2"})

    held.refresh_from_db()
    assert (held.state, held.ended_from) == ("ended", date(2026, 12, 1))
    assert list(SalesAgreement.objects.values_list("pk", flat=True)) == [held.pk]


def test_a_deal_is_written_at_list_price_and_moved_until_it_is_an_order(client: Client, seller: User) -> None:
    account = make.make_customer("Sinar")
    make.make_priced_item("A-1", price="100000")
    posted = {"title": "School laptops", "expected_on": "2026-12-20", "probability": "", "note": "met at the fair"}
    lines = rows("lines", {"item": "A-1", "quantity": "30", "needed_on": "2027-01-15", "unit_price": ""})

    client.post(f"{url('new_deal')}?customer={account.party_id}", posted | lines)
    deal = Opportunity.objects.get()
    assert (deal.state, deal.amount) == ("lead", 3_000_000 * 10_000)
    assert "10\xa0%" in page(client, "deal", deal.pk)
    assert "School laptops" in page(client, "pipeline")

    changed = posted | {"probability": "60", "revision": "1"} | lines
    client.post(url("edit_deal", deal.pk), changed)
    client.post(url("move_deal", deal.pk), {"stage": "won", "revision": "2"})
    deal.refresh_from_db()
    assert (deal.state, deal.probability) == ("lead", 6_000)  # a lead is not won without a word between

    client.post(url("move_deal", deal.pk), {"stage": "quoted", "revision": "2"})
    client.post(url("move_deal", deal.pk), {"stage": "won", "revision": "3"})
    client.post(url("draft_order", deal.pk))

    deal.refresh_from_db()
    order = SalesOrder.objects.get()
    assert (deal.state, deal.order_id, deal.closed_on) == ("won", order.pk, TODAY)
    assert (order.state, order.account_id) == ("draft", account.pk)
    assert SalesOrderLine.objects.get().units == 300_000
    told = OpportunityRevision.objects.order_by("number").values_list("state", "probability")
    assert list(told) == [("lead", None), ("lead", 6_000), ("quoted", None), ("won", None)]
    assert f"/orders/{order.pk}/" in page(client, "deal", deal.pk)


def test_a_deal_is_lost_with_a_reason_only_and_opened_again(client: Client, seller: User) -> None:
    item = make.make_priced_item("A-1")
    lines = [(item, 1, TODAY + timedelta(days=30))]
    deal = selling.make_deal(make.make_customer(), [selling.tell("quoted", TODAY, lines=lines)])

    client.post(url("move_deal", deal.pk), {"stage": "lost", "revision": "1", "reason": " "})
    deal.refresh_from_db()
    assert deal.state == "quoted"
    client.post(url("move_deal", deal.pk), {"stage": "lost", "revision": "1", "reason": "price"})
    deal.refresh_from_db()
    assert (deal.state, deal.lost_reason) == ("lost", "price")
    client.post(url("move_deal", deal.pk), {"stage": "qualified", "revision": "2"})
    deal.refresh_from_db()
    assert (deal.state, deal.lost_reason, deal.closed_on) == ("qualified", "", None)


def test_an_order_of_somebody_else_is_not_what_a_deal_became(client: Client, seller: User) -> None:
    item = make.make_stocked_item("A-1")
    mine, other = make.make_customer(), make.make_customer()
    deal = selling.make_deal(
        mine, [selling.tell("quoted", TODAY, lines=[(item, 1, TODAY)]), selling.tell("won", TODAY)]
    )
    foreign, own = make.make_confirmed(other, [(item, 1)]), make.make_confirmed(mine, [(item, 1)])

    for number in ("", "SO-99999", foreign.number):
        client.post(url("link_order", deal.pk), {"number": number})
        deal.refresh_from_db()
        assert deal.order_id is None

    client.post(url("link_order", deal.pk), {"number": own.number})
    deal.refresh_from_db()
    assert deal.order_id == own.pk


def test_the_pipeline_sums_by_stage_and_by_chance(client: Client, seller: User) -> None:
    item, account = make.make_priced_item("A-1"), make.make_customer()
    lines = [(item, 1_000_000, TODAY + timedelta(days=30))]  # at 100 rupiah
    selling.make_deal(account, [selling.tell("lead", TODAY, lines=lines)])
    selling.make_deal(account, [selling.tell("quoted", TODAY, lines=lines)])

    text = page(client, "pipeline")

    assert "Rp\xa060M to be expected of Rp\xa0200M" in text.replace("\xa0M", "M")
    assert "0 won of 0 closed" in text
    workbook = client.get(url("pipeline"), {"export": "xlsx"})
    assert workbook.status_code == 200


def test_the_customers_page_shows_what_is_known_ahead_and_its_budget_months(client: Client, seller: User) -> None:
    item, account = make.make_priced_item("A-1"), make.make_customer("Sinar")
    selling.make_agreement(account, item, title="Yearly notebooks")
    selling.make_deal(account, [selling.tell("lead", TODAY, lines=[(item, 1, TODAY)])])

    client.post(url("set_budget", account.party_id), {"months": ["4", "10"], "note": "their yearly plan"})
    client.post(url("set_budget", account.party_id), {"months": ["13"]})

    text = page(client, "customer", account.party_id)
    assert "Yearly notebooks" in text
    assert "Laptops for a branch" in text
    assert "April, October (their yearly plan)" in text
    assert BudgetMonth.objects.count() == 2
    assert url("customer", account.party_id) in client.get(
        reverse("crm_accounts:customer", args=[account.party_id])
    ).content.decode()  # fmt: skip


def test_who_may_only_look_changes_nothing(client: Client) -> None:
    foundation.make_company()
    client.force_login(foundation.make_user(roles=("planner",)))
    item, account = make.make_priced_item("A-1"), make.make_customer()
    held = selling.make_agreement(account, item, signed_on=None)
    deal = selling.make_deal(account, [selling.tell("lead", TODAY, lines=[(item, 1, TODAY)])])

    assert "New agreement" not in page(client, "agreements")
    for name, key in (("sign_agreement", held.pk), ("end_agreement", held.pk), ("discard_agreement", held.pk),
                      ("move_deal", deal.pk), ("draft_order", deal.pk), ("link_order", deal.pk),
                      ("set_budget", account.party_id)):  # fmt: skip
        assert client.post(url(name, key), {"stage": "won", "revision": "1"}).status_code == 403

    assert SalesAgreement.objects.get().state == "draft"
    assert Opportunity.objects.get().state == "lead"


def test_a_customer_page_shows_what_its_shelves_last_for(client: Client, seller: User) -> None:
    account = make.make_customer("Sinar")
    low, full = make.make_priced_item("LOW"), make.make_priced_item("FULL")
    weeks = [TODAY - timedelta(days=TODAY.weekday(), weeks=back) for back in (2, 1)]
    lines = [
        RetailLine(
            party_id=account.party_id, item_id=item.pk, first_on=monday, days=7, sold=70_000, on_shelf=shelf,
            recorded_on=TODAY,
        )
        for item, shelf in ((full, 300_000), (low, 30_000))
        for monday in weeks
    ]  # fmt: skip
    run_atomic(lambda: crm_facade.record_retail_sales(lines, company_id=foundation.make_company().pk))

    shown = page(client, "customer", account.party_id)

    assert shown.index("LOW") < shown.index("FULL")
    assert "3 days" in shown
    assert "30 days" in shown
    assert "Its own sales" not in page(client, "customer", make.make_customer("Other").party_id)
