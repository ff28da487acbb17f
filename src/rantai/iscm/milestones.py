"""Stages that a customer sees, by the way an order is supplied (GLOSSARY §4.2)."""

from __future__ import annotations

ORDER_RECEIVED = "order_received"
DATE_PROMISED = "date_promised"
PICKING = "picking"
PACKED = "packed"
HANDED_TO_CARRIER = "handed_to_carrier"
IN_TRANSIT = "in_transit"
DELIVERED = "delivered"
MATERIAL_ORDERED = "material_ordered"
MATERIAL_ARRIVED = "material_arrived"
PRODUCTION_STARTED = "production_started"
OPERATION_FINISHED = "operation_finished"
QUALITY_PASSED = "quality_passed"
PASSED_TO_PARTNER = "passed_to_partner"
PARTNER_ACCEPTED = "partner_accepted"
PARTNER_PACKED = "partner_packed"

BY_SUPPLY: dict[str, tuple[str, ...]] = {
    "stock": (ORDER_RECEIVED, DATE_PROMISED, PICKING, PACKED, HANDED_TO_CARRIER, IN_TRANSIT, DELIVERED),
    "make": (
        ORDER_RECEIVED,
        DATE_PROMISED,
        MATERIAL_ORDERED,
        MATERIAL_ARRIVED,
        PRODUCTION_STARTED,
        OPERATION_FINISHED,
        QUALITY_PASSED,
        PACKED,
        HANDED_TO_CARRIER,
        DELIVERED,
    ),
    "dropship": (
        ORDER_RECEIVED,
        PASSED_TO_PARTNER,
        PARTNER_ACCEPTED,
        PARTNER_PACKED,
        HANDED_TO_CARRIER,
        IN_TRANSIT,
        DELIVERED,
    ),
}
