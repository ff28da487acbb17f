"""Make histories and forecast them for the tests of this folder."""

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting.params import ForecastParams
from rantai_engines.forecasting.problem import ForecastProblem
from rantai_engines.forecasting.solution import ForecastSolution
from rantai_engines.forecasting.solve import solve

Floats = NDArray[np.float64]


def make_problem(histories: list[Floats], *, censored: NDArray[np.bool_] | None = None) -> ForecastProblem:
    return ForecastProblem(
        offsets=np.cumsum([0, *[len(history) for history in histories]]).astype(np.int64),
        values=np.concatenate([np.asarray(history, dtype=np.float64) for history in [*histories, []]]),
        censored=censored,
    )


def forecast(
    histories: list[Floats], *, horizon: int = 8, season_length: int = 1, **choices: object
) -> ForecastSolution:
    params = ForecastParams(horizon=horizon, season_length=season_length, **choices)  # type: ignore[arg-type]
    return solve(make_problem(histories), params=params, seed=1)


def demand(seed: int, *, n: int = 54, mean: float = 20.0) -> Floats:
    return np.random.default_rng(seed).poisson(mean, n).astype(np.float64)
