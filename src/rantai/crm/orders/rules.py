"""Who may see, confirm, change and bill orders."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "orders.view": ("sales", "service", "planner", "buyer", "warehouse", "production", "finance", "manager"),
    "orders.capture": ("sales", "service", "manager"),
    "orders.confirm": ("sales", "service", "manager"),
    "orders.change": ("sales", "service", "manager"),
    "orders.expedite": ("manager",),
    "orders.cancel": ("sales", "service", "manager"),
    "orders.release_hold": ("finance", "manager"),
    "invoices.view": ("sales", "service", "finance", "manager"),
    "invoices.issue": ("finance", "manager"),
    "payments.record": ("finance", "manager"),
}
