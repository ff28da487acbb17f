"""What crosses the door of CRM: plain values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.kernel.quantities import Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLineDraft:
    """A line as typed: quantity in the line's unit; without a price the price list's (1/10,000 of the currency)."""

    item_id: int
    quantity: Quantity
    unit_code: str = ""
    requested_on: date
    unit_price: int | None = None
    discount: int = 0
    """Share of the price in 1/10,000."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderDraft:
    """A customer's order before it is captured."""

    company_id: int
    party_id: int
    lines: tuple[OrderLineDraft, ...]
    ship_to_id: int | None = None
    bill_to_id: int | None = None
    customer_reference: str = ""
    currency: str = ""
    channel: str = "staff"
    ships_complete: bool = False
    territory_id: int | None = None
    sales_person: str = ""
    as_of: datetime
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseView:
    """A line's dates as CRM knows them."""

    line: int
    schedule: int
    item_id: int
    units: Quantity
    requested_on: date
    promised_on: date | None
    p80_on: date | None
    basis: str
    milestone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderView:
    """A customer's order as the doors show it: amounts in 1/10,000 of the currency."""

    id: int
    number: str
    state: str
    revision: int
    party_id: int
    currency: str
    net: int
    tax: int
    total: int
    ordered_on: date
    customer_reference: str
    lines: tuple[PromiseView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLines:
    """Closed past order lines in bulk, columns of one length; amounts and units in 1/10,000.

    `kind` is 'sale' or 'return'; `sale_row` of a return is the row of its sale in this batch or −1.
    """

    import_id: int
    company_id: int
    currency: str
    invoice: list[str]
    line_number: list[int]
    kind: list[str]
    sale_key: list[str]
    party_id: list[int]
    item_id: list[int]
    units: list[int]
    unit_price: list[int]
    amount: list[int]
    ordered_at: list[datetime]
    country: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerWorth:
    """What one customer is worth: amounts in 1/10,000 of the valuation's currency."""

    party_id: int
    name: str
    rank: int
    lifetime_value: int
    at_risk: int
    probability_alive: float
    idle_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueSummary:
    """The current valuation in short, with the best customers and those about to leave."""

    as_of: date
    currency: str
    customers: int
    value: int
    at_risk: int
    leaving: int
    method: str
    top: tuple[CustomerWorth, ...]
    leavers: tuple[CustomerWorth, ...]
