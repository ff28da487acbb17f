"""What planners type: a change of the forecast with its reason, and what they want of stock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.items.models import Category, Item
from rantai.foundation.locations import queries as locations
from rantai.iscm.demand.actions.overrides import MOST_FACTOR, MOST_UNITS
from rantai.iscm.demand.models.consumption import MOST_WEEKS
from rantai.kernel.texts import pick
from rantai.ui.inputs import FigureField

UNITS, PERCENT = "units", "percent"
EVENT_KINDS: dict[str, Any] = {
    "promotion": gettext_lazy("Promotion"),
    "event": gettext_lazy("Event"),
    "one_off": gettext_lazy("One-off order"),
    "stock_out": gettext_lazy("Out of stock"),
}


class PercentChangeField(FigureField):
    """A figure that may be below zero, such as a lift of −20 %."""

    def __init__(self, **options: Any) -> None:
        super().__init__(minimum=-MOST_UNITS, maximum=MOST_UNITS, **options)


class OverrideForm(forms.Form):
    """Units a week or a percentage of the forecast, from a week to a week, with a reason."""

    first = forms.ChoiceField(label=gettext_lazy("From the week of"))
    last = forms.ChoiceField(label=gettext_lazy("Until the week of"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Set it to"),
        choices=[(UNITS, gettext_lazy("units a week")), (PERCENT, gettext_lazy("per cent of the forecast"))],
    )
    value = FigureField(label=gettext_lazy("Figure"), minimum=0, maximum=MOST_UNITS)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy("read by whoever asks next year")
    )

    def __init__(self, *, weeks: Sequence[tuple[date, str]], **options: Any) -> None:
        super().__init__(**options)
        choices = [(week.isoformat(), text) for week, text in weeks]
        for name in ("first", "last"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that the weeks run forward and the percentage is one that can be meant."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("This week lies before the first one."))
        if cleaned.get("kind") == PERCENT and (cleaned.get("value") or 0) // 100 > MOST_FACTOR:
            self.add_error("value", _("A percentage lies between 0 and 10,000."))
        return cleaned


class WindowForm(forms.Form):
    """How many weeks before and after its own an order may use up the forecast, and for what that holds."""

    level = forms.ChoiceField(label=gettext_lazy("For"))
    weeks_back = forms.IntegerField(label=gettext_lazy("Weeks back"), min_value=0, max_value=MOST_WEEKS)
    weeks_forward = forms.IntegerField(label=gettext_lazy("Weeks forward"), min_value=0, max_value=MOST_WEEKS)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)

    def __init__(self, *, category: Category | None, **options: Any) -> None:
        super().__init__(**options)
        choices = [("item", _("this item")), ("all", _("every item without a rule of its own"))]
        if category is not None:
            choices.insert(1, ("category", _("its category, %(name)s") % {"name": pick(category.name)}))
        self.fields["level"].choices = choices  # type: ignore[attr-defined]


class EventForm(forms.Form):
    """A promotion or another event: its weeks, its lift, what it touches."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(EVENT_KINDS.items()))
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("widened to whole weeks"),
    )
    lift = forms.ChoiceField(
        label=gettext_lazy("Moves demand by"),
        choices=[(PERCENT, gettext_lazy("per cent more or less")), (UNITS, gettext_lazy("units more, in all"))],
    )
    value = PercentChangeField(
        label=gettext_lazy("Figure"), required=False, help_text=gettext_lazy("empty where stock was out")
    )
    items = forms.CharField(
        label=gettext_lazy("Item codes"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("with commas between; empty: every item"),
    )
    categories = forms.MultipleChoiceField(label=gettext_lazy("Categories"), required=False)
    locations = forms.MultipleChoiceField(
        label=gettext_lazy("Locations"), required=False, help_text=gettext_lazy("none chosen: every location")
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy("read by whoever asks next year")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        groups = [(str(pk), pick(name) or code) for pk, code, name in _list_categories()]
        self.fields["categories"].choices = groups  # type: ignore[attr-defined]
        sites = locations.list_sites().values_list("id", "name")
        self.fields["locations"].choices = [(str(pk), name) for pk, name in sites]  # type: ignore[attr-defined]

    def clean_items(self) -> list[int]:
        """Return the ids of the codes; every code that is unknown is named."""
        return read_items(self.cleaned_data["items"])

    def clean(self) -> dict[str, Any]:
        """Check that a figure is there where one is needed."""
        told = super().clean() or {}
        first, last = told.get("starts_on"), told.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("This day lies before the first one."))
        if told.get("kind") == "stock_out":
            told["value"] = None
        elif "value" in told and told["value"] is None:
            self.add_error("value", _("Say by how much."))
        return told


class ConsensusForm(forms.Form):
    """The name under which the running forecast is frozen, and why it may be relied on."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=300, help_text=gettext_lazy("what was agreed, by whom")
    )


class LaunchForm(forms.Form):
    """A new item, the items it is like with their shares, its scale and its first week."""

    item = forms.CharField(label=gettext_lazy("New item"), max_length=60, help_text=gettext_lazy("its code"))
    location = forms.ChoiceField(label=gettext_lazy("Location"))
    likes = forms.CharField(
        label=gettext_lazy("Is like"),
        max_length=1000,
        help_text=gettext_lazy("codes with shares, such as MON-15 60, MON-17 40; without shares, alike"),
    )
    scale = PercentChangeField(label=gettext_lazy("Scale, %"), help_text=gettext_lazy("100: sells as much as they did"))
    launch_on = forms.DateField(label=gettext_lazy("First week"), widget=forms.DateInput(attrs={"type": "date"}))
    blend_weeks = forms.IntegerField(
        label=gettext_lazy("Weeks until its own history alone counts"), min_value=1, max_value=104, initial=13
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sites = locations.list_sites().values_list("id", "name")
        self.fields["location"].choices = [(str(pk), name) for pk, name in sites]  # type: ignore[attr-defined]

    def clean_item(self) -> int:
        """Return the item's id."""
        return read_items(self.cleaned_data["item"])[0]

    def clean_likes(self) -> dict[int, int]:
        """Return item → share in 1/10,000, adding up to the whole."""
        return read_shares(self.cleaned_data["likes"])


def read_items(text: str) -> list[int]:
    """Return the ids of codes with commas between; raises ValidationError that names the unknown ones."""
    codes = [code for part in text.replace("\n", ",").split(",") if (code := part.strip())]
    known = dict(Item.objects.filter(code__in=codes, archived_at=None).values_list("code", "id"))
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise forms.ValidationError(_("No item in use has the code %(codes)s.") % {"codes": ", ".join(unknown[:10])})
    return [known[code] for code in codes]


def read_shares(text: str) -> dict[int, int]:
    """Return item → share in 1/10,000 of what names codes and weights; the remainder goes to the largest."""
    weights: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        code, _space, weight = part.rpartition(" ")
        figure = weight.strip("%")
        is_weight = bool(code) and figure.replace(".", "", 1).isdigit()
        weights[code.strip() if is_weight else part] = float(figure) if is_weight else 1.0
    total = sum(weights.values())
    if not weights or total <= 0:
        raise forms.ValidationError(_("Name at least one item that it is like."))
    ids = dict(zip(weights, read_items(",".join(weights)), strict=True))
    shares = {ids[code]: int(10_000 * weight / total) for code, weight in weights.items()}
    largest = max(shares, key=lambda item: (shares[item], -item))
    shares[largest] += 10_000 - sum(shares.values())
    return {item: share for item, share in shares.items() if share > 0}


def _list_categories() -> list[tuple[int, str, Any]]:
    return list(Category.objects.order_by("code").values_list("id", "code", "name"))
