"""What is typed about a programme."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from rantai.crm.loyalty import rules
from rantai.ui.inputs import AmountField

WORDS = {"invoiced": _("With the invoice"), "paid": _("When the invoice is paid")}


class ProgramForm(forms.Form):
    """How points are earned."""

    code = forms.SlugField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=120)
    earn_points = forms.IntegerField(label=_("Points"), min_value=1, max_value=1_000_000, initial=1)
    earn_amount = AmountField(label=_("for each"), minimum=1, help_text=_("of net sales, in the company's currency"))
    posts_on = forms.ChoiceField(label=_("Posted"), choices=[(code, WORDS[code]) for code in rules.MOMENTS])
    is_open = forms.BooleanField(label=_("Posts points"), required=False, initial=True)
    joins_all = forms.BooleanField(label=_("Every customer joins with the first invoice"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_code(self) -> str:
        """Write codes in capitals."""
        return str(self.cleaned_data["code"]).upper()
