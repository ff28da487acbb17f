"""Who sees the pages that cross houses."""

_STAFF = ("sales", "service", "planner", "buyer", "warehouse", "production", "finance", "manager")

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "desk.loop": _STAFF,
    "desk.needs": _STAFF,
    "desk.jobs": ("planner", "manager"),
    "desk.turn": ("planner", "manager"),
    "desk.explain": _STAFF,
}
