"""Read demand histories for the forecast benchmark: a long table, the wide M4 form, or R's M1 and M3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rantai.bench.formats import forecasts_wide
from rantai.bench.formats.forecasts_long import NO_DEMAND, STEPS, BadRow, read_long, read_table
from rantai_engines.forecasting.problem import LARGEST_VALUE, MAX_POINTS_A_SERIES

SEASONS = {"H": 24, "D": 7, "W": 52, "M": 12, "Q": 4, "Y": 1}
HORIZONS = {"H": 48, "D": 14, "W": 13, "M": 18, "Q": 8, "Y": 6}
_WIDE_FROM = 61
"""Columns from which a table without a heading of its own is one series a row."""


@dataclass(frozen=True, kw_only=True)
class History:
    """One series: its values oldest first, where unknown ones stand, and the place of its last bucket."""

    name: str
    values: NDArray[np.float64]
    unknown: NDArray[np.bool_]
    last: int | date | datetime
    freq: str


@dataclass(frozen=True, kw_only=True)
class Histories:
    """Series of a file by frequency, series that were set aside with their reason, and rows likewise."""

    by_freq: dict[str, list[History]]
    set_aside: dict[str, str]
    bad_rows: list[BadRow]


def read_histories(path: Path, *, freq: str) -> Histories:
    """Return the series of a file in its order.

    In a long table a bucket without a row is a bucket without demand, and an empty value is unknown. A history
    begins at its first known value. What is no demand is named at its row and taken as unknown; a series without
    any value, too long, or of a name that stands before is set aside by name. Raises BadOption.
    """
    found, bad_rows = _read(path, freq)
    by_freq: dict[str, list[History]] = {}
    set_aside: dict[str, str] = {}
    names: set[str] = set()
    for name, known_freq, last, values in found:
        own = known_freq or freq
        if freq and own != freq:
            continue
        problem = values if isinstance(values, str) else _find_problem(values)
        if problem or name in names:
            set_aside[name] = problem or "another series of this name stands before"
            continue
        names.add(name)
        values = values[int(np.argmin(np.isnan(values))) :]
        unknown = np.isnan(values)
        history = History(name=name, values=np.where(unknown, 0.0, values), unknown=unknown, last=last, freq=own)
        by_freq.setdefault(own, []).append(history)
    return Histories(by_freq=by_freq, set_aside=set_aside, bad_rows=bad_rows)


def _read(path: Path, freq: str) -> tuple[forecasts_wide.Rows, list[BadRow]]:
    if path.suffix in (".rda", ".rds", ".RData"):
        return _clean(forecasts_wide.read_r(path))
    table = read_table(path)
    if str(table.columns[0]).upper() == "V1" or table.width >= _WIDE_FROM:
        return _clean(forecasts_wide.read_wide(table))
    return read_long(table, freq=freq)


def _clean(found: forecasts_wide.Rows) -> tuple[forecasts_wide.Rows, list[BadRow]]:
    """Return series that stand one a row, unknown where a value is no demand, and where those stood."""
    bad = []
    for row, (name, _freq, _last, values) in enumerate(found, start=1):
        for place in np.flatnonzero((values < 0) | (values > LARGEST_VALUE)).tolist():
            problem = f"value {place + 1}, {values[place]}, is {NO_DEMAND}"
            bad.append(BadRow(row=row, series=name, problem=problem))
            values[place] = np.nan
    return found, bad


def _find_problem(values: NDArray[np.float64]) -> str:
    if np.isnan(values).all():
        return "it has no value"
    most = MAX_POINTS_A_SERIES
    return f"it has {values.size:,} values; {most:,} are most" if values.size > most else ""


def list_ahead(history: History, horizon: int) -> list[Any]:
    """Return the dates or positions after the last bucket of a series."""
    last = history.last
    if isinstance(last, int):
        return list(range(last + 1, last + 1 + horizon))
    steps = [f"{k}{STEPS[history.freq][1:]}" for k in range(1, horizon + 1)]
    return pl.select(pl.lit(last).dt.offset_by(pl.lit(pl.Series(steps)))).to_series().to_list()
