"""Permissions on requisitions and purchase orders."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "purchasing.view": ("sales", "service", "planner", "buyer", "warehouse", "production", "finance", "manager"),
    "purchasing.edit": ("buyer", "manager"),
    "purchasing.approve": ("buyer", "manager"),
}
