"""What people type about stock."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.iscm.inventory.actions import counts
from rantai.iscm.inventory.models import StockBalance
from rantai.kernel.quantities import MAX_AMOUNT
from rantai.ui.inputs import FigureField

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
