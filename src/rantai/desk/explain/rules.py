"""Who may ask why: whoever may see the thing itself."""

from __future__ import annotations

from rantai.foundation.documents import rules as documents

KINDS = (
    "sales_order", "demand", "shipment", "goods_receipt", "stock", "planned_order", "production_order",
    "transfer_order", "purchase_order", "purchase_requisition",
)  # fmt: skip
"""What can be explained."""

_OWN = {"demand": "demand.view", "stock": "stock.view"}
"""Kinds whose page is no document's."""


def find_permission(kind: str) -> str | None:
    """Return the permission that a kind's own page asks for; None of what cannot be explained."""
    return _OWN.get(kind) or documents.VIEW_PERMISSION.get(kind) if kind in KINDS else None
