"""Forms of what limits a plan: resources, their capacity by date and change-overs, and how items are planned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.access.forms import NamesForm
from rantai.foundation.calendars import queries as calendars
from rantai.foundation.items.models import Item, Resource
from rantai.foundation.locations import queries as locations
from rantai.ui.inputs import AmountField, DayField, FigureField, PercentField

RESOURCE_KINDS = (
    ("finite", gettext_lazy("How many works at once")),
    ("day", gettext_lazy("Hours of work in a day")),
    ("week", gettext_lazy("Hours of work in a week")),
    ("infinite", gettext_lazy("No limit")),
)
SEARCHES = (
    ("rank", gettext_lazy("By rank")),
    ("split", gettext_lazy("Shared by weight")),
    ("cost", gettext_lazy("The cheapest")),
)
MOST_CAPACITY = 10_000 * 10_000
LARGEST_HOUR = 10**9 * 10_000


class ResourceForm(NamesForm):
    """A machine, a line or a team."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=40)
    location = forms.ModelChoiceField(label=gettext_lazy("Location"), queryset=Item.objects.none())
    calendar = forms.ModelChoiceField(
        label=gettext_lazy("Calendar"),
        queryset=Item.objects.none(),
        required=False,
        empty_label=gettext_lazy("The location's"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What limits it"), choices=RESOURCE_KINDS, initial="finite")
    capacity = FigureField(
        label=gettext_lazy("Capacity"), minimum=0, maximum=MOST_CAPACITY, initial=10_000,
        help_text=gettext_lazy("Works in parallel, or hours of work in each day or week."),
    )  # fmt: skip
    efficiency = PercentField(label=gettext_lazy("Efficiency, %"), minimum=1, maximum=50_000, initial=10_000)
    hourly_cost = AmountField(
        label=gettext_lazy("Cost of one hour"), minimum=0, maximum=LARGEST_HOUR, required=False,
        help_text=gettext_lazy("What setting up costs is counted with it. Empty: nobody knows."),
    )  # fmt: skip
    field_order = ("code", "name_en", "name_id", "name_zh", "location", "calendar", "kind", "capacity")

    def __init__(self, *args: Any, resource: Resource | None = None, hides_cost: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resource = resource
        if hides_cost:
            del self.fields["hourly_cost"]
        self.fields["location"].queryset = locations.list_sites()  # type: ignore[attr-defined]
        self.fields["calendar"].queryset = calendars.list_calendars()  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        """Return a code that no other resource has."""
        code: str = self.cleaned_data["code"]
        if Resource.objects.filter(code=code).exclude(pk=self.resource.pk if self.resource else 0).exists():
            raise forms.ValidationError(_("The code %(code)s is taken. Choose another.") % {"code": code})
        return code


class CapacityForm(forms.Form):
    """From which day a resource can do how much; a line without day is left out."""

    from_on = DayField(label=gettext_lazy("From day"), required=False)
    capacity = FigureField(label=gettext_lazy("Capacity"), minimum=0, maximum=MOST_CAPACITY, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the capacity where there is a day; none at all is zero."""
        data = super().clean() or self.cleaned_data
        if data.get("from_on") and data.get("capacity") is None and "capacity" not in self.errors:
            self.add_error("capacity", _("How much from that day on? Zero is nothing."))
        return data


class ChangeForm(forms.Form):
    """How long a resource takes from works of one family to those of another; a line without time is left out."""

    from_family = forms.CharField(label=gettext_lazy("From family"), max_length=40, required=False)
    to_family = forms.CharField(label=gettext_lazy("To family"), max_length=40, required=False)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=0, max_value=100_000, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the family that comes after; from an empty one means from any."""
        data = super().clean() or self.cleaned_data
        if data.get("minutes") is not None and not data.get("to_family"):
            self.add_error("to_family", _("Say for which family the resource is set up."))
        return data


class RuleForm(forms.Form):
    """How an item is planned at a place; a line without anything is left out."""

    location = forms.ModelChoiceField(
        label=gettext_lazy("Location"), queryset=Item.objects.none(), required=False,
        empty_label=gettext_lazy("Everywhere"),
    )  # fmt: skip
    fence_days = forms.IntegerField(
        label=gettext_lazy("Time fence, working days"), min_value=0, max_value=365, required=False
    )
    search = forms.ChoiceField(label=gettext_lazy("Sources are chosen"), choices=SEARCHES, initial="rank")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].queryset = locations.list_sites()  # type: ignore[attr-defined]

    def says_something(self) -> bool:
        """Tell whether the line differs from what holds without a rule."""
        return bool(self.cleaned_data.get("fence_days")) or self.cleaned_data.get("search", "rank") != "rank"


class BaseRuleSet(forms.BaseFormSet):
    """The rules of an item, one for each place."""

    def clean(self) -> None:
        """Refuse a place that is there twice."""
        places = [form.cleaned_data.get("location") for form in self.forms if form.is_valid() and form.says_something()]
        if len(places) != len(set(places)):
            raise forms.ValidationError(_("A location is there twice. Keep one line for each."))


CapacitySet = forms.formset_factory(CapacityForm, extra=2, max_num=200)
ChangeSet = forms.formset_factory(ChangeForm, extra=2, max_num=2000)
RuleSet = forms.formset_factory(RuleForm, formset=BaseRuleSet, extra=1, max_num=100)
