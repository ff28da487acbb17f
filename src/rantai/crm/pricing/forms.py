"""Price lists and prices, as sales and finance type them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.crm.pricing.models import PriceList
from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Item
from rantai.foundation.parties.models import TaxCode
from rantai.kernel import texts
from rantai.kernel.money import MAX_AMOUNT as MAX_MONEY
from rantai.kernel.quantities import MAX_AMOUNT as MAX_UNITS
from rantai.ui.inputs import AmountField, DayField, FigureField, PercentField


class ListForm(forms.Form):
    """What a price list is called and for whom it holds."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=gettext_lazy("Currency"),
        error_messages={"invalid": gettext_lazy("Three letters such as IDR.")},
    )
    tax_code = forms.ModelChoiceField(
        label=gettext_lazy("Tax code"),
        queryset=TaxCode.objects.none(),
        required=False,
        help_text=gettext_lazy("Of sales at home; choose one that prices contain where they do."),
    )
    is_default = forms.BooleanField(
        label=gettext_lazy("For everyone"),
        required=False,
        help_text=gettext_lazy("Customers without a list of their own buy from it; one list for each currency."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, company_id: int, held: PriceList | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company_id, self.held = company_id, held
        codes = self.fields["tax_code"]
        codes.queryset = TaxCode.objects.filter(company_id=company_id, archived_at=None)  # type: ignore[attr-defined]
        codes.label_from_instance = lambda row: texts.pick(row.name) or row.code  # type: ignore[attr-defined]
        if held:
            del self.fields["currency"]

    def clean_code(self) -> str:
        """Return the code, if no other list has it."""
        code: str = self.cleaned_data["code"].strip()
        others = PriceList.objects.filter(company_id=self.company_id, code=code)
        if others.exclude(pk=self.held.pk if self.held else 0).exists():
            raise forms.ValidationError(
                _("There is a price list '%(code)s' already. Choose another code.") % {"code": code}
            )
        return code


class PriceForm(forms.Form):
    """A price of an item: from a quantity on, in a place, for a time."""

    item = forms.CharField(label=gettext_lazy("Item code"), max_length=60)
    unit_price = AmountField(label=gettext_lazy("Price of a base unit"), minimum=0, maximum=MAX_MONEY)
    minimum_quantity = FigureField(
        label=gettext_lazy("From quantity"), minimum=0, maximum=MAX_UNITS, initial=0, required=False
    )
    territory = forms.ModelChoiceField(
        label=gettext_lazy("Territory"), queryset=Territory.objects.none(), required=False,
        empty_label=gettext_lazy("everywhere"),
    )  # fmt: skip
    valid_from = DayField(label=gettext_lazy("From"), required=False)
    valid_to = DayField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The first day on which it no longer holds."),
    )

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = self.fields["territory"]
        places.queryset = Territory.objects.filter(archived_at=None).order_by("path")  # type: ignore[attr-defined]
        places.label_from_instance = lambda row: texts.pick(row.name) or row.code  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["item"]

    def clean_item(self) -> Item:
        """Return the item of a code."""
        code = self.cleaned_data["item"].strip()
        item = Item.objects.filter(code=code, archived_at=None).first()
        if item is None:
            raise forms.ValidationError(_("There is no item '%(code)s'. Look it up under Items.") % {"code": code})
        return item

    def clean(self) -> dict[str, Any]:
        """Ask for a period that begins before it ends."""
        cleaned: dict[str, Any] = super().clean() or {}
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_to")
        if begins and ends and begins >= ends:
            self.add_error("valid_to", _("It ends before it begins. Choose a later day."))
        cleaned["minimum_quantity"] = cleaned.get("minimum_quantity") or 0
        return cleaned


class RepriceForm(forms.Form):
    """A change of many prices by a share."""

    share = PercentField(
        label=gettext_lazy("Percent"),
        minimum=-9_900,
        maximum=100_000,
        help_text=gettext_lazy("5 raises by 5 %, −5 lowers."),
    )
    round_to = AmountField(
        label=gettext_lazy("Round to"),
        minimum=1,
        maximum=MAX_MONEY,
        required=False,
        help_text=gettext_lazy("Such as 1,000; empty: to the smallest amount of the currency."),
    )
    starts_on = DayField(label=gettext_lazy("From"))


class AssignForm(forms.Form):
    """A price list for a customer."""

    price_list = forms.ModelChoiceField(label=gettext_lazy("Price list"), queryset=PriceList.objects.none())
    rank = forms.IntegerField(
        label=gettext_lazy("Rank"), min_value=1, max_value=99, initial=1,
        help_text=gettext_lazy("1 is looked at first."),
    )  # fmt: skip

    def __init__(self, *args: Any, company_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = PriceList.objects.filter(company_id=company_id, archived_at=None).order_by("code")
        self.fields["price_list"].queryset = rows  # type: ignore[attr-defined]
