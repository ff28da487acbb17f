"""Who may bring files."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "imports.use": ("planner", "sales", "buyer", "manager"),
}
