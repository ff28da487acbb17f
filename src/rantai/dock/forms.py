"""What a supplier answers: as asked, changed or cannot for each line, a reason, a note; where a parcel is."""

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

ASKED, CHANGED, CANNOT = "asked", "changed", "cannot"
HOW = (
    (ASKED, pgettext_lazy("answer to a line", "As asked")),
    (CHANGED, pgettext_lazy("answer to a line", "Changed")),
    (CANNOT, pgettext_lazy("answer to a line", "Cannot")),
)
"""The three answers to a line. Where none came with the form, what was typed counts, as if it were changed."""

REASONS = (
    gettext_lazy("Our own supplier is late"),
    gettext_lazy("Not enough capacity"),
    gettext_lazy("Machine or quality problem"),
    gettext_lazy("Transport or customs"),
    gettext_lazy("We do not make it any more"),
)
"""What most suppliers say; offered while they type, and anything else can be typed."""

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
    how: BoundField
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
                how=self[f"how_{asked.schedule_id}"],
                parts=rows[:shown],
                spare=rows[shown:],
                reason=self[f"reason_{asked.schedule_id}"],
                is_split=any(units.errors or on.errors or units.data for units, on in rows[shown:]),
            )

    def clean(self) -> dict[str, object]:
        """Check each changed line as a whole: a quantity needs a day, and no line more than is ordered."""
        cleaned = super().clean() or {}
        for asked in self.order.schedules:
            if self._how(asked) == CHANGED:
                self._check_line(asked, cleaned)
            else:
                self._drop_hidden(asked)
        return cleaned

    def list_deviating(self) -> list[str]:
        """Return the fields that say otherwise than "all as asked"."""
        return [name for asked in self.order.schedules for name in self._list_deviating(asked)]

    def count_answers(self) -> dict[str, int]:
        """Return for how many lines each of the three answers is chosen."""
        chosen = [self._how(asked) for asked in self.order.schedules]
        return {how: chosen.count(how) for how, _label in HOW}

    def ask_which(self) -> None:
        """Ask whether what was typed counts, or what we asked for: both cannot be meant."""
        self.is_unsure = True
        self.add_error(
            None,
            _("You answered a line otherwise and pressed “Confirm everything”. Send your answer, or press it once more"
              " to confirm what we ask for."),
        )  # fmt: skip

    def list_lines(self) -> tuple[AnswerLine, ...]:
        """Return the answer as the house takes it."""
        return tuple(self._read_line(asked) for asked in self.order.schedules)

    def _read_line(self, asked: AskedSchedule) -> AnswerLine:
        how = self._how(asked)
        if how == ASKED:
            return accept_line(asked)
        parts = _keep_received(asked) if how == CANNOT else tuple(self._list_parts(asked, self.cleaned_data))
        reason = self.cleaned_data.get(f"reason_{asked.schedule_id}", "")
        return AnswerLine(schedule_id=asked.schedule_id, parts=parts, reason=reason)

    def _how(self, asked: AskedSchedule) -> str:
        name = f"how_{asked.schedule_id}"
        if not self.is_bound:
            return str(self.fields[name].initial)
        return str(self.data.get(name) or CHANGED)

    def _list_deviating(self, asked: AskedSchedule) -> list[str]:
        how = self._how(asked)
        if how == CHANGED:
            names = self._list_part_names(asked)
            return [name for name in self.changed_data if name in self.data and name in names]
        return [f"how_{asked.schedule_id}"] if how == CANNOT else []

    def _list_part_names(self, asked: AskedSchedule) -> list[str]:
        pk = asked.schedule_id
        return [f"{kind}_{pk}_{place}" for place in range(1, _count_parts(asked) + 1) for kind in ("units", "on")]

    def _drop_hidden(self, asked: AskedSchedule) -> None:
        """Forget what is wrong in fields that this answer does not show."""
        for name in self._list_part_names(asked):
            self.errors.pop(name, None)

    def _add_fields(self, asked: AskedSchedule) -> None:
        known = asked.parts or (AnswerPart(units=asked.units, on=asked.due_on),)
        self.fields[f"how_{asked.schedule_id}"] = forms.ChoiceField(
            label=_("Your answer"), choices=HOW, required=False, widget=forms.RadioSelect,
            initial=_read_how(asked, is_answered=self.order.answered_at is not None),
        )  # fmt: skip
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
            label=_("Why"), required=False, max_length=200, initial=asked.reason,
            widget=forms.TextInput(attrs={"list": "reasons"}),
        )  # fmt: skip

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
    return tuple(accept_line(asked) for asked in order.schedules)


def accept_line(asked: AskedSchedule) -> AnswerLine:
    """Return the answer "as asked" to one line."""
    parts = (AnswerPart(units=asked.units, on=asked.due_on),) if asked.units else ()
    return AnswerLine(schedule_id=asked.schedule_id, parts=parts)


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


def _read_how(asked: AskedSchedule, *, is_answered: bool) -> str:
    """Return which of the three answers a line has now; a line that was asked anew has none yet."""
    if not is_answered or asked.was_units is not None:
        return ASKED
    if asked.parts == (AnswerPart(units=asked.units, on=asked.due_on),):
        return ASKED
    coming = sum(part.units.amount for part in asked.parts)
    return CANNOT if coming <= asked.received.amount < asked.units.amount else CHANGED


def _keep_received(asked: AskedSchedule) -> tuple[AnswerPart, ...]:
    """Return what a supplier who cannot deliver the rest still stands by: what has arrived."""
    if not asked.received:
        return ()
    on = asked.parts[0].on if asked.parts else asked.due_on
    return (AnswerPart(units=asked.received, on=on),)
