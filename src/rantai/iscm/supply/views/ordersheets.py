"""The planned orders as a sheet: answered or changed elsewhere, read back, shown before anything is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.views import sheets, words
from rantai.kernel.quantities import SCALE
from rantai.kernel.texts import pick
from rantai.ui import table_exports
from rantai.ui.inputs import FigureField

UNITS, DUE, ANSWER = 6, 8, 1
"""Columns that are read back beside the row's number; all others are there to be read."""
ACCEPT, DISMISS = "accept", "dismiss"
_WORDS = {
    ACCEPT: ("accept", "a", "x", "yes", "y", "ok", "terima", "ya", "接受", "是"),
    DISMISS: ("dismiss", "d", "no", "n", "tolak", "abaikan", "tidak", "忽略", "拒绝", "否"),
}
"""How people answer, in any of the languages: a sheet goes from hand to hand."""


class NotOurSheet(ValueError):
    """A file that is no sheet of the planned orders."""

    def __init__(self) -> None:
        super().__init__(
            _("This is not the sheet of the planned orders. Take it with the button, fill it in, bring it back.")
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a line of the sheet; text is what cannot be read as an answer, a quantity or a day."""

    answer: str
    units: int | str | None
    due_on: date | str | None


def write(rows: Sequence[PlannedOrder]) -> HttpResponseBase:
    """Return the workbook of proposals; answer, quantity and day may be filled in."""
    heads: table_exports.Heads = [
        (_("Row"), lambda row: row["row"].pk),
        (_("Answer: accept or dismiss"), lambda row: None),
        (_("What to do"), lambda row: str(words.KINDS[row["row"].kind])),
        (_("Item code"), lambda row: row["row"].item.code),
        (_("Item"), lambda row: pick(row["row"].item.name)),
        (_("Site"), lambda row: row["row"].location.name if row["row"].location else ""),
        (_("Quantity"), lambda row: row["row"].units / SCALE),
        (_("Unit"), lambda row: str(row["row"].item.base_unit)),
        (_("There on"), lambda row: row["row"].due_on),
        (_("Order by"), lambda row: row["row"].start_on),
        (_("Whence"), lambda row: str(row["row"].supplier or row["row"].origin or "")),
        (_("For customers' orders"), lambda row: row["row"].for_orders / SCALE),
    ]
    return table_exports.write_xlsx(({"row": row} for row in rows), heads, name="planned-orders")


def read(file: Any) -> dict[int, Filled]:
    """Return what a filled sheet says by proposal; raises NotOurSheet."""
    try:
        found = {
            pk: Filled(_to_answer(line[ANSWER]), sheets.to_units(line[UNITS]), sheets.to_day(line[DUE]))
            for pk, line in sheets.read_lines(file, width=DUE + 1)
        }
    except sheets.NotASheet as problem:
        raise NotOurSheet from problem
    if not found:
        raise NotOurSheet
    return found


def find_now(filled: Mapping[int, Filled]) -> dict[PlannedOrder, tuple[Filled, Mapping[str, str]]]:
    """Return the open proposals that a sheet answers or changes, with the fields that it changed.

    What was changed is told by the figures that the sheet was written with. A newer plan may have put another
    proposal for the same item, place, source and week in the place of the one that the sheet names.
    """
    written = {row.pk: row for row in PlannedOrder.objects.filter(pk__in=list(filled))}
    said = {pk: (one, _list_fields(written[pk], one)) for pk, one in filled.items() if pk in written}
    wanted = {written[pk].identity: answer for pk, answer in said.items() if answer[0].answer or answer[1]}
    rows = PlannedOrder.objects.filter(run__state="current", state="proposed", identity__in=list(wanted))
    found = rows.select_related("item__base_unit", "location", "supplier", "origin").order_by("start_on", "pk")
    return {row: wanted[row.identity] for row in found}


def _list_fields(row: PlannedOrder, filled: Filled) -> dict[str, str]:
    fields = {}
    if filled.due_on not in (None, row.due_on):
        fields["due_on"] = str(filled.due_on)
    if isinstance(filled.units, str):
        fields["units"] = filled.units
    elif filled.units not in (None, row.units):
        fields["units"] = str(FigureField().prepare_value(filled.units))
    return fields


def _to_answer(value: Any) -> str:
    text = (sheets.to_text(value) or "").casefold()
    return next((code for code, known in _WORDS.items() if text in known), text)
