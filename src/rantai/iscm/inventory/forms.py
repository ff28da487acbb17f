"""What people type about stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rantai.iscm.inventory.actions import counts, policies
from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.inventory.models.policies import ABC, XYZ
from rantai.kernel.quantities import MAX_AMOUNT
from rantai.ui.inputs import FigureField, PercentField

KINDS = {
    "order_point": gettext_lazy("Order point and lot"),
    "order_up_to": gettext_lazy("Fill up at each look"),
    "min_max": gettext_lazy("Between least and most"),
    "kanban": gettext_lazy("Kanban cards"),
    "just_in_time": gettext_lazy("Just in time, no stock"),
    "vendor_managed": gettext_lazy("Kept by the supplier"),
}
LOT_RULES = {
    "economic": gettext_lazy("Cheapest lot"),
    "fixed": gettext_lazy("Fixed lot"),
    "source": gettext_lazy("As its source sells"),
    "dynamic": gettext_lazy("Lots over the forecast"),
}
DECOUPLINGS = {
    "stock": gettext_lazy("from stock"),
    "assemble": gettext_lazy("assembled to order"),
    "make": gettext_lazy("made to order"),
    "dropship": gettext_lazy("straight from the supplier"),
}
_AS_ABOVE = gettext_lazy("as the policy above says")
_ANY = pgettext_lazy("class or category", "any")

REASONS = (
    ("count", gettext_lazy("Counted")),
    ("damage", gettext_lazy("Damaged")),
    ("loss", gettext_lazy("Lost")),
    ("found", gettext_lazy("Surplus found")),
    ("expired", gettext_lazy("Expired")),
    ("correction", gettext_lazy("Booked wrongly")),
)


class CountForm(forms.Form):
    """Why the books are changed."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=REASONS)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=200)


class CountLineForm(forms.Form):
    """What was counted of one balance; empty is not counted."""

    counted = FigureField(label=gettext_lazy("Counted"), required=False, minimum=0, maximum=MAX_AMOUNT)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    balance = forms.IntegerField(widget=forms.HiddenInput)


class FoundForm(forms.Form):
    """Stock that the books do not know."""

    counted = FigureField(label=gettext_lazy("Quantity"), required=False, minimum=1, maximum=MAX_AMOUNT)
    lot = forms.CharField(label=gettext_lazy("Lot"), required=False, max_length=60)

    def __init__(self, *args: object, tracking: str = "none", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.tracking = tracking
        if tracking == "none":
            del self.fields["lot"]

    def clean(self) -> dict[str, object]:
        """Ask for the lot of tracked goods."""
        cleaned = super().clean() or {}
        if cleaned.get("counted") and self.tracking == "lot" and not cleaned.get("lot"):
            self.add_error("lot", _("Enter the lot that stands on the goods."))
        return cleaned


class StatusForm(forms.Form):
    """Units that get another status."""

    units = FigureField(label=gettext_lazy("Quantity"), minimum=1, maximum=MAX_AMOUNT)
    to = forms.ChoiceField(
        label=gettext_lazy("New status"),
        choices=(
            ("available", gettext_lazy("Available")),
            ("quarantine", gettext_lazy("Quarantine")),
            ("blocked", gettext_lazy("Blocked")),
        ),
    )


def read_lines(
    item_id: int, balances: list[StockBalance], forms_by_id: dict[int, CountLineForm], found: FoundForm
) -> list[counts.CountedLine]:
    """Return what valid forms say was counted."""
    lines = [
        counts.CountedLine(
            item_id=item_id,
            balance_id=balance.pk,
            seen=form.cleaned_data["seen"],
            counted=form.cleaned_data["counted"],
        )
        for balance in balances
        if (form := forms_by_id[balance.pk]).cleaned_data.get("counted") is not None
    ]
    if found.cleaned_data.get("counted"):
        lines.append(
            counts.CountedLine(
                item_id=item_id, counted=found.cleaned_data["counted"], lot_code=found.cleaned_data.get("lot", "")
            )
        )
    return lines


def _with_empty(choices: Mapping[str, Any], empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *choices.items()]


class PolicyForm(forms.Form):
    """What is wanted of stock; what stays empty is said by the next policy above it."""

    service_level = PercentField(
        label=gettext_lazy("Service level, %"),
        minimum=1,
        maximum=9_999,
        required=False,
        help_text=gettext_lazy("empty: as the policy above says"),
    )
    service_kind = forms.ChoiceField(
        label=gettext_lazy("Counted in"),
        choices=[
            ("cycle", gettext_lazy("replenishments without a stock-out")),
            ("fill", gettext_lazy("units delivered from stock")),
        ],
    )
    review_days = forms.IntegerField(
        label=gettext_lazy("Days between two looks"), min_value=0, max_value=366, required=False
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Way of replenishing"),
        choices=lambda: _with_empty({k: v for k, v in KINDS.items() if k != "vendor_managed"}, _AS_ABOVE),
        required=False,
    )
    lot_rule = forms.ChoiceField(
        label=gettext_lazy("Lot size"), choices=lambda: _with_empty(LOT_RULES, _AS_ABOVE), required=False
    )
    lot_size = FigureField(label=gettext_lazy("Fixed lot"), minimum=1, maximum=MAX_AMOUNT, required=False)
    least = FigureField(label=gettext_lazy("Least on hand"), minimum=0, maximum=MAX_AMOUNT, required=False)
    most = FigureField(label=gettext_lazy("Most on hand"), minimum=1, maximum=MAX_AMOUNT, required=False)
    container = FigureField(label=gettext_lazy("Units in a container"), minimum=1, maximum=MAX_AMOUNT, required=False)
    cards = forms.IntegerField(
        label=gettext_lazy("Kanban cards"),
        min_value=1,
        max_value=32_000,
        required=False,
        help_text=gettext_lazy("empty: calculated"),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def read_terms(self) -> policies.Terms:
        """Return what was typed, as the action takes it."""
        told = {
            name: self.cleaned_data.get(name) for name in policies.Terms.__dataclass_fields__ if name in self.fields
        }
        return policies.Terms(**told)  # type: ignore[arg-type]


class PlaceForm(PolicyForm):
    """The same for an item at a place, with what only a place can have."""

    safety_stock = FigureField(
        label=gettext_lazy("Safety stock by hand"),
        minimum=0,
        maximum=MAX_AMOUNT,
        required=False,
        help_text=gettext_lazy("empty: calculated"),
    )
    covered_days = forms.IntegerField(
        label=gettext_lazy("Days covered by safety stock"),
        min_value=0,
        max_value=policies.MOST_COVERED_DAYS,
        required=False,
        help_text=gettext_lazy("empty: the whole wait"),
    )
    decoupling = forms.ChoiceField(
        label=gettext_lazy("Customers get it"),
        choices=lambda: _with_empty(DECOUPLINGS, gettext_lazy("as the item says")),
        required=False,
    )
    supplier = forms.ChoiceField(
        label=gettext_lazy("Its supplier keeps it"),
        required=False,
        help_text=gettext_lazy("between the least and the most on hand"),
    )
    field_order = (
        "service_level", "service_kind", "review_days", "safety_stock", "covered_days", "kind", "lot_rule", "lot_size",
        "least", "most", "supplier", "container", "cards", "decoupling", "reason", "revision",
    )  # fmt: skip

    def __init__(self, *, suppliers: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(**options)
        choices = [("", gettext_lazy("nobody but us")), *((str(pk), name) for pk, name in suppliers)]
        self.fields["supplier"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for both levels where a supplier is to keep them."""
        cleaned = super().clean() or {}
        if cleaned.get("supplier") and (cleaned.get("least") is None or cleaned.get("most") is None):
            self.add_error("least", _("A vendor keeps stock between a least and a most above it. Enter both."))
        return cleaned


_SAYINGS = ("service_level", "review_days", "kind", "lot_rule", "lot_size", "least", "most", "container", "cards")


class SubjectForm(PolicyForm):
    """A policy of a category, of classes, or of everything."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    abc = forms.ChoiceField(
        label=gettext_lazy("Class by value"), choices=[("", _ANY), *((one, one) for one in ABC)], required=False
    )
    xyz = forms.ChoiceField(
        label=gettext_lazy("Class by variability"), choices=[("", _ANY), *((one, one) for one in XYZ)], required=False
    )
    demand_class = forms.ChoiceField(label=gettext_lazy("Class of orders"), required=False)
    field_order = ("category", "abc", "xyz", "demand_class")

    def __init__(self, *, categories: Sequence[tuple[int, str]], demand_classes: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.fields["category"].choices = [("", _ANY), *((str(pk), name) for pk, name in categories)]  # type: ignore[attr-defined]
        self.fields["demand_class"].choices = [("", _ANY), *((name, name) for name in demand_classes)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for something to hold to: a policy that says nothing would only stand in the way."""
        cleaned = super().clean() or {}
        if not self.errors and all(cleaned.get(name) in (None, "") for name in _SAYINGS):
            self.add_error("service_level", _("Say at least one thing that this policy asks for."))
        return cleaned

    def read_subject(self) -> policies.Subject:
        """Return what the policy is for."""
        told = self.cleaned_data
        category = int(told["category"]) if told["category"] else None
        return policies.Subject(
            category_id=category, abc=told["abc"], xyz=told["xyz"], demand_class=told["demand_class"]
        )


class LimitsForm(forms.Form):
    """Where one class ends and the next begins."""

    a_share = PercentField(label=gettext_lazy("A up to % of the value"), minimum=1, maximum=9_999)
    b_share = PercentField(label=gettext_lazy("B up to % of the value"), minimum=1, maximum=10_000)
    x_limit = PercentField(label=gettext_lazy("X errs by less than % of a week"), minimum=1, maximum=1_000_000)
    y_limit = PercentField(label=gettext_lazy("Y errs by less than % of a week"), minimum=1, maximum=1_000_000)
    class_share = PercentField(label=gettext_lazy("A class of orders counts from % on"), minimum=0, maximum=10_000)
    cover_days = forms.IntegerField(label=gettext_lazy("Excess beyond days of demand"), min_value=1, max_value=3_650)
    ageing_days = forms.IntegerField(label=gettext_lazy("Old from days on"), min_value=1, max_value=36_500)
    expiry_days = forms.IntegerField(
        label=gettext_lazy("Sold at the latest days before it expires"), min_value=0, max_value=3_650
    )
