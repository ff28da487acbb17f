"""Who may see points and who may change programmes; which accounts a programme has."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "loyalty.view": ("sales", "service", "finance", "manager"),
    "loyalty.edit": ("sales", "manager"),
}

COUNTERPARTS = ("issued", "redeemed", "expired")
"""Accounts that points come from or go to; members' accounts hold the rest, so that all of them sum to zero."""

MOMENTS = ("invoiced", "paid")
"""When points are posted: with the invoice, or when it is paid."""
