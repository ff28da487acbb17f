"""Hold what a stock target is made of, for many item-locations, as checked arrays."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

MAX_ROWS = 5_000_000
MAX_POINTS = 500_000_000
MAX_PROTECTION = 3_650.0
LARGEST = 1e15

CYCLE, FILL = 0, 1


@dataclass(frozen=True, kw_only=True, slots=True)
class StockProblem:
    """Demand, lead time, service and cost of item-locations; every array is float64 of shape (n,) unless said.

    Attributes
    ----------
    key : ndarray of int64
        A stable id; it seeds the row's resampling, so that a result does not depend on neighbours.
    demand_mean, demand_std : ndarray
        Of one bucket, units; std of what a forecast cannot foresee.
    lead_time_mean, lead_time_std : ndarray
        Buckets.
    review_period : ndarray
        Buckets between two looks; 0 for continuous review.
    service_level : ndarray
        Between 0 and 1, both excluded.
    service_kind : ndarray of int8
        ``CYCLE`` (0, share of cycles without stock-out) or ``FILL`` (1, share of units from stock).
    order_cost : ndarray
        Money/order.
    holding_cost : ndarray
        Money/(unit bucket).
    minimum_lot, lot_multiple, maximum_lot : ndarray
        Units; 0 for none.
    history_offsets, history_values : ndarray of int64 (n + 1,) and float64, optional
        Demand of past buckets in CSR form, units, for the empirical law.
    lead_time_offsets, lead_time_values : ndarray of int64 (n + 1,) and float64, optional
        Observed lead times in CSR form, buckets.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above; a quantity, cost or deviation negative, not finite or
        above 1e15; lead time and review together above 3,650 buckets; over 5,000,000 rows or 500,000,000 points.
    """

    key: NDArray[np.int64]
    demand_mean: NDArray[np.float64]
    demand_std: NDArray[np.float64]
    lead_time_mean: NDArray[np.float64]
    lead_time_std: NDArray[np.float64]
    review_period: NDArray[np.float64]
    service_level: NDArray[np.float64]
    service_kind: NDArray[np.int8]
    order_cost: NDArray[np.float64]
    holding_cost: NDArray[np.float64]
    minimum_lot: NDArray[np.float64]
    lot_multiple: NDArray[np.float64]
    maximum_lot: NDArray[np.float64]
    history_offsets: NDArray[np.int64] | None = None
    history_values: NDArray[np.float64] | None = None
    lead_time_offsets: NDArray[np.int64] | None = None
    lead_time_values: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        n = np.asarray(self.key).size
        arrays.check_size(n, field="item-locations", limit=MAX_ROWS)
        dtypes = {"key": np.int64, "service_kind": np.int8}
        for name in (field.name for field in fields(self)):
            if not name.startswith(("history_", "lead_time_offsets", "lead_time_values")):
                dtype = dtypes.get(name, np.float64)
                view = arrays.check_vector(getattr(self, name), field=name, dtype=dtype, size=n)
                object.__setattr__(self, name, view)
                if dtype is np.float64:
                    good = (view >= 0) & (view <= LARGEST)
                    arrays.check_all(good, view, field=name, wanted="a finite number from 0 to 1e15 is wanted")
        self._check_service()
        self._check_past("history", n)
        self._check_past("lead_time", n)

    def _check_service(self) -> None:
        level, kind = self.service_level, self.service_kind
        wanted = "a level between 0 and 1 is wanted, both excluded"
        arrays.check_all((level > 0) & (level < 1), level, field="service_level", wanted=wanted)
        wanted = "0 (CYCLE) or 1 (FILL) is wanted"
        arrays.check_all((kind == CYCLE) | (kind == FILL), kind, field="service_kind", wanted=wanted)
        protection = self.lead_time_mean + self.review_period
        wanted = f"lead time and review together are at most {MAX_PROTECTION:,.0f} buckets, use longer buckets"
        arrays.check_all(protection <= MAX_PROTECTION, protection, field="lead_time_mean", wanted=wanted)

    def _check_past(self, kind: str, n: int) -> None:
        names = f"{kind}_offsets", f"{kind}_values"
        offsets, values = (getattr(self, name) for name in names)
        if offsets is None and values is None:
            return
        if offsets is None or values is None:
            raise arrays.InvalidProblem(names[0], "only one of offsets and values is given", "give both or none")
        points = arrays.check_vector(values, field=names[1], dtype=np.float64)
        arrays.check_size(points.size, field=names[1], limit=MAX_POINTS)
        rows = arrays.check_offsets(offsets, field=names[0], n_values=points.size, rows=n)
        limit = LARGEST if kind == "history" else MAX_PROTECTION
        good = (points >= 0) & (points <= limit)
        wanted = f"a finite number from 0 to {limit:g} is wanted"
        arrays.check_all(good, points, field=names[1], wanted=wanted, offsets=rows)
        object.__setattr__(self, names[0], rows)
        object.__setattr__(self, names[1], points)

    @property
    def n_rows(self) -> int:
        """Number of item-locations."""
        return self.key.size
