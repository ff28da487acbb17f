"""Forms of places and lanes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.access.models import Territory
from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.forms import read_time, write_time
from rantai.foundation.locations import queries
from rantai.foundation.locations.models import Location
from rantai.foundation.parties import queries as parties
from rantai.kernel.texts import pick
from rantai.ui.inputs import AmountField, DayField, FigureField, ZoneField

KINDS = (
    ("warehouse", gettext_lazy("Warehouse")),
    ("plant", gettext_lazy("Plant")),
    ("zone", gettext_lazy("Zone inside a site")),
    ("bin", gettext_lazy("Bin inside a zone")),
)


class TerritoryField(forms.ModelChoiceField):
    """A territory by code and name."""

    def label_from_instance(self, obj: Territory) -> str:
        """Return path and name."""
        return f"{obj.path} {pick(obj.name)}"


class TimeOfDayField(forms.CharField):
    """A local time kept as seconds after midnight."""

    def clean(self, value: Any) -> int:
        """Return seconds after midnight; raises ValidationError."""
        text = super().clean(value)
        try:
            return read_time(text)
        except ValueError as error:
            raise forms.ValidationError(_("Write a time like 16:00.")) from error

    def prepare_value(self, value: Any) -> Any:
        """Show seconds as a time."""
        return write_time(value) if isinstance(value, int) else value


class LocationForm(forms.Form):
    """A place of ours."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    parent = forms.ModelChoiceField(label=gettext_lazy("Inside"), queryset=Location.objects.none(), required=False)
    zone = ZoneField(label=gettext_lazy("Time zone"), max_length=60)
    calendar = forms.ModelChoiceField(
        label=gettext_lazy("Calendar"),
        queryset=Location.objects.none(),
        required=False,
        empty_label=gettext_lazy("Open every day"),
    )
    cut_off = TimeOfDayField(
        label=gettext_lazy("Cut-off"), max_length=5,
        help_text=gettext_lazy("Orders after it ship a working day later."),
        initial=57_600,
    )  # fmt: skip
    territory = TerritoryField(
        label=gettext_lazy("Territory"), queryset=Territory.objects.order_by("path"), required=False
    )
    gln = forms.RegexField(label="GLN", regex=r"^\d{13}$", required=False)
    latitude = forms.FloatField(label=gettext_lazy("Latitude"), min_value=-90, max_value=90, required=False)
    longitude = forms.FloatField(label=gettext_lazy("Longitude"), min_value=-180, max_value=180, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, location: Location | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.location = location
        self.fields["parent"].queryset = queries.list_places()  # type: ignore[attr-defined]
        self.fields["calendar"].queryset = calendars.list_calendars()  # type: ignore[attr-defined]
        if location:
            del self.fields["code"]

    def clean_code(self) -> str:
        """Return a code that no other place has."""
        code: str = self.cleaned_data["code"]
        if Location.objects.filter(code=code).exists():
            raise forms.ValidationError(_("The code %(code)s is taken. Choose another.") % {"code": code})
        return code

    def clean(self) -> dict[str, Any]:
        """Ask where a zone or bin lies."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") in ("zone", "bin") and not data.get("parent"):
            self.add_error("parent", _("Say inside which place it lies."))
        return data


class LaneForm(forms.Form):
    """A way from a site to another place or to the customers of a territory."""

    origin = forms.ModelChoiceField(label=gettext_lazy("From"), queryset=Location.objects.none())
    destination = forms.ModelChoiceField(
        label=gettext_lazy("To our place"), queryset=Location.objects.none(), required=False
    )
    territory = TerritoryField(
        label=gettext_lazy("Or to customers in"), queryset=Territory.objects.order_by("path"), required=False
    )
    rank = forms.IntegerField(label=gettext_lazy("Rank"), min_value=1, max_value=99, initial=1)
    transit_days = forms.IntegerField(label=gettext_lazy("Transit, working days"), min_value=0, max_value=365)
    carrier = forms.ModelChoiceField(label=gettext_lazy("Carrier"), queryset=Location.objects.none(), required=False)
    cost = AmountField(label=gettext_lazy("Cost of one unit"), minimum=0, required=False)
    capacity = FigureField(label=gettext_lazy("Units a day"), minimum=0, required=False)
    valid_from = DayField(label=gettext_lazy("From day"), required=False)
    valid_to = DayField(label=gettext_lazy("Until (not included)"), required=False)

    def __init__(self, *args: Any, hides_cost: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hides_cost:
            del self.fields["cost"]
        self.fields["origin"].queryset = self.fields["destination"].queryset = queries.list_sites()  # type: ignore[attr-defined]
        self.fields["carrier"].queryset = parties.list_parties("carrier").order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for exactly one end, another than the beginning."""
        data = super().clean() or self.cleaned_data
        if bool(data.get("destination")) == bool(data.get("territory")):
            self.add_error("destination", _("Choose a place of ours or a territory: one of the two."))
        if data.get("destination") and data.get("destination") == data.get("origin"):
            self.add_error("destination", _("A lane goes to another place."))
        if data.get("valid_from") and data.get("valid_to") and data["valid_to"] <= data["valid_from"]:
            self.add_error("valid_to", _("The period must end after it begins."))
        if "cost" in self.fields:
            data["cost"] = data.get("cost") or 0
        return data
