"""What is firm: demand with its stake, what was promised for it, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.iscm.messages.offers import DemandKey, OfferLine
from rantai.kernel.quantities import ZERO, Quantity
from rantai.kernel.refs import DocRef


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
