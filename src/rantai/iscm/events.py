"""Facts that ISCM announces. Streams are named by the demand's document, so that one order hears in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFact(Fact):
    """A fact about the demand of one document of a house above; quantities in 1/10,000 base units."""

    order_kind: str
    order_id: int
    line: int
    schedule: int
    demand_id: int

    @property
    def stream(self) -> str:
        """Return the stream of the citing document."""
        return f"{self.order_kind}.demand:{self.order_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseRevised(OrderFact):
    """The promise of a demand was given or moved; the highest revision wins."""

    revision: int
    promised_on: date | None
    expected_on: date | None
    p50_on: date | None
    p80_on: date | None
    p90_on: date | None
    basis: str
    location_id: int | None
    promised_units: int
    unpromised_units: int
    cause: str
    """'first', 'customer', 'supply_late', 'supply_early', 'plan', 'stock_count', 'shortage' …"""
    cause_ref: str = ""
    """The supply that moved, such as 'purchase_order:9/3'."""
    slices: tuple[str, ...] = ()
    """One JSON object a slice: units, promised_on, p80_on, basis, location_id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MilestoneReached(OrderFact):
    """A stage that the customer sees; codes are those of rantai.iscm.milestones."""

    milestone: str
    at: datetime
    units: int
    position: int = 0
    """k of n operations, where the milestone counts them."""
    of: int = 0
    carrier: str = ""
    tracking: str = ""
    shipment_id: int | None = None
    note_follows: bool = False
    """The goods' delivery note is being printed: DeliveryNotePrinted tells when it hangs on the shipment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipped(OrderFact):
    """Units left for the customer."""

    shipment_id: int
    shipment_number: str
    units: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryNotePrinted(Fact):
    """The note of goods that left hangs on their shipment; no attachment where its template cannot be printed."""

    order_kind: str
    order_id: int
    shipment_id: int
    attachment_id: int | None
    shipped_at: datetime

    @property
    def stream(self) -> str:
        """Return the stream of the citing document: who hears of the note has heard that the goods left."""
        return f"{self.order_kind}.demand:{self.order_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentReversed(OrderFact):
    """A shipment was taken back before it reached the customer."""

    shipment_id: int
    units: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnReceived(OrderFact):
    """Units came back from the customer."""

    receipt_id: int
    units: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ShortageForeseen(OrderFact):
    """The plan cannot serve all units by any date it knows."""

    short_units: int
    leaf_cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StockChanged(Fact):
    """Stock of an item at a location changed otherwise than by serving a demand."""

    item_id: int
    location_id: int
    reason: str
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanPublished(Fact):
    """A new plan is current."""

    plan_run_id: int
    revision: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReservationFreed(OrderFact):
    """Stock that was held for a demand was given back in the warehouse; the demand needs another supply."""

    item_id: int
    location_id: int
    units: int
    cause: str
    """'shipment_cancelled' or 'short_pick'."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplyFreed(Fact):
    """Units of an item at a location are free that were promised or reserved."""

    item_id: int
    location_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplyUnsettled(Fact):
    """A supply shrank below what leans on it, and more is to be promised anew than one transaction does: go on."""

    item_id: int
    location_id: int
    kind: str
    supply_id: int
    """The order, 0 for stock."""
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PromisesUndated(Fact):
    """A supply has another day, and more leans on it than one transaction dates anew: go on with these."""

    slot_id: int
    take_ids: tuple[int, ...]
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SupplyLeft(Fact):
    """Supply is free, and more wait for it than one transaction looks at: go on behind a demand."""

    item_id: int
    location_id: int
    units: int
    """Not offered to those who wait yet."""
    after_demand_id: int
    first_ids: tuple[int, ...]
    """Demands that it was bought for and that have not been looked at."""
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsReceived(Fact):
    """A purchase arrived, or its receipt was taken back: stock stands where a receipt was expected."""

    goods_receipt_id: int
    purchase_order_id: int
    item_id: int
    location_id: int
    units: int
    """Accepted units, negative where a receipt was taken back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductionChanged(Fact):
    """A production order was released, started, finished or cancelled, or taken back."""

    production_order_id: int
    item_id: int
    location_id: int
    state: str
    good: int
    """Good units in stock of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferChanged(Fact):
    """A transfer between our sites was released, shipped, received or cancelled."""

    transfer_order_id: int
    origin_id: int
    destination_id: int
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandChanged(OrderFact):
    """A recorded demand wants more, fewer or no more units, or them on another day."""

    open_units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ExcessForeseen(Fact):
    """Stock will not be used in time: a candidate for promotion, told once and again when it notably changes."""

    candidate_id: int
    revision: int
    item_id: int
    location_id: int
    lot_id: int | None
    kind: str
    """'expiring', 'excess' or 'ageing'."""
    units: int
    """Beyond use, in 1/10,000 base units; 0: it is over."""
    last_useful_on: date | None
    """Until when it can be sold."""
    exhausted_on: date | None
    """When what will be used of it is used up."""
