"""Prices are seen with purchases and edited with suppliers."""

PERMISSIONS: dict[str, tuple[str, ...]] = {}
