"""Who may see demand."""

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "demand.view": ("sales", "service", "planner", "buyer", "production"),
    "demand.edit": ("planner",),
}
