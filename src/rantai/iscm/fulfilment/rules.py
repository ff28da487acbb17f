"""Who may see and do the work at the dock."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "shipments.view": ("sales", "service", "planner", "warehouse", "finance"),
    "shipments.work": ("warehouse",),
    "receipts.view": ("planner", "buyer", "warehouse", "production", "finance"),
    "receipts.work": ("warehouse",),
    "transfers.view": ("sales", "planner", "buyer", "warehouse", "production", "manager"),
    "transfers.work": ("planner", "warehouse", "manager"),
}
