"""What set-up compiles is what a turn calls: another problem of a turn's kind meets no kernel anew."""

import numpy as np
import pytest
from numba.core.registry import CPUDispatcher

from rantai_engines import warm
from rantai_engines.forecasting import _entrants, _histories, _tournament
from rantai_engines.forecasting.params import ForecastParams
from rantai_engines.forecasting.problem import ForecastProblem
from rantai_engines.forecasting.solve import solve


def count_compiled(*modules: object) -> dict[str, int]:
    return {
        name: len(kernel.signatures)
        for module in modules
        for name, kernel in vars(module).items()
        if isinstance(kernel, CPUDispatcher)
    }


@pytest.mark.parametrize("hidden", [False, True])
def test_a_forecast_after_warming_compiles_nothing(hidden: bool) -> None:
    warm.warm_forecasting()
    warmed = count_compiled(_entrants, _histories, _tournament)
    mask = np.arange(230) % 9 == 0
    problem = ForecastProblem(
        offsets=np.array([0, 110, 110, 230]), values=np.arange(230.0) % 13, censored=mask if hidden else None
    )

    solve(problem, params=ForecastParams(horizon=9, season_length=12), seed=0)

    assert count_compiled(_entrants, _histories, _tournament) == warmed
    assert warmed["forecast_all"] > 0


def test_every_engine_of_a_turn_is_warmed_in_its_order_and_then_what_follows_the_plan() -> None:
    assert list(warm.ENGINES) == ["valuation", "forecasting", "inventory", "planning", "promising", "following"]

    warm.warm_valuation()
    warm.warm_inventory()
