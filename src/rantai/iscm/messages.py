"""What crosses the door of ISCM: plain values, no Django."""

from __future__ import annotations

from dataclasses import dataclass, field
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
class Stake:
    """What is lost if the demand is late or short; ISCM weighs it without knowing what a customer is.

    Amounts are in 1/10,000 of the company's currency unit, shares in 1/10,000.
    """

    margin_per_unit: int = 0
    lifetime_value: int = 0
    churn_sensitivity: int = 0
    floor_units: Quantity = ZERO
    penalty_per_day: int = 0


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


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandLine:
    """A schedule line that has become firm."""

    key: DemandKey
    item_id: int
    units: Quantity
    requested_on: date
    ships_complete: bool = False
    address_id: int | None = None
    location_id: int | None = None
    stake: Stake = Stake()
    offer: OfferLine | None = None
    replaces: str = ""  # the line of the same document that this one was exchanged for: 'sales_order:12/34'


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandOrder:
    """Firm demand of one document, recorded in the caller's transaction."""

    company_id: int
    ref: DocRef
    """The document, as its house cites it: 'sales_order:12'."""
    number: str
    party_id: int
    """To whom it ships: for papers and carriers only."""
    demand_class: str = "standard"
    lines: tuple[DemandLine, ...]
    as_of: datetime
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PromisedSlice:
    """What was taken for one demand."""

    units: Quantity
    basis: str
    location_id: int | None
    ship_on: date
    promised_on: date
    p80_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedDemand:
    """A demand as ISCM recorded it, with its promise."""

    key: DemandKey
    demand_id: int
    revision: int
    slices: tuple[PromisedSlice, ...]
    unpromised: Quantity
    promise_changed: bool
    """True where the offer could not be taken as it was asked and another was taken instead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandChange:
    """A new quantity or date for a recorded demand; quantity zero cancels it, where nothing has left yet."""

    key: DemandKey
    expected_revision: int
    units: Quantity
    requested_on: date
    offer: OfferLine | None = None
    cause: str = "customer"
    cause_ref: str = ""  # for the ledger: of an exchanged item the line that stands for it now


@dataclass(frozen=True, kw_only=True, slots=True)
class StakeUpdate:
    """New stakes in bulk, one row a demand: parallel tuples."""

    demand_keys: tuple[DemandKey, ...]
    stakes: tuple[Stake, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandSignals:
    """Expected demand from the customers up: parallel tuples, one row a customer and item, in base units a week.

    Weeks gone by may be told too, as they were expected before they began: by them the source is measured.
    """

    source: str
    run_key: str = ""
    """Names the telling: parts of one share it, and `publish_demand_signals` makes it the one that counts."""
    party_ids: tuple[int, ...]
    """0: everybody whose purchases follow no rhythm of their own, together."""
    item_ids: tuple[int, ...]
    first_week: date
    """A Monday: every row tells of the same weeks from it."""
    means: tuple[tuple[float, ...], ...]
    variances: tuple[tuple[float, ...], ...]
    likely: tuple[tuple[float, ...], ...] = ()
    """What most likely comes, by which a customer's forecast is judged; without it the means."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandHistory:
    """Past demand in bulk, one row per item, location and day: parallel tuples, units in 1/10,000 base units."""

    run_key: str
    """Names the import, so that the same history twice changes nothing and an undo finds it."""
    item_ids: tuple[int, ...]
    location_ids: tuple[int | None, ...]
    days: tuple[date, ...]
    units: tuple[int, ...]
    order_lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandStatus:
    """Where a demand stands, for the pages of the house that cited it."""

    key: DemandKey
    demand_id: int
    units: Quantity
    fulfilled: Quantity
    cancelled: Quantity
    reserved: Quantity
    short: Quantity
    milestone: str
    milestone_at: datetime | None
    promised_on: date | None
    expected_on: date | None
    p80_on: date | None
    basis: str
    location_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainNode:
    """A place in the trace of a unit: a demand, a supply, a planned order, a stock lot, a tier-2 commit."""

    key: str
    kind: str
    label: str
    detail: str
    ref: DocRef | None
    item_id: int | None
    units: Quantity
    starts_on: date | None
    due_on: date | None
    promised_on: date | None
    slack_days: int | None
    is_critical: bool
    is_late: bool
    tier: int
    """0 the customer, rising upstream."""
    name: str = ""
    """The item's, in the reader's language."""
    party: str = ""
    place: str = ""
    wanted_on: date | None = None
    p80_on: date | None = None
    is_done: bool = False
    note: str = ""
    """A code that says more: the state of a document, the kind of a proposal, why units are short."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainLink:
    """Units that flow from one node to another."""

    supplier: str
    consumer: str
    units: Quantity
    slack_days: int | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """The trace of an order line, a proposal or a supply: nodes and links, with the leaf cause where it is late."""

    root: str
    nodes: tuple[ChainNode, ...]
    links: tuple[ChainLink, ...]
    leaf_cause: str = ""
    leaf: str = ""
    """Key of the node in which the cause lies: the end of the critical path."""
    plan_revision: int | None = None
    as_of: datetime | None = None


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
class ForecastChange:
    """What a person lays over the forecast: a quantity a week or a factor in 1/10,000, for whole weeks."""

    item_id: int
    location_id: int | None
    """None: every location together."""
    starts_on: date
    ends_on: date
    """The day after the last one."""
    reason: str
    by: str
    quantity: Quantity | None = None
    factor: int | None = None


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
