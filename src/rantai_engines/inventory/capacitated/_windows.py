"""Improve set-ups by solving windows of them exactly, the others fixed.

Source: relax and fix, fix and optimise (Helber & Sahling 2010) on the shortest-path formulation of lot sizing (Eppen &
Martin 1987), whose relaxation is as tight as the Lagrangian one of Trigeiro, Thomas & McClain (1989). Each window is a
mixed-integer programme for HiGHS.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Data = tuple[Floats, Floats, Floats, Floats, Floats]

_WORTH_HOLDING = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """The programme of all set-ups: n T set-up columns, then the lots, then overtime of each period.

    A lot of item i begun in period s covers the need to the end of period t; `owner` is its set-up column, -1 for the
    arc that passes a period without need.
    """

    cost: Floats
    rows: sparse.csc_array
    low: Floats
    high: Floats
    upper: Floats
    owner: Ints
    n_setups: int


def build_model(data: Data, *, penalty: float) -> Model:
    """Return the programme; lots that hold for more than three set-ups, or exceed a machine, are left out.

    Rows: one a node of each item's path, one a set-up (lots begun within it sum to at most the set-up), one a
    period's capacity.
    """
    need, _, setup_time, setup_cost, capacity = data
    n, periods = need.shape
    lots = [_list_lots(data, i) for i in range(n)]
    item = np.repeat(np.arange(n), [len(each) for each in lots])
    first, last, size, held = (np.concatenate([each[:, c] for each in lots]) for c in range(4))
    first, last = first.astype(np.int64), last.astype(np.int64)
    n_setups, n_lots = n * periods, item.size
    lot = n_setups + np.arange(n_lots)
    over = n_setups + n_lots + np.arange(periods)
    node, begun, makes, inner = item * periods + first, n_setups + item * periods + first, size > 0, last + 1 < periods
    setup, machine = np.arange(n_setups), 2 * n_setups
    cells = [
        (node, lot, np.ones(n_lots)),
        (item[inner] * periods + last[inner] + 1, lot[inner], -np.ones(int(inner.sum()))),
        (begun[makes], lot[makes], np.ones(int(makes.sum()))),
        (n_setups + setup, setup, -np.ones(n_setups)),
        (machine + first[makes], lot[makes], size[makes]),
        (machine + setup % periods, setup, np.repeat(setup_time, periods)),
        (machine + np.arange(periods), over, -np.ones(periods)),
    ]
    row, column, value = (np.concatenate([cell[c] for cell in cells]) for c in range(3))
    n_columns = n_setups + n_lots + periods
    flow = np.zeros((n, periods))
    flow[:, 0] = 1.0
    upper = np.ones(n_columns)
    upper[over] = np.inf
    return Model(
        cost=np.concatenate([np.repeat(setup_cost, periods), held, np.full(periods, penalty)]),
        rows=sparse.csc_array((value, (row, column)), shape=(machine + periods, n_columns)),
        low=np.concatenate([flow.reshape(-1), np.full(n_setups + periods, -np.inf)]),
        high=np.concatenate([flow.reshape(-1), np.zeros(n_setups), capacity]),
        upper=upper,
        owner=np.concatenate([setup, np.where(makes, item * periods + first, -1), np.full(periods, -1)]),
        n_setups=n_setups,
    )


def _list_lots(data: Data, item: int) -> Floats:
    """Return rows of first period, last period, machine time and holding cost of an item's lots."""
    need, hold, _, setup_cost, capacity = data
    periods = need.shape[1]
    found = []
    for s in range(periods):
        size = held = 0.0
        for t in range(s, periods):
            carried = hold[item] * (t - s) * need[item, t]
            if t > s and (carried > _WORTH_HOLDING * setup_cost[item] or size > capacity.max()):
                break
            size, held = size + need[item, t], held + carried
            found.append((s, t, size, held))
    return np.array(found)


def solve_window(
    model: Model, *, setups: Floats, free: Bools, whole: Bools, nodes: int, gap: float, seconds: float
) -> Floats | None:
    """Return all set-ups after solving those that are `free`, of which the `whole` are 0 or 1; None without a plan.

    Parameters
    ----------
    setups : ndarray, shape (n_setups,)
        Values of the ones that are not free.
    free, whole : ndarray of bool, shape (n_setups,)
    nodes : int
        Limit of the branch and bound.
    gap : float
        Share of the cost that may be left open.
    seconds : float
        Limit of wall time, infinite for none.
    """
    shut = ~free & (setups < 0.5)
    keep = np.flatnonzero((model.owner < 0) | ~shut[model.owner] | (np.arange(model.owner.size) < model.n_setups))
    low, high = np.zeros(model.cost.size), model.upper.copy()
    low[: model.n_setups][~free] = high[: model.n_setups][~free] = setups[~free]
    kinds = np.zeros(model.cost.size)
    kinds[: model.n_setups] = whole
    options = {"node_limit": nodes, "mip_rel_gap": gap}
    if np.isfinite(seconds):
        options["time_limit"] = max(seconds, 0.01)
    found = optimize.milp(
        model.cost[keep],
        constraints=optimize.LinearConstraint(model.rows[:, keep], model.low, model.high),
        integrality=kinds[keep],
        bounds=optimize.Bounds(low[keep], high[keep]),
        options=options,
    )
    return None if found.x is None else np.asarray(found.x[: model.n_setups])


def list_windows(n_items: int, n_periods: int, *, size: int) -> list[Bools]:
    """Return which set-ups are free in each window: stretches of periods, then pairs of neighbouring items."""
    period, item = np.tile(np.arange(n_periods), n_items), np.repeat(np.arange(n_items), n_periods)
    width = min(n_periods, max(2, size // n_items))
    step = max(1, width // 2)
    starts = sorted({*range(0, n_periods - width + 1, step), n_periods - width})
    stretches = [(period >= start) & (period < start + width) for start in starts]
    most = min(n_items, max(1, size // n_periods))
    if most == 1:
        return stretches + [item == i for i in range(n_items)]
    if most == 2 and n_items <= 8:
        return stretches + [(item == i) | (item == j) for i in range(n_items) for j in range(i + 1, n_items)]
    groups = [((item - start) % n_items) < most for start in range(0, n_items, max(1, most // 2))]
    return stretches + groups
