"""Who may see demand, change its forecast, and approve what was agreed."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "demand.view": ("sales", "service", "planner", "buyer", "production", "manager"),
    "demand.edit": ("planner",),
    "demand.approve": ("planner", "manager"),
}
