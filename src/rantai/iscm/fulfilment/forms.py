"""What people at the dock type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.iscm.fulfilment import rules
from rantai.kernel.quantities import MAX_AMOUNT
from rantai.srm.messages import PurchaseLine
from rantai.ui.inputs import FigureField

RETURN_REASONS = (
    ("damaged", gettext_lazy("Damaged")),
    ("wrong", gettext_lazy("Wrong goods")),
    ("unwanted", gettext_lazy("Not wanted")),
    ("warranty", gettext_lazy("Warranty")),
)
REASON_WORDS = dict(RETURN_REASONS)
CONDITIONS = (
    ("quarantine", gettext_lazy("To be looked at")),
    ("available", gettext_lazy("As new")),
    ("blocked", gettext_lazy("Not usable")),
)


class PickForm(forms.Form):
    """What was found for a task."""

    found = FigureField(label=gettext_lazy("Quantity found"), minimum=0, maximum=MAX_AMOUNT)


class PackForm(forms.Form):
    """The boxes."""

    packages = forms.IntegerField(label=gettext_lazy("Packages"), min_value=1, max_value=999, initial=1)
    weight_kg = forms.DecimalField(
        label=gettext_lazy("Weight, kg"), required=False, min_value=0, max_value=100_000, decimal_places=3
    )

    def read_grams(self) -> int:
        """Return the weight in grams."""
        return int((self.cleaned_data.get("weight_kg") or 0) * 1000)


class ShipForm(forms.Form):
    """Who takes the goods."""

    carrier = forms.CharField(label=gettext_lazy("Carrier"), required=False, max_length=80)
    tracking = forms.CharField(label=gettext_lazy("Tracking number"), required=False, max_length=80)


class DeliverForm(forms.Form):
    """How we know that the goods are there."""

    proof = forms.ChoiceField(label=gettext_lazy("Proof"), choices=tuple(rules.PROOFS.items()))
    file = forms.FileField(
        label=gettext_lazy("Picture or scan"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*,application/pdf"}),
    )


class ReturnForm(forms.Form):
    """Why goods came back."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=RETURN_REASONS)


class ReturnLineForm(forms.Form):
    """What of a line came back; empty is nothing."""

    units = FigureField(label=gettext_lazy("Came back"), required=False, minimum=1, maximum=MAX_AMOUNT)
    status = forms.ChoiceField(label=gettext_lazy("Condition"), choices=CONDITIONS)


class ReceiptForm(forms.Form):
    """The paper that came with the goods; `key` makes the same form posted twice one receipt."""

    delivery_note = forms.CharField(label=gettext_lazy("Their delivery note"), required=False, max_length=60)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)


class ReceiptLineForm(forms.Form):
    """What arrived of one order line; empty is nothing."""

    units = FigureField(label=gettext_lazy("Arrived"), required=False, minimum=1, maximum=MAX_AMOUNT)
    rejected = FigureField(label=gettext_lazy("Not usable"), required=False, minimum=0, maximum=MAX_AMOUNT)
    lot = forms.CharField(label=gettext_lazy("Lot"), required=False, max_length=60)
    serials = forms.CharField(
        label=gettext_lazy("Serial numbers, one a line"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, line: PurchaseLine, tracking: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = line
        if tracking != "lot":
            del self.fields["lot"]
        if tracking != "serial":
            del self.fields["serials"]

    def clean(self) -> dict[str, Any]:
        """Refuse more unusable units than arrived."""
        cleaned = super().clean() or {}
        if (cleaned.get("rejected") or 0) > (cleaned.get("units") or 0):
            self.add_error("rejected", _("Not more than arrived."))
        return cleaned

    @property
    def serial_numbers(self) -> tuple[str, ...]:
        """The numbers, each once, in the order of typing."""
        text = self.cleaned_data.get("serials", "")
        return tuple(dict.fromkeys(word.strip() for word in text.splitlines() if word.strip()))
