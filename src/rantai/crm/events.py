"""Facts that CRM announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rantai.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderConfirmed(Fact):
    """A customer's order became firm."""

    sales_order_id: int
    number: str
    line_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderChanged(Fact):
    """Lines of a confirmed order changed or were cancelled."""

    sales_order_id: int
    revision: int
    cancelled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LinesExchanged(Fact):
    """Other items stand for what had not left of lines of a confirmed order; the lines are in the same order."""

    sales_order_id: int
    revision: int
    old_lines: tuple[int, ...]
    new_lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceIssued(Fact):
    """An invoice or credit note left the series."""

    sales_order_id: int
    invoice_id: int
    number: str
    total: int
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentRecorded(Fact):
    """Money arrived for an invoice."""

    sales_order_id: int
    invoice_id: int
    amount: int
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryImported(Fact):
    """A batch of closed past orders is current."""

    import_id: int
    lines: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PointsPosted(Fact):
    """A member got points for an invoice, or lost them with a credit note (negative)."""

    member_id: int
    sales_order_id: int
    invoice_id: int
    points: int
    balance: int
