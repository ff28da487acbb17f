"""What planners type about a proposal: another quantity, another day, why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from rantai.kernel.quantities import MAX_AMOUNT
from rantai.ui.inputs import DayField, FigureField


class ChangeForm(forms.Form):
    """A proposal accepted with other figures."""

    units = FigureField(label=_("Quantity"), minimum=1, maximum=MAX_AMOUNT)
    due_on = DayField(label=_("There on"))
    note = forms.CharField(label=_("Why"), required=False, max_length=200)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
