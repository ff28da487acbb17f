"""The form of a calendar: hours of the week and days that differ."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.calendars.actions import ExceptionRow, ShiftRow
from rantai.foundation.calendars.models import Calendar
from rantai.ui.inputs import DayField, ZoneField

DAY = 86_400


class HoursField(forms.CharField):
    """Spans of a day such as '08:00-12:00, 13:00-17:00'; empty is closed."""

    def clean(self, value: Any) -> list[tuple[int, int]]:
        """Return the spans in seconds after midnight; raises ValidationError."""
        text = super().clean(value)
        spans = sorted(
            self._read_span(part) for part in text.replace(";", ",").replace("，", ",").split(",") if part.strip()
        )
        for (_start, end), (start, _end) in pairwise(spans):
            if start < end:
                raise forms.ValidationError(_("These hours overlap: %(hours)s.") % {"hours": text})
        return spans

    def prepare_value(self, value: Any) -> Any:
        """Show stored spans as text."""
        if isinstance(value, list):
            return ", ".join(f"{write_time(start)}-{write_time(end)}" for start, end in value)
        return value

    @staticmethod
    def _read_span(text: str) -> tuple[int, int]:
        parts = text.replace("–", "-").replace("—", "-").split("-")
        try:
            start, end = (read_time(part) for part in parts)
        except ValueError as error:
            raise forms.ValidationError(
                _("'%(text)s' is not understood. Write hours like 08:00-17:00.") % {"text": text.strip()}
            ) from error
        if start >= end:
            raise forms.ValidationError(_("'%(text)s' ends before it begins.") % {"text": text.strip()})
        return start, end


class CalendarForm(forms.Form):
    """A calendar: name, zone, the hours of each weekday."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    zone = ZoneField(label=gettext_lazy("Time zone"), max_length=60)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, calendar: Calendar | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calendar = calendar
        for weekday, name in WEEKDAYS.items():
            self.fields[f"day_{weekday}"] = HoursField(label=name, required=False, max_length=120)
        if calendar:
            del self.fields["code"]

    def clean_code(self) -> str:
        """Return a code that no other calendar has."""
        code: str = self.cleaned_data["code"]
        if Calendar.objects.filter(code=code).exists():
            raise forms.ValidationError(_("The code %(code)s is taken. Choose another.") % {"code": code})
        return code

    def list_shifts(self) -> list[ShiftRow]:
        """Return the hours of the week."""
        return [
            ShiftRow(weekday=weekday, starts=start, ends=end)
            for weekday in WEEKDAYS
            for start, end in self.cleaned_data[f"day_{weekday}"]
        ]


class ExceptionForm(forms.Form):
    """A day that differs; a line without a day is left out, without hours it is closed."""

    day = DayField(label=gettext_lazy("Day"), required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)
    hours = HoursField(label=gettext_lazy("Hours, empty: closed"), required=False, max_length=40)

    def clean_hours(self) -> list[tuple[int, int]]:
        """Return one span or none."""
        spans: list[tuple[int, int]] = self.cleaned_data["hours"]
        if len(spans) > 1:
            raise forms.ValidationError(_("A day that differs has one span of hours, such as 08:00-12:00."))
        return spans


class BaseExceptionSet(forms.BaseFormSet):
    """Days that differ, each once."""

    def clean(self) -> None:
        """Refuse a day that is there twice."""
        days = [form.cleaned_data.get("day") for form in self.forms if form.is_valid()]
        given = [day for day in days if day]
        if len(given) != len(set(given)):
            raise forms.ValidationError(_("A day is there twice. Keep one line for each day."))


ExceptionSet = forms.formset_factory(ExceptionForm, formset=BaseExceptionSet, extra=3, max_num=400)


def list_exceptions(rows: Any) -> list[ExceptionRow]:
    """Return the days that differ of a valid set of forms."""
    return [_read_exception(form.cleaned_data) for form in rows if form.cleaned_data.get("day")]


def read_time(text: str) -> int:
    """Return seconds after midnight of '08:30' or '24:00'; raises ValueError."""
    hours, _colon, minutes = text.strip().partition(":")
    seconds = int(hours) * 3600 + int(minutes or 0) * 60
    if not (0 <= seconds <= DAY and 0 <= int(minutes or 0) < 60):
        raise ValueError(text)
    return seconds


def write_time(seconds: int) -> str:
    """Return seconds after midnight as '08:30'."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def spans_by_weekday(calendar: Calendar) -> dict[str, list[tuple[int, int]]]:
    """Return the initial values of a calendar's week."""
    week: dict[str, list[tuple[int, int]]] = {f"day_{weekday}": [] for weekday in WEEKDAYS}
    for shift in calendar.shifts.order_by("weekday", "starts"):
        week[f"day_{shift.weekday}"].append((shift.starts, shift.ends))
    return week


def _read_exception(data: dict[str, Any]) -> ExceptionRow:
    spans: Sequence[tuple[int, int]] = data["hours"]
    if not spans:
        return ExceptionRow(day=data["day"], name=data["name"])
    return ExceptionRow(day=data["day"], name=data["name"], is_open=True, starts=spans[0][0], ends=spans[0][1])
