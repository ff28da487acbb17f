"""Who may see production and who may work on it."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "production.view": ("sales", "service", "planner", "buyer", "warehouse", "production", "manager"),
    "production.work": ("planner", "production", "manager"),
}
