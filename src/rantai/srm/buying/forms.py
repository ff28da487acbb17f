"""What buyers type: another quantity or day, a note, a wish of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.locations.models import Location
from rantai.kernel.quantities import MAX_AMOUNT
from rantai.srm.suppliers import queries as suppliers
from rantai.ui.inputs import DayField, FigureField


class ScheduleForm(forms.Form):
    """Another quantity or day for a schedule."""

    units = FigureField(
        label=gettext_lazy("Quantity"), minimum=0, maximum=MAX_AMOUNT, help_text=gettext_lazy("0 takes the line back")
    )
    due_on = DayField(label=gettext_lazy("Needed on"))
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class NoteForm(forms.Form):
    """What the supplier reads on the order."""

    note = forms.CharField(
        label=gettext_lazy("Note to the supplier"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class RequisitionForm(forms.Form):
    """A wish before it is ordered."""

    units = FigureField(label=gettext_lazy("Quantity"), minimum=1, maximum=MAX_AMOUNT)
    due_on = DayField(label=gettext_lazy("Needed on"))
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, item: Item, **options: Any) -> None:
        super().__init__(**options)
        self.fields["supplier"] = SupplierField(required=False)
        self.fields["source"] = SourceField(item)
        self.order_fields(["units", "due_on", "supplier", "source", "reason", "revision"])


class NewRequisitionForm(forms.Form):
    """A wish by hand."""

    item = forms.CharField(label=gettext_lazy("Item code"), max_length=60)
    units = FigureField(label=gettext_lazy("Quantity"), minimum=1, maximum=MAX_AMOUNT)
    due_on = DayField(label=gettext_lazy("Needed on"))
    location = forms.ModelChoiceField(queryset=Location.objects.none(), label=gettext_lazy("Deliver to"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.fields["location"].queryset = locations.list_sites()  # type: ignore[attr-defined]
        self.fields["supplier"] = SupplierField(required=False)

    def clean_item(self) -> Item:
        """Return the item of a code."""
        item = Item.objects.filter(code=self.cleaned_data["item"].strip(), archived_at=None).first()
        if item is None:
            raise forms.ValidationError(
                _("There is no item '%(code)s'. Look it up under Items.") % {"code": self.cleaned_data["item"]}
            )
        return item


class SupplierField(forms.ModelChoiceField):
    """A supplier by name, those that get orders only."""

    def __init__(self, *, required: bool = True) -> None:
        rows = suppliers.list_suppliers().filter(is_blocked=False).select_related("party").order_by("party__name")
        super().__init__(queryset=rows, label=gettext_lazy("Supplier"), required=required, to_field_name="party_id")

    def label_from_instance(self, obj: Any) -> str:
        """Return the party's name."""
        return str(obj.party.name)


class SourceField(forms.ModelChoiceField):
    """A way to buy an item."""

    def __init__(self, item: Item) -> None:
        rows = item.sources.filter(kind__in=["buy", "dropship"], archived_at=None).select_related("supplier")
        super().__init__(queryset=rows.order_by("rank", "id"), label=gettext_lazy("Source"), required=False)

    def label_from_instance(self, obj: Any) -> str:
        """Return supplier and lead time."""
        name = obj.supplier.name if obj.supplier else _("any supplier")
        return _("%(supplier)s, %(days)s days") % {"supplier": name, "days": obj.lead_time_days}
