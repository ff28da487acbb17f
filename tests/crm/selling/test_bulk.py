"""Many agreements and deals are written at once, all or none, with what is wrong named by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from rantai.crm.accounts import actions as accounts
from rantai.crm.accounts.models import Account
from rantai.crm.selling.actions import agreements, opportunities
from rantai.crm.selling.actions.agreements import SlotChange
from rantai.crm.selling.actions.drafts import AgreementLineDraft, OpportunityDraft, RowsRefused
from rantai.crm.selling.models import CallOffRevision, Opportunity, OpportunityLine, SalesAgreement
from tests.factories import crm, foundation, selling
from tests.factories.crm import BY, TODAY

pytestmark = pytest.mark.django_db


def count_queries(count: int) -> tuple[int, int]:
    company = foundation.make_company()
    item, buyers = crm.make_priced_item(), [crm.make_customer() for _n in range(count)]
    drafts = [selling.draft_agreement(account, item, reference=f"R{n}") for n, account in enumerate(buyers)]
    renewals = [
        selling.draft_agreement(account, item, reference=f"N{n}", renews=f"R{n}") for n, account in enumerate(buyers)
    ]
    told = [selling.tell("lead", TODAY, lines=[(item, 2, TODAY)]), selling.tell("quoted", TODAY)]
    deals = [OpportunityDraft(party_id=account.party_id, title="x", history=told) for account in buyers]
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as first,
    ):
        agreements.record_agreements(company, [*drafts, *renewals], by=BY)
    with transaction.atomic(), CaptureQueriesContext(connection) as second:
        opportunities.record_opportunities(company, deals, by=BY)
    return len(first), len(second)


def test_the_statements_do_not_grow_with_the_rows() -> None:
    assert count_queries(2) == count_queries(40)
    assert SalesAgreement.objects.exclude(renews=None).count() == 42
    assert CallOffRevision.objects.count() == 84 * 6
    assert Opportunity.objects.filter(state="quoted", revision=2).count() == 42
    assert OpportunityLine.objects.count() == 84  # each revision has its own


def test_everything_wrong_is_named_by_its_row_and_nothing_is_written() -> None:
    item, account = crm.make_priced_item(), crm.make_customer()
    good = selling.draft_agreement(account, item, reference="A")
    rows = [
        good,
        replace(good, reference="B", party_id=10**9),
        replace(good, reference="C", valid_to=good.valid_from),
        replace(good, reference="D", lines=[AgreementLineDraft(item_id=10**9, units=-1)]),
        good,
        replace(good, reference="F", signed_on=TODAY + timedelta(days=1)),
        replace(good, reference="G", lines=[*good.lines, *good.lines]),
    ]

    with pytest.raises(RowsRefused) as refused, transaction.atomic():
        agreements.record_agreements(foundation.make_company(), rows, by=BY)

    assert sorted({problem.place for problem in refused.value.problems}) == [1, 2, 3, 4, 5, 6]
    assert not SalesAgreement.objects.exists()


def test_a_renewal_of_nothing_is_refused() -> None:
    item, account = crm.make_priced_item(), crm.make_customer()
    row = selling.draft_agreement(account, item, reference="A", renews="nowhere")

    with pytest.raises(RowsRefused, match="no agreement nowhere"), transaction.atomic():
        agreements.record_agreements(foundation.make_company(), [row], by=BY)

    assert not SalesAgreement.objects.exists()


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([], "at least its first stage"),
        ([("lead", 0), ("won", 1)], "cannot go from lead to won"),
        ([("lead", 1), ("quoted", 0)], "from the oldest day to the newest"),
        ([("bought", 0)], "no stage bought"),
    ],
)
def test_a_history_that_cannot_be_is_refused(stages: list[tuple[str, int]], words: str) -> None:
    account: Account = crm.make_customer()
    history = [selling.tell(stage, TODAY + timedelta(days=day)) for stage, day in stages]
    row = OpportunityDraft(party_id=account.party_id, title="x", history=history)

    with pytest.raises(RowsRefused, match=words), transaction.atomic():
        opportunities.record_opportunities(foundation.make_company(), [row], by=BY)

    assert not Opportunity.objects.exists()


def test_what_is_already_known_is_not_told_of_an_earlier_day() -> None:
    item, account = crm.make_priced_item(), crm.make_customer()
    deal = selling.make_deal(account, [selling.tell("lead", TODAY, lines=[(item, 1, TODAY)])])

    with pytest.raises(RowsRefused, match="newer"), transaction.atomic():
        opportunities.revise_opportunity(
            deal, selling.tell("quoted", TODAY - timedelta(days=1)), expected_revision=1, by=BY
        )

    assert deal.revisions.count() == 1


def test_a_row_of_a_schedule_is_not_told_of_an_earlier_day_than_it_stands() -> None:
    item, account = crm.make_priced_item(), crm.make_customer()
    held = selling.make_agreement(account, item, months=1)
    slot = SlotChange(line_id=held.lines.get().pk, slot=1, planned_on=TODAY + timedelta(days=9), units=1)

    with pytest.raises(RowsRefused, match="newer"), transaction.atomic():
        agreements.revise_schedule(held, [slot], expected_revision=1, today=TODAY - timedelta(days=1), by=BY)

    assert CallOffRevision.objects.count() == 1


def test_an_account_with_an_agreement_is_not_forgotten_with_an_import() -> None:
    item, account, idle = crm.make_priced_item(), crm.make_customer(), crm.make_customer()
    selling.make_agreement(account, item)

    with transaction.atomic():
        assert accounts.forget_accounts([account.party_id, idle.party_id]) == 1

    assert list(Account.objects.values_list("pk", flat=True)) == [account.pk]
