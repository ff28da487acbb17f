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
    location_id: int | None = None
    """The site that it shall ship from; None: whichever serves the customer."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedStage:
    """A stage of GLOSSARY §4.2 on a customer's tracking page; `name` is in the language that was asked for."""

    code: str
    name: str
    reached_on: date | None
    note: str
    """k/n of counted operations."""
    is_done: bool
    is_current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedPart:
    """Units of a line with a day of their own."""

    units: Quantity
    promised_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedLine:
    """A line as its customer may see it: no cost, no supplier, no place of ours."""

    line: int
    code: str
    name: str
    unit: str
    quantity: Quantity
    """As ordered and not cancelled, in the line's unit; the others too."""
    shipped: Quantity
    delivered: Quantity
    cancelled: Quantity
    requested_on: date | None
    first_promised_on: date | None
    promised_on: date | None
    cause: str
    """Why the day moved, in words for the customer; empty where it did not move."""
    stages: tuple[TrackedStage, ...]
    parts: tuple[TrackedPart, ...]

    @property
    def days_moved(self) -> int:
        """Days by which the promise moved since it was first given; negative where it comes earlier."""
        if self.promised_on is None or self.first_promised_on is None:
            return 0
        return (self.promised_on - self.first_promised_on).days

    @property
    def is_open(self) -> bool:
        """Tell whether something of it is still to come."""
        return self.delivered < self.quantity

    @property
    def is_dated(self) -> bool:
        """Tell whether it is something that is delivered on a day, unlike a charge."""
        return bool(self.stages)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedParcel:
    """A shipment as its customer may see it."""

    shipment_id: int
    number: str
    carrier: str
    tracking: str
    shipped_on: date
    delivered_on: date | None
    goods: tuple[tuple[str, Quantity, str], ...]
    """Name, quantity and unit of what it holds."""
    note: int | None
    """The paper that lies with it, to be read by `read_tracked_paper`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedPaper:
    """A document for the customer, to be read by `read_tracked_paper`."""

    id: int
    kind: str
    """'invoice', 'credit_note' or 'order_confirmation'."""
    number: str
    issued_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedReturn:
    """Goods that the customer may send back, or has."""

    number: str
    state: str
    """'open', 'received' or 'ended'."""
    site: str
    goods: tuple[tuple[str, Quantity, str], ...]
    """Name, quantity and unit of each line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedPost:
    """Something that the customer asked, or was told."""

    text: str
    at: datetime
    is_ours: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedOrder:
    """What a customer sees of one order by its link."""

    number: str
    reference: str
    state: str
    company: str
    email: str
    """Where a question reaches us; may be empty."""
    ordered_on: date
    today: date
    """The business date by which days are told."""
    lines: tuple[TrackedLine, ...]
    parcels: tuple[TrackedParcel, ...]
    papers: tuple[TrackedPaper, ...]
    returns: tuple[TrackedReturn, ...]
    posts: tuple[TrackedPost, ...]
    """What was said with the customer, oldest first; never what we say among us."""
    language: str
    """The customer's own, for whoever has not chosen another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedFile:
    """A paper as it is handed out."""

    name: str
    media_type: str
    content: bytes
