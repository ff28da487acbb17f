"""Forms of our company, its taxes and exchange rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rantai.foundation.access.forms import NamesForm
from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.models import Calendar
from rantai.foundation.companies import queries
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.kernel.money import SCALE
from rantai.kernel.texts import pick
from rantai.ui.inputs import LANGUAGES, AmountField, DayField, FigureField, PercentField, ZoneField

INVOICE_ON = (
    ("shipped", gettext_lazy("When goods leave")),
    ("delivered", gettext_lazy("When goods have arrived")),
    ("hand", gettext_lazy("By hand: what has left waits for finance")),
)


SERIES = {
    "quote": gettext_lazy("Quotes"),
    "sales_order": gettext_lazy("Orders of customers"),
    "invoice": gettext_lazy("Invoices"),
    "credit_note": gettext_lazy("Credit notes"),
    "shipment": gettext_lazy("Delivery notes"),
    "goods_receipt": gettext_lazy("Goods receipts"),
    "transfer_order": gettext_lazy("Transfers"),
    "production_order": gettext_lazy("Production orders"),
    "stock_count": gettext_lazy("Stock counts"),
    "return_receipt": gettext_lazy("Returns"),
    "return_authorization": gettext_lazy("Permissions to return"),
    "purchase_requisition": gettext_lazy("Requisitions"),
    "purchase_order": gettext_lazy("Purchase orders"),
    "case": gettext_lazy("Cases"),
}
"""What a series numbers, in words."""
POLICIES = (
    ("purchase", gettext_lazy("Buying")),
    ("dropship", gettext_lazy("Buying that a partner ships")),
    ("production", gettext_lazy("Making")),
    ("transfer", gettext_lazy("Moving between our places")),
)


class QuietField(forms.RegexField):
    """Two times of day between which nothing is sent, kept as a list of both."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex=r"^([01]\d|2[0-3]):[0-5]\d\s*[-–]\s*([01]\d|2[0-3]):[0-5]\d$", **kwargs)
        self.error_messages["invalid"] = gettext_lazy("Write two times of day, such as 21:00-07:00.")

    def clean(self, value: Any) -> list[str] | None:
        """Return both times, None for no rest; raises ValidationError."""
        text = str(super().clean(value))
        return [part.strip() for part in text.replace("–", "-").split("-")] if text else None

    def prepare_value(self, value: Any) -> Any:
        """Show both times as they are typed."""
        return "-".join(value) if isinstance(value, list) else value


class WaysForm(forms.Form):
    """How a company works: any mix of these."""

    makes = forms.BooleanField(
        label=pgettext_lazy("way of working", "We make"), required=False,
        help_text=gettext_lazy("Parts become goods: bills of materials, routings, production."),
    )  # fmt: skip
    trades = forms.BooleanField(
        label=pgettext_lazy("way of working", "We trade"), required=False,
        help_text=gettext_lazy("We buy goods, keep them, and sell them on."),
    )  # fmt: skip
    dropships = forms.BooleanField(
        label=pgettext_lazy("way of working", "Partners ship for us"), required=False,
        help_text=gettext_lazy("Our suppliers send goods straight to our customers."),
    )  # fmt: skip
    serves = forms.BooleanField(
        label=pgettext_lazy("way of working", "We serve in the field"), required=False,
        help_text=gettext_lazy("We install, maintain or repair at the customer's."),
    )  # fmt: skip


class CompanyForm(WaysForm):
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
    tax_code = forms.ChoiceField(label=gettext_lazy("Tax where nothing else is said"), required=False)
    quiet_service = QuietField(
        label=gettext_lazy("Messages about orders rest"), required=False,
        help_text=gettext_lazy("Such as 21:00-07:00 where the reader is; empty: they go at any time."),
    )  # fmt: skip
    quiet_marketing = QuietField(label=gettext_lazy("Offers rest"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    WHO = ("name", "email", "phone", "tax_id")
    TIME = ("zone", "language", "calendar", "fiscal_year_start_month")
    MONEY = ("invoice_on", "tax_code")
    QUIET = ("quiet_service", "quiet_marketing")
    WAYS = ("makes", "trades", "dropships", "serves")

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"].queryset = calendars.list_calendars()  # type: ignore[attr-defined]
        self.fields["tax_code"].choices = [  # type: ignore[attr-defined]
            (code.code, f"{pick(code.name)} ({code.code})") for code in queries.list_tax_codes(company)
        ]

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the heads of the page."""
        heads = (
            (_("Who we are"), self.WHO), (_("Time and language"), self.TIME), (_("Invoices"), self.MONEY),
            (_("Quiet hours"), self.QUIET), (_("How we work"), self.WAYS),
        )  # fmt: skip
        return [(head, [self[name] for name in names]) for head, names in heads]

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


class TaxForm(NamesForm):
    """A tax with its first rate."""

    code = forms.RegexField(
        label=gettext_lazy("Code"), regex=r"^[A-Z0-9-]{1,20}$", max_length=20,
        help_text=gettext_lazy("Capitals, digits and dashes, such as GST-9."),
    )  # fmt: skip
    rate = PercentField(label=gettext_lazy("Rate, %"), minimum=0, maximum=10_000)
    valid_from = DayField(label=gettext_lazy("From day"))
    is_inclusive = forms.BooleanField(label=gettext_lazy("Prices contain it"), required=False)
    field_order = ("code", "name_en", "name_id", "name_zh", "rate", "valid_from", "is_inclusive")


class SeriesForm(forms.Form):
    """How one kind of document is numbered."""

    prefix = forms.RegexField(  # type: ignore[assignment]  # the field, not the prefix of a form's names
        label=gettext_lazy("Before the number"), regex=r"^[^\s]{0,12}$", max_length=12, required=False
    )
    digits = forms.IntegerField(label=gettext_lazy("Digits at least"), min_value=1, max_value=12)
    next_number = forms.IntegerField(label=gettext_lazy("Next number"), min_value=1, max_value=10**15)


class TermForm(NamesForm):
    """When an invoice is due."""

    code = forms.RegexField(label=gettext_lazy("Code"), regex=r"^[A-Z0-9-]{1,20}$", max_length=20)
    days = forms.IntegerField(label=gettext_lazy("Days"), min_value=0, max_value=366)
    end_of_month = forms.BooleanField(label=gettext_lazy("counted from the end of the month"), required=False)
    field_order = ("code", "name_en", "name_id", "name_zh", "days", "end_of_month")

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            # Parties and imports know it by its code.
            del self.fields["code"]


class PolicyForm(forms.Form):
    """What may happen without asking a person."""

    kind = forms.ChoiceField(label=gettext_lazy("What"))
    max_amount = AmountField(label=gettext_lazy("Up to this worth"), minimum=1, maximum=10**17)
    horizon_days = forms.IntegerField(
        label=gettext_lazy("If it begins within so many days"), min_value=0, max_value=3650, initial=14
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = parties.list_shown(POLICIES, what="approval")  # type: ignore[attr-defined]
