"""State what an event changes in a held plan, and what the event touched; imports no kernel.

Demands and receipts are named by their key, the rest by its row in the problem. Quantities 1/10,000, instants seconds.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from rantai_engines.planning.capacity import UNIT
from rantai_engines.planning.tables import NEVER


@dataclass(frozen=True, kw_only=True, slots=True)
class AddDemand:
    """A demand that was not there before; the columns of ``problem.Demands``."""

    key: int
    item_location: int
    due: int
    quantity: int
    kind: int = 0
    class_rank: int = 0
    stake: float = 0.0
    min_shipment: int = 0
    max_lateness: int = NEVER
    partial: bool = True
    promised_at: int = NEVER
    receipt: int = -1
    group: int = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeDemand:
    """Other values of a demand; None leaves a value as it is."""

    key: int
    due: int | None = None
    quantity: int | None = None
    class_rank: int | None = None
    stake: float | None = None
    min_shipment: int | None = None
    max_lateness: int | None = None
    partial: bool | None = None
    promised_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelDemand:
    """A demand that nobody has any more; its row stays with quantity 0."""

    key: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AddReceipt:
    """An open order that was not there before; the columns of ``problem.Receipts``."""

    key: int
    item_location: int
    time: int
    quantity: int
    kind: int = 0
    firm: bool = True
    source: int = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeReceipt:
    """Another instant or quantity of a receipt; None leaves a value as it is."""

    key: int
    time: int | None = None
    quantity: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelReceipt:
    """A receipt that will not come; its row stays with quantity 0."""

    key: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeStock:
    """What an item-location has on hand now."""

    item_location: int
    on_hand: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeMaximum:
    """How much of a resource there is from now on, where that does not change by steps."""

    resource: int
    maximum: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AddOccupation:
    """A time in which so much of a resource cannot be had: a breakdown, a service, an order released by hand."""

    resource: int
    start: int
    end: int
    quantity: int = UNIT


class Work(NamedTuple):
    """What an open order occupies of a resource in [start, end), and the set-up that it needs (-1: any)."""

    start: int
    end: int
    quantity: int = UNIT
    setup: int = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeOccupations:
    """All that open orders occupy of a resource from now on: one has begun, got on, or is done."""

    resource: int
    works: tuple[Work, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeCalendar:
    """When a resource works: open in [start[i], end[i]). Changed by a full plan, never in place."""

    resource: int
    start: tuple[int, ...]
    end: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeLeadTime:
    """A source's lead time in seconds of its calendar."""

    source: int
    lead_time: int


Change = (
    AddDemand
    | ChangeDemand
    | CancelDemand
    | AddReceipt
    | ChangeReceipt
    | CancelReceipt
    | ChangeStock
    | ChangeMaximum
    | AddOccupation
    | ChangeOccupations
    | ChangeCalendar
    | ChangeLeadTime
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """What an event has changed in the plan, each number once and rising.

    ``demands`` are keys of demands that were planned again, ``orders`` numbers of planned orders that are new, changed
    or gone (``added`` and ``removed`` are those among them), ``item_locations`` rows whose balance, and so whose pegs,
    have changed. ``is_provisional``: nothing was changed, since the event would touch too much or cannot be planned in
    place; then ``why`` says so, and a full plan is to be run.
    """

    demands: tuple[int, ...] = field(default=())
    orders: tuple[int, ...] = field(default=())
    added: tuple[int, ...] = field(default=())
    removed: tuple[int, ...] = field(default=())
    item_locations: tuple[int, ...] = field(default=())
    is_provisional: bool = False
    why: str = ""
