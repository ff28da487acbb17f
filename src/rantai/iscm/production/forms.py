"""What the shop floor types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.iscm.production.models import ProductionOrder
from rantai.ui.inputs import FigureField


class StepForm(forms.Form):
    """What came out of a step."""

    good = FigureField(label=_("Good"), minimum=0)
    scrap = FigureField(label=pgettext_lazy("scrap", "Lost"), minimum=0, required=False)

    def clean_scrap(self) -> int:
        """Read an empty field as none."""
        return self.cleaned_data["scrap"] or 0


class FinishForm(forms.Form):
    """How the finished units are marked."""

    lot = forms.CharField(label=_("Lot"), max_length=60, required=False)
    serials = forms.CharField(label=_("Serial numbers, one a line"), widget=forms.Textarea, required=False)

    def __init__(self, *args: Any, order: ProductionOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if order.item.tracking != "lot":
            del self.fields["lot"]
        if order.item.tracking != "serial":
            del self.fields["serials"]

    def read_serials(self) -> tuple[str, ...]:
        """Return the numbers that were typed."""
        return tuple(line.strip() for line in self.cleaned_data.get("serials", "").splitlines() if line.strip())
