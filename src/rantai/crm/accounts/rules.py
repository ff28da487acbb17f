"""Who may see and change customers."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "accounts.view": ("sales", "service", "planner", "finance", "manager"),
    "accounts.change": ("sales", "finance", "manager"),
    "accounts.set_credit": ("finance", "manager"),
}
