"""Permissions on suppliers."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "suppliers.view": ("sales", "service", "planner", "buyer", "warehouse", "production", "finance", "manager"),
    "suppliers.edit": ("buyer", "manager"),
}
