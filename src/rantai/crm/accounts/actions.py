"""Open accounts, change their terms, keep what they owe and what they are worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q

from rantai.crm.accounts import queries
from rantai.crm.accounts.models import Account
from rantai.foundation.parties.models import Party, PartyRole
from rantai.kernel import audit, inserts, revisions, statements
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """What an account is worth on a day: money in 1/10,000 of the company's currency, sensitivity in 1/10,000."""

    account_id: int
    lifetime_value: int
    churn_sensitivity: int


def open_account(party_id: int, *, by: str) -> Account:
    """Return the account of a party, opening it for one that buys for the first time; raises UnknownCustomer."""
    require_transaction()
    account = queries.find_account(party_id)
    if account:
        return account
    party = Party.objects.filter(pk=queries.get_canonical(party_id), archived_at=None).first()
    if party is None:
        raise queries.UnknownCustomer(party_id)
    PartyRole.objects.get_or_create(party=party, role="customer")
    account, opened = Account.objects.get_or_create(party=party)  # two first orders may come at once
    if opened:
        audit.record(DocRef("account", account.pk), action="opened", by=by)
    return account


def open_accounts(party_ids: Iterable[int]) -> int:
    """Open the accounts that a set of parties lacks, in bulk; return how many were opened."""
    require_transaction()
    wanted = sorted(set(party_ids))
    opened = 0
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        known = set(Account.objects.filter(party_id__in=chunk).values_list("party_id", flat=True))
        new = [party_id for party_id in chunk if party_id not in known]
        inserts.add_missing([PartyRole(party_id=pk, role="customer") for pk in new])
        inserts.add_missing([Account(party_id=pk) for pk in new])
        opened += len(new)
    return opened


def change_terms(account: Account, *, values: dict[str, Any], expected_revision: int, by: str) -> Account:
    """Change the terms on which an account buys; raises RevisionConflict."""
    changed = {name: value for name, value in values.items() if getattr(account, name) != value}
    noted = {name: [str(getattr(account, name)), str(value)] for name, value in changed.items()}
    revisions.take(account, expected=expected_revision, **changed)
    audit.record(DocRef("account", account.pk), action="changed", by=by, changes=noted)
    return account


def set_classes(classes: Mapping[int, str], *, by: str) -> int:
    """Say of many parties in which class of demand they are, opening accounts they lack; return how many changed."""
    open_accounts(classes)
    wanted = sorted(classes)
    changed: list[tuple[DocRef, dict[str, Any]]] = []
    for start in range(0, len(wanted), _CHUNK):
        rows = list(Account.objects.select_for_update().filter(party_id__in=wanted[start : start + _CHUNK]))
        moved = [row for row in rows if row.demand_class != classes[row.party_id]]
        for row in moved:
            changes = {"demand_class": [row.demand_class, classes[row.party_id]]}
            changed.append((DocRef("account", row.pk), changes))
            row.demand_class, row.revision = classes[row.party_id], row.revision + 1
        Account.objects.bulk_update(moved, ["demand_class", "revision"], batch_size=_CHUNK)
    audit.record_all(changed, action="changed", by=by)
    return len(changed)


def add_to_open_amount(account_id: int, *, amount: int) -> None:
    """Count an invoice, a credit note or a payment in what the account owes (company currency)."""
    require_transaction()
    Account.objects.filter(pk=account_id).update(open_amount=F("open_amount") + amount)


def note_order(account_id: int, *, at: datetime) -> None:
    """Remember when an account ordered first and last."""
    require_transaction()
    day = connection.ops.adapt_datetimefield_value(at)
    statements.send(
        "UPDATE crm_accounts_account"
        " SET first_order_at = CASE WHEN first_order_at <= %s THEN first_order_at ELSE %s END,"
        " last_order_at = CASE WHEN last_order_at >= %s THEN last_order_at ELSE %s END WHERE id = %s",
        [day, day, day, day, account_id],
    )


def note_orders(spans: Sequence[tuple[int, datetime, datetime]]) -> None:
    """Widen in bulk the time in which accounts ordered: (party id, first, last) each."""
    require_transaction()
    spans_by_party = {party_id: (first, last) for party_id, first, last in spans}
    ids = sorted(spans_by_party)
    for start in range(0, len(ids), _CHUNK):
        rows = list(Account.objects.filter(party_id__in=ids[start : start + _CHUNK]))
        for account in rows:
            first, last = spans_by_party[account.party_id]
            account.first_order_at = min(account.first_order_at or first, first)
            account.last_order_at = max(account.last_order_at or last, last)
        _write_spans(rows)


def record_worth(rows: Sequence[Worth], *, valued_on: date) -> None:
    """Store what accounts are worth, in bulk."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE crm_accounts_account SET lifetime_value = %s, churn_sensitivity = %s, valued_on = %s WHERE id = %s",
            [(row.lifetime_value, row.churn_sensitivity, valued_on.isoformat(), row.account_id) for row in rows],
        )


def recount_first_orders(party_ids: Sequence[int]) -> None:
    """Forget the tenure of accounts whose history was taken out; their orders tell it anew."""
    require_transaction()
    Account.objects.filter(Q(party_id__in=party_ids)).update(first_order_at=None, last_order_at=None)


def forget_accounts(party_ids: Sequence[int]) -> int:
    """Delete accounts that an import opened and that nothing cites: no order, no price list, no term set by hand."""
    require_transaction()
    unused = Account.objects.filter(
        party_id__in=party_ids, first_order_at=None, revision=1, orders=None, invoices=None, price_lists=None,
        children=None, values=None, agreements=None, opportunities=None, budget_months=None,
    )  # fmt: skip
    found = list(unused.values_list("pk", flat=True))
    return Account.objects.filter(pk__in=found).delete()[0]


def _write_spans(rows: Sequence[Account]) -> None:
    with connection.cursor() as cursor:
        adapt = connection.ops.adapt_datetimefield_value
        cursor.executemany(
            "UPDATE crm_accounts_account SET first_order_at = %s, last_order_at = %s WHERE id = %s",
            [(adapt(row.first_order_at), adapt(row.last_order_at), row.pk) for row in rows],
        )
