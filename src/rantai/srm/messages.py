"""What crosses the door of SRM: plain values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseRequest:
    """Something to buy, asked for by a proposal, a production order or a person.

    `cause` is what it is for ('planned_order:8'); a repetition of the same cause changes nothing.
    """

    company_id: int
    cause: DocRef
    item_id: int
    supplier_id: int | None
    source_id: int | None
    location_id: int | None
    units: Quantity
    due_on: date
    order_on: date
    unit_cost: int = 0
    currency: str = ""
    drop_to_address_id: int | None = None
    drop_for_number: str = ""
    value_at_stake: int = 0
    policy_id: int | None = None
    """The ApprovalPolicy that lets it become an order without a person; None asks a buyer."""
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestedPurchase:
    """The requisition that a request became, and the order line where one exists already."""

    cause: DocRef
    requisition_id: int
    order_ref: DocRef | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseChange:
    """Less, more, sooner or later than asked; quantity zero withdraws what is not yet bound.

    `ref` is a requisition, or a purchase order line; `units` is the new whole of it (what was received included).
    Unsent lines change at once. A sent line becomes a request to the supplier: put to them at once where `by` says
    who decided it (a person or a policy), else it waits for a buyer.
    """

    ref: DocRef
    units: Quantity
    due_on: date
    reason: str
    schedule_id: int | None = None
    """One schedule of the line; None means the line, latest schedule first."""
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedLine:
    """Goods that arrived for a purchase order line, told down by the warehouse in its own transaction."""

    ref: DocRef
    receipt: DocRef
    units: Quantity
    accepted: Quantity
    received_at: datetime
    reverses: DocRef | None = None
    """The receipt that this one takes back; `units` is then what is taken back, as a positive quantity."""
    schedule_id: int | None = None
    """The schedule that the goods came for; None fills the schedules by date."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSupply:
    """An open purchase schedule line, or an open requisition, as the planner and the promise read it.

    `ref` is 'purchase_order:order/line' with `schedule_id`, the one name of the supply, or
    'purchase_requisition:id' with schedule 0. `is_firm` says that it was sent to the supplier.
    """

    ref: DocRef
    schedule_id: int
    order_number: str
    supplier_id: int
    item_id: int
    location_id: int | None
    ordered: Quantity
    received: Quantity
    open_units: Quantity
    requested_on: date
    committed_on: date | None
    expected_on: date
    is_firm: bool
    cause: DocRef | None
    changed_seq: int
    drop_to_address_id: int | None = None
    drop_for_number: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseLine:
    """A purchase order line as the warehouse sees it before goods come in."""

    ref: DocRef
    order_number: str
    order_state: str
    supplier_id: int
    supplier_name: str
    item_id: int
    location_id: int | None
    ordered: Quantity
    received: Quantity
    open_units: Quantity
    expected_on: date
    is_receivable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Lateness:
    """How late a supplier's lines of an item came: working days against the first committed date, oldest first."""

    supplier_id: int
    item_id: int | None
    days: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedForecast:
    """What we expect to buy, in bulk: parallel tuples, units in 1/10,000 base units."""

    run_id: int
    as_of: datetime
    supplier_ids: tuple[int, ...]
    item_ids: tuple[int, ...]
    location_ids: tuple[int, ...]
    bucket_starts: tuple[date, ...]
    units: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenPurchaseRows:
    """Open purchase orders brought at a start, in bulk: parallel tuples, units in 1/10,000 base units."""

    run_key: str
    company_id: int
    numbers: tuple[str, ...]
    supplier_ids: tuple[int, ...]
    item_ids: tuple[int, ...]
    location_ids: tuple[int, ...]
    units: tuple[int, ...]
    due_on: tuple[date, ...]
    unit_costs: tuple[int, ...]
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerPart:
    """A quantity that comes on a day."""

    units: Quantity
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerLine:
    """What a supplier says of one asked schedule: the parts in which it will come, none for "not at all"."""

    schedule_id: int
    parts: tuple[AnswerPart, ...]
    confidence: int | None = None
    """How sure the supplier is, in 1/10,000."""
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseAnswer:
    """A supplier's answer to an order, to all of its schedules or some."""

    order_id: int
    supplier_id: int
    asked_revision: int
    """The revision of the order that the supplier had before them."""
    lines: tuple[AnswerLine, ...]
    note: str = ""
    source: str
    """'link', 'user' or 'edi'."""
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerOutcome:
    """What an answer changed: nothing, where the same was said before."""

    answer_id: int
    is_repeat: bool
    changed_schedules: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedSchedule:
    """A schedule as a supplier sees it: what is asked now, what was asked before, what was answered."""

    schedule_id: int
    line_id: int
    position: int
    item_id: int
    item_code: str
    item_name: str
    unit: str
    units: Quantity
    due_on: date
    was_units: Quantity | None
    """What was ordered before a change that waits for an answer."""
    was_due_on: date | None
    received: Quantity
    unit_cost: int
    parts: tuple[AnswerPart, ...]
    """The present answer; empty where none was given yet."""
    reason: str
    stage: str
    """Last stage of a drop-ship that the supplier told, or empty."""
    carrier: str
    tracking: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedTerms:
    """Terms of one schedule in one revision of an order."""

    schedule_id: int
    item_code: str
    units: Quantity
    due_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseToAnswer:
    """An order as its supplier sees it."""

    order_id: int
    number: str
    state: str
    is_open: bool
    asked_revision: int
    supplier_id: int
    supplier_name: str
    company_name: str
    language: str
    currency: str
    total: int
    ship_to: str
    is_dropship: bool
    note: str
    schedules: tuple[AskedSchedule, ...]
    answered_at: datetime | None
    answer_note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StageNotice:
    """Goods of an order are on their way, or a drop-ship reached a stage."""

    order_id: int
    supplier_id: int
    schedule_ids: tuple[int, ...]
    """Empty: all that is open."""
    stage: str
    """'accepted', 'packed', 'handed_to_carrier', 'in_transit', 'delivered'."""
    arrives_on: date | None
    carrier: str = ""
    tracking: str = ""
    at: datetime
    by: str
