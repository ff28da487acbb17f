"""Permissions on messages."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "messages.view": ("sales", "service", "buyer", "planner", "finance", "manager"),
    "messages.edit": ("sales", "service", "buyer", "manager"),
}
