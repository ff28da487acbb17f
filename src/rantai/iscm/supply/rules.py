"""Who may see the plan and decide its proposals; what a company may set."""

from collections.abc import Mapping
from typing import Any

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

AGGREGATE_WEEKS = 26
"""How far the plan of the months looks: `aggregate_weeks` of Company.settings; the forecast reaches no further."""
AGGREGATE_NODES = 500
"""Branch-and-bound nodes of its search: the same number gives the same plan."""
SHORT_SHARE = 0.5
"""What a unit that is never served costs at least, as a share of its standard cost: a usual margin."""
WAIT_SHARE = 0.1
"""Of that, what a week of waiting costs."""

WHOLE_UNITS = frozenset({"PCE", "H87", "C62", "EA", "SET", "BX", "CT", "PK", "PX", "DZN", "PR"})
"""Units of which nobody orders a part."""


def read_horizon(settings: Mapping[str, Any]) -> int:
    """Return how many weeks of forecast a company's plan sees."""
    return int(settings.get("plan_horizon_weeks", HORIZON_WEEKS))
