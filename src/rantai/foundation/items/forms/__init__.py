"""Forms of items and how they come to be."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from rantai.foundation.access.forms import NamesForm
from rantai.foundation.calendars import queries as calendars
from rantai.foundation.items import queries
from rantai.foundation.items.models import BillOfMaterials, Category, Item, PlanningRule, Resource, Routing, Unit
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import queries as parties
from rantai.kernel.texts import pick
from rantai.ui.inputs import AmountField, DayField, FigureField, PercentField

KINDS = (
    ("stocked", gettext_lazy("Stocked")),
    ("service", gettext_lazy("Service")),
    ("charge", gettext_lazy("Charge")),
)
TRACKINGS = (
    ("none", gettext_lazy("Not tracked")),
    ("lot", gettext_lazy("By lot")),
    ("serial", gettext_lazy("By serial number")),
)
DECOUPLINGS = (
    ("stock", gettext_lazy("From stock")),
    ("assemble", gettext_lazy("Assembled to order")),
    ("make", gettext_lazy("Made to order")),
    ("dropship", gettext_lazy("Shipped by a partner")),
)
SOURCE_KINDS = (
    ("buy", gettext_lazy("Buy")),
    ("make", gettext_lazy("Make")),
    ("move", gettext_lazy("Move")),
    ("dropship", gettext_lazy("Ship by a partner")),
)
_USED_BY = {"origin": "move", "bill": "make", "routing": "make"}
SCOPES = (("sales", gettext_lazy("In sales orders")), ("bill", gettext_lazy("In bills")))
FIRST_DAY = gettext_lazy("From day")
LAST_DAY = gettext_lazy("Until (not included)")
LARGEST_COST = 10**15


def list_ways_to_customers(kept: str = "") -> list[tuple[str, Any]]:
    """Return how customers may get an item in the way our company works."""
    return parties.list_shown(DECOUPLINGS, what="customers get it", kept=kept)


class ItemField(forms.CharField):
    """An item by its code."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"list": "items", "autocomplete": "off"}))
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> Item | None:
        """Return the item of the code; raises ValidationError."""
        code = super().clean(value)
        if not code:
            return None
        item = queries.find_item(code.strip())
        if item is None:
            raise forms.ValidationError(_("There is no item %(code)s. Type a code from the list.") % {"code": code})
        return item

    def prepare_value(self, value: Any) -> Any:
        """Show the code."""
        return value.code if isinstance(value, Item) else value


class UnitField(forms.ModelChoiceField):
    """A unit by its name in the reader's language."""

    def label_from_instance(self, obj: Unit) -> str:
        """Return name and code."""
        return f"{pick(obj.name)} ({obj.code})"


class NamedField(forms.ModelChoiceField):
    """Something with a code and a translated name."""

    def label_from_instance(self, obj: Any) -> str:
        """Return code and name."""
        return f"{obj.code} · {pick(obj.name)}"


class VersionField(forms.ModelChoiceField):
    """A bill or a routing, by the name of its version and its place."""

    def label_from_instance(self, obj: Any) -> str:
        """Return version and place; a company with one of each reads only the place."""
        place = obj.location.name if obj.location else _("Everywhere")
        return f"{obj.code} · {place}" if obj.code else place


class ItemForm(NamesForm):
    """An item."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    base_unit = UnitField(label=gettext_lazy("Base unit"), queryset=Unit.objects.order_by("id"), empty_label=None)
    category = NamedField(label=gettext_lazy("Category"), queryset=Category.objects.order_by("code"), required=False)
    decoupling = forms.ChoiceField(label=gettext_lazy("How customers get it"), choices=DECOUPLINGS)
    tracking = forms.ChoiceField(label=gettext_lazy("Tracking"), choices=TRACKINGS)
    gtin = forms.RegexField(label=gettext_lazy("GTIN"), regex=r"^\d{8,14}$", required=False)
    weight_g = forms.IntegerField(label=gettext_lazy("Weight, grams"), min_value=0, max_value=10**12, required=False)
    standard_cost = AmountField(
        label=gettext_lazy("Standard cost of one unit"), minimum=0, maximum=LARGEST_COST, required=False
    )
    is_sold = forms.BooleanField(label=gettext_lazy("Is sold"), required=False)
    is_blocked = forms.BooleanField(label=gettext_lazy("Takes no new orders"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("code", "name_en", "name_id", "name_zh")

    def __init__(self, *args: Any, item: Item | None = None, hides_cost: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        kept = item.decoupling if item else ""
        self.fields["decoupling"].choices = list_ways_to_customers(kept)  # type: ignore[attr-defined]
        if item:
            # Stock and orders are counted in it; another unit is added as an alternative.
            del self.fields["code"], self.fields["base_unit"]
        if hides_cost:
            del self.fields["standard_cost"]

    def clean_weight_g(self) -> int:
        """Return grams, none as zero."""
        return self.cleaned_data["weight_g"] or 0

    def clean_standard_cost(self) -> int:
        """Return the cost, none as zero."""
        return self.cleaned_data["standard_cost"] or 0


class CategoryForm(NamesForm):
    """A node of the tree of items."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=40)
    parent = NamedField(
        label=gettext_lazy("Inside"), queryset=Category.objects.order_by("code"), required=False,
        empty_label=gettext_lazy("The top of the tree"),
    )  # fmt: skip
    field_order = ("code", "parent", "name_en", "name_id", "name_zh")

    def __init__(self, *args: Any, category: Category | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if category:
            del self.fields["code"]


class PeriodForm(forms.Form):
    """Something that holds in a half-open period."""

    valid_from = DayField(label=FIRST_DAY, required=False)
    valid_to = DayField(label=LAST_DAY, required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        data = super().clean() or self.cleaned_data
        if data.get("valid_from") and data.get("valid_to") and data["valid_to"] <= data["valid_from"]:
            self.add_error("valid_to", _("The period must end after it begins."))
        return data


class PlaceForm(PeriodForm):
    """A bill or a routing: where, in which order, when."""

    location = forms.ModelChoiceField(
        label=gettext_lazy("Location"),
        queryset=Item.objects.none(),
        required=False,
        empty_label=gettext_lazy("Everywhere"),
    )
    code = forms.CharField(label=gettext_lazy("Name of this version"), max_length=40, required=False)
    rank = forms.IntegerField(label=gettext_lazy("Rank"), min_value=1, max_value=99, initial=1)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].queryset = locations.list_sites()  # type: ignore[attr-defined]


class BillForm(PlaceForm):
    """The head of a bill."""

    batch = FigureField(label=gettext_lazy("Lines are for so many units"), minimum=1, initial=10_000)
    field_order = ("location", "code", "batch", "rank", "valid_from", "valid_to")


class ComponentForm(PeriodForm):
    """One component of a bill; a line without item is left out."""

    component = ItemField(label=gettext_lazy("Component"), required=False)
    quantity = FigureField(label=gettext_lazy("Units"), minimum=1, required=False)
    yield_share = PercentField(label=gettext_lazy("Yield, %"), minimum=1, maximum=10_000, required=False)
    operation = forms.IntegerField(label=gettext_lazy("Step no."), min_value=0, max_value=9999, required=False)
    choice = forms.IntegerField(label=gettext_lazy("One of group"), min_value=0, max_value=999, required=False)
    rank = forms.IntegerField(label=gettext_lazy("Rank"), min_value=1, max_value=99, required=False)
    field_order = ("component", "quantity", "yield_share", "operation", "choice", "rank", "valid_from", "valid_to")

    def clean(self) -> dict[str, Any]:
        """Ask for a quantity where there is a component."""
        data = super().clean() or self.cleaned_data
        if data.get("component") and not data.get("quantity") and "quantity" not in self.errors:
            self.add_error("quantity", _("How many? Give more than zero."))
        return data


class StepForm(forms.Form):
    """One step of a routing; a line without number is left out."""

    step = forms.IntegerField(label=gettext_lazy("Step no."), min_value=1, max_value=9999, required=False)
    name = forms.CharField(label=gettext_lazy("Operation"), max_length=120, required=False)
    resource = NamedField(
        label=gettext_lazy("Resource"), queryset=Resource.objects.filter(archived_at=None), required=False
    )
    alternate = NamedField(
        label=gettext_lazy("Or else on"), queryset=Resource.objects.filter(archived_at=None), required=False
    )
    setup_family = forms.CharField(label=gettext_lazy("Set-up family"), max_length=40, required=False)
    setup_minutes = forms.IntegerField(
        label=gettext_lazy("Set-up, min"), min_value=0, max_value=100_000, required=False
    )
    seconds_per_unit = FigureField(label=gettext_lazy("Seconds a unit"), minimum=0, required=False)
    wait_minutes = forms.IntegerField(
        label=gettext_lazy("Wait after, min"), min_value=0, max_value=1_000_000, required=False
    )
    is_milestone = forms.BooleanField(label=gettext_lazy("Customers are told"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for a name where there is a step, and for a resource before another one."""
        data = super().clean() or self.cleaned_data
        if data.get("alternate") and not data.get("resource"):
            self.add_error("resource", _("Say on which it is done first."))
        if data.get("step") and not data.get("name"):
            self.add_error("name", _("Give the operation a name."))
        return data


class BaseStepSet(forms.BaseFormSet):
    """The steps of a routing, each number once."""

    def clean(self) -> None:
        """Refuse a number that is used twice."""
        numbers = [form.cleaned_data.get("step") for form in self.forms if form.is_valid()]
        given = [number for number in numbers if number]
        twice = next((number for number in given if given.count(number) > 1), None)
        if twice:
            raise forms.ValidationError(_("Step %(step)s is there twice. Give each its own number.") % {"step": twice})


ComponentSet = forms.formset_factory(ComponentForm, extra=3, max_num=500)
StepSet = forms.formset_factory(StepForm, formset=BaseStepSet, extra=3, max_num=200)


class SourceForm(PeriodForm):
    """A way to replenish an item."""

    kind = forms.ChoiceField(label=gettext_lazy("How"), choices=SOURCE_KINDS)
    location = forms.ModelChoiceField(
        label=gettext_lazy("For location"),
        queryset=Item.objects.none(),
        required=False,
        empty_label=gettext_lazy("Everywhere"),
    )
    supplier = forms.ModelChoiceField(label=gettext_lazy("Supplier"), queryset=Item.objects.none(), required=False)
    origin = forms.ModelChoiceField(label=gettext_lazy("Moved from"), queryset=Item.objects.none(), required=False)
    bill = VersionField(label=gettext_lazy("Bill"), queryset=Item.objects.none(), required=False)
    routing = VersionField(label=gettext_lazy("Routing"), queryset=Item.objects.none(), required=False)
    rank = forms.IntegerField(label=gettext_lazy("Rank"), min_value=1, max_value=99, initial=1)
    lead_time_days = forms.IntegerField(label=gettext_lazy("Lead time, working days"), min_value=0, max_value=3650)
    minimum = FigureField(label=gettext_lazy("Least units"), minimum=0, required=False)
    multiple = FigureField(label=gettext_lazy("Multiple of"), minimum=0, required=False)
    maximum = FigureField(label=gettext_lazy("Most units of one order"), minimum=0, required=False)
    fixed_quantity = FigureField(label=gettext_lazy("Every order of exactly"), minimum=0, required=False)
    weekly_capacity = FigureField(label=gettext_lazy("Takes at most in a week"), minimum=0, required=False)
    share = forms.IntegerField(
        label=gettext_lazy("Share, as a weight"), min_value=1, max_value=1000, initial=1, required=False
    )
    cost = AmountField(label=gettext_lazy("Cost of one unit"), minimum=0, maximum=LARGEST_COST, required=False)
    currency = forms.RegexField(label=gettext_lazy("Currency"), regex=r"^[A-Z]{3}$", required=False)
    calendar = forms.ModelChoiceField(label=gettext_lazy("Calendar"), queryset=Item.objects.none(), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("kind", "supplier", "origin", "bill", "routing", "location", "rank", "lead_time_days")

    def __init__(self, *args: Any, item: Item, hides_cost: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].queryset = self.fields["origin"].queryset = locations.list_sites()  # type: ignore[attr-defined]
        self.fields["supplier"].queryset = parties.list_parties("supplier").order_by("name")  # type: ignore[attr-defined]
        bills = BillOfMaterials.objects.filter(item=item, archived_at=None).select_related("location")
        routings = Routing.objects.filter(item=item, archived_at=None).select_related("location")
        self.fields["bill"].queryset, self.fields["routing"].queryset = bills, routings  # type: ignore[attr-defined]
        self.fields["calendar"].queryset = calendars.list_calendars()  # type: ignore[attr-defined]
        kept = str((self.initial or {}).get("kind") or "")
        self.fields["kind"].choices = parties.list_shown(SOURCE_KINDS, what="source", kept=kept)  # type: ignore[attr-defined]
        for name in ("origin", "bill", "routing"):
            if kept != _USED_BY[name] and not parties.is_shown(f"source:{name}"):
                del self.fields[name]
        if not PlanningRule.objects.filter(item=item, search="split").exists():
            # Shares matter only where the item's sources share what it needs.
            del self.fields["share"]
        if hides_cost:
            del self.fields["cost"]

    def clean(self) -> dict[str, Any]:
        """Ask for what each way needs, and take away what it does not."""
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        sizes = ("minimum", "multiple", "maximum", "fixed_quantity", "weekly_capacity")
        for name in (*sizes, *(["cost"] if "cost" in self.fields else [])):
            data[name] = data.get(name) or 0
        if "share" in self.fields:
            data["share"] = data.get("share") or 1
        if kind == "move" and not data.get("origin"):
            self.add_error("origin", _("Say from where it is moved."))
        if kind == "move" and data.get("origin") and data.get("origin") == data.get("location"):
            self.add_error("origin", _("It cannot be moved from the place where it goes."))
        if kind in ("buy", "dropship") and not data.get("supplier"):
            self.add_error("supplier", _("Say from whom."))
        if data["maximum"] and data["maximum"] < data["minimum"]:
            self.add_error("maximum", _("The most must not be below the least."))
        if data["weekly_capacity"] and kind not in ("buy", "dropship"):
            self.add_error("weekly_capacity", _("This is said of a supplier; what we make or move has resources."))
        return self._drop_strangers(data, str(kind))

    @staticmethod
    def _drop_strangers(data: dict[str, Any], kind: str) -> dict[str, Any]:
        needed = {"buy": {"supplier"}, "dropship": {"supplier"}, "move": {"origin"}, "make": {"bill", "routing"}}
        for name in ("supplier", "origin", "bill", "routing"):
            if name not in needed.get(kind, set()):
                data[name] = None
        return data


class UnitForm(forms.Form):
    """Another unit in which an item is counted; a line without unit is left out."""

    unit = UnitField(label=gettext_lazy("Unit"), queryset=Unit.objects.order_by("id"), required=False)
    holds = FigureField(label=gettext_lazy("Holds so many base units"), minimum=1, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the factor where there is a unit."""
        data = super().clean() or self.cleaned_data
        if data.get("unit") and not data.get("holds") and "holds" not in self.errors:
            self.add_error("holds", _("How many base units does it hold?"))
        return data


UnitSet = forms.formset_factory(UnitForm, extra=2, max_num=30)


class SubstituteForm(PeriodForm):
    """What may stand in for an item."""

    substitute = ItemField(label=gettext_lazy("Item"))
    scope = forms.ChoiceField(label=gettext_lazy("Used where"), choices=SCOPES)
    ratio = FigureField(label=gettext_lazy("Units of it for one unit"), minimum=1, initial=10_000)
    rank = forms.IntegerField(label=gettext_lazy("Rank"), min_value=1, max_value=99, initial=1)

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        self.fields["scope"].choices = parties.list_shown(SCOPES, what="substitutes")  # type: ignore[attr-defined]

    def clean_substitute(self) -> Item:
        """Return another item."""
        substitute: Item = self.cleaned_data["substitute"]
        if substitute == self.item:
            raise forms.ValidationError(_("An item cannot stand in for itself."))
        return substitute

    def clean_ratio(self) -> Fraction:
        """Return the ratio as a fraction."""
        return Fraction(self.cleaned_data["ratio"], 10_000)


def name_in_my_language(text: str, stored: dict[str, str] | None = None) -> dict[str, str]:
    """Return a name with `text` in the reader's language and what was stored in the others."""
    return {**(stored or {}), get_language() or "en": text}
