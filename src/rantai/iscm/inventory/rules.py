"""Who may see and correct stock."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "stock.view": ("sales", "service", "planner", "buyer", "warehouse", "production", "finance"),
    "stock.adjust": ("warehouse",),
    "stock.plan": ("planner",),
}
