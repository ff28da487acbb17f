"""Forecast any file of series: how long it takes, and how good the last horizon, held out, comes out."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rantai.bench import accuracy, rare_stock
from rantai.bench.formats.forecasts import HORIZONS, SEASONS, Histories, History, list_ahead, read_histories
from rantai.bench.options import Options
from rantai_engines import spreading
from rantai_engines.forecasting.params import ForecastParams
from rantai_engines.forecasting.problem import ForecastProblem
from rantai_engines.forecasting.solution import LEVELS, ForecastSolution
from rantai_engines.forecasting.solve import solve

DAYS = 1_095
SERIES = 10_000
SEED = 20_261_122
_P80 = LEVELS.index(0.8)


@dataclass(frozen=True, kw_only=True)
class Task:
    """Series of one frequency and how they are to be forecast."""

    freq: str
    histories: list[History]
    params: ForecastParams


def measure(options: Options) -> dict[str, Any]:
    """Forecast the series of --data, or made ones, beyond their end; then again without their last horizon.

    ``seconds`` is the first alone, kernels compiled before. The second gives the accuracy: nothing of the held-out
    buckets is seen by it. --out has series, date, mean, quantiles .1 to .9, method (CSV, or Parquet by its suffix).
    """
    found = _read(options)
    tasks = [_plan(freq, histories, options) for freq, histories in found.by_freq.items()]
    compile_seconds = _warm(tasks)
    started, worked = time.perf_counter(), time.process_time()
    solved = [(task, _solve(task.histories, task.params)) for task in tasks]
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
    _write(options, solved)
    methods: Counter[str] = Counter()
    for _task, solution in solved:
        methods.update(solution.method_names())
    return {
        "size": sum(len(task.histories) for task in tasks),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_seconds, 3),
        "compile_seconds": round(compile_seconds, 1),
        "data": Path(options.data).name if options.data else f"seed {SEED}",
        "effort": tasks[0].params.effort if tasks else options.effort,
        "points": int(sum(history.values.size for task in tasks for history in task.histories)),
        "methods": dict(methods.most_common()),
        "held_out": {task.freq or "all": judge(task) for task in tasks},
        "set_aside": dict(list(found.set_aside.items())[:20]),
        "n_set_aside": len(found.set_aside),
        "bad_rows": [asdict(row) for row in found.bad_rows[:20]],
        "n_bad_rows": len(found.bad_rows),
    }


def judge(task: Task) -> dict[str, Any]:
    """Return the errors of the last horizon, told nothing of it, of every series that is longer and known in it."""
    horizon, season = task.params.horizon, task.params.season_length
    enough = [
        history
        for history in task.histories
        if history.values.size > horizon + 1 and not history.unknown[-horizon:].any()
    ]
    if not enough:
        return {"series": 0}
    shorter = [_cut(history, horizon) for history in enough]
    solution = _solve(shorter, task.params)
    tests = [history.values[-horizon:] for history in enough]
    # M4 counts a week's season as one bucket, in Naive 2 and in the scale.
    counted = 1 if task.freq == "W" else season
    found = accuracy.measure([each.values for each in shorter], tests, list(solution.mean), season=counted)
    actual = np.array(tests)
    met = actual <= solution.quantiles[:, :, _P80]
    return {
        "series": len(enough),
        "horizon": horizon,
        "season": season,
        "season_of_owa": counted,
        "owa": _round(found.owa, 4),
        "smape": _round(found.smape, 3),
        "mase": _round(found.mase, 4),
        "smape_naive2": _round(found.smape_naive2, 3),
        "mase_naive2": _round(found.mase_naive2, 4),
        "p80_met": round(float(met.mean()), 4),
        # where many buckets are nought, P80 is met by more than its share and 80 of 100 lie between the two
        "p80_passed_under": round(float((actual < solution.quantiles[:, :, _P80]).mean()), 4),
        "quantiles_met": [round(float((actual <= each).mean()), 3) for each in solution.quantiles.transpose(2, 0, 1)],
        "p80_met_first_half": round(float(met[:, : (horizon + 1) // 2].mean()), 4),
        "p80_met_last_half": round(float(met[:, horizon // 2 :].mean()), 4),
        "wmape": round(float(np.abs(actual - solution.mean).sum() / max(actual.sum(), 1e-300)), 4),
        "rare_stock_to_sba": rare_stock.compare([each.values for each in shorter], actual, solution),
        "classes": dict(Counter(solution.class_names()).most_common()),
    }


def _round(value: float, digits: int) -> float | None:
    """Return a figure as JSON has it: none where nothing could be measured."""
    return round(value, digits) if np.isfinite(value) else None


def _solve(histories: list[History], params: ForecastParams) -> ForecastSolution:
    spread = spreading.in_threads(spreading.count_cores())
    return solve(make_problem(histories), params=params, seed=SEED, spread=spread)


def make_problem(histories: list[History]) -> ForecastProblem:
    """Return histories as the engine's arrays; an unknown value is one that was censored."""
    values = np.concatenate([np.zeros(0), *(history.values for history in histories)])
    unknown = np.concatenate([np.zeros(0, dtype=np.bool_), *(history.unknown for history in histories)])
    return ForecastProblem(
        offsets=np.cumsum([0, *(history.values.size for history in histories)], dtype=np.int64),
        values=values,
        censored=unknown if unknown.any() else None,
    )


def make_daily(count: int, *, days: int = DAYS) -> Histories:
    """Return daily demand of a company's items: fast, slow and rare, with weekdays, a year's wave and growth."""
    chance = np.random.default_rng(SEED)
    t = np.arange(days)
    histories = []
    for k in range(count):
        level = float(chance.lognormal(0.5, 1.6))
        week = chance.dirichlet(np.full(7, 6.0)) * 7
        rate = level * week[t % 7] * (1 + 0.3 * np.sin(2 * np.pi * (t / 365 + chance.random())))
        rate = rate * np.exp(chance.normal(0, 0.0004) * t)
        values = chance.poisson(rate * chance.gamma(4.0, 0.25, days)).astype(np.float64)
        unknown = np.zeros(days, dtype=np.bool_)
        histories.append(History(name=f"S{k}", values=values, unknown=unknown, last=days, freq="D"))
    return Histories(by_freq={"D": histories}, set_aside={}, bad_rows=[])


def _read(options: Options) -> Histories:
    path = options.find_data()
    freq = options.freq.upper()[:1]
    return read_histories(path, freq=freq) if path else make_daily(options.read_size(SERIES))


def _plan(freq: str, histories: list[History], options: Options) -> Task:
    horizon = options.horizon or HORIZONS.get(freq, 8)
    season = options.season or SEASONS.get(freq, 1)
    params = ForecastParams(horizon=horizon, season_length=season, effort=options.effort)
    return Task(freq=freq, histories=histories, params=params)


def _cut(history: History, horizon: int) -> History:
    return History(
        name=history.name,
        values=history.values[:-horizon].copy(),
        unknown=history.unknown[:-horizon].copy(),
        last=history.last,
        freq=history.freq,
    )


def _warm(tasks: list[Task]) -> float:
    """Compile what will run, on a handful of made days."""
    started = time.perf_counter()
    if tasks:
        few = make_daily(8, days=80).by_freq["D"]
        params = tasks[0].params
        small = ForecastParams(horizon=8, season_length=7, effort=params.effort)
        _solve(few, small)
    return time.perf_counter() - started


def _write(options: Options, solved: list[tuple[Task, ForecastSolution]]) -> None:
    if not options.out:
        return
    frames = [_tabulate(task, solution) for task, solution in solved]
    table = pl.concat(frames, how="vertical_relaxed") if frames else pl.DataFrame()
    if options.out.endswith(".parquet"):
        table.write_parquet(options.out)
    else:
        table.write_csv(options.out)


def _tabulate(task: Task, solution: ForecastSolution) -> pl.DataFrame:
    horizon = task.params.horizon
    repeated: NDArray[np.intp] = np.repeat(np.arange(len(task.histories)), horizon)
    names = np.array([history.name for history in task.histories], dtype=object)
    ahead = [place for history in task.histories for place in list_ahead(history, horizon)]
    quantiles = solution.quantiles.reshape(-1, len(LEVELS))
    return pl.DataFrame(
        {
            "series": names[repeated].astype(str),
            "date": ahead,
            "mean": solution.mean.ravel(),
            **{f"q{level:.1f}": quantiles[:, k] for k, level in enumerate(LEVELS)},
            "method": np.array(solution.method_names())[repeated],
        }
    )
