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
from rantai.ui.inputs import FigureField

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
    """What stands in a line of the sheet; text is what cannot be read as a quantity or a day."""

    units: int | str | None
    wanted_on: date | str | None


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
        (_("Unit"), lambda row: str(row["row"].item.base_unit)),
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
    """Return the line as the form of the preview would have it: only what was changed, unreadable or not."""
    fields = {}
    if filled.wanted_on not in (None, row.wanted_on):
        fields[f"e{row.pk}-due_on"] = str(filled.wanted_on)
    if isinstance(filled.units, str):
        fields[f"e{row.pk}-units"] = filled.units
    elif filled.units not in (None, row.units):
        fields[f"e{row.pk}-units"] = str(FigureField().prepare_value(filled.units))
    return fields


def _to_number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _to_units(value: Any) -> int | str | None:
    number = _to_number(value)
    if number is not None and 0 <= number < 10**12:
        return round(number * SCALE)
    return _to_text(value)


def _to_day(value: Any) -> date | str | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return _to_text(value)


def _to_text(value: Any) -> str | None:
    """Return what a person wrote, for the form to say what is wrong with it; None where nothing stands."""
    return str(value).strip()[:40] or None if value is not None else None
