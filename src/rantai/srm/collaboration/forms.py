"""What a buyer types for a supplier who answered by telephone."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from rantai.kernel.quantities import MAX_AMOUNT
from rantai.ui.inputs import DayField, FigureField


class AnswerForm(forms.Form):
    """The supplier's answer for one schedule."""

    units = FigureField(label=gettext_lazy("Quantity committed"), minimum=0, maximum=MAX_AMOUNT)
    on = DayField(label=gettext_lazy("Arrives on"))
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)
    confidence = forms.IntegerField(label=gettext_lazy("How sure, in %"), required=False, min_value=0, max_value=100)
    asked_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
