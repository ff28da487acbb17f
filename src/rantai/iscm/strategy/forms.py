"""What people say when they ask what if: a scenario's name, a change of each kind, a template's figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.access.models import Territory
from rantai.foundation.items.forms import ItemField, NamedField
from rantai.foundation.items.models import Category, Item, Resource, Source
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties.models import Party
from rantai.iscm.demand.models import Demand
from rantai.iscm.strategy import rules
from rantai.iscm.strategy.queries import changes, templates
from rantai.ui.inputs import AmountField, DayField, FigureField, PercentField

_MOST_CODES = 5_000
_SIGNED = ("demand", "price", "capacity", "stock")

SHARES = {
    "supplier_down": (gettext_lazy("Share that still comes, %"), gettext_lazy("empty: nothing comes")),
    "demand": (gettext_lazy("By how much, %"), gettext_lazy("20 is a fifth more, -20 a fifth less")),
    "promotion": (gettext_lazy("Rise of demand, %"), ""),
    "price": (gettext_lazy("Change of the price, %"), gettext_lazy("-10 is a tenth cheaper")),
    "capacity": (gettext_lazy("Capacity by how much, %"), gettext_lazy("50 is half as much again, -100 nothing")),
    "stock": (gettext_lazy("Safety stock by how much, %"), ""),
    "source_share": (gettext_lazy("Share of all orders, %"), ""),
}


class ScenarioForm(forms.Form):
    """What a scenario is called, and why somebody asks."""

    name = forms.CharField(
        label=gettext_lazy("What if …"), max_length=120, help_text=gettext_lazy("as you would say it: a supplier stops")
    )
    note = forms.CharField(label=gettext_lazy("Why you ask"), max_length=300, required=False)


class ChangeForm(forms.Form):
    """One change of a kind: only the fields that it reads."""

    def __init__(self, *, kind: str, **options: Any) -> None:
        super().__init__(**options)
        needed = changes.list_needed(kind)
        for name in (*changes.list_fields(kind), "cost"):
            field = _FIELDS[name](kind)
            field.required = name in needed
            self.fields[name] = field


class TemplateForm(forms.Form):
    """The figures of a strategy template."""

    service_level = PercentField(label=gettext_lazy("Replenishments without a stock-out, %"))
    review_days = forms.IntegerField(label=gettext_lazy("Days between two looks"))
    replenish = forms.ChoiceField(label=gettext_lazy("How stock is filled up"))
    lots = forms.ChoiceField(label=gettext_lazy("How much at once"))
    made = forms.ChoiceField(label=gettext_lazy("What we make"))
    bought = forms.ChoiceField(label=gettext_lazy("What we buy and sell"))
    sources = forms.ChoiceField(label=gettext_lazy("Which source first"))
    order = forms.ChoiceField(label=gettext_lazy("Whom first"))
    horizon_weeks = forms.IntegerField(label=gettext_lazy("Weeks planned ahead"))
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, codes in templates.CHOICES.items():
            self.fields[name].choices = [(code, PARAMS[name, code]) for code in codes]  # type: ignore[attr-defined]


PARAMS = {
    ("replenish", "order_point"): gettext_lazy("when it falls below a point"),
    ("replenish", "order_up_to"): gettext_lazy("at each look, until the next one"),
    ("replenish", "just_in_time"): gettext_lazy("just in time, nothing is kept"),
    ("lots", "economic"): gettext_lazy("in economic lots"),
    ("lots", "source"): gettext_lazy("what is missing, no more"),
    ("made", "stock"): gettext_lazy("finished goods on stock"),
    ("made", "assemble"): gettext_lazy("parts on stock, finished to order"),
    ("made", "order"): gettext_lazy("all of it to order"),
    ("bought", "stock"): gettext_lazy("on stock"),
    ("bought", "order"): gettext_lazy("bought when it is ordered"),
    ("sources", "rank"): gettext_lazy("by our ranking"),
    ("sources", "cost"): gettext_lazy("the cheapest"),
    ("order", "class"): gettext_lazy("by our order of classes"),
    ("order", "stake"): gettext_lazy("whom we would lose most with"),
}


class PlaceField(forms.ModelChoiceField):
    """A site by its code and name."""

    def label_from_instance(self, obj: Any) -> str:
        """Return code and name."""
        return f"{obj.code} · {obj.name}"


class SourceField(forms.ModelChoiceField):
    """A source by its item and whom or where it comes from."""

    def label_from_instance(self, obj: Any) -> str:
        """Return item, origin, rank."""
        whence = obj.supplier or obj.origin or _("own production")
        return f"{obj.item.code} · {whence} · {obj.rank}"


class ClassesField(forms.CharField):
    """Demand classes in the order in which they are served, or what is at stake."""

    def clean(self, value: Any) -> list[str]:
        """Return the classes, each once."""
        text = super().clean(value)
        return list(dict.fromkeys(part.strip() for part in text.replace(">", ",").split(",") if part.strip()))


class FactorField(FigureField):
    """A plain number with decimals, in 1/10,000."""


def list_item_codes() -> Any:
    """Return the codes that an item field completes, the first thousands of them."""
    rows = Item.objects.filter(archived_at=None, kind="stocked").order_by("code")
    return rows.values_list("code", flat=True)[:_MOST_CODES]


def list_categories() -> Any:
    """Return the categories by code."""
    return Category.objects.order_by("code")


def _suppliers() -> Any:
    ids = Source.objects.filter(archived_at=None).exclude(supplier=None).values("supplier_id")
    return Party.objects.filter(pk__in=ids).order_by("name")


def _choice_of_sources() -> Any:
    """Return sources of items that have a choice."""
    rows = Source.objects.filter(archived_at=None, item__archived_at=None)
    several = rows.values("item_id", "location_id").annotate(n=Count("id")).filter(n__gt=1).values("item_id")
    return rows.filter(item_id__in=several).select_related("item", "supplier", "origin").order_by("item__code", "rank")


def _class_choices() -> list[tuple[str, str]]:
    names = Demand.objects.order_by("demand_class").values_list("demand_class", flat=True).distinct()
    return [("", _("every class")), *((name, name) for name in names)]


def _share(kind: str) -> forms.Field:
    label, help_text = SHARES[kind]
    return PercentField(label=label, help_text=help_text, minimum=None if kind in _SIGNED else 0)


_FIELDS: dict[str, Callable[[str], forms.Field]] = {
    "supplier": lambda kind: forms.ModelChoiceField(label=_("Supplier"), queryset=_suppliers()),
    "item": lambda kind: ItemField(label=_("Item"), help_text=_("empty: all")),
    "category": lambda kind: NamedField(label=_("Category"), queryset=list_categories()),
    "territory": lambda kind: NamedField(
        label=_("Territory of the customers"), queryset=Territory.objects.filter(archived_at=None).order_by("code")
    ),
    "demand_class": lambda kind: forms.ChoiceField(label=_("Class of the customers"), choices=_class_choices()),
    "location": lambda kind: PlaceField(
        label=_("A site like") if kind == "new_site" else _("Site"), queryset=locations.list_sites()
    ),
    "source": lambda kind: SourceField(
        label=_("Source"), queryset=_choice_of_sources(), help_text=_("only of items that have more than one")
    ),
    "resource": lambda kind: NamedField(
        label=_("Resource"), queryset=Resource.objects.filter(archived_at=None).order_by("code")
    ),
    "template": lambda kind: forms.ChoiceField(
        label=_("Template"), choices=[(one.code, one.name) for one in templates.TEMPLATES]
    ),
    "text": lambda kind: forms.CharField(label=_("Name of the new site"), max_length=60),
    "classes": lambda kind: ClassesField(
        label=_("Classes, the first served first"), max_length=300,
        help_text=_("with commas; or the one word stake: whom we would lose most with first"),
    ),
    "share": _share,
    "pulled": lambda kind: PercentField(
        label=_("Of the rise missing afterwards, %"), minimum=0, maximum=10_000,
        help_text=_("in as many days after the promotion"),
    ),
    "elasticity": lambda kind: FactorField(
        label=_("Elasticity"), help_text=_("your own figure: -1.5 means one per cent dearer sells 1.5 per cent less")
    ),
    "service_level": lambda kind: PercentField(label=_("Or: replenishments without a stock-out, %")),
    "days": lambda kind: forms.IntegerField(
        label=_("Working days to the old site") if kind == "new_site" else _("Working days more or less")
    ),
    "hours": lambda kind: forms.IntegerField(label=_("Hours more each working day")),
    "rank": lambda kind: forms.IntegerField(label=_("Rank"), help_text=_("1 is asked first")),
    "units": lambda kind: FigureField(label=_("Or: safety stock in units"), minimum=0),
    "minimum": lambda kind: FigureField(label=_("Smallest order, units"), minimum=0),
    "multiple": lambda kind: FigureField(label=_("In steps of, units"), minimum=0),
    "maximum": lambda kind: FigureField(label=_("Largest order, units"), minimum=0),
    "amount": lambda kind: AmountField(label=_("Each unit costs more by")),
    "is_first": lambda kind: forms.BooleanField(label=_("Is asked before the old site")),
    "cost": lambda kind: AmountField(label=_("What the change itself costs"), minimum=0, help_text=_("once, in all")),
    "starts_on": lambda kind: DayField(label=_("From")),
    "ends_on": lambda kind: DayField(label=_("Until, that day too")),
}  # fmt: skip

assert set(_FIELDS) >= {name.rstrip("*") for names in rules.KINDS.values() for name in names}
