"""Many agreements and deals by the front door: checked whole, written some at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from rantai.crm import facade, recording
from rantai.crm.accounts.models import Account
from rantai.crm.selling.actions.drafts import OpportunityDraft, RowsRefused
from rantai.crm.selling.models import Opportunity, SalesAgreement
from tests.factories import crm, foundation, selling
from tests.factories.crm import BY, TODAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_lots(monkeypatch):
    monkeypatch.setattr(recording, "AT_ONCE", 2)


@pytest.fixture
def rows():
    item, account = crm.make_priced_item(), crm.make_customer()
    first = selling.draft_agreement(account, item, reference="R0")
    later = [
        replace(selling.draft_agreement(account, item, first=first.valid_to, reference=f"R{n}"), renews=f"R{n - 1}")
        for n in (1, 2, 3)
    ]
    return [*reversed(later), first]


def count_lots(work) -> int:
    with CaptureQueriesContext(connection) as asked:
        work()
    return sum(query["sql"].startswith("BEGIN") for query in asked)


def test_a_renewal_is_written_behind_what_it_renews_whatever_their_order(rows):
    company = foundation.make_company()

    lots = count_lots(lambda: facade.record_agreements(rows, company_id=company.pk, by=BY))

    found = dict(SalesAgreement.objects.values_list("reference", "renews__reference"))
    assert (lots, found) == (2, {"R0": None, "R1": "R0", "R2": "R1", "R3": "R2"})


@pytest.mark.parametrize("bad", [{"reference": "R2"}, {"party_id": 10**9}, {"renews": "nowhere"}, {"valid_to": TODAY}])
def test_what_is_wrong_in_the_last_lot_keeps_the_first_from_being_written(rows, bad):
    company = foundation.make_company()
    rows[-1] = replace(rows[-1], **bad)

    with pytest.raises(RowsRefused) as refused:
        facade.record_agreements(rows, company_id=company.pk, by=BY)

    assert 3 in {problem.place for problem in refused.value.problems}
    assert not SalesAgreement.objects.exists()


def test_in_a_transaction_of_the_caller_all_is_one(rows):
    company = foundation.make_company()

    with transaction.atomic():
        facade.record_agreements(rows, company_id=company.pk, by=BY)
        transaction.set_rollback(True)

    assert not SalesAgreement.objects.exists()


def test_deals_come_in_lots_and_open_the_accounts_of_their_customers():
    company, item = foundation.make_company(), crm.make_priced_item()
    parties = [foundation.make_party(f"New {n}") for n in range(5)]
    told = [selling.tell("lead", TODAY, lines=[(item, 2, TODAY)])]
    deals = [OpportunityDraft(party_id=party.pk, title="x", reference="same", history=told) for party in parties]

    lots = count_lots(lambda: facade.record_opportunities(deals, company_id=company.pk, by=BY))

    assert (lots, Opportunity.objects.count(), Account.objects.count()) == (3, 5, 5)
    with pytest.raises(RowsRefused):
        facade.record_opportunities(deals[:1], company_id=company.pk, by=BY)
