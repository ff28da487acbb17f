"""The part of the front door that takes in many agreements and deals: all checked first, written some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rantai.crm.selling.actions import agreements, opportunities
from rantai.crm.selling.actions.drafts import AgreementDraft, OpportunityDraft
from rantai.foundation.parties import queries as parties
from rantai.kernel.transactions import join_atomic

AT_ONCE = 150
"""Of one transaction, each whole with its schedule or history: a tenth of a second of SQLite's one writer."""


def record_agreements(rows: Sequence[AgreementDraft], *, company_id: int, by: str) -> int:
    """Write frame contracts with their schedules as they became known; return how many. Raises RowsRefused.

    Joins the caller's transaction, or opens one for each lot; what one renews is written before it. All that is wrong
    is found before the first is written. After a crash those that are stored are refused by their reference.
    """
    company = parties.get_company(company_id)
    agreements.refuse_bad(company, rows)
    ordered = agreements.sort_by_renewal(rows)
    for start in range(0, len(ordered), AT_ONCE):
        lot = ordered[start : start + AT_ONCE]
        join_atomic(partial(agreements.record_agreements, company, lot, by=by))
    return len(rows)


def record_opportunities(rows: Sequence[OpportunityDraft], *, company_id: int, by: str) -> int:
    """Write deals with their whole history; return how many. Raises RowsRefused before the first is written.

    Joins the caller's transaction, or opens one for each lot.
    """
    company = parties.get_company(company_id)
    opportunities.refuse_bad(company, rows)
    for start in range(0, len(rows), AT_ONCE):
        lot = rows[start : start + AT_ONCE]
        join_atomic(partial(opportunities.record_opportunities, company, lot, by=by))
    return len(rows)
