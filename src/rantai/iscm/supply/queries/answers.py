"""What the plan answers to those who ask through the front door: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanView:
    """The current plan in figures."""

    run_id: int
    revision: int
    as_of: datetime
    published_at: datetime | None
    watermark: int
    orders: int
    late_orders: int
    short_orders: int
    open_proposals: int
    exceptions: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalReason:
    """A part of a proposal's units.

    Its code: order, forecast, requirement, built_ahead, safety_stock, order_up_to, minimum or multiple.
    """

    code: str
    units: Quantity
    ref: DocRef | None = None
    number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalView:
    """A proposal that waits for a person; `amount` and `stake` in 1/10,000 of the company's currency unit."""

    order_id: int
    kind: str
    item_id: int
    location_id: int | None
    supplier_id: int | None
    units: Quantity
    start_on: date
    due_on: date
    amount: int
    stake: int
    revision: int
    reasons: tuple[ProposalReason, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeView:
    """What the current plan says of one demand."""

    demand_id: int
    ref: DocRef
    units: Quantity
    pegged: Quantity
    short: Quantity
    due_on: date
    planned_on: date | None
    late_days: int
    cause: str
