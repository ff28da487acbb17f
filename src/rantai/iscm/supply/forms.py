"""What planners type about proposals and exceptions: another quantity, another day, why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rantai.iscm.supply.actions import proposals
from rantai.iscm.supply.models import PlanException
from rantai.iscm.supply.queries import steps
from rantai.iscm.supply.queries.steps import Step
from rantai.kernel.quantities import MAX_AMOUNT
from rantai.ui.inputs import DayField, FigureField


class ChangeForm(forms.Form):
    """A proposal accepted with other figures."""

    units = FigureField(label=_("Quantity"), minimum=1, maximum=MAX_AMOUNT)
    due_on = DayField(label=_("There on"))
    note = forms.CharField(label=_("Why"), required=False, max_length=200)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class MoveForm(forms.Form):
    """A proposal's new day."""

    due_on = DayField(label=_("There on"))
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def clean_due_on(self) -> date:
        """Refuse days that nobody plans for."""
        return _check_day(self.cleaned_data["due_on"])


class AnswerForm(forms.Form):
    """Other figures for one exception than the plan's own."""

    due_on = DayField(label=_("There on"), required=False)
    units = FigureField(label=_("Quantity"), minimum=0, maximum=MAX_AMOUNT, required=False)

    def clean_due_on(self) -> date | None:
        """Refuse days that nobody plans for."""
        day: date | None = self.cleaned_data["due_on"]
        return _check_day(day) if day else None


def _check_day(day: date) -> date:
    if not proposals.EARLIEST <= day <= proposals.LATEST:
        raise forms.ValidationError(_("Give a day between 2000 and 2199."))
    return day


def make_change(step: Step, *, data: Any) -> AnswerForm | None:
    """Return the form that changes what accepting does, None where there is nothing to change."""
    if step.way in (steps.PAGE, steps.GONE, steps.CANCEL):
        return None
    initial = {"due_on": step.due_on, "units": step.units - step.received}
    form = AnswerForm(None, initial=initial, prefix=f"e{step.row.pk}")
    if data is not None:
        # What a sheet left as it was stands here as the plan has it.
        typed = {form.add_prefix(name): data.get(form.add_prefix(name), form[name].value()) for name in form.fields}
        form = AnswerForm(typed, initial=initial, prefix=form.prefix)
    if step.way == steps.TASK or step.row.kind == "cancel":
        del form.fields["units"]
    if step.row.kind == "cancel":
        del form.fields["due_on"]
    return form if form.fields else None


def read_changes(data: Any, rows: Iterable[PlanException]) -> tuple[dict[int, steps.Change], bool]:
    """Return the figures that a person typed by exception, and whether all of them can be read."""
    changes, is_valid = {}, True
    for row in rows:
        prefix = f"e{row.pk}"
        if not any(f"{prefix}-{name}" in data for name in ("due_on", "units")):
            continue
        form = AnswerForm(data, prefix=prefix)
        if not form.is_valid():
            is_valid = False
            continue
        changes[row.pk] = steps.Change(units=form.cleaned_data["units"], due_on=form.cleaned_data["due_on"])
    return changes, is_valid
