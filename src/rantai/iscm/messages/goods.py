"""Goods that stand, arrive, come back or move between our sites."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptLine:
    """Goods that arrived for a purchase line or a transfer."""

    ref: DocRef
    item_id: int
    units: Quantity
    lot: str = ""
    accepted: Quantity | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedReturn:
    """Units of a delivered shipment line that a customer wants to send back."""

    line_id: int
    """As `reports.ReturnableLine` names it."""
    units: Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningStock:
    """Stock counted at the start, in bulk: parallel tuples, units in 1/10,000 base units."""

    run_key: str
    item_ids: tuple[int, ...]
    location_ids: tuple[int, ...]
    units: tuple[int, ...]
    lots: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferRequest:
    """Goods that shall go from one site of ours to another; the same cause twice is one transfer."""

    company_id: int
    origin_id: int
    destination_id: int
    ship_on: date
    due_on: date
    lines: tuple[tuple[int, Quantity], ...]
    """Item and units."""
    cause: DocRef
