"""What planners type about proposals and exceptions: another quantity, another day, why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rantai.foundation.items.models import Item
from rantai.iscm.supply import rules
from rantai.iscm.supply.models import PlanException, PlannedOrder
from rantai.iscm.supply.queries import steps
from rantai.iscm.supply.queries.steps import Step
from rantai.kernel.quantities import MAX_AMOUNT, SCALE
from rantai.ui import formats
from rantai.ui.inputs import DayField, FigureField


class ChangeForm(forms.Form):
    """A proposal accepted with other figures."""

    units = FigureField(label=_("Quantity"), minimum=1, maximum=MAX_AMOUNT)
    due_on = DayField(label=_("There on"))
    note = forms.CharField(label=_("Why"), required=False, max_length=200)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any, *, order: PlannedOrder, today: date, prefix: str | None = None) -> None:
        initial = {"units": order.units, "due_on": order.due_on, "revision": order.revision}
        super().__init__(data, initial=initial, prefix=prefix)
        self.order, self.today = order, today
        _take_whole(self.fields["units"], order.item)

    @property
    def is_other(self) -> bool:
        """Whether the figures are others than the proposal's own."""
        found = self.cleaned_data
        return (found["units"], found["due_on"]) != (self.order.units, self.order.due_on)

    def clean_units(self) -> int:
        """Refuse parts of what comes whole."""
        return _check_units(self.cleaned_data["units"], self.order.item)

    def clean_due_on(self) -> date:
        """Refuse another day that is over."""
        return _check_day(self.cleaned_data["due_on"], stands=self.order.due_on, today=self.today)


class MoveForm(forms.Form):
    """A proposal's new day."""

    due_on = DayField(label=_("There on"))
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any, *, order: PlannedOrder, today: date) -> None:
        super().__init__(data)
        self.order, self.today = order, today

    def clean_due_on(self) -> date:
        """Refuse another day that is over."""
        return _check_day(self.cleaned_data["due_on"], stands=self.order.due_on, today=self.today)


class AnswerForm(forms.Form):
    """Other figures for one exception than the plan's own."""

    due_on = DayField(label=_("There on"), required=False)
    units = FigureField(label=_("Quantity"), minimum=0, maximum=MAX_AMOUNT, required=False)

    def __init__(self, data: Any, *, row: PlanException, today: date, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, prefix=f"e{row.pk}")
        self.row, self.today = row, today
        if row.kind == "release":
            _take_whole(self.fields["units"], row.item)

    def clean_units(self) -> int | None:
        """Refuse parts of what comes whole; an order of nothing is a dismissal."""
        units: int | None = self.cleaned_data["units"]
        return None if units is None else _check_units(units, self.row.item)

    def clean_due_on(self) -> date | None:
        """Refuse another day that is over."""
        day: date | None = self.cleaned_data["due_on"]
        return _check_day(day, stands=self.row.wanted_on, today=self.today) if day else None


def _take_whole(field: forms.Field, item: Item) -> None:
    """Ask for one at least of what comes whole, for anything above nothing of the rest."""
    assert isinstance(field, FigureField)
    field.minimum = SCALE if item.base_unit.code in rules.WHOLE_UNITS else 1


def _check_units(units: int, item: Item) -> int:
    below = units // SCALE
    if item.base_unit.code in rules.WHOLE_UNITS and units % SCALE:
        raise forms.ValidationError(
            _("%(units)s cannot be ordered: %(item)s comes in whole %(unit)s. Give %(below)s or %(above)s.")
            % {
                "units": formats.quantity(units), "item": item.code, "unit": item.base_unit,
                "below": formats.number(below), "above": formats.number(below + 1),
            }
        )  # fmt: skip
    return units


def _check_day(day: date, *, stands: date | None, today: date) -> date:
    """Refuse a day that is over; what the plan itself says stands, however old the plan is."""
    if day < today and day != stands:
        raise forms.ValidationError(
            _("%(day)s is over: today is %(today)s. Give today or a later day.")
            % {"day": formats.day(day, today=today), "today": formats.day(today, today=today)}
        )
    return day


def make_change(step: Step, *, data: Any, today: date) -> AnswerForm | None:
    """Return the form that changes what accepting does, None where there is nothing to change."""
    if step.way in (steps.PAGE, steps.GONE, steps.CANCEL):
        return None
    initial = {"due_on": step.due_on, "units": step.units - step.received}
    form = AnswerForm(None, row=step.row, today=today, initial=initial)
    if data is not None:
        # What a sheet left as it was stands here as the plan has it.
        typed = {form.add_prefix(name): data.get(form.add_prefix(name), form[name].value()) for name in form.fields}
        form = AnswerForm(typed, row=step.row, today=today, initial=initial)
    if step.way == steps.TASK or step.row.kind == "cancel":
        del form.fields["units"]
    if step.row.kind == "cancel":
        del form.fields["due_on"]
    return form if form.fields else None


def read_changes(data: Any, rows: Iterable[PlanException], *, today: date) -> tuple[dict[int, steps.Change], bool]:
    """Return the figures that a person typed by exception, and whether all of them can be read."""
    changes, is_valid = {}, True
    for row in rows:
        prefix = f"e{row.pk}"
        if not any(f"{prefix}-{name}" in data for name in ("due_on", "units")):
            continue
        form = AnswerForm(data, row=row, today=today)
        if not form.is_valid():
            is_valid = False
            continue
        changes[row.pk] = steps.Change(units=form.cleaned_data["units"], due_on=form.cleaned_data["due_on"])
    return changes, is_valid
