"""The exceptions queue as a sheet: filled in elsewhere, read back, shown before anything is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from rantai.iscm.supply.models import PlanException
from rantai.iscm.supply.views import sheets, words
from rantai.kernel.quantities import SCALE
from rantai.kernel.texts import pick
from rantai.ui import table_exports
from rantai.ui.inputs import FigureField

UNITS, WANTED = 5, 7
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
    try:
        found = {
            pk: Filled(sheets.to_units(line[UNITS]), sheets.to_day(line[WANTED]))
            for pk, line in sheets.read_lines(file, width=WANTED + 1)
        }
    except sheets.NotASheet as problem:
        raise NotOurSheet from problem
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
