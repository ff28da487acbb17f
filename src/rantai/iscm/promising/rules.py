"""Who may let due orders out to the warehouse, and who keeps supply for classes of demand."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "shipments.release": ("planner", "warehouse"),
    "demand.allocate": ("planner", "manager"),
}
