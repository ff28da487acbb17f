"""Who may see the plan and decide its proposals; what a company may set."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "plan.view": ("sales", "service", "planner", "buyer", "production", "warehouse", "manager"),
    "plan.decide": ("planner", "buyer", "manager"),
}

HORIZON_WEEKS = 26
"""How far forecast demand is planned: `plan_horizon_weeks` of Company.settings."""
RELEASE_DAYS = 14
"""Orders that must start within so many days are proposed: `plan_release_days` of Company.settings."""
ROOM_WEEKS = 26
"""What stands behind the horizon, so that late supply still finds a date."""
DEFER_DAYS = 7
"""A receipt that comes earlier than its first need by more is one to put off."""

WHOLE_UNITS = frozenset({"PCE", "H87", "C62", "EA", "SET", "BX", "CT", "PK", "PX", "DZN", "PR"})
"""Units of which nobody orders a part."""
