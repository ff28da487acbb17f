"""Who may let due orders out to the warehouse."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "shipments.release": ("planner", "warehouse"),
}
