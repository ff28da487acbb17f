"""Read when customers' budgets open."""

from __future__ import annotations

from rantai.crm.selling.models import BudgetMonth


def list_months(account_id: int) -> list[BudgetMonth]:
    """Return the months in which a customer's budget opens, as we think now."""
    return list(BudgetMonth.objects.filter(account_id=account_id, withdrawn_on=None).order_by("month"))
