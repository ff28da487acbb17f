"""Publish a valuation: rows staged in chunks, current by one short transaction; tell operations what is at stake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rantai.crm.accounts import actions as accounts
from rantai.crm.accounts.models import Account
from rantai.crm.insight import rules, states
from rantai.crm.insight.models import AccountValue, Valuation
from rantai.crm.orders.actions.describing import stake_of
from rantai.crm.orders.models import ScheduleLine
from rantai.crm.orders.queries import asking
from rantai.foundation.parties.models import Company
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.kernel import clock, inserts
from rantai.kernel.transactions import require_transaction

CHUNK = 2000
STAKES_AT_ONCE = 500
KEPT = 2
"""Valuations that stay: the current one and the one before."""


def begin_valuation(company: Company, *, described: Mapping[str, Any]) -> Valuation:
    """Open a valuation that nobody sees yet; one that was killed before is set aside."""
    require_transaction()
    Valuation.objects.filter(company=company, state="staged").update(state="superseded")
    return Valuation.objects.create(company=company, started_at=clock.now(), **described)


def stage_values(rows: Sequence[AccountValue]) -> None:
    """Write some of its rows."""
    require_transaction()
    inserts.send(rows)


def make_current(valuation: Valuation) -> None:
    """Let readers see a valuation instead of the one before."""
    require_transaction()
    for old in Valuation.objects.filter(company_id=valuation.company_id, state="current"):
        states.VALUATIONS.move(old, "superseded")
    states.VALUATIONS.move(valuation, "current")
    Valuation.objects.filter(pk=valuation.pk).update(ended_at=clock.now())


def note_worth(valuation: Valuation, rows: Sequence[AccountValue]) -> None:
    """Carry value and sensitivity to the accounts, where confirming an order reads them.

    A valuation in another currency than the company's (no exchange rate was known) says nothing there.
    """
    require_transaction()
    if valuation.currency != valuation.company.currency:
        return
    worth = [
        accounts.Worth(
            account_id=row.account_id,
            lifetime_value=row.lifetime_value,
            churn_sensitivity=rules.churn_sensitivity(row.probability_alive),
        )
        for row in rows
    ]
    accounts.record_worth(worth, valued_on=valuation.as_of)


def update_stakes(schedule_ids: Sequence[int]) -> int:
    """Tell operations what is at stake with open schedule lines; return how many demands they knew."""
    require_transaction()
    rows = list(
        ScheduleLine.objects.filter(pk__in=schedule_ids)
        .select_related("line", "order", "order__account", "order__company")
        .order_by("id")
    )
    return iscm.update_stakes(
        messages.StakeUpdate(
            demand_keys=tuple(asking.key_of(row) for row in rows),
            stakes=tuple(stake_of(row.order, row) for row in rows),
        )
    )


def forget_buyers(party_ids: Sequence[int]) -> int:
    """Delete the accounts of buyers that an undone import had brought and that bought nothing else; return how many."""
    require_transaction()
    gone = Account.objects.filter(party_id__in=party_ids, first_order_at=None, revision=1, orders=None)
    AccountValue.objects.filter(account__in=list(gone)).delete()
    return accounts.forget_accounts(party_ids)


def delete_old(company: Company) -> bool:
    """Delete a chunk of a valuation that nobody needs; return whether there is more to delete."""
    require_transaction()
    kept = (
        Valuation.objects.filter(company=company, ended_at__isnull=False)
        .order_by("-ended_at")
        .values_list("pk", flat=True)[:KEPT]
    )
    old = Valuation.objects.filter(company=company).exclude(pk__in=list(kept)).exclude(state="staged").first()
    if old is None:
        return False
    ids = list(AccountValue.objects.filter(valuation=old).values_list("pk", flat=True)[:CHUNK])
    if ids:
        AccountValue.objects.filter(pk__in=ids).delete()
    else:
        old.delete()
    return True


def submit_signals(told: messages.DemandSignals) -> int:
    """Tell operations a part of what customers are expected to order; return its pairs of customer and item."""
    require_transaction()
    return iscm.submit_demand_signals(told)


def publish_signals(source: str, run_key: str) -> int:
    """Let the next forecast count on what was told under a key; return its pairs."""
    require_transaction()
    return iscm.publish_demand_signals(source, run_key)
