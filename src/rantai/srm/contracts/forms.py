"""What a buyer types of a price."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.items.models import Item
from rantai.kernel.money import MAX_AMOUNT as MAX_MONEY
from rantai.kernel.quantities import MAX_AMOUNT as MAX_UNITS
from rantai.ui.inputs import AmountField, DayField, FigureField


class PriceForm(forms.Form):
    """A price from a quantity on."""

    item = forms.CharField(label=gettext_lazy("Item code"), max_length=60)
    from_units = FigureField(label=gettext_lazy("From quantity"), minimum=0, maximum=MAX_UNITS, initial=0)
    unit_cost = AmountField(label=gettext_lazy("Price of a base unit"), minimum=0, maximum=MAX_MONEY)
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=gettext_lazy("Currency"),
        error_messages={"invalid": gettext_lazy("Three letters such as IDR.")},
    )
    valid_from = DayField(label=gettext_lazy("From day"))

    def clean_item(self) -> Item:
        """Return the item of a code."""
        item = Item.objects.filter(code=self.cleaned_data["item"].strip(), archived_at=None).first()
        if item is None:
            raise forms.ValidationError(
                _("There is no item '%(code)s'. Look it up under Items.") % {"code": self.cleaned_data["item"]}
            )
        return item
