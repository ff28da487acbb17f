"""Forms of our company, its taxes and exchange rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.models import Calendar
from rantai.kernel.money import SCALE
from rantai.ui.inputs import LANGUAGES, DayField, FigureField, PercentField, ZoneField

INVOICE_ON = (
    ("shipped", gettext_lazy("When goods leave")),
    ("delivered", gettext_lazy("When goods have arrived")),
)


class CompanyForm(forms.Form):
    """What a company is and how it works."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail for answers"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    tax_id = forms.CharField(label=gettext_lazy("Tax number"), max_length=40, required=False)
    zone = ZoneField(label=gettext_lazy("Time zone"), max_length=60)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)
    calendar = forms.ModelChoiceField(label=gettext_lazy("Calendar"), queryset=Calendar.objects.none())
    fiscal_year_start_month = forms.IntegerField(
        label=gettext_lazy("Month in which the year begins"), min_value=1, max_value=12
    )
    invoice_on = forms.ChoiceField(label=gettext_lazy("Invoices are made"), choices=INVOICE_ON)
    makes = forms.BooleanField(label=gettext_lazy("We make"), required=False)
    trades = forms.BooleanField(label=gettext_lazy("We trade"), required=False)
    dropships = forms.BooleanField(label=gettext_lazy("Partners ship for us"), required=False)
    serves = forms.BooleanField(label=gettext_lazy("We serve in the field"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"].queryset = calendars.list_calendars()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for at least one way to work."""
        data = super().clean() or self.cleaned_data
        if not any(data.get(name) for name in ("makes", "trades", "dropships", "serves")):
            self.add_error("makes", _("Choose at least one way in which we work."))
        return data


class RateForm(forms.Form):
    """A tax rate from a day on."""

    rate = PercentField(label=gettext_lazy("Rate, %"), minimum=0, maximum=10_000)
    base_numerator = forms.IntegerField(
        label=gettext_lazy("Taxable share, parts"), min_value=1, max_value=1000, initial=1,
        help_text=gettext_lazy("11 of 12 for Indonesian PPN; 1 of 1 otherwise."),
    )  # fmt: skip
    base_denominator = forms.IntegerField(label=gettext_lazy("of"), min_value=1, max_value=1000, initial=1)
    valid_from = DayField(label=gettext_lazy("From day"))

    def clean(self) -> dict[str, Any]:
        """Refuse a share above the whole."""
        data = super().clean() or self.cleaned_data
        if (data.get("base_numerator") or 0) > (data.get("base_denominator") or 1000):
            self.add_error("base_numerator", _("The taxable share is at most the whole."))
        return data


class ExchangeForm(forms.Form):
    """What one unit of a currency is worth in ours."""

    from_currency = forms.RegexField(label=gettext_lazy("Currency"), regex=r"^[A-Z]{3}$", max_length=3)
    rate = FigureField(label=gettext_lazy("is worth"), minimum=1)
    valid_from = DayField(label=gettext_lazy("From day"))

    def clean_rate(self) -> int:
        """Return the rate in 1/1,000,000,000."""
        return int(self.cleaned_data["rate"]) * (1_000_000_000 // SCALE)
