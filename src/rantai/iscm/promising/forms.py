"""What people type about promises: what is kept for classes of demand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.items import forms as item_forms
from rantai.foundation.items import queries as items
from rantai.foundation.items.models import Category
from rantai.foundation.locations import queries as locations
from rantai.foundation.locations.models import Location
from rantai.iscm.promising.actions.rules import RuleTerms
from rantai.iscm.promising.models import AllocationRule
from rantai.kernel.quantities import MAX_AMOUNT
from rantai.kernel.texts import pick
from rantai.ui.inputs import DayField, FigureField, PercentField

MEASURES = (
    ("units", gettext_lazy("A quantity in each period")),
    ("share", gettext_lazy("A share of what comes in each period")),
)
PERIODS = (("week", gettext_lazy("Week")), ("month", gettext_lazy("Month")))
RELEASES = (
    ("all", gettext_lazy("Everybody")),
    ("lower", gettext_lazy("Lower classes only")),
    ("higher", gettext_lazy("Higher classes only")),
)
MOST_RELEASE_DAYS = 366


class CategoryField(forms.ModelChoiceField):
    """A category by its name in the reader's language."""

    def label_from_instance(self, obj: Category) -> str:
        """Return the name."""
        return pick(obj.name) or obj.code


class SiteField(forms.ModelChoiceField):
    """A site by its name."""

    def label_from_instance(self, obj: Location) -> str:
        """Return the name."""
        return obj.name


class RuleForm(forms.Form):
    """So much of every period's supply, for a class, until it is released."""

    demand_class = forms.CharField(
        label=gettext_lazy("Kept for class"), max_length=40, widget=forms.TextInput(attrs={"list": "classes"})
    )
    item = item_forms.ItemField(
        label=gettext_lazy("Item"), required=False, help_text=gettext_lazy("Empty: its category, or every item")
    )
    category = CategoryField(label=gettext_lazy("Category"), required=False, queryset=Category.objects.none())
    location = SiteField(
        label=gettext_lazy("Site"), required=False, queryset=Location.objects.none(),
        empty_label=gettext_lazy("All sites together"),
    )  # fmt: skip
    measure = forms.ChoiceField(label=gettext_lazy("What is kept"), choices=MEASURES)
    units = FigureField(label=gettext_lazy("Quantity of each item"), required=False, minimum=1, maximum=MAX_AMOUNT)
    share = PercentField(label=gettext_lazy("Share in %"), required=False, minimum=1, maximum=10_000)
    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS)
    priority = forms.IntegerField(
        label=gettext_lazy("Priority"), min_value=1, max_value=99, initial=1,
        help_text=gettext_lazy("1 is the highest class and is kept for first"),
    )  # fmt: skip
    release_days = forms.IntegerField(
        label=gettext_lazy("Released days before the period"), required=False, min_value=0,
        max_value=MOST_RELEASE_DAYS, help_text=gettext_lazy("Empty: only when the period is over"),
    )  # fmt: skip
    releases_to = forms.ChoiceField(label=gettext_lazy("Released to"), choices=RELEASES)
    valid_from = DayField(label=item_forms.FIRST_DAY, required=False)
    valid_to = DayField(label=item_forms.LAST_DAY, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, company_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = items.list_categories()  # type: ignore[attr-defined]
        self.fields["location"].queryset = locations.list_sites(company_id)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for what the measure needs, and for one subject."""
        typed = super().clean() or {}
        if typed.get("measure") == "units" and not typed.get("units") and "units" not in self.errors:
            self.add_error("units", _("Type how much is kept in a period."))
        if typed.get("measure") == "share" and not typed.get("share") and "share" not in self.errors:
            self.add_error("share", _("Type a share between 0 and 100 %."))
        if typed.get("item") and typed.get("category"):
            self.add_error("category", _("Choose an item or a category, not both."))
        first, last = typed.get("valid_from"), typed.get("valid_to")
        if first and last and last <= first:
            self.add_error("valid_to", _("This day must come after the first one."))
        return typed

    def read(self) -> RuleTerms:
        """Return the terms of a valid form."""
        typed = self.cleaned_data
        by_units = typed["measure"] == "units"
        return RuleTerms(
            demand_class=typed["demand_class"].strip(),
            item_id=typed["item"].pk if typed["item"] else None,
            category_id=typed["category"].pk if typed["category"] else None,
            location_id=typed["location"].pk if typed["location"] else None,
            measure=typed["measure"],
            units=typed["units"] if by_units else 0,
            share=0 if by_units else typed["share"],
            period=typed["period"],
            priority=typed["priority"],
            releases_to=typed["releases_to"],
            release_days=typed["release_days"],
            valid_from=typed["valid_from"],
            valid_to=typed["valid_to"],
        )


def describe_rule(rule: AllocationRule) -> dict[str, Any]:
    """Return what the form of a rule shows first."""
    names = ("demand_class", "item", "location", "measure", "period", "priority", "release_days", "releases_to")
    shown = {name: getattr(rule, name) for name in (*names, "valid_from", "valid_to", "revision")}
    return shown | {"category": rule.category_id, "units": rule.units or None, "share": rule.share or None}
