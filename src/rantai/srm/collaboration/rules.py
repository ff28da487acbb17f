"""What is shared with suppliers is seen by whoever sees purchases."""

PERMISSIONS: dict[str, tuple[str, ...]] = {}
