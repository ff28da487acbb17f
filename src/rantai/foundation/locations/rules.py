"""Permissions on locations and lanes."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "locations.view": ("sales", "service", "planner", "buyer", "warehouse", "production", "manager"),
    "locations.edit": ("planner", "warehouse", "manager"),
}

ACCOUNTS = ("supplier", "customer", "production", "adjustment", "transit", "history")
"""Counterpart accounts of the stock ledger that every company has."""

SITES = ("plant", "warehouse")
"""Kinds of places that plan and ship."""
