"""State a supply planning problem as frozen columns, checked once.

Units: quantities int64 in 1/10,000 of the item's base unit; instants int64 seconds since the epoch; durations int64
seconds of working time; index columns int64 rows of the other table, -1 for none. Rows may stand in any order: what
decides between equals is the ``key`` (the database's id), so a shuffled table gives the same plan.
"""

# ruff: noqa: RUF009  (column() gives a dataclasses.field, made anew at each call)

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rantai_engines.planning.capacity import (
    UNIT,
    Loads,
    Occupations,
    ResourceKind,
    Resources,
    SetupTimes,
    StepFunctions,
    check_step_functions,
    no_occupations,
    no_setup_times,
    no_step_functions,
)
from rantai_engines.planning.tables import NEVER, QUANTITY_LIMIT, InvalidProblem, build, check, column

__all__ = [
    "NEVER",
    "UNIT",
    "InvalidProblem",
    "Loads",
    "Occupations",
    "ResourceKind",
    "Resources",
    "SetupTimes",
    "StepFunctions",
    "build",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: ``quantity_per`` and ``origin_per`` count 1/1,000,000 of a base unit.
PER_SCALE = 1_000_000
#: Yields and scrap are parts in a million.
PPM = 1_000_000
#: At most four million component units in one parent unit.
_PER_LIMIT = 4 * 10**12
_LONGEST_HORIZON = 200 * 366 * 86_400


class SourceKind(IntEnum):
    """How an item-location is replenished."""

    MAKE = 0
    BUY = 1
    MOVE = 2
    DROPSHIP = 3
    SUBSTITUTE = 4


class SourceSearch(IntEnum):
    """How an item-location chooses among its sources.

    By rank, by cost of the whole tree, shared by weight, or POOL: first by the first, then by those that move from
    where most is above its target, each as much as it can.
    """

    RANK = 0
    COST = 1
    SPLIT = 2
    POOL = 3


class DemandKind(IntEnum):
    """Why units are asked for."""

    ORDER = 0
    FORECAST = 1
    SAFETY = 2
    REQUIREMENT = 3


class ReceiptKind(IntEnum):
    """What a scheduled receipt is."""

    PURCHASE = 0
    PRODUCTION = 1
    TRANSFER = 2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Calendars:
    """Working time, expanded once: calendar c is open in [start[i], end[i]) for i in offset[c]:offset[c + 1].

    Intervals are sorted and disjoint within a calendar. After its last interval a calendar never works again, so
    expand it to the horizon's end; expand it from before ``now`` where orders may already run.
    """

    offset: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.offset) - 1


def no_calendars() -> Calendars:
    """Give the table for a company that works round the clock."""
    return Calendars(offset=np.zeros(1, np.int64), start=np.zeros(0, np.int64), end=np.zeros(0, np.int64))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ItemLocations:
    """An item where it is kept: stock that is free to plan, its target and its planning time fence.

    ``safety_steps`` >= 0 is a step function that stands for ``safety_stock``: where it rises above all before, stock is
    filled up from that instant on; what was once filled stays. ``autofence`` and ``pool`` hold where the planning cases
    are served: seconds within which an open receipt that is the next supply is awaited instead of a new order;
    and item-locations of one ``pool`` >= 0 buy together: nobody among them buys anew while the stock of all exceeds the
    target of all.
    """

    key: Ints = column()
    on_hand: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    on_hand_at: Ints = column(0)
    safety_stock: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    reorder_level: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    order_up_to: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    fence_until: Ints = column(0)
    safety_steps: Ints = column(-1, low=-1, refers_to="StepFunctions")
    autofence: Ints = column(0, low=0)
    pool: Ints = column(-1, low=-1)
    search: Ints = column(0, low=0, high=3)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sources:
    """A way to replenish an item-location: make, buy, move along a lane, dropship, substitute.

    An order's quantity is its good output. ``output_fixed`` is the part of it that an order gives whatever its size;
    minimum, multiple and maximum are for the rest. ``posttime``: seconds the output should lie before it is needed;
    it shrinks before anybody is late. ``weight``: share where the item-location's search is SPLIT.
    ``planned`` False: the source is known, but nothing new is planned on it.
    """

    key: Ints = column()
    item_location: Ints = column(low=0, refers_to="ItemLocations")
    kind: Ints = column(low=0, high=4)
    rank: Ints = column(1)
    lead_time: Ints = column(0, low=0)
    calendar: Ints = column(-1, low=-1, refers_to="Calendars")
    fence: Ints = column(0)
    minimum: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    multiple: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    maximum: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    limit: Ints = column(NEVER, low=0)
    cost: Floats = column(0, low=-1e18, high=1e18, dtype="float64")
    effective_from: Ints = column(0)
    effective_to: Ints = column(NEVER)
    yield_ppm: Ints = column(PPM, low=1, high=PPM)
    origin: Ints = column(-1, low=-1, refers_to="ItemLocations")
    origin_per: Ints = column(PER_SCALE, low=1, high=_PER_LIMIT)
    supplier: Ints = column(-1)
    output_fixed: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    posttime: Ints = column(0, low=0)
    weight: Floats = column(1, low=0, high=1e9, dtype="float64")
    planned: Bools = column(1, low=0, high=1, dtype="bool")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BomLines:
    """A component of a make source; lines of one ``group`` >= 0 are alternates by ``rank``.

    It is taken at the start of its ``operation`` (-1: of the order), or at the end where ``at_end``, ``offset``
    seconds later (negative: earlier). Effective dates are tested at that instant.
    """

    source: Ints = column(low=0, refers_to="Sources")
    component: Ints = column(low=0, refers_to="ItemLocations")
    quantity_per: Ints = column(low=0, high=_PER_LIMIT)
    quantity_fixed: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    scrap_ppm: Ints = column(0, low=0, high=PPM - 1)
    operation: Ints = column(-1, low=-1, refers_to="Operations")
    effective_from: Ints = column(0)
    effective_to: Ints = column(NEVER)
    group: Ints = column(-1, low=-1)
    rank: Ints = column(1)
    at_end: Bools = column(0, low=0, high=1, dtype="bool")
    offset: Ints = column(0)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CoProducts:
    """What an order of a make source gives besides its output, or of its output at an earlier step.

    It comes at the end of ``operation`` (-1: of the order), ``quantity_per`` (1/1,000,000) for each unit started plus
    ``quantity_fixed``; effective dates are tested at that instant.
    """

    source: Ints = column(low=0, refers_to="Sources")
    item_location: Ints = column(low=0, refers_to="ItemLocations")
    quantity_per: Ints = column(0, low=0, high=_PER_LIMIT)
    quantity_fixed: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    operation: Ints = column(-1, low=-1, refers_to="Operations")
    effective_from: Ints = column(-NEVER)
    effective_to: Ints = column(NEVER)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Operations:
    """A step of a make source's routing: ``fixed_seconds`` plus ``unit_seconds`` for each started base unit.

    ``posttime``: seconds of rest wanted after the step; it shrinks before anybody is late. The rests of a routing are
    kept together, behind its last step.
    """

    source: Ints = column(low=0, refers_to="Sources")
    sequence: Ints = column()
    fixed_seconds: Ints = column(0, low=0)
    unit_seconds: Floats = column(0, low=0, high=1e12, dtype="float64")
    calendar: Ints = column(-1, low=-1, refers_to="Calendars")
    posttime: Ints = column(0, low=0)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Receipts:
    """Open released supply: a purchase, a production or a transfer order that is on its way."""

    key: Ints = column()
    item_location: Ints = column(low=0, refers_to="ItemLocations")
    time: Ints = column()
    quantity: Ints = column(low=0, high=QUANTITY_LIMIT)
    kind: Ints = column(0, low=0, high=2)
    firm: Bools = column(1, low=0, high=1, dtype="bool")
    source: Ints = column(-1, low=-1, refers_to="Sources")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Demands:
    """Independent demand, and requirements that open orders still have (``receipt`` is the one it feeds).

    Demands of one ``group`` >= 0 ship whole and at one instant, all or none of them late.
    """

    key: Ints = column()
    item_location: Ints = column(low=0, refers_to="ItemLocations")
    due: Ints = column()
    quantity: Ints = column(low=0, high=QUANTITY_LIMIT)
    kind: Ints = column(0, low=0, high=3)
    class_rank: Ints = column(0)
    stake: Floats = column(0, low=-1e18, high=1e18, dtype="float64")
    min_shipment: Ints = column(0, low=0, high=QUANTITY_LIMIT)
    max_lateness: Ints = column(NEVER, low=0)
    partial: Bools = column(1, low=0, high=1, dtype="bool")
    promised_at: Ints = column(NEVER)
    receipt: Ints = column(-1, low=-1, refers_to="Receipts")
    group: Ints = column(-1, low=-1)


def no_co_products() -> CoProducts:
    return build(CoProducts, {})


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Problem:
    """Everything the planner knows at ``now``; nothing is planned after ``horizon_end``.

    Raises
    ------
    InvalidProblem : a column of the wrong shape, dtype or range, an index or a key that names no row or two rows, a
        calendar whose intervals overlap, a source without what its kind needs.
    """

    now: int
    horizon_end: int
    item_locations: ItemLocations
    sources: Sources
    demands: Demands
    calendars: Calendars
    bom_lines: BomLines
    operations: Operations
    loads: Loads
    resources: Resources
    receipts: Receipts
    co_products: CoProducts = field(default_factory=no_co_products)
    step_functions: StepFunctions = field(default_factory=no_step_functions)
    setup_times: SetupTimes = field(default_factory=no_setup_times)
    occupations: Occupations = field(default_factory=no_occupations)

    def __post_init__(self) -> None:
        if not self.now < self.horizon_end < NEVER:
            raise InvalidProblem("Problem", "horizon_end", -1, f"{self.horizon_end} is not after now {self.now}")
        if self.horizon_end - self.now > _LONGEST_HORIZON:
            raise InvalidProblem("Problem", "horizon_end", -1, "is over 200 years after now")
        _check_calendars(self.calendars)
        check_step_functions(self.step_functions)
        tables = (
            self.item_locations, self.sources, self.demands, self.bom_lines, self.co_products, self.operations,
            self.loads, self.resources, self.setup_times, self.occupations, self.receipts,
        )  # fmt: skip
        sizes = {type(t).__name__: _rows(t) for t in tables}
        sizes |= {"Calendars": len(self.calendars), "StepFunctions": len(self.step_functions)}
        for table in tables:
            check(table, sizes=sizes)
        _check_sources(self.sources)
        _check_bom(self.bom_lines, sources=self.sources, operations=self.operations)


def _rows(table: object) -> int:
    first: str = next(iter(table.__dataclass_fields__))  # type: ignore[attr-defined]
    return len(getattr(table, first))


def _check_calendars(calendars: Calendars) -> None:
    offset, start, end = calendars.offset, calendars.start, calendars.end
    if not len(offset) or offset[0] != 0 or offset[-1] != len(start) or (np.diff(offset) < 0).any():
        raise InvalidProblem("Calendars", "offset", -1, f"must rise from 0 to {len(start)}")
    if len(start) != len(end):
        raise InvalidProblem("Calendars", "end", -1, f"has {len(end)} rows where start has {len(start)}")
    _refuse("Calendars", "end", end <= start, "an interval must end after its start")
    overlap = np.zeros(len(start), np.bool_)
    overlap[1:] = start[1:] < end[:-1]
    overlap[offset[:-1][offset[:-1] < len(start)]] = False
    _refuse("Calendars", "start", overlap, "starts before the interval before it has ended")


def _check_sources(sources: Sources) -> None:
    takes = (sources.kind == SourceKind.MOVE) | (sources.kind == SourceKind.SUBSTITUTE)
    _refuse("Sources", "origin", takes & (sources.origin < 0), "a move or a substitute needs its origin")
    _refuse("Sources", "origin", ~takes & (sources.origin >= 0), "only a move or a substitute has an origin")
    _refuse("Sources", "maximum", (sources.maximum > 0) & (sources.maximum < sources.minimum), "is below the minimum")
    _refuse("Sources", "effective_to", sources.effective_to <= sources.effective_from, "is not after effective_from")


def _check_bom(lines: BomLines, *, sources: Sources, operations: Operations) -> None:
    _refuse("BomLines", "source", sources.kind[lines.source] != SourceKind.MAKE, "only a make source has components")
    kind = sources.kind[operations.source]
    _refuse("Operations", "source", kind != SourceKind.MAKE, "only a make source has a routing")
    step = lines.operation >= 0
    wrong = step.copy()
    wrong[step] = operations.source[lines.operation[step]] != lines.source[step]
    _refuse("BomLines", "operation", wrong, "belongs to another source")


def _refuse(table: str, name: str, bad: Bools, text: str) -> None:
    if bad.any():
        raise InvalidProblem(table, name, int(np.argmax(bad)), text)
