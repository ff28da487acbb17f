"""Permissions on what hangs on documents; which permission opens a kind of document."""

from __future__ import annotations

from collections.abc import Callable

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "documents.use": (
        "sales", "service", "planner", "buyer", "warehouse", "production", "finance", "manager",
    ),
    "papers.edit": ("manager",),
}  # fmt: skip

VIEW_PERMISSION: dict[str, str] = {
    "item": "items.view",
    "party": "parties.view",
    "location": "locations.view",
    "calendar": "calendars.view",
}
"""Kind of document → permission that its room asks for; the houses' kinds are filled in by config.wiring."""

PARTY_SCOPE: dict[str, Callable[[int, list[int]], bool]] = {}
"""Kind of document → function(id, party ids) that tells whether a partner may see it; filled in by config.wiring."""

FILE_PERMISSION: dict[str, str] = {}
"""Purpose of a file → permission that it asks for beside its document's: a purchase order's paper tells prices."""
