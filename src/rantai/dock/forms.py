"""What a supplier types: parts of each line, a reason, a note, where a parcel is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from rantai.kernel.quantities import MAX_AMOUNT, Quantity
from rantai.srm.messages import AnswerLine, AnswerPart, AskedSchedule, PurchaseToAnswer
from rantai.ui import formats
from rantai.ui.inputs import DayField, FigureField

MOST_PARTS = 6
SPARE_PARTS = 2

STAGES = (
    ("accepted", pgettext_lazy("stage of a drop-ship", "Accepted")),
    ("packed", gettext_lazy("Packed")),
    ("handed_to_carrier", gettext_lazy("Handed to the carrier")),
    ("in_transit", gettext_lazy("On its way")),
    ("delivered", gettext_lazy("Delivered")),
)
SENT_STAGES = ("handed_to_carrier", "in_transit")
"""What a supplier who delivers to us can tell: what our own dock sees we note ourselves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LineInputs:
    """One asked schedule with the fields of its parts."""

    asked: AskedSchedule
    parts: tuple[tuple[BoundField, BoundField], ...]
    spare: tuple[tuple[BoundField, BoundField], ...]
    reason: BoundField
    is_split: bool


class AnswerForm(forms.Form):
    """The supplier's answer to every open line of an order."""

    is_unsure = False
    asked_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    note = forms.CharField(
        label=gettext_lazy("A note to us"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, order: PurchaseToAnswer, data: object = None) -> None:
        super().__init__(data=data, initial={"asked_revision": order.asked_revision, "note": order.answer_note})  # type: ignore[arg-type]
        self.order = order
        for asked in order.schedules:
            self._add_fields(asked)

    @property
    def lines(self) -> Iterator[LineInputs]:
        """Yield the asked schedules with their fields, for the page."""
        for asked in self.order.schedules:
            rows = tuple(
                (self[f"units_{asked.schedule_id}_{place}"], self[f"on_{asked.schedule_id}_{place}"])
                for place in range(1, _count_parts(asked) + 1)
            )
            shown = max(1, len(asked.parts))
            yield LineInputs(
                asked=asked,
                parts=rows[:shown],
                spare=rows[shown:],
                reason=self[f"reason_{asked.schedule_id}"],
                is_split=any(units.errors or on.errors or units.data for units, on in rows[shown:]),
            )

    def clean(self) -> dict[str, object]:
        """Check each line as a whole: a quantity needs a day, and no line more than is ordered."""
        cleaned = super().clean() or {}
        for asked in self.order.schedules:
            self._check_line(asked, cleaned)
        return cleaned

    def list_typed(self) -> list[str]:
        """Return the quantities and days that were typed over."""
        return [name for name in self.changed_data if name in self.data and name.startswith(("units_", "on_"))]

    def ask_which(self) -> None:
        """Ask whether what was typed counts, or what we asked for: both cannot be meant."""
        self.is_unsure = True
        self.add_error(
            None,
            _("You typed other quantities or days and pressed “Confirm everything”. Send what you typed, or press it"
              " once more to confirm what we ask for."),
        )  # fmt: skip

    def list_lines(self) -> tuple[AnswerLine, ...]:
        """Return the answer as the house takes it."""
        return tuple(
            AnswerLine(
                schedule_id=asked.schedule_id,
                parts=tuple(self._list_parts(asked, self.cleaned_data)),
                reason=self.cleaned_data.get(f"reason_{asked.schedule_id}", ""),
            )
            for asked in self.order.schedules
        )

    def _add_fields(self, asked: AskedSchedule) -> None:
        known = asked.parts or (AnswerPart(units=asked.units, on=asked.due_on),)
        for place in range(1, _count_parts(asked) + 1):
            part = known[place - 1] if place <= len(known) else None
            names = {"item": asked.item_code, "place": place}
            self.fields[f"units_{asked.schedule_id}_{place}"] = FigureField(
                label=_("%(item)s: quantity %(place)s") % names if place > 1 else _("Quantity"),
                required=place == 1,
                error_messages={"required": _("How many? Write 0 if none will come.")},
                minimum=0,
                maximum=MAX_AMOUNT,
                initial=part.units.amount if part else None,
            )
            self.fields[f"on_{asked.schedule_id}_{place}"] = DayField(
                label=_("%(item)s: day %(place)s") % names if place > 1 else _("Arrives on"),
                required=place == 1,
                error_messages={"required": _("On which day does this quantity arrive?")},
                initial=part.on if part else None,
            )
        self.fields[f"reason_{asked.schedule_id}"] = forms.CharField(
            label=_("Reason"), required=False, max_length=200, initial=asked.reason
        )

    def _list_parts(self, asked: AskedSchedule, cleaned: dict[str, object]) -> Iterator[AnswerPart]:
        for place in range(1, _count_parts(asked) + 1):
            units = cleaned.get(f"units_{asked.schedule_id}_{place}")
            on = cleaned.get(f"on_{asked.schedule_id}_{place}")
            if isinstance(units, int) and units and isinstance(on, date):
                yield AnswerPart(units=Quantity(units), on=on)

    def _check_line(self, asked: AskedSchedule, cleaned: dict[str, object]) -> None:
        for place in range(1, _count_parts(asked) + 1):
            name = f"on_{asked.schedule_id}_{place}"
            if cleaned.get(f"units_{asked.schedule_id}_{place}") and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("On which day does this quantity arrive?"))
        total = sum(part.units.amount for part in self._list_parts(asked, cleaned))
        limit = max(asked.units.amount, asked.was_units.amount if asked.was_units else 0)
        first = f"units_{asked.schedule_id}_1"
        if total > limit:
            text = _("You answered %(answered)s, but %(asked)s are ordered. Confirm at most that.")
            figures = {"answered": formats.quantity(Quantity(total)), "asked": formats.quantity(Quantity(limit))}
            self.add_error(first, text % figures)
        if total < asked.received.amount and first not in self.errors:
            text = _("%(received)s have arrived already. Confirm at least that.")
            self.add_error(first, text % {"received": formats.quantity(asked.received)})


class StageForm(forms.Form):
    """Where goods of an order are."""

    stage = forms.ChoiceField(label=gettext_lazy("Where are the goods?"))
    arrives_on = DayField(label=gettext_lazy("Arrives on"), required=False)
    carrier = forms.CharField(label=gettext_lazy("Carrier"), required=False, max_length=80)
    tracking = forms.CharField(label=gettext_lazy("Tracking number"), required=False, max_length=80)

    def __init__(self, order: PurchaseToAnswer, data: object = None) -> None:
        last = next((asked for asked in order.schedules if asked.stage), None)
        known = {"stage": last.stage, "carrier": last.carrier, "tracking": last.tracking} if last else {}
        super().__init__(data=data, initial=known, prefix="stage")  # type: ignore[arg-type]
        choices = [(code, text) for code, text in STAGES if order.is_dropship or code in SENT_STAGES]
        self.fields["stage"].choices = choices  # type: ignore[attr-defined]


def accept_all(order: PurchaseToAnswer) -> tuple[AnswerLine, ...]:
    """Return the answer "all as asked"."""
    return tuple(
        AnswerLine(
            schedule_id=asked.schedule_id,
            parts=(AnswerPart(units=asked.units, on=asked.due_on),) if asked.units else (),
        )
        for asked in order.schedules
    )


def describe_answer(order: PurchaseToAnswer) -> str:
    """Say in one line what we understood."""
    late = sum(any(part.on > asked.due_on for part in asked.parts) for asked in order.schedules)
    short = sum(sum(part.units.amount for part in asked.parts) < asked.units.amount for asked in order.schedules)
    if short:
        return ngettext("%(n)s line comes short", "%(n)s lines come short", short) % {"n": short}
    if late:
        return ngettext("%(n)s line comes later", "%(n)s lines come later", late) % {"n": late}
    return _("You keep all quantities and dates")


def _count_parts(asked: AskedSchedule) -> int:
    return min(MOST_PARTS, max(1, len(asked.parts)) + SPARE_PARTS)
