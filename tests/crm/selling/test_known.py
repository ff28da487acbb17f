"""What was known on a day never holds what became known later."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction

from rantai.crm.accounts.models import Account
from rantai.crm.selling.actions import agreements, budgets, opportunities
from rantai.crm.selling.actions.agreements import SlotChange
from rantai.crm.selling.actions.drafts import PlannedCallOff
from rantai.crm.selling.models import AgreementLine
from rantai.crm.selling.queries import agreements as standing
from rantai.crm.selling.queries import known
from rantai.foundation.items.models import Item
from tests.factories import crm, foundation, selling
from tests.factories.crm import BY, TODAY

pytestmark = pytest.mark.django_db
FAR = TODAY + timedelta(days=800)


@pytest.fixture
def account() -> Account:
    return crm.make_customer()


@pytest.fixture
def item() -> Item:
    return crm.make_priced_item("LAPTOP")


def read(as_of: date = TODAY, until: date = FAR) -> known.Known:
    return known.read_known(foundation.make_company().pk, as_of=as_of, until=until)


def test_a_signed_agreement_is_certain_from_the_day_it_was_recorded(account: Account, item: Item) -> None:
    held = selling.make_agreement(account, item, units=5, months=2, signed_on=TODAY - timedelta(days=9),
                                  recorded_on=TODAY - timedelta(days=3))  # fmt: skip

    found = read()

    assert found.party_id == (account.party_id,) * 2
    assert found.item_id == (item.pk,) * 2
    assert found.units == (50_000, 50_000)
    assert found.day == (date(2026, 11, 9).toordinal(), date(2026, 12, 9).toordinal())
    assert found.probability == (1.0, 1.0)
    assert found.basis == ("agreement", "agreement")
    assert found.document_id == (held.pk, held.pk)
    assert len(read(TODAY - timedelta(days=4))) == 0
    assert len(read(TODAY - timedelta(days=3))) == 2


def test_only_days_after_the_day_and_up_to_the_last_are_told(account: Account, item: Item) -> None:
    selling.make_agreement(account, item, months=3)

    assert len(read(until=date(2026, 12, 9))) == 2
    assert len(read(until=date(2026, 12, 8))) == 1
    assert len(read(as_of=date(2026, 11, 9))) == 2


def test_a_draft_is_no_knowledge(account: Account, item: Item) -> None:
    selling.make_agreement(account, item, signed_on=None)

    assert len(read()) == 0


def test_a_correction_holds_from_its_day_and_the_past_reads_as_it_was(account: Account, item: Item) -> None:
    early = TODAY - timedelta(days=20)
    schedule = [
        PlannedCallOff(slot=1, planned_on=TODAY + timedelta(days=10), units=10_000),
        PlannedCallOff(slot=1, planned_on=TODAY + timedelta(days=40), units=30_000, recorded_on=TODAY),
        PlannedCallOff(slot=2, planned_on=TODAY + timedelta(days=20), units=20_000),
        PlannedCallOff(slot=2, planned_on=TODAY + timedelta(days=20), units=0, recorded_on=TODAY),
    ]
    selling.make_agreement(account, item, schedule=schedule, signed_on=early)

    assert read(TODAY - timedelta(days=1)).units == (10_000, 20_000)
    assert read(TODAY).units == (30_000,)
    assert read(TODAY).day == ((TODAY + timedelta(days=40)).toordinal(),)


def test_a_row_revised_by_hand_is_appended(account: Account, item: Item) -> None:
    held = selling.make_agreement(account, item, units=5, months=1, signed_on=TODAY - timedelta(days=5))
    line = AgreementLine.objects.get()

    with transaction.atomic():
        changed = agreements.revise_schedule(
            held,
            [
                SlotChange(line_id=line.pk, slot=1, planned_on=date(2026, 11, 20), units=70_000),
                SlotChange(line_id=line.pk, slot=2, planned_on=date(2026, 11, 25), units=10_000),
            ],
            expected_revision=1, today=TODAY, by=BY,
        )  # fmt: skip

    assert changed == 2
    assert read(TODAY).units == (70_000, 10_000)
    assert read(TODAY - timedelta(days=1)).units == (50_000,)


def test_an_end_takes_away_what_lies_behind_it_from_the_day_it_is_known(account: Account, item: Item) -> None:
    held = selling.make_agreement(account, item, months=4, signed_on=TODAY - timedelta(days=5))

    with transaction.atomic():
        agreements.end_agreement(held, ended_from=date(2026, 12, 9), expected_revision=1, today=TODAY, by=BY)

    assert read(TODAY).day == (date(2026, 11, 9).toordinal(),)
    assert len(read(TODAY - timedelta(days=1))) == 4


def test_a_renewal_ends_what_it_overlaps(account: Account, item: Item) -> None:
    old = selling.make_agreement(account, item, units=1, months=4, signed_on=TODAY - timedelta(days=5), reference="A")
    new = selling.make_agreement(account, item, units=2, months=4, first=date(2026, 12, 9), signed_on=None, renews="A")

    with transaction.atomic():
        agreements.sign_agreement(new, signed_on=TODAY, expected_revision=1, today=TODAY, by=BY)

    assert read(TODAY).units == (10_000, 20_000, 20_000, 20_000, 20_000)
    old.refresh_from_db()
    assert (old.state, old.ended_from, new.number, new.renews_id) == ("ended", date(2026, 12, 9), "SA-00001", old.pk)


def test_a_deal_is_told_with_the_stage_it_had(account: Account, item: Item) -> None:
    needed = TODAY + timedelta(days=60)
    history = [
        selling.tell("lead", TODAY - timedelta(days=30), lines=[(item, 4, needed)]),
        selling.tell("quoted", TODAY - timedelta(days=10), probability=7_000),
        selling.tell("quoted", TODAY - timedelta(days=5), lines=[(item, 9, needed)]),
        selling.tell("lost", TODAY),
    ]
    selling.make_deal(account, history)

    told = [
        (found.units, found.probability)
        for found in (read(TODAY - timedelta(days=back)) for back in (31, 30, 10, 5, 0))
    ]

    assert told == [((), ()), ((40_000,), (0.1,)), ((40_000,), (0.7,)), ((90_000,), (0.5,)), ((), ())]


def test_the_win_rate_counts_only_what_was_closed_by_then(account: Account, item: Item) -> None:
    lines = [(item, 1, TODAY + timedelta(days=60))]
    for days, stage in ((20, "won"), (15, "won"), (10, "lost"), (0, "won")):
        history = [
            selling.tell("qualified", TODAY - timedelta(days=40), lines=lines),
            selling.tell("quoted", TODAY - timedelta(days=30)),
            selling.tell(stage, TODAY - timedelta(days=days)),
        ]
        selling.make_deal(account, history)

    company = foundation.make_company()
    before = known.read_win_rates(company.pk, as_of=TODAY - timedelta(days=1))
    after = known.read_win_rates(company.pk, as_of=TODAY)

    assert (before["quoted"].won, before["quoted"].closed) == (2, 3)
    assert (after["qualified"].won, after["qualified"].closed) == (3, 4)
    assert (after["lead"].won, after["lead"].closed) == (0, 0)
    assert after["quoted"].probability == (3 + 0.5 * 4) / (4 + 4)


def test_a_deal_that_was_lost_and_taken_up_again_is_open(account: Account, item: Item) -> None:
    deal = selling.make_deal(
        account,
        [
            selling.tell("qualified", TODAY - timedelta(days=9), lines=[(item, 3, TODAY + timedelta(days=60))]),
            selling.tell("lost", TODAY - timedelta(days=5)),
        ],
    )

    with transaction.atomic():
        opportunities.revise_opportunity(deal, selling.tell("qualified", TODAY), expected_revision=2, by=BY)

    assert len(read(TODAY - timedelta(days=1))) == 0
    assert read(TODAY).units == (30_000,)
    assert known.read_win_rates(deal.company_id, as_of=TODAY)["qualified"].closed == 0
    assert known.read_win_rates(deal.company_id, as_of=TODAY - timedelta(days=1))["qualified"].closed == 1


def test_what_was_known_of_an_alias_is_told_of_its_survivor(account: Account, item: Item) -> None:
    selling.make_agreement(account, item, months=1)
    survivor = crm.make_customer()
    party = account.party
    party.canonical = survivor.party
    party.save()

    assert read().party_id == (survivor.party_id,)


def test_budget_months_are_told_as_they_were_thought(account: Account) -> None:
    company = foundation.make_company()
    with transaction.atomic():
        budgets.set_budget_months(account, months=[4, 10], today=TODAY - timedelta(days=5), by=BY)
    with transaction.atomic():
        budgets.set_budget_months(account, months=[4], today=TODAY, by=BY)

    assert known.read_budget_months(company.pk, as_of=TODAY - timedelta(days=6)) == {}
    assert known.read_budget_months(company.pk, as_of=TODAY - timedelta(days=1)) == {account.party_id: (4, 10)}
    assert known.read_budget_months(company.pk, as_of=TODAY) == {account.party_id: (4,)}


def test_what_is_known_is_read_in_four_queries_however_much_it_is(
    account: Account, item: Item, django_assert_num_queries
) -> None:
    company = foundation.make_company()
    for _times in range(3):
        selling.make_agreement(account, item, months=2)

    with django_assert_num_queries(4):
        known.read_known(company.pk, as_of=TODAY, until=FAR)


def test_the_standing_of_many_agreements_is_read_in_five_queries(
    account: Account, item: Item, django_assert_num_queries
) -> None:
    held = [
        selling.make_agreement(each, item, months=2) for each in (account, crm.make_customer(), crm.make_customer())
    ]

    with django_assert_num_queries(5):
        found = standing.measure_standing(held, today=TODAY)

    assert [[line.planned for line in found[one.pk]] for one in held] == [[200_000]] * 3


def test_who_is_behind_is_found_in_four_queries(account: Account, item: Item, django_assert_num_queries) -> None:
    start = TODAY - timedelta(days=40)
    held = [
        selling.make_agreement(each, item, months=4, first=start, signed_on=start)
        for each in (account, crm.make_customer(), crm.make_customer())
    ]
    selling.make_agreement(account, crm.make_priced_item(), first=TODAY)

    company = foundation.make_company()

    with django_assert_num_queries(4):
        behind = standing.list_behind(company.pk, today=TODAY)

    assert behind == [one.pk for one in held]
