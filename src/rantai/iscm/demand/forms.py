"""What planners type: a change of the forecast with its reason, and what they want of stock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.iscm.demand.actions.overrides import MOST_FACTOR, MOST_UNITS
from rantai.ui.inputs import FigureField, PercentField

UNITS, PERCENT = "units", "percent"


class OverrideForm(forms.Form):
    """Units a week or a percentage of the forecast, from a week to a week, with a reason."""

    first = forms.ChoiceField(label=gettext_lazy("From the week of"))
    last = forms.ChoiceField(label=gettext_lazy("Until the week of"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Set it to"),
        choices=[(UNITS, gettext_lazy("units a week")), (PERCENT, gettext_lazy("per cent of the forecast"))],
    )
    value = FigureField(label=gettext_lazy("Figure"), minimum=0, maximum=MOST_UNITS)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy("read by whoever asks next year")
    )

    def __init__(self, *, weeks: Sequence[tuple[date, str]], **options: Any) -> None:
        super().__init__(**options)
        choices = [(week.isoformat(), text) for week, text in weeks]
        for name in ("first", "last"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that the weeks run forward and the percentage is one that can be meant."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("This week lies before the first one."))
        if cleaned.get("kind") == PERCENT and (cleaned.get("value") or 0) // 100 > MOST_FACTOR:
            self.add_error("value", _("A percentage lies between 0 and 10,000."))
        return cleaned


class PolicyForm(forms.Form):
    """The service level that an item's stock is to keep, or a safety stock set by hand."""

    service_level = PercentField(label=gettext_lazy("Service level, %"), minimum=1, maximum=9_999)
    service_kind = forms.ChoiceField(
        label=gettext_lazy("Counted in"),
        choices=[
            ("cycle", gettext_lazy("replenishments without a stock-out")),
            ("fill", gettext_lazy("units delivered from stock")),
        ],
    )
    review_days = forms.IntegerField(label=gettext_lazy("Days between two looks"), min_value=0, max_value=366)
    safety_stock = FigureField(
        label=gettext_lazy("Safety stock by hand"),
        minimum=0,
        maximum=MOST_UNITS,
        required=False,
        help_text=gettext_lazy("empty: calculated"),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
