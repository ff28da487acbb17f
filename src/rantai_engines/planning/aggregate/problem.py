"""Hold a chain by buckets: what is wanted, the ways to bring it, what they take, and what limits them."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

MAX_BUCKETS = 260
MAX_CELLS = 5_000_000
LARGEST = 1e12

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class AggregateProblem:
    """Item-locations, sources and resources over buckets of one length, a week as a rule.

    A unit started by a source in bucket t is there at the beginning of bucket t + lead and can serve that bucket.

    Attributes
    ----------
    demand : ndarray, shape (n_places, n_buckets)
        Independent demand, units/bucket.
    receipts : ndarray, shape (n_places, n_buckets)
        Open orders that come in, units/bucket.
    target : ndarray, shape (n_places, n_buckets)
        Stock wanted at a bucket's end, units; what is missing costs `target_cost`.
    on_hand, opening_backlog : ndarray, shape (n_places,)
        Stock, and independent demand that is late already, as the first bucket begins; units.
    holding_cost, backlog_cost, target_cost : ndarray, shape (n_places,)
        Money/(unit bucket) of stock, of demand that waits, of stock missing from its target.
    short_cost : ndarray, shape (n_places,)
        Money/unit of demand that still waits when the last bucket ends.
    source_place, source_lead : ndarray of int64, shape (n_sources,)
        The item-location that a source brings to, and how many buckets it takes.
    unit_cost, setup_cost, minimum : ndarray, shape (n_sources,)
        Money/unit; money and least units of a bucket in which the source is used at all.
    maximum : ndarray, shape (n_sources, n_buckets)
        Most units started in a bucket; ``inf`` for no limit.
    line_source, line_place : ndarray of int64, and line_per : ndarray, shape (n_lines,)
        Components: the source, the item-location it takes from as it starts, units in one unit.
    load_source, load_resource : ndarray of int64, load_hours and load_setup_hours : ndarray, shape (n_loads,)
        Hours of a resource for one unit started, and for a bucket in which the source is used.
    capacity, overtime_limit : ndarray, shape (n_resources, n_buckets)
        Regular hours, and hours beyond them.
    overtime_cost : ndarray, shape (n_resources,)
        Money/hour.
    is_staffed : ndarray of bool, shape (n_resources,)
        Whether regular hours may be raised and lowered; then `capacity` bounds them above, `opening_hours` is what
        stands before the first bucket, and every hour costs `hour_cost`, a raise `raise_cost`, a cut `cut_cost`.
    opening_hours, hour_cost, raise_cost, cut_cost : ndarray, shape (n_resources,)
    overtime_share : ndarray, shape (n_resources,)
        Where staffed: overtime is at most this share of the regular hours as well.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above, an index names nothing, an item-location takes from itself,
        or there are over 260 buckets or 5,000,000 cells of item-locations, sources and resources by bucket.
    """

    demand: Floats
    receipts: Floats
    target: Floats
    on_hand: Floats
    opening_backlog: Floats
    holding_cost: Floats
    backlog_cost: Floats
    target_cost: Floats
    short_cost: Floats
    source_place: Ints
    source_lead: Ints
    unit_cost: Floats
    setup_cost: Floats
    minimum: Floats
    maximum: Floats
    line_source: Ints
    line_place: Ints
    line_per: Floats
    load_source: Ints
    load_resource: Ints
    load_hours: Floats
    load_setup_hours: Floats
    capacity: Floats
    overtime_limit: Floats
    overtime_cost: Floats
    is_staffed: NDArray[np.bool_]
    opening_hours: Floats
    hour_cost: Floats
    raise_cost: Floats
    cut_cost: Floats
    overtime_share: Floats

    def __post_init__(self) -> None:
        self._check_sizes()
        for field in fields(self):
            shape = self._shape_of(field.name)
            dtype = bool if field.name == "is_staffed" else np.int64 if field.name in _WHOLE else np.float64
            object.__setattr__(self, field.name, _check(getattr(self, field.name), field.name, dtype, shape))
        for name, limit in self._list_indexes():
            view = getattr(self, name)
            arrays.check_all(view < limit, view, field=name, wanted=f"a row from 0 to {limit - 1} is wanted")
        itself = self.line_place == self.source_place[self.line_source]
        arrays.check_all(~itself, self.line_place, field="line_place", wanted="a source cannot take what it brings")
        bounded = self.minimum <= self.maximum.min(axis=1, initial=np.inf)
        arrays.check_all(bounded, self.minimum, field="minimum", wanted="at most the smallest maximum is wanted")

    @property
    def n_places(self) -> int:
        """Item-locations."""
        return len(self.demand)

    @property
    def n_buckets(self) -> int:
        """Buckets."""
        return self.demand.shape[1]

    @property
    def n_sources(self) -> int:
        """Sources."""
        return len(self.source_place)

    @property
    def n_resources(self) -> int:
        """Resources."""
        return len(self.capacity)

    @property
    def has_setup(self) -> NDArray[np.bool_]:
        """Which sources are all or nothing in a bucket: set-up cost, set-up hours or a minimum, shape (n_sources,)."""
        found: NDArray[np.bool_] = (self.setup_cost > 0) | (self.minimum > 0)
        found[self.load_source[self.load_setup_hours > 0]] = True
        return found

    def _check_sizes(self) -> None:
        for name in ("demand", "capacity", "maximum"):
            if getattr(getattr(self, name), "ndim", 0) != 2:
                raise arrays.InvalidProblem(name, "it has not two dimensions", "pass rows by buckets")
        arrays.check_size(self.n_buckets, field="buckets", limit=MAX_BUCKETS)
        rows = self.n_places + len(np.asarray(self.source_place)) + self.n_resources
        arrays.check_size(rows * self.n_buckets, field="cells", limit=MAX_CELLS)

    def _shape_of(self, name: str) -> tuple[int, ...]:
        rows = {"line": len(self.line_source), "load": len(self.load_source)}.get(name.split("_")[0])
        if rows is not None:
            return (rows,)
        count = self.n_sources if name in _OF_SOURCES else self.n_resources if name in _OF_RESOURCES else self.n_places
        return (count, self.n_buckets) if name in _BY_BUCKET else (count,)

    def _list_indexes(self) -> list[tuple[str, int]]:
        return [
            ("source_place", self.n_places), ("line_source", self.n_sources), ("line_place", self.n_places),
            ("load_source", self.n_sources), ("load_resource", self.n_resources),
        ]  # fmt: skip


_WHOLE = ("source_place", "source_lead", "line_source", "line_place", "load_source", "load_resource")
_BY_BUCKET = ("demand", "receipts", "target", "maximum", "capacity", "overtime_limit")
_OF_SOURCES = ("source_place", "source_lead", "unit_cost", "setup_cost", "minimum", "maximum")
_OF_RESOURCES = (
    "capacity", "overtime_limit", "overtime_cost", "is_staffed", "opening_hours", "hour_cost", "raise_cost", "cut_cost",
    "overtime_share",
)  # fmt: skip


def _check(given: NDArray[np.generic], name: str, dtype: type, shape: tuple[int, ...]) -> NDArray[np.generic]:
    if np.shape(given) != shape:
        raise arrays.InvalidProblem(name, f"its shape is {np.shape(given)}", f"pass {shape}")
    flat = arrays.check_vector(np.asarray(given).ravel(), field=name, dtype=dtype)
    if dtype is not bool:
        high = np.inf if name == "maximum" else LARGEST
        good = (flat >= 0) & (flat <= high)
        rows = np.arange(shape[0] + 1, dtype=np.int64) * (shape[1] if len(shape) > 1 else 1)
        arrays.check_all(good, flat, field=name, wanted=f"a number from 0 to {LARGEST:g} is wanted", offsets=rows)
    view = flat.reshape(shape)
    view.flags.writeable = False
    return view
