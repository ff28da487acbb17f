"""Who may see and correct stock."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "stock.view": ("sales", "service", "planner", "buyer", "warehouse", "production", "finance"),
    "stock.adjust": ("warehouse",),
    "stock.plan": ("planner",),
}

USUAL_HOLDING_RATE = 0.2
"""Cost of holding stock a year as a share of its cost, where the company has set no `holding_rate`."""
