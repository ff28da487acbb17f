"""Who may ask what if, which kinds of change there are, and what each kind says."""

from __future__ import annotations

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "scenarios.view": ("planner", "manager"),
    "scenarios.edit": ("planner", "manager"),
    "scenarios.decide": ("manager",),
}

KINDS: dict[str, tuple[str, ...]] = {
    # kind of change: the fields that it reads, the needed ones with a star
    "supplier_down": ("supplier*", "item", "category", "share", "starts_on*", "ends_on*"),
    "demand": ("item", "category", "territory", "demand_class", "share*", "starts_on", "ends_on"),
    "promotion": ("item", "category", "share*", "pulled", "starts_on*", "ends_on*"),
    "price": ("item", "category", "share*", "elasticity*", "starts_on", "ends_on"),
    "new_site": ("location*", "text*", "item", "category", "days", "amount", "is_first"),
    "lead_time": ("supplier", "item", "category", "location", "days*"),
    "lot_size": ("supplier", "item", "category", "location", "minimum", "multiple", "maximum"),
    "capacity": ("resource*", "share", "hours", "starts_on", "ends_on"),
    "stock": ("item", "category", "location", "share", "units", "service_level"),
    "allocation": ("classes*",),
    "source_rank": ("source*", "rank*"),
    "source_share": ("source*", "share*"),
    "template": ("template*", "category"),
}
"""Kinds of change in the order in which people are offered them."""

MOST_CHANGES = 60
MOST_SHARE = 100_000
"""Ten times, in 1/10,000."""
MOST_DAYS = 365
MOST_RANK = 9_999
MOST_HOURS = 24
POLICY_KIND = "scenario_change"
"""Of ApprovalPolicy: where one stands, what it does not cover waits for the role that it names."""
