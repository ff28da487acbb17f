"""Note when a customer's budget opens."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from rantai.crm.accounts import actions as accounts
from rantai.crm.accounts.models import Account
from rantai.crm.selling.models import BudgetMonth
from rantai.crm.selling.queries import budgets
from rantai.kernel import audit, inserts
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


def set_budget_months(account: Account, *, months: Collection[int], note: str = "", today: date, by: str) -> None:
    """Let these be the months in which a customer's budget opens, as known from today; earlier knowledge is kept."""
    require_transaction()
    held = {row.month: row for row in budgets.list_months(account.pk)}
    gone = [row.pk for month, row in held.items() if month not in months or row.note != note]
    BudgetMonth.objects.filter(pk__in=gone).update(withdrawn_on=today)
    new = [month for month in sorted(set(months)) if month not in held or held[month].note != note]
    inserts.send(
        [BudgetMonth(account=account, month=month, note=note, recorded_on=today, recorded_by=by) for month in new]
    )
    if new or gone:
        changes = {"budget_months": [sorted(held), sorted(set(months))]}
        audit.record(DocRef("account", account.pk), action="changed", by=by, changes=changes)


def record_budget_months(rows: Collection[tuple[int, int, date]], *, by: str) -> int:
    """Note many budget months: (party id, month, since when known); those known already stay. Return how many."""
    require_transaction()
    accounts.open_accounts(party for party, _month, _on in rows)
    owners = dict(Account.objects.filter(party_id__in=[row[0] for row in rows]).values_list("party_id", "id"))
    known = set(BudgetMonth.objects.filter(withdrawn_on=None).values_list("account_id", "month"))
    new = [row for row in rows if (owners[row[0]], row[1]) not in known]
    inserts.send(
        [BudgetMonth(account_id=owners[party], month=month, recorded_on=on, recorded_by=by) for party, month, on in new]
    )
    return len(new)
