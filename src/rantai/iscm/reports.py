"""What ISCM shows of its documents across its door: plain values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef


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
    note: int | None
    """The attachment with its printed delivery note, if it left with one."""
    lines: tuple[ShipmentLineView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnableLine:
    """Delivered units that the customer has and nobody allowed to send back yet."""

    line_id: int
    """The shipment's line, as `messages.WantedReturn` names it."""
    shipment_id: int
    shipment_number: str
    line: int
    schedule: int
    item_id: int
    units: Quantity
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnLineView:
    """Units of one order line that may come back, and how many have."""

    line: int
    schedule: int
    item_id: int
    units: Quantity
    received: Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnView:
    """A permission to send goods of one shipment back, as other houses show it."""

    id: int
    number: str
    state: str
    """'open', 'received' or 'ended'."""
    reason: str
    note: str
    shipment_id: int
    shipment_number: str
    site: str
    authorized_at: datetime
    ended_at: datetime | None
    lines: tuple[ReturnLineView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaning:
    """Units of a line's promise and the supply that they lean on."""

    line: int
    units: Quantity
    basis: str
    """stock, receipt, plan, make, lead_time or dropship."""
    ref: DocRef | None
    """The document that brings it, where there is one."""
    place: str
    partner: str
    available_on: date | None
    promised_on: date


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


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastWeek:
    """What is expected of one week, whole: orders of the week consume it."""

    week: date
    """Its Monday."""
    statistical: Quantity
    expected: Quantity
    """With what people changed on top."""
    low: Quantity
    """One week in ten is lower."""
    high: Quantity
    """One week in ten is higher."""
    ordered: Quantity
    """What our own orders ask for in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemForecast:
    """The current forecast of an item at one location, or (None) at all of them together."""

    run_id: int
    as_of: datetime
    item_id: int
    location_id: int | None
    weeks: tuple[ForecastWeek, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastError:
    """How far off the method of an item-location was, in base units; no tested weeks give no denominator."""

    item_id: int
    location_id: int | None
    method: str
    demand_class: str
    abs_error: float | None
    """Sum of |actual - forecast|: numerator of WMAPE."""
    net_error: float | None
    """Sum of forecast - actual: numerator of bias, + is too much."""
    tested_units: float
    """Sum of actual demand: their denominator."""
    week_std: float
    """Deviation of one week's error."""
