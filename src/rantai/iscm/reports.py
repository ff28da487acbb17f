"""What ISCM shows of its documents across its door: plain values, no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from rantai.iscm import messages
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
class ForecastCell:
    """A cell of a forecast grid that came back in a file; what it says and what the grid had written in 1/10,000."""

    place: str
    level: str
    starts_on: date
    ends_on: date
    units: int
    was: int | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastSheet:
    """What a file would change of the forecast, before it does."""

    changes: tuple[tuple[ForecastCell, str, Quantity], ...]
    """Cell, name of its row, and what is expected now."""
    refused: tuple[tuple[str, str], ...]
    """Place in the file, and why."""
    kept: int
    """Changes of this very file that hold already."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class PromotionCandidateView:
    """Stock that will not be used in time, offered for promotion."""

    id: int
    revision: int
    item_id: int
    location_id: int
    lot_id: int | None
    lot_code: str
    kind: str
    """'expiring', 'excess' or 'ageing'."""
    units: Quantity
    """Beyond use."""
    on_hand: Quantity
    last_useful_on: date | None
    """Until when it can be sold."""
    exhausted_on: date | None
    found_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class VmiView:
    """Our stock that a supplier keeps between two levels."""

    id: int
    item_id: int
    item_code: str
    location_id: int
    location_name: str
    least: Quantity
    most: Quantity
    on_hand: Quantity
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CostToComplete:
    """What it costs us to bring units to the customer; None is not known, which is not zero.

    Amounts are in 1/10,000 of the company's currency.
    """

    material: int | None
    setup: int | None
    freight: int | None
    expediting: int | None

    @property
    def total(self) -> int:
        """Return the sum of what is known."""
        return sum(part or 0 for part in (self.material, self.setup, self.freight, self.expediting))

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the names of what is not known."""
        parts = ("material", "setup", "freight", "expediting")
        return tuple(name for name in parts if getattr(self, name) is None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """Another way to serve a line that cannot keep its day.

    kind: 'split' (part now, rest then), 'later' (all of it, later), 'site', 'substitute', 'dropship' or 'expedite'.
    """

    kind: str
    item_id: int
    units: Quantity
    """In base units of that item."""
    location_id: int | None
    slices: tuple[messages.OfferSlice, ...]
    keeps_date: bool
    cost: CostToComplete
    supplier_id: int | None = None
    """Of whom purchasing has to buy it, where nothing less makes it happen."""

    @property
    def promised_on(self) -> date:
        """Return by when all of it is there."""
        return max(part.promised_on for part in self.slices)


@dataclass(frozen=True, kw_only=True, slots=True)
class LineAlternatives:
    """What else could be done for a line that cannot keep its day, the best first."""

    line: int
    schedule: int
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomersWait:
    """What an order line waits for, as its customer may read it."""

    waits_for: str
    """part, made (our work), moved (to our warehouse) or coming (a delivery to us)."""
    part: Mapping[str, str]
    """Name of the part by language; empty where it is the goods themselves."""
    due_on: date | None
    """When that is there."""
    promised_on: date | None
    sure_percent: int | None
    """In how many of a hundred cases the promised day is kept, where that was worked out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SuppliersHold:
    """What hangs on one schedule line of a supplier, as that supplier may read it."""

    schedule_id: int
    orders: int
    """Customers' order lines that lean on it."""
    late_orders: int
    """Of them, those that come after their promised day as things stand."""
    wanted_on: date | None
    """By when the plan wants it, where that is sooner than it comes."""
    stake: int | None
    """1/10,000 of the company's currency unit, two figures exact; None where suppliers may not see it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RippleLine:
    """What becomes of a changed demand itself; units are those still open."""

    key: messages.DemandKey
    before_units: Quantity
    after_units: Quantity
    unpromised: Quantity
    before_on: date | None
    after_on: date | None
    refusal: str = ""
    """Why it cannot be changed so: packed or gone. Nothing else of it moves then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RippleMove:
    """Somebody else's line whose expected day or supply moves with the change."""

    demand_id: int
    number: str
    item_id: int
    units: Quantity
    before_on: date | None
    after_on: date | None

    @property
    def gains(self) -> bool:
        """Tell whether it comes sooner, or comes at all."""
        return self.after_on is not None and (self.before_on is None or self.after_on < self.before_on)


@dataclass(frozen=True, kw_only=True, slots=True)
class RippleSupply:
    """A supply that the changed demands lean on, before and after.

    kind: 'stock', 'purchase', 'production', 'transfer' (slots), 'make' (proposed orders) or 'dropship' (asked of a
    partner). `is_frozen`: work has begun or a supplier has it, so that it is not simply dropped.
    """

    kind: str
    ref: DocRef | None
    item_id: int
    before: Quantity
    after: Quantity
    is_frozen: bool
    outcome: str
    """What becomes of units let go: 'free' (others may be promised them), 'dropped', 'asked' (of the supplier)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ripple:
    """What a change of confirmed demand would move: tried and undone, so that it is what would happen."""

    lines: tuple[RippleLine, ...]
    moves: tuple[RippleMove, ...]
    supplies: tuple[RippleSupply, ...]
    orphan_units: Quantity
    """Units made or bought for it that would belong to nobody and be offered to nobody."""
    cost: CostToComplete
    """To complete what the changed demands still want, after the change."""

    @property
    def is_refused(self) -> bool:
        """Tell whether a line cannot be changed so."""
        return any(line.refusal for line in self.lines)
