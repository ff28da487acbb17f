"""Read a long table of demand: a row for each series and bucket, whatever its columns and dates look like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from rantai.bench.options import BadOption
from rantai_engines.forecasting.problem import LARGEST_VALUE, MAX_POINTS_A_SERIES

STEPS = {"H": "1h", "D": "1d", "W": "1w", "M": "1mo", "Q": "1q", "Y": "1y"}
NO_DEMAND = "no demand: a number from 0 to 1e15 is"
_SERIES = (
    "series", "unique_id", "id", "series_id", "item", "item_id", "sku", "product", "product_id", "sn", "key", "name",
)  # fmt: skip
_TIMES = (
    "date", "ds", "position", "period", "time", "t", "timestamp", "datetime", "bucket", "day", "week", "month",
    "quarter", "year",
)  # fmt: skip
_VALUES = ("value", "y", "sales", "demand", "quantity", "units", "qty", "volume", "amount")
_EMPTY = ("", "na", "nan", "null", "none", "n/a", "-")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%Y%m%d", "%Y-%m")
_SLASHES = ("%d/%m/%Y", "%m/%d/%Y")
_INSTANTS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """A row that could not be taken as it stands: its place in the file, counted from 1 under the heading."""

    row: int
    series: str
    problem: str


def read_table(path: Path) -> pl.DataFrame:
    """Return a CSV (comma, semicolon or tab) or Parquet file as it stands; raises BadOption."""
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        head = pl.read_csv(path, has_header=False, n_rows=1, separator="\0", infer_schema=False)
        written = str(head.item()) if head.height else ""
        separator = max(",;\t", key=written.count)
        return pl.read_csv(
            path,
            separator=separator,
            decimal_comma=separator == ";",
            infer_schema_length=10_000,
        )
    except (pl.exceptions.PolarsError, OSError) as problem:
        raise BadOption(f"{path.name} cannot be read: {problem}") from problem


def read_long(table: pl.DataFrame, *, freq: str) -> tuple[list[tuple[str, str, Any, Any]], list[BadRow]]:
    """Return name, frequency, last place, and values or what is wrong, of each series; and the rows set aside.

    Columns go by their names, else by their order: series, date or position, value. A value that is no demand is
    taken as unknown; a row without series or place, or the second for one date, is left out. Different dates in one
    bucket add up; a bucket without a row is one without demand. Raises BadOption.
    """
    if table.width < 3:
        raise BadOption(f"a long table has series, date or position, and value; this has {table.columns}.")
    series, time, value = _pick_columns(table)
    when = _read_times(table[time], freq)
    is_dated = when.dtype.is_temporal()
    if is_dated and freq not in STEPS:
        raise BadOption(f"--freq '{freq}': dates need one of {', '.join(STEPS)}.")
    rows = table.select(
        pl.int_range(1, pl.len() + 1).alias("row"),
        pl.col(series).cast(pl.String).alias("series"),
        pl.col(time).cast(pl.String).alias("written"),
        when.alias("time"),
        (_count_buckets(when, freq) if is_dated else when).alias("position"),
        pl.col(value).cast(pl.String).str.strip_chars().alias("raw"),
        pl.col(value).cast(pl.Float64, strict=False).fill_nan(None).alias("value"),
    ).with_columns(_name_problem())
    bad = rows.filter(pl.col("problem").is_not_null())
    named = [
        BadRow(row=row, series=name or "", problem=problem)
        for row, name, problem in bad.select("row", "series", "problem").iter_rows()
    ]
    return list(_list_series(_keep_good(rows), freq)), named


def _pick_columns(table: pl.DataFrame) -> list[str]:
    """Return the columns of series, time and value: by their names, the rest in their order."""
    by_lower = {column.strip().lower(): column for column in reversed(table.columns)}
    found = [next((by_lower[name] for name in names if name in by_lower), "") for names in (_SERIES, _TIMES, _VALUES)]
    left = iter([column for column in table.columns if column not in found])
    return [column or next(left) for column in found]


def _read_times(written: pl.Series, freq: str) -> pl.Series:
    """Return dates, instants or whole positions; null where one cannot be read."""
    if written.dtype.is_temporal():
        return written
    if written.dtype.is_integer() and not _are_days(written, freq):
        return written.cast(pl.Int64)
    if written.dtype.is_float():
        whole = written.round() == written
        return written.set(~whole.fill_null(value=False), None).cast(pl.Int64, strict=False)
    text = written.cast(pl.String).str.strip_chars().alias("text").to_frame()
    # many series share few dates
    known = text.unique(maintain_order=True)
    read = known.with_columns(_parse(known["text"]).alias("time"))
    return text.join(read, on="text", how="left", nulls_equal=True, maintain_order="left")["time"]


def _are_days(written: pl.Series, freq: str) -> bool:
    """Tell whether whole numbers are days written as 20261231."""
    low, high = written.min(), written.max()
    return freq in STEPS and low is not None and int(str(low)) >= 19_000_101 and int(str(high)) <= 21_001_231


def _parse(text: pl.Series) -> pl.Series:
    """Return text as instants, dates or positions, by the form that reads most of it."""
    plain = text.cast(pl.Int64, strict=False)
    # a month or a quarter is its first day
    quarter = text.str.extract(r"^\d{4}-?[Qq]([1-4])$").cast(pl.Int64, strict=False) * 3 - 2
    quarters = text.str.slice(0, 4) + "-" + quarter.cast(pl.String).str.zfill(2) + "-01"
    months = text.str.extract(r"^(\d{4}-\d{2})$") + "-01"
    forms = [text.str.strip_suffix("Z").str.to_datetime(form, strict=False) for form in _INSTANTS]
    forms += [text.str.to_date(form, strict=False) for form in _DATES if form != "%Y-%m"]
    forms += [months.str.to_date("%Y-%m-%d", strict=False), quarters.str.to_date("%Y-%m-%d", strict=False)]
    slashed = [text.str.to_date(form, strict=False) for form in _SLASHES]
    first, second = (each.null_count() for each in slashed)
    if first == second < len(text) and (slashed[0] != slashed[1]).any():
        raise BadOption(f"the date '{text[0]}' may be day or month first: write it as 2026-01-31.")
    return min([*forms, *slashed, plain], key=lambda found: found.null_count())


def _name_problem() -> pl.Expr:
    name, place = pl.col("series").fill_null("").str.strip_chars(), pl.col("written").fill_null("")
    value, raw = pl.col("value"), pl.col("raw").fill_null("")
    twice = pl.struct("series", "time").is_first_distinct().not_()
    return (
        pl.when(name == "")
        .then(pl.lit("it names no series"))
        .when(pl.col("position").is_null())
        .then(pl.format("the date or position '{}' cannot be read", place))
        .when(twice)
        .then(pl.format("{} stands twice", place))
        .when(value.is_null() & ~raw.str.to_lowercase().is_in(_EMPTY))
        .then(pl.format("on {} the value '{}' is no number", place, raw))
        .when(value.is_infinite() | (value < 0) | (value > LARGEST_VALUE))
        .then(pl.format(f"on {{}} the value {{}} is {NO_DEMAND}", place, raw))
        .alias("problem")
    )


def _keep_good(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows that have a place, by place in the order of their series; what is no demand is unknown."""
    problem = pl.col("problem").fill_null("")
    nowhere = (problem == "it names no series") | pl.col("position").is_null() | problem.str.ends_with("stands twice")
    good = rows.filter(~nowhere).with_columns(pl.when(problem == "").then(pl.col("value")).alias("value"))
    if good.select(pl.struct("series", "position").is_duplicated().any()).item():
        known = pl.when(pl.col("value").count() > 0).then(pl.col("value").sum())
        good = good.group_by("series", "position", maintain_order=True).agg(pl.col("time").max(), known)
    return good


def _list_series(rows: pl.DataFrame, freq: str) -> Iterator[tuple[str, str, Any, Any]]:
    for (name,), part in rows.group_by("series", maintain_order=True):
        yield str(name), freq, *_fill(part.sort("position"))


def _fill(rows: pl.DataFrame) -> tuple[Any, Any]:
    """Return the last place and the values with 0 where no row stands, or what is wrong."""
    last = rows["time"][-1]
    position = rows["position"].to_numpy()
    length = int(position[-1]) - int(position[0]) + 1
    if length > MAX_POINTS_A_SERIES:
        return (
            last,
            f"it runs over {length:,} buckets from {rows['time'][0]} to {last}; {MAX_POINTS_A_SERIES:,} are most",
        )
    values = np.zeros(length)
    values[position - position[0]] = rows["value"].fill_null(float("nan")).to_numpy()
    return last, values


def _count_buckets(time: pl.Series, freq: str) -> pl.Series:
    if freq == "H":
        return time.cast(pl.Datetime("us")).cast(pl.Int64) // 3_600_000_000
    days = time.cast(pl.Date).cast(pl.Int64)
    months = time.dt.year().cast(pl.Int64) * 12 + time.dt.month().cast(pl.Int64) - 1
    # Weeks: the same weekday for every row; any first day of a week will do, and Thursday is day 0.
    return {"D": days, "W": days // 7, "M": months, "Q": months // 3, "Y": months // 12}[freq]
