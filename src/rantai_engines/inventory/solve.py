"""Set stock targets of item-locations from service, demand, lead time and cost."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from rantai_engines.inventory import _kernels, lot_sizing, safety_stock
from rantai_engines.inventory.params import StockParams
from rantai_engines.inventory.problem import CYCLE, StockProblem
from rantai_engines.inventory.solution import STOCK_METHODS, StockSolution

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NORMAL, _EMPIRICAL = STOCK_METHODS.index("normal"), STOCK_METHODS.index("empirical")


def solve(problem: StockProblem, *, params: StockParams, seed: int) -> StockSolution:
    """Set safety stock, reorder point, order-up-to level and lot size of every row.

    Parameters
    ----------
    problem : StockProblem
        Arrays of shape (n,), in units, buckets and money.
    params : StockParams
        Law, samples, limits.
    seed : int
        Of the resampling, 0 to 2^63 - 1; a row draws from its own stream of (seed, key).

    Returns
    -------
    StockSolution
        Arrays of shape (n,).

    Notes
    -----
    The protection time is lead time plus review period. Its demand has mean mu (mu_L + R) and variance
    (mu_L + R) s_D^2 + mu^2 s_L^2 (GLOSSARY 4.3). Normal law: z s for a cycle service level, and G(z) = (1 - fill) Q / s
    for a fill rate. Empirical law: the quantile, or the level of the allowed shortage, of resampled demand over the
    protection time, scaled to the mean that is forecast.
    Order-up-to is the reorder point plus the lot less the mean demand of a review (Silver, Pyke & Thomas 2017,
    chapter 6, (R, s, S) control, with undershoot taken as one review's demand).
    Where it fails: lead times that depend on demand, orders that cross, service above 1 - 1 / samples (there the
    higher of the largest sample and the normal law stands in), lost sales.
    Complexity: linear in rows; for empirical rows times samples.
    """
    lots = _size_lots(problem, params)
    # Without a lot every bucket's demand is an order; a lot of next to nothing is none.
    cycle = np.where(lots > 1e-9 * problem.demand_mean, lots, problem.demand_mean)
    protection = problem.lead_time_mean + problem.review_period
    mean = problem.demand_mean * protection
    std = safety_stock.lead_time_demand_std(
        problem.demand_std,
        demand_mean=problem.demand_mean,
        lead_time_mean=protection,
        lead_time_std=problem.lead_time_std,
    )
    reorder, alpha, fill = _normal_targets(problem, params, mean, std, cycle)
    method = np.where((mean > 0) | (std > 0), _NORMAL, 0).astype(np.int8)
    rows = _rows_to_resample(problem, params)
    if rows.size:
        found = _resample(problem, params, seed, rows, cycle)
        beyond = problem.service_level[rows] > 1 - 1 / params.samples
        level = np.where(beyond, np.maximum(found[rows, 0], reorder[rows]), found[rows, 0])
        if not params.allow_negative_safety_stock:
            level = np.maximum(level, mean[rows])
        reorder[rows], method[rows] = level, _EMPIRICAL
        std[rows] = found[rows, 4]
        alpha[rows], fill[rows] = found[rows, 1], found[rows, 2]
    buffer = reorder - mean
    return StockSolution(
        safety_stock=buffer,
        reorder_point=reorder,
        order_up_to=reorder + np.maximum(lots - problem.demand_mean * problem.review_period, 0.0),
        lot_size=lots,
        protection_mean=mean,
        protection_std=std,
        cycle_service_level=alpha,
        fill_rate=fill,
        average_stock=np.maximum(lots / 2 + buffer, 0.0),
        orders_per_bucket=np.divide(problem.demand_mean, cycle, out=np.zeros(problem.n_rows), where=cycle > 0),
        method=method,
    )


def _size_lots(problem: StockProblem, params: StockParams) -> Floats:
    """Return what to order at a time: the economic quantity within minimum, cover, maximum and multiple."""
    priced = (problem.holding_cost > 0) & (problem.order_cost > 0)
    holding = np.where(priced, problem.holding_cost, 1.0)
    best, _ = lot_sizing.economic_order_quantity(
        problem.demand_mean, order_cost=np.where(priced, problem.order_cost, 0.0), holding_cost=holding
    )
    lots = np.maximum(best, problem.demand_mean * problem.review_period)
    if params.max_cover > 0:
        lots = np.minimum(lots, problem.demand_mean * params.max_cover)
    lots = np.maximum(lots, problem.minimum_lot)
    capped = problem.maximum_lot > 0
    lots = np.where(capped, np.minimum(lots, problem.maximum_lot), lots)
    step = np.where(problem.lot_multiple > 0, problem.lot_multiple, 1.0)
    up = np.maximum(np.ceil(lots / step - 1e-9), 1.0) * step
    down = np.maximum(np.floor(lots / step + 1e-9), 1.0) * step
    rounded = np.where(capped & (up > problem.maximum_lot), down, up)
    return np.where(problem.lot_multiple > 0, rounded, lots)


def _normal_targets(
    problem: StockProblem, params: StockParams, mean: Floats, std: Floats, cycle: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return reorder point, cycle service level and fill rate under normal demand."""
    # A deviation of a trillionth of a lot is none, and its ratio to one would overflow.
    spreads = std > 1e-12 * cycle
    varies = spreads & (cycle > 0)
    spread, lot = np.where(spreads, std, 1.0), np.where(cycle > 0, cycle, 1.0)
    by_cycle = problem.service_kind == CYCLE
    factor = special.ndtri(problem.service_level)
    by_fill = ~by_cycle & varies
    if by_fill.any():
        factor[by_fill] = safety_stock.safety_factor_for_fill_rate(
            problem.service_level[by_fill], lot_size=lot[by_fill], std=spread[by_fill]
        )
    if not params.allow_negative_safety_stock:
        factor = np.maximum(factor, 0.0)
    buffer = np.where(spreads, factor * std, 0.0)
    short = safety_stock.unit_normal_loss(factor) - safety_stock.unit_normal_loss(
        np.minimum(factor + lot / spread, 1e3)
    )
    fill = np.where(varies, np.clip(1 - spread * short / lot, 0.0, 1.0), 1.0)
    return mean + buffer, np.where(spreads, special.ndtr(factor), 1.0), fill


def _rows_to_resample(problem: StockProblem, params: StockParams) -> NDArray[np.int64]:
    if params.method == "normal" or problem.history_offsets is None or problem.history_values is None:
        return np.zeros(0, dtype=np.int64)
    skewed, long = np.zeros((2, problem.n_rows), dtype=np.bool_)
    _kernels.find_skewed(problem.history_offsets, problem.history_values, params.min_history, skewed, long)
    wanted: Bools = long if params.method == "empirical" else skewed
    return np.flatnonzero(wanted & (problem.demand_mean > 0)).astype(np.int64)


def _resample(problem: StockProblem, params: StockParams, seed: int, rows: NDArray[np.int64], cycle: Floats) -> Floats:
    """Return reorder point, share of samples within it, fill rate, shortage a lot above, std; for `rows` only."""
    assert problem.history_offsets is not None
    assert problem.history_values is not None
    if problem.lead_time_offsets is None or problem.lead_time_values is None:
        # Closed to writing as a problem's own: a kernel is compiled anew for arrays that may be written to.
        lead_times = np.zeros(problem.n_rows + 1, dtype=np.int64), np.zeros(0)
        for array in lead_times:
            array.flags.writeable = False
    else:
        lead_times = problem.lead_time_offsets, problem.lead_time_values
    laws = np.stack([problem.lead_time_mean, problem.lead_time_std, problem.review_period, problem.demand_mean], axis=1)
    out = np.zeros((problem.n_rows, 5))
    _kernels.resample_rows(
        rows,
        problem.key,
        seed,
        (problem.history_offsets, problem.history_values),
        lead_times,
        laws,
        problem.service_level,
        problem.service_kind,
        cycle,
        params.samples,
        out,
    )
    out[rows, 2] = np.clip(1 - (out[rows, 2] - out[rows, 3]) / cycle[rows], 0.0, 1.0)
    return out
