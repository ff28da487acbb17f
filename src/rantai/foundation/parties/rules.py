"""Permissions on parties, and the series that a company numbers its documents by."""

from __future__ import annotations

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "parties.view": ("sales", "service", "planner", "buyer", "warehouse", "production", "finance", "manager"),
    "parties.edit": ("sales", "service", "buyer", "finance", "manager"),
    "parties.merge": ("sales", "service", "buyer", "manager"),
    "parties.erase": ("manager",),
}

SERIES: dict[str, str] = {
    "quote": "QU-",
    "sales_order": "SO-",
    "invoice": "INV-",
    "credit_note": "CN-",
    "shipment": "DN-",
    "goods_receipt": "GR-",
    "transfer_order": "TO-",
    "production_order": "MO-",
    "stock_count": "SC-",
    "return_receipt": "RR-",
    "purchase_requisition": "PR-",
    "purchase_order": "PO-",
    "case": "CS-",
}
"""Kind of document → prefix of its number."""

GAPLESS = frozenset({"invoice", "credit_note"})
"""Kinds whose numbers the law wants without a gap."""
