"""Permissions on parties, the series that number a company's documents, and what its ways of working show."""

from __future__ import annotations

from collections.abc import Collection

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
    "return_authorization": "RA-",
    "purchase_requisition": "PR-",
    "purchase_order": "PO-",
    "case": "CS-",
}
"""Kind of document → prefix of its number."""

GAPLESS = frozenset({"invoice", "credit_note"})
"""Kinds whose numbers the law wants without a gap."""

WAYS = ("makes", "trades", "dropships", "serves")
"""How a company may work: any mix of these."""

WAYS_OF: dict[str, tuple[str, ...]] = {
    # a page (URL name or whole namespace), or a kind of source, file or approval → the ways of which one must be on
    "iscm_production": ("makes",),
    "foundation_items:resources": ("makes",),
    "foundation_items:resource": ("makes",),
    "foundation_items:add_resource": ("makes",),
    "foundation_items:bill": ("makes",),
    "foundation_items:add_bill": ("makes",),
    "foundation_items:archive_bill": ("makes",),
    "foundation_items:routing": ("makes",),
    "foundation_items:add_routing": ("makes",),
    "foundation_items:archive_routing": ("makes",),
    "source:make": ("makes",),
    "source:bill": ("makes",),
    "source:routing": ("makes",),
    "source:origin": ("makes", "trades", "serves"),
    "customers get it:make": ("makes",),
    "customers get it:assemble": ("makes",),
    "customers get it:stock": ("makes", "trades", "serves"),
    "customers get it:dropship": ("dropships",),
    "substitutes:bill": ("makes",),
    "file:boms": ("makes",),
    "file:routings": ("makes",),
    "file:resources": ("makes",),
    "approval:production": ("makes",),
    "number:production_order": ("makes",),
    "source:dropship": ("dropships",),
    "approval:dropship": ("dropships",),
    "iscm_field_service": ("serves",),
    # Whoever only lets partners ship has no goods of its own to store, receive or move.
    "iscm_inventory": ("makes", "trades", "serves"),
    "iscm_fulfilment:receipts": ("makes", "trades", "serves"),
    "iscm_fulfilment:expected": ("makes", "trades", "serves"),
    "iscm_fulfilment:transfers": ("makes", "trades", "serves"),
    "iscm_fulfilment:transfer": ("makes", "trades", "serves"),
    "iscm_fulfilment:new_transfer": ("makes", "trades", "serves"),
    "source:move": ("makes", "trades", "serves"),
    "approval:transfer": ("makes", "trades", "serves"),
    "number:goods_receipt": ("makes", "trades", "serves"),
    "number:transfer_order": ("makes", "trades", "serves"),
    "number:stock_count": ("makes", "trades", "serves"),
}
"""The one rule of what a company that does not work in a way is not shown; all else is for everybody."""


def is_shown(name: str, ways: Collection[str]) -> bool:
    """Tell whether a page or a choice has a place in a company that works in these ways."""
    needed = list_needed(name)
    return not needed or any(way in ways for way in needed)


def list_needed(name: str) -> tuple[str, ...]:
    """Return the ways of which one must be on for a page or a choice; none for what is everybody's."""
    return WAYS_OF.get(name) or WAYS_OF.get(name.partition(":")[0]) or ()
