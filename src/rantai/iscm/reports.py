"""What ISCM shows of its documents across its door: plain values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.kernel.quantities import Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentLineView:
    """Units of one demand on a shipment."""

    line: int
    schedule: int
    demand_id: int
    item_id: int
    units: Quantity
    returned: Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentView:
    """A shipment as other houses and doors show it."""

    id: int
    number: str
    state: str
    location_id: int
    ship_on: date
    promised_on: date | None
    carrier: str
    tracking: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    lines: tuple[ShipmentLineView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductionView:
    """A production order as the desks and the demonstration see it."""

    id: int
    number: str
    item_id: int
    location_id: int
    units: Quantity
    good: Quantity
    state: str
    start_on: date
    due_on: date
    is_for_order: bool
    """Made for a customer; False where it makes a component of another order, or stock."""
    short: tuple[tuple[int, Quantity], ...]
    """Items and units that it waits for."""
    steps: tuple[str, ...]
    """State of each step, the first first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StockView:
    """Our available stock of an item at a place; `cursor` names the row for the page after it."""

    item_code: str
    location_code: str
    on_hand: Quantity
    reserved: Quantity
    available: Quantity
    cursor: str
