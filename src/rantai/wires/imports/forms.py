"""Forms of an import: the file, then how it is read."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.parties import queries as parties
from rantai.wires.imports import files
from rantai.wires.imports.kinds.registry import KINDS
from rantai.wires.imports.openings import DEFAULT_LEAD_TIME_DAYS
from rantai.wires.imports.presets import PRESETS

PRESET_NAMES = {"online-retail": gettext_lazy("Online Retail (Invoice, StockCode, Quantity …)")}


class NewImportForm(forms.Form):
    """A file and what it holds."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What does the file hold?"),
        choices=lambda: parties.list_shown([(kind.name, kind.title) for kind in KINDS.values()], what="file"),
    )
    file = forms.FileField(label=gettext_lazy("File"))
    preset = forms.ChoiceField(
        label=gettext_lazy("Known format"),
        required=False,
        choices=lambda: [("", _("None: recognise the columns")), *((name, PRESET_NAMES[name]) for name in PRESETS)],
    )
    source = forms.CharField(
        label=gettext_lazy("Where the numbers come from"),
        required=False,
        max_length=60,
        help_text=gettext_lazy(
            "Name the system whose customer and order numbers stand in the file. The same name finds them again."
        ),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is copied."""
        file = self.cleaned_data["file"]
        if file.size > files.MAX_BYTES:
            raise forms.ValidationError(_("The file has more than 2 GB. Split it by year and import the parts."))
        return file

    def clean(self) -> dict[str, Any]:
        """Keep a preset to the kind that it is of."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("preset") and data.get("kind") != "orders":
            self.add_error("preset", _("This format is one of past orders. Choose past orders, or no known format."))
        return data


class OptionsForm(forms.Form):
    """What a history alone does not say."""

    opening = forms.ChoiceField(
        label=gettext_lazy("Stock to begin with"),
        choices=(
            ("none", gettext_lazy("None yet, or from a file of stock afterwards")),
            ("weeks", gettext_lazy("As many weeks of sales as I say")),
        ),
        widget=forms.RadioSelect,
    )
    weeks = forms.FloatField(label=gettext_lazy("Weeks of cover"), required=False, min_value=0.1, max_value=104)
    lead_time_days = forms.IntegerField(
        label=gettext_lazy("Lead time of items without a source, in working days"),
        min_value=0,
        max_value=1000,
        initial=DEFAULT_LEAD_TIME_DAYS,
    )
    currency = forms.RegexField(r"^[A-Z]{3}$", label=gettext_lazy("Currency of the prices"), max_length=3)
    zone = forms.CharField(label=gettext_lazy("Time zone of the times"), max_length=60)

    def clean_zone(self) -> str:
        """Refuse a zone that nobody knows."""
        zone: str = self.cleaned_data["zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone. Write one such as Asia/Jakarta."))
        return zone

    def clean(self) -> dict[str, Any]:
        """Ask for weeks where weeks are wanted."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("opening") == "weeks" and not data.get("weeks"):
            self.add_error("weeks", _("Say how many weeks of sales are in stock."))
        return data

    def read_options(self) -> dict[str, Any]:
        """Return the options as an import keeps them."""
        data = self.cleaned_data
        return {
            "opening_weeks": data["weeks"] if data["opening"] == "weeks" else None,
            "lead_time_days": data["lead_time_days"],
            "currency": data["currency"],
            "zone": data["zone"],
        }


def show_options(options: dict[str, Any], *, currency: str, zone: str) -> dict[str, Any]:
    """Return the first values of an options form."""
    weeks = options.get("opening_weeks")
    return {
        "opening": "weeks" if weeks else "none",
        "weeks": weeks or 4,
        "lead_time_days": options.get("lead_time_days", DEFAULT_LEAD_TIME_DAYS),
        "currency": options.get("currency") or currency,
        "zone": options.get("zone") or zone,
    }
