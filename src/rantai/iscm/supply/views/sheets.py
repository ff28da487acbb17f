"""Read a workbook that was filled in elsewhere: figures and days as numbers, what cannot be read as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any

from rantai.kernel.quantities import SCALE

MOST_BYTES = 5 * 2**20
MOST_ROWS = 500


class NotASheet(ValueError):
    """A file that is no workbook, or has other columns."""


def read_lines(file: Any, *, width: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield the number in the first column of each line with the whole line; raises NotASheet."""
    import polars as pl  # 100 ms that only an upload should pay

    if file is None or file.size > MOST_BYTES:
        raise NotASheet
    try:
        frame = pl.read_excel(BytesIO(file.read()), infer_schema_length=None)
    except Exception as problem:  # the reader has an exception of its own for each way to be no workbook
        raise NotASheet from problem
    if frame.width < width:
        raise NotASheet
    for line in frame.head(MOST_ROWS).iter_rows():
        number = _to_number(line[0])
        if number is not None:
            yield int(number), line


def to_units(value: Any) -> int | str | None:
    """Return a quantity in 1/10,000, else what was written; None where nothing stands."""
    number = _to_number(value)
    if number is not None and 0 <= number < 10**12:
        return round(number * SCALE)
    return to_text(value)


def to_day(value: Any) -> date | str | None:
    """Return a day, else what was written; None where nothing stands."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return to_text(value)


def to_text(value: Any) -> str | None:
    """Return what a person wrote, for the form to say what is wrong with it; None where nothing stands."""
    return str(value).strip()[:40] or None if value is not None else None


def _to_number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < 10**15 else None
