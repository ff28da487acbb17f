"""Compile what a turn needs of each engine, by solving a small problem as a turn does.

Numba compiles for the types that it meets, so that importing is enough only where a kernel says its own. Each engine
is imported where it is warmed, because that alone can take a minute: what a turn needs first must not wait for it.
"""

import importlib
from collections.abc import Callable
from typing import Final

import numpy as np

_CUSTOMERS = 40


def warm_valuation() -> None:
    """Value customers of whom enough came back for the purchase model to be fitted."""
    from rantai_engines.valuation.params import ValuationParams
    from rantai_engines.valuation.problem import ValuationProblem
    from rantai_engines.valuation.solve import solve

    lines = np.arange(3 * _CUSTOMERS)
    offsets = np.arange(0, lines.size + 1, 3)
    problem = ValuationProblem(
        offsets=offsets,
        days=lines * 37 % 300,
        amounts=np.asarray(10.0 + lines * 7 % 50, dtype=np.float64),
        until_day=400,
    )
    solve(problem, params=ValuationParams(), seed=0)


def warm_forecasting() -> None:
    """Forecast two years of weeks, and let a line consume a week of it."""
    from rantai_engines.forecasting.consumption import ConsumableForecast
    from rantai_engines.forecasting.consumption_batch import consume_lines
    from rantai_engines.forecasting.params import ForecastParams
    from rantai_engines.forecasting.problem import ForecastProblem
    from rantai_engines.forecasting.solve import solve

    weeks, one, none = np.arange(104), np.ones(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    problem = ForecastProblem(
        offsets=np.array([0, weeks.size]), values=np.asarray(20.0 + weeks * 7 % 5, dtype=np.float64)
    )
    solve(problem, params=ForecastParams(), seed=0)
    forecast = ConsumableForecast(
        offsets=np.array([0, 1]), starts=none, ends=7 * one, gross=one, backward=one, forward=one, spill=-one
    )
    consume_lines(forecast, none, series=none, day=none, quantity=one)


def warm_inventory() -> None:
    """Set the target of an item whose demand has gaps, by resampling."""
    from rantai_engines.inventory.params import StockParams
    from rantai_engines.inventory.problem import StockProblem
    from rantai_engines.inventory.solve import solve

    one, weeks = np.ones(1), np.arange(52)
    problem = StockProblem(
        key=np.ones(1, dtype=np.int64),
        demand_mean=one,
        demand_std=one,
        lead_time_mean=one,
        lead_time_std=one,
        review_period=one,
        service_level=0.9 * one,
        service_kind=np.zeros(1, dtype=np.int8),
        order_cost=one,
        holding_cost=one,
        minimum_lot=one,
        lot_multiple=one,
        maximum_lot=0.0 * one,
        history_offsets=np.array([0, weeks.size]),
        history_values=np.where(weeks % 3, 0.0, 1.0 + weeks % 7),
    )
    solve(problem, params=StockParams(), seed=0)


def warm_planning() -> None:
    """Compile the plan, whose kernels say their types."""
    importlib.import_module("rantai_engines.planning.solve")


def warm_following() -> None:
    """Compile what changes a plan in place, whose kernels say their types."""
    importlib.import_module("rantai_engines.planning.held")


def warm_promising() -> None:
    """Compile promises, whose kernels say their types."""
    importlib.import_module("rantai_engines.promising.solve")


#: In the order of a turn; what else is compiled (the best effort's model), whoever asks for it first waits for.
ENGINES: Final[dict[str, Callable[[], None]]] = {
    "valuation": warm_valuation,
    "forecasting": warm_forecasting,
    "inventory": warm_inventory,
    "planning": warm_planning,
    "promising": warm_promising,
    "following": warm_following,
}
