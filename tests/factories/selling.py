"""Make agreements and deals for tests, through the bulk actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from rantai.crm.accounts.models import Account
from rantai.crm.selling import rules
from rantai.crm.selling.actions import agreements, opportunities
from rantai.crm.selling.actions.drafts import (
    AgreementDraft,
    AgreementLineDraft,
    DealLine,
    DealState,
    OpportunityDraft,
    PlannedCallOff,
)
from rantai.crm.selling.models import Opportunity, SalesAgreement
from rantai.foundation.items.models import Item
from tests.factories import foundation
from tests.factories.crm import BY, TODAY


def draft_agreement(
    account: Account, item: Item, *, units: int = 10, first: date = TODAY + timedelta(days=7), months: int = 6,
    signed_on: date | None = TODAY, recorded_on: date | None = None, **facts: Any,
) -> AgreementDraft:  # fmt: skip
    """A call-off of some whole units every month."""
    last = first + timedelta(days=31 * months)
    rhythm = rules.Rhythm(first=first, every=1, period=rules.MONTH)
    planned = rules.plan_call_offs(rhythm, units=units * 10_000, valid_to=last)[:months]
    rows = [PlannedCallOff(slot=n, planned_on=on, units=each) for n, (on, each) in enumerate(planned, start=1)]
    line = AgreementLineDraft(item_id=item.pk, units=units * 10_000, schedule=facts.pop("schedule", rows))
    return AgreementDraft(
        party_id=account.party_id, valid_from=first, valid_to=last, signed_on=signed_on,
        recorded_on=recorded_on or signed_on or TODAY, lines=facts.pop("lines", [line]), **facts,
    )  # fmt: skip


@transaction.atomic
def make_agreement(account: Account, item: Item, **facts: Any) -> SalesAgreement:
    """A signed frame contract with a monthly call-off."""
    return agreements.record_agreements(foundation.make_company(), [draft_agreement(account, item, **facts)], by=BY)[0]


def tell(stage: str, on: date, *, lines: Sequence[tuple[Item, int, date]] | None = None, **facts: Any) -> DealState:
    """What is known of a deal from a day on; lines are (item, whole units, day)."""
    deal_lines = None
    if lines is not None:
        deal_lines = [
            DealLine(item_id=item.pk, units=units * 10_000, needed_on=day, unit_price=1_000_000)
            for item, units, day in lines
        ]
    facts.setdefault("expected_on", on + timedelta(days=30))
    return DealState(recorded_on=on, stage=stage, lines=deal_lines, **facts)


@transaction.atomic
def make_deal(account: Account, history: Sequence[DealState], **facts: Any) -> Opportunity:
    """A deal with its history."""
    facts.setdefault("title", "Laptops for a branch")
    row = OpportunityDraft(party_id=account.party_id, history=history, **facts)
    return opportunities.record_opportunities(foundation.make_company(), [row], by=BY)[0]
