"""Find the cheapest base stocks of stages in a row, where customers who wait cost by the bucket."""

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from rantai_engines import arrays

Floats = NDArray[np.float64]

_SPREAD = 8.0


def solve_serial_normal(
    lead_time: Floats,
    *,
    echelon_holding_cost: Floats,
    shortage_cost: float,
    demand_mean: float,
    demand_std: float,
    cells: int = 4000,
) -> tuple[Floats, float]:
    """Return the cheapest echelon base stocks of a serial system with normal demand, and their cost.

    Parameters
    ----------
    lead_time : ndarray, shape (n_stages,)
        Buckets; the first stage is the one that customers see.
    echelon_holding_cost : ndarray, shape (n_stages,)
        What a stage's unit costs more to hold than one of the stage before it in the flow, money/(unit bucket).
    shortage_cost : float
        Of a unit that waits, money/(unit bucket).
    demand_mean, demand_std : float
        Units/bucket.
    cells : int
        Of the grid on which levels are searched, 100 to 1,000,000.

    Returns
    -------
    base_stock : ndarray, shape (n_stages,)
        Echelon levels, units, to within a cell of the grid.
    cost : float
        Money/bucket.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.

    Notes
    -----
    Source: Clark & Scarf (1960); recursion of Chen & Zheng (1994), Snyder & Shen (2019), section 6.2.
    Complexity: stages times cells squared.
    """
    _check(lead_time, echelon_holding_cost, shortage_cost)
    arrays.check_range(cells, field="cells", low=100, high=1_000_000)
    total = float(lead_time.sum())
    width = _SPREAD * demand_std * np.sqrt(total) + demand_mean * total
    step = (2 * width) / cells
    levels = np.arange(-width, demand_mean * total + width, step)
    laws = []
    for lead in lead_time:
        std = max(demand_std * np.sqrt(lead), 1e-9)
        low = np.floor((demand_mean * lead - _SPREAD * std) / step)
        at = low + np.arange(int(2 * _SPREAD * std / step) + 2)
        edge = (np.concatenate([at - 0.5, [at[-1] + 0.5]]) * step - demand_mean * lead) / std
        laws.append((int(low), np.diff(special.ndtr(edge))))
    return _recurse(levels, laws, echelon_holding_cost, shortage_cost)


def solve_serial_poisson(
    lead_time: Floats, *, echelon_holding_cost: Floats, shortage_cost: float, demand_mean: float
) -> tuple[Floats, float]:
    """Return the cheapest whole echelon base stocks with Poisson demand, and their cost.

    Parameters, returned values, errors and source are those of ``solve_serial_normal``; exact.
    """
    _check(lead_time, echelon_holding_cost, shortage_cost)
    mean = demand_mean * float(lead_time.sum())
    width = int(np.ceil(_SPREAD * np.sqrt(mean) + mean)) + 10
    levels = np.arange(-width, 2 * width + 1, dtype=np.float64)
    laws = []
    for lead in lead_time:
        most = int(np.ceil(demand_mean * lead + 12 * np.sqrt(demand_mean * lead))) + 10
        laws.append((0, stats.poisson.pmf(np.arange(most + 1), demand_mean * lead)))
    return _recurse(levels, laws, echelon_holding_cost, shortage_cost)


def _recurse(levels: Floats, laws: list[tuple[int, Floats]], holding: Floats, shortage: float) -> tuple[Floats, float]:
    """Return the echelon levels from the customers' stage upstream, and the cost of the last."""
    best = np.zeros(holding.size)
    implied = (shortage + holding.sum()) * np.maximum(-levels, 0.0)
    for stage, (low, chance) in enumerate(laws):
        here = holding[stage] * levels + implied
        value = _expect(here, low, chance / chance.sum())
        at = int(value.argmin())
        best[stage] = levels[at]
        implied = np.where(np.arange(levels.size) < at, value, value[at])
    return best, float(value[at])


def _expect(values: Floats, low: int, chance: Floats) -> Floats:
    """Return the mean of values at each level less a demand of `low` cells and more.

    Below the grid values go on along their first slope.
    """
    far = low + chance.size
    slope = values[1] - values[0]
    before = values[0] + slope * np.arange(-far, 0)
    wide = np.concatenate([before, values])
    found = np.convolve(wide, chance)[: wide.size]
    # Entry k of the convolution is level k less demands of 0 and more; shift it by the first demand.
    if low >= 0:
        return np.asarray(found[np.maximum(np.arange(wide.size) - low, 0)][far:])
    after = found[-1] + (wide[-1] - wide[-2]) * np.arange(1, -low + 1)
    return np.asarray(np.concatenate([found[-low:], after])[far:])


def _check(lead_time: Floats, holding: Floats, shortage: float) -> None:
    leads = arrays.check_vector(lead_time, field="lead_time", dtype=np.float64)
    costs = arrays.check_vector(holding, field="echelon_holding_cost", dtype=np.float64, size=leads.size)
    if leads.size == 0:
        raise arrays.InvalidProblem("lead_time", "there is no stage", "pass at least one")
    arrays.check_all((leads >= 0) & (leads <= 1e6), leads, field="lead_time", wanted="0 or more is wanted")
    arrays.check_all((costs > 0) & (costs <= 1e15), costs, field="echelon_holding_cost", wanted="above 0 is wanted")
    arrays.check_range(shortage, field="shortage_cost", low=1e-12, high=1e15)
