"""Permissions on calendars."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "calendars.view": ("planner", "buyer", "warehouse", "production", "sales", "service", "manager"),
    "calendars.edit": ("planner", "production", "manager"),
}
