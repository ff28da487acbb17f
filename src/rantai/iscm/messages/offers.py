"""What is asked and offered before anything is firm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.kernel.quantities import ZERO, Quantity
from rantai.kernel.refs import DocRef


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandKey:
    """The one name of a demand: a schedule line of an order in one of its lives.

    `generation` rises when a schedule line is replaced (split, item changed) so that history keeps its pegs.
    """

    kind: str
    order_id: int
    line: int
    schedule: int = 1
    generation: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class AskLine:
    """One schedule line of which a date is asked."""

    line: int
    schedule: int = 1
    item_id: int
    units: Quantity
    requested_on: date
    address_id: int | None = None
    location_id: int | None = None
    allow_partial: bool = True
    refused: tuple[int, ...] = ()
    """Partners who let these units go: they are not asked to send them again."""
    floor_units: Quantity = ZERO
    """Owed by contract: what is kept for other classes may be taken up to here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A question of dates for the lines of one order, put outside any transaction."""

    company_id: int
    lines: tuple[AskLine, ...]
    demand_class: str = "standard"
    as_of: datetime
    releasing: tuple[DemandKey, ...] = ()
    """Demands of the same order whose supply may be counted as free: a change asks before it lets go."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptShare:
    """Units that an offer would take of what is kept for a class."""

    allocation_id: int
    units: Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptBack:
    """Units that are free and not for this asker: kept for another class until a day."""

    units: Quantity
    demand_class: str
    until: date


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotShare:
    """Units that an offer would take from one supply, some of them kept for the asker's class."""

    slot_id: int
    units: Quantity
    kept: tuple[KeptShare, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanMark:
    """What stood when units of a plan were offered: taken only if it still stands, so that nobody gets them twice."""

    item_id: int
    location_id: int
    revision: int  # of the plan
    seen: int
    """The newest take at the item-location that the asker had seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferSlice:
    """A part of a line with its own date and basis.

    basis: 'stock', 'receipt' (confirmed supply), 'plan' (the published plan), 'lead_time' (a source's lead time,
    no plan yet), 'make' (bill and routing, no plan yet) or 'dropship'. Dates are at the ship-to;
    `p50_on` ≤ `p80_on` ≤ `p90_on`; `promised_on` is what we say.
    """

    units: Quantity
    basis: str
    location_id: int | None
    ship_on: date
    promised_on: date
    p50_on: date
    p80_on: date
    p90_on: date
    slots: tuple[SlotShare, ...] = ()
    moved: SlotShare | None = None  # of another site's supply, where a transfer brings the units
    source_id: int | None = None
    relies_on: tuple[DocRef, ...] = ()
    mark: PlanMark | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferLine:
    """The answer for one asked line: slices that add up to the units asked, or units that nobody can promise."""

    line: int
    schedule: int
    item_id: int
    slices: tuple[OfferSlice, ...]
    unpromised: Quantity = ZERO
    reason: str = ""  # why: 'no_source', 'blocked', 'unknown_item', 'not_stocked'
    kept_back: tuple[KeptBack, ...] = ()  # what late units could have had, and is kept for others
    zone: str = ""  # whose clock ends the day at the ship-to, where that is known


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Dates that hold until `expires_at` if nobody takes the supplies first."""

    lines: tuple[OfferLine, ...]
    plan_revision: int | None
    made_at: datetime
    expires_at: datetime
    basis: str = "stock and confirmed supply"
