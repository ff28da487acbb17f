"""Facts that SRM announces: what suppliers said and did. Quantities in 1/10,000 base units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rantai.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseFact(Fact):
    """A fact about one schedule of a purchase order line."""

    purchase_order_id: int
    line_id: int
    schedule_id: int
    item_id: int
    location_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseOrdered(PurchaseFact):
    """A purchase order line was sent to its supplier: from now on it is supply."""

    units: int
    due_on: date
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseConfirmed(PurchaseFact):
    """The supplier confirmed quantity and date as asked."""

    units: int
    committed_on: date
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseCommitChanged(PurchaseFact):
    """The supplier committed to another date or quantity than was known; later is a delay."""

    units: int
    was_on: date
    committed_on: date
    was_units: int
    reason: str
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseCancelled(PurchaseFact):
    """Units will not come."""

    units: int
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipNoticed(PurchaseFact):
    """The supplier says that goods are on their way, or for a dropship what stage they reached."""

    units: int
    arrives_on: date
    stage: str
    """'accepted', 'packed', 'handed_to_carrier', 'in_transit', 'delivered'."""
    carrier: str = ""
    tracking: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadTimeRevised(Fact):
    """What receipts show of a source's lead time differs from what the source says."""

    source_id: int
    item_id: int
    was_days: int
    mean_days: float
    sd_days: float
