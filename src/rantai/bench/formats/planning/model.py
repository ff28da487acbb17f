"""A planning model as values, every default filled in, every name resolved to a row; no engine is known here.

Quantities and costs are floats in the model's own units, instants whole seconds, durations seconds. Index fields
point into the lists of ``Model``; -1 is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from rantai.bench.formats.planning.values import BEGINNING, END

INFINITE = float("inf")
FOREVER = END


@dataclass(frozen=True, kw_only=True, slots=True)
class Steps:
    """A value over time: ``values[i]`` from ``times[i]`` on; before the first time it is the first value."""

    times: tuple[int, ...] = (BEGINNING,)
    values: tuple[float, ...] = (0.0,)

    def at(self, instant: int) -> float:
        """Return the value at an instant."""
        found = self.values[0]
        for time, value in zip(self.times, self.values, strict=True):
            if time > instant:
                break
            found = value
        return found

    def list_spans(self) -> list[tuple[int, int, float]]:
        """Return (from, until, value) over the whole time of models."""
        ends = (*self.times[1:], END)
        return list(zip(self.times, ends, self.values, strict=True))


class OperationKind(Enum):
    """What an operation is made of."""

    FIXED_TIME = "operation_fixed_time"
    TIME_PER = "operation_time_per"
    ROUTING = "operation_routing"
    ALTERNATE = "operation_alternate"
    SPLIT = "operation_split"


@dataclass(kw_only=True, slots=True)
class Place:
    """An item where it is kept."""

    name: str
    item: str
    location: str
    on_hand: float = 0.0
    minimum: Steps | float = 0.0
    maximum: float = 0.0
    producing: int = -1
    is_endless: bool = False


@dataclass(kw_only=True, slots=True)
class Flow:
    """What an operation takes (negative) or gives, per unit and per order."""

    place: int
    per: float
    fixed: float = 0.0
    is_at_start: bool = True
    offset: float = 0.0
    since: int = BEGINNING
    until: int = FOREVER
    group: str = ""
    rank: int = 0
    batch: float = 0.0


@dataclass(kw_only=True, slots=True)
class Load:
    """What an operation occupies of a resource while it runs.

    ``search``: how it chooses among alternates. ``point``: how far into the operation a bucket is charged, 0 to 1.
    ``is_held``: the resource stays until the next step begins.
    """

    resource: int
    quantity: float = 1.0
    setup: str = ""
    fixed: float = 0.0
    skill: str = ""
    group: str = ""
    rank: int = 0
    since: int = BEGINNING
    until: int = FOREVER
    search: str = ""
    point: float = 0.0
    is_held: bool = False


@dataclass(kw_only=True, slots=True)
class Child:
    """An operation inside another: rank among alternates, place in a routing or weight in a split."""

    operation: int
    priority: float = 1.0
    since: int = BEGINNING
    until: int = FOREVER


@dataclass(kw_only=True, slots=True)
class Operation:
    """A way to give, take or change units."""

    name: str
    kind: OperationKind = OperationKind.FIXED_TIME
    item: str = ""
    location: str = ""
    priority: float = 1.0
    duration: float = 0.0
    duration_per: float = 0.0
    minimum: float = 1.0
    minimum_steps: Steps | None = None
    multiple: float = 0.0
    maximum: float = INFINITE
    cost: float = 0.0
    search: str = "PRIORITY"
    fence: float = 0.0
    post_time: float = 0.0
    since: int = BEGINNING
    until: int = FOREVER
    is_owned: bool = False
    calendars: list[Steps] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Resource:
    """What limits how much can run at once.

    A tool stays with an order from the first step that needs it to the last, one for each piece if ``is_per_piece``.
    """

    name: str
    kind: str = "resource_default"
    maximum: Steps | float = 1.0
    max_early: float = 100 * 86_400.0
    setup: str = ""
    matrix: str = ""
    cost: float = 0.0
    efficiency: Steps | float = 1.0
    owner: int = -1
    is_tool: bool = False
    is_per_piece: bool = False
    skills: dict[str, tuple[float, int, int]] = field(default_factory=dict)
    calendars: list[Steps] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Rule:
    """A change-over: regular expressions of the set-ups it is from and to."""

    priority: float
    before: str
    after: str
    duration: float
    cost: float


@dataclass(kw_only=True, slots=True)
class Lane:
    """A purchase (``origin`` empty) or a transfer of an item to a location (empty: all)."""

    item: str
    location: str
    origin: str = ""
    supplier: str = ""
    is_purchase: bool = True
    priority: float = 1.0
    lead: float = 0.0
    minimum: float = 1.0
    multiple: float = 1.0
    maximum: float = INFINITE
    fence: float = 0.0
    post_time: float = 0.0
    cost: float = 0.0
    resource: int = -1
    resource_quantity: float = 1.0
    since: int = BEGINNING
    until: int = FOREVER
    calendars: list[Steps] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Confirmed:
    """An order that will not move: of an operation, or of a purchase or transfer of an item.

    ``completed`` of its quantity is made already. ``has_parts``: its steps are orders of their own. ``resources``: the
    rows of those that it runs on, where that is said.
    """

    name: str
    quantity: float
    start: int | None
    end: int | None
    operation: int = -1
    item: str = ""
    location: str = ""
    origin: str = ""
    is_purchase: bool = False
    takes: bool = True
    gives: bool = True
    occupies: bool = True
    completed: float = 0.0
    resources: tuple[int, ...] = ()
    has_parts: bool = False
    batch: str = ""


@dataclass(kw_only=True, slots=True)
class Want:
    """A customer's demand."""

    name: str
    item: str
    location: str
    operation: int
    quantity: float
    due: int
    priority: float
    min_shipment: float
    max_lateness: float
    group: str = ""
    is_together: bool = False
    batch: str = ""


@dataclass(kw_only=True, slots=True)
class Model:
    """A whole model; ``notes`` say in words what was met and not planned with."""

    name: str
    now: int
    places: list[Place] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    matrices: dict[str, list[Rule]] = field(default_factory=dict)
    lanes: list[Lane] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    globally_bought: set[str] = field(default_factory=set)
    made_to_order: set[str] = field(default_factory=set)
    batches: set[str] = field(default_factory=set)
    confirmed: list[Confirmed] = field(default_factory=list)
    wants: list[Want] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
