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
from rantai.bench.options import BadOption

STEPS = {"H": "1h", "D": "1d", "W": "1w", "M": "1mo", "Q": "1q", "Y": "1y"}
SEASONS = {"H": 24, "D": 7, "W": 52, "M": 12, "Q": 4, "Y": 1}
HORIZONS = {"H": 48, "D": 14, "W": 13, "M": 18, "Q": 8, "Y": 6}
_SERIES = ("series", "unique_id", "id", "item", "sn")
_TIMES = ("date", "ds", "position", "period", "time", "t", "timestamp")
_VALUES = ("value", "y", "sales", "demand", "quantity", "units")


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
    """Series of a file by frequency, and what was set aside with its reason."""

    by_freq: dict[str, list[History]]
    set_aside: dict[str, str]


def read_histories(path: Path, *, freq: str) -> Histories:
    """Return the series of a file in its order.

    In a long table a bucket without a row is a bucket without demand, and an empty value is unknown. A series with
    a negative or infinite value, a repeated bucket or no value at all is set aside by name. Raises BadOption.
    """
    if path.suffix in (".rda", ".rds", ".RData"):
        found = forecasts_wide.read_r(path)
    else:
        table = _read_table(path)
        is_wide = str(table.columns[0]).upper() == "V1" or table.width > 60
        found = forecasts_wide.read_wide(table) if is_wide else _read_long(table, freq)
    by_freq: dict[str, list[History]] = {}
    set_aside: dict[str, str] = {}
    for name, known_freq, last, values in found:
        problem = values if isinstance(values, str) else _find_problem(values)
        if problem:
            set_aside[name] = problem
            continue
        unknown = np.isnan(values)
        own = known_freq or freq
        if freq and own != freq:
            continue
        history = History(name=name, values=np.where(unknown, 0.0, values), unknown=unknown, last=last, freq=own)
        by_freq.setdefault(own, []).append(history)
    return Histories(by_freq=by_freq, set_aside=set_aside)


def list_ahead(history: History, horizon: int) -> list[Any]:
    """Return the dates or positions after the last bucket of a series."""
    last = history.last
    if isinstance(last, int):
        return list(range(last + 1, last + 1 + horizon))
    steps = [f"{k}{STEPS[history.freq][1:]}" for k in range(1, horizon + 1)]
    return pl.select(pl.lit(last).dt.offset_by(pl.lit(pl.Series(steps)))).to_series().to_list()


def _find_problem(values: NDArray[np.float64]) -> str:
    known = values[~np.isnan(values)]
    if not known.size:
        return "it has no value"
    if np.isinf(known).any() or (known < 0).any():
        bad = known[np.isinf(known) | (known < 0)][0]
        return f"the value {bad} is no demand: a finite number from 0 is"
    return ""


def _read_table(path: Path) -> pl.DataFrame:
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    return pl.read_csv(path, try_parse_dates=True, infer_schema_length=10_000)


def _pick(table: pl.DataFrame, names: tuple[str, ...], otherwise: int) -> str:
    by_lower = {column.lower(): column for column in reversed(table.columns)}
    return next((by_lower[name] for name in names if name in by_lower), table.columns[otherwise])


def _read_long(table: pl.DataFrame, freq: str) -> list[tuple[str, str, Any, Any]]:
    if table.width < 3:
        raise BadOption(f"a long table has series, date or position, and value; this has {table.columns}.")
    series, time, value = (_pick(table, names, k) for k, names in enumerate((_SERIES, _TIMES, _VALUES)))
    if table.schema[time] == pl.String:
        table = table.with_columns(pl.col(time).str.to_date(strict=False).alias(time))
    is_dated = table.schema[time].is_temporal()
    if is_dated and freq not in STEPS:
        raise BadOption(f"--freq '{freq}': dates need one of {', '.join(STEPS)}.")
    position = _count_buckets(pl.col(time), freq) if is_dated else pl.col(time).cast(pl.Int64)
    rows = table.select(
        pl.col(series).cast(pl.String).alias("series"),
        position.alias("position"),
        pl.col(time).alias("time"),
        pl.col(value).cast(pl.Float64, strict=False).fill_nan(None).alias("value"),
    )
    found: list[tuple[str, str, Any, Any]] = []
    for (name,), part in rows.group_by("series", maintain_order=True):
        found.append((str(name), freq, *_fill(part.sort("position"))))
    return found


def _fill(rows: pl.DataFrame) -> tuple[Any, Any]:
    """Return the last place and the values with 0 where no row stands, or what is wrong."""
    last = rows["time"][-1]
    if rows["position"].null_count():
        return last, "a date or position cannot be read"
    position = rows["position"].to_numpy()
    place = position - position[0]
    if (np.diff(place) == 0).any():
        return last, f"bucket {rows['time'][int(np.argmax(np.diff(place) == 0))]} stands twice"
    values = np.zeros(int(place[-1]) + 1)
    values[place] = rows["value"].fill_null(float("nan")).to_numpy()
    return last, values


def _count_buckets(time: pl.Expr, freq: str) -> pl.Expr:
    months = time.dt.year().cast(pl.Int64) * 12 + time.dt.month().cast(pl.Int64) - 1
    days = time.cast(pl.Date).cast(pl.Int64)
    return {
        "H": time.cast(pl.Datetime("us")).cast(pl.Int64) // 3_600_000_000,
        "D": days,
        # The same weekday for every row: any first day of a week will do, and Thursday is day 0.
        "W": days // 7,
        "M": months,
        "Q": months // 3,
        "Y": months // 12,
    }[freq]
