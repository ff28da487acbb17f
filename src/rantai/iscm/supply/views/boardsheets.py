"""The exceptions queue as a sheet: filled in elsewhere, read back, shown before anything is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from rantai.iscm.supply.models import PlanException
from rantai.iscm.supply.views import words
from rantai.kernel.quantities import SCALE
from rantai.kernel.texts import pick
from rantai.ui import table_exports

MOST_BYTES = 5 * 2**20
MOST_ROWS = 500
ROW, UNITS, WANTED = 0, 5, 7
"""Columns that are read back; all others are there to be read."""


class NotOurSheet(ValueError):
    """A file that is no sheet of the queue."""

    def __init__(self) -> None:
        super().__init__(
            _("This is not the sheet of the exceptions. Take it with the button, fill it in, bring it back.")
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a line of the sheet."""

    units: int | None
    wanted_on: date | None


def write(rows: Sequence[PlanException]) -> HttpResponseBase:
    """Return the workbook of exceptions; quantity and wanted day may be changed in it."""
    heads: table_exports.Heads = [
        (_("Row"), lambda row: row["row"].pk),
        (_("What to do"), lambda row: str(words.EXCEPTIONS[row["row"].kind][1])),
        (_("Item code"), lambda row: row["row"].item.code),
        (_("Item"), lambda row: pick(row["row"].item.name)),
        (_("Document"), lambda row: row["row"].number),
        (_("Quantity"), lambda row: row["row"].units / SCALE),
        (_("Comes"), lambda row: row["row"].is_on),
        (_("Wanted"), lambda row: row["row"].wanted_on),
    ]
    return table_exports.write_xlsx(({"row": row} for row in rows), heads, name="exceptions")


def read(file: Any) -> dict[int, Filled]:
    """Return what a filled sheet says by exception; raises NotOurSheet."""
    import polars as pl  # 100 ms that only an upload should pay

    if file is None or file.size > MOST_BYTES:
        raise NotOurSheet
    try:
        frame = pl.read_excel(BytesIO(file.read()), infer_schema_length=None)
    except Exception as problem:  # the reader has an exception of its own for each way to be no workbook
        raise NotOurSheet from problem
    if frame.width <= WANTED:
        raise NotOurSheet
    found = {}
    for line in frame.head(MOST_ROWS).iter_rows():
        number = _to_number(line[ROW])
        if number is not None:
            found[int(number)] = Filled(_to_units(line[UNITS]), _to_day(line[WANTED]))
    if not found:
        raise NotOurSheet
    return found


def is_changed(row: PlanException, filled: Filled) -> bool:
    """Tell whether a person changed the day or the quantity of an exception."""
    return filled.units not in (None, row.units) or filled.wanted_on not in (None, row.wanted_on)


def to_fields(row: PlanException, filled: Filled) -> Mapping[str, str]:
    """Return the line as the form of the preview would have it: only what was changed."""
    fields = {}
    if filled.wanted_on not in (None, row.wanted_on):
        fields[f"e{row.pk}-due_on"] = str(filled.wanted_on)
    if filled.units not in (None, row.units):
        fields[f"e{row.pk}-units"] = f"{(filled.units or 0) / SCALE:.4f}".rstrip("0").rstrip(".")
    return fields


def _to_number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _to_units(value: Any) -> int | None:
    number = _to_number(value)
    return round(number * SCALE) if number is not None and 0 <= number < 10**12 else None


def _to_day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
