"""What a person types about a proposal in place: another quantity, day or supplier, and why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from rantai.kernel.needs import Figures
from rantai.kernel.quantities import MAX_AMOUNT
from rantai.ui.inputs import DayField, FigureField


class ChangeForm(forms.Form):
    """A proposal accepted with other figures."""

    units = FigureField(label=_("Quantity"), minimum=1, maximum=MAX_AMOUNT)
    due_on = DayField(label=_("There on"))
    source = forms.CharField(label=_("From"), required=False, max_length=20, widget=forms.Select)
    note = forms.CharField(label=_("Why"), required=False, max_length=200)

    def offer(self, figures: Figures | None) -> None:
        """Say in which unit it is asked, and which ways there are to get it; one way is no choice."""
        if figures is None or len(figures.sources) < 2:
            del self.fields["source"]
        else:
            widget = self.fields["source"].widget
            widget.choices = [
                (choice.value, f"{choice.label}, {choice.cost}" if choice.cost else choice.label)
                for choice in figures.sources
            ]
        if figures and figures.unit:
            self.fields["units"].label = _("Quantity, %(unit)s") % {"unit": figures.unit}
