"""What sales people type: an order with its lines, changes of it, a payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.crm.accounts import queries as accounts
from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.crm.orders.models import SalesOrder, SalesOrderLine, ScheduleLine
from rantai.crm.orders.queries import drafts
from rantai.foundation.items.models import Item, Unit
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties.models import Address
from rantai.kernel import texts
from rantai.kernel.quantities import MAX_AMOUNT, Quantity
from rantai.ui import formats
from rantai.ui.inputs import AmountField, DayField, FigureField

MAX_SHOWN = 60


class LineForm(forms.Form):
    """One line: an item by code or name, and how much of it."""

    item = forms.CharField(
        label=gettext_lazy("Item"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "items"}),
    )
    quantity = FigureField(label=gettext_lazy("Quantity"))
    unit_code = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)
    requested_on = DayField(label=gettext_lazy("Wanted on"), required=False)
    unit_price = AmountField(label=gettext_lazy("Unit price"), required=False)
    discount = FigureField(label=gettext_lazy("Discount %"), required=False)
    site = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_code"].choices = [("", _("base unit")), *units]  # type: ignore[attr-defined]
        self.fields["unit_price"].widget.attrs["placeholder"] = _("list price")
        self.found: Item | None = None

    def clean_item(self) -> str:
        """Find the one item that was meant."""
        text = self.cleaned_data["item"].strip()
        self.found = must_find_item(text)
        return text

    def clean_site(self) -> int | None:
        """Keep a site of ours that was chosen among the ways to serve a line."""
        site: int | None = self.cleaned_data["site"]
        if site and not locations.list_sites().filter(pk=site).exists():
            raise forms.ValidationError(_("There is no such site. Choose one from the list."))
        return site

    def to_draft(self, *, today: date) -> OrderLineDraft:
        """Return the line as CRM takes it; without a day it is wanted as soon as possible, which is today."""
        cleaned = self.cleaned_data
        assert self.found is not None
        return OrderLineDraft(
            item_id=self.found.pk,
            quantity=Quantity(cleaned["quantity"]),
            unit_code=cleaned["unit_code"],
            requested_on=cleaned["requested_on"] or today,
            unit_price=cleaned["unit_price"],
            discount=round((cleaned["discount"] or 0) / 100),
            location_id=cleaned["site"],
        )


class LineFormSet(forms.BaseFormSet):
    """The lines of an order; empty rows are left out, and every row may be emptied."""

    def initial_form_count(self) -> int:
        """Treat every row alike: lines of a draft are replaced, not edited one by one."""
        return 0

    def total_form_count(self) -> int:
        """Show the lines of a draft and some empty rows below them."""
        return super().total_form_count() if self.is_bound else len(self.initial or ()) + self.extra

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Read the units once for all lines."""
        if not hasattr(self, "_units"):
            self._units = [(unit.code, texts.pick(unit.name) or unit.code) for unit in Unit.objects.order_by("id")]
        return {**super().get_form_kwargs(index), "units": self._units}

    def list_filled(self) -> list[LineForm]:
        """Return the lines that hold something."""
        return [form for form in self.forms if form.has_changed()]


OrderLines = forms.formset_factory(
    LineForm, formset=LineFormSet, extra=3, max_num=drafts.MAX_LINES, absolute_max=drafts.MAX_LINES, can_delete=False
)


class OrderForm(forms.Form):
    """The head of an order."""

    ship_to = forms.ModelChoiceField(label=gettext_lazy("Deliver to"), queryset=Address.objects.none(), required=False)
    customer_reference = forms.CharField(label=gettext_lazy("Their reference"), max_length=80, required=False)
    ships_complete = forms.BooleanField(
        label=gettext_lazy("Deliver everything at once"),
        required=False,
        help_text=gettext_lazy("The order waits until its last line is there."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, party_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ship_to"]
        field.queryset = accounts.list_addresses(party_id)  # type: ignore[attr-defined]
        field.label_from_instance = say_address  # type: ignore[attr-defined]
        field.empty_label = _("the usual address")  # type: ignore[attr-defined]


class ChangeForm(forms.Form):
    """What one line of a confirmed order should become; without another item its own stays."""

    item = forms.CharField(
        label=gettext_lazy("Another item"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "items"}),
    )
    quantity = FigureField(label=gettext_lazy("Quantity"), minimum=0)
    requested_on = forms.DateField(label=gettext_lazy("Wanted on"), required=False)

    def clean_item(self) -> Item | None:
        """Find the one item that was meant."""
        text: str = self.cleaned_data["item"].strip()
        return must_find_item(text) if text else None


class PaymentForm(forms.Form):
    """Money that came in for an invoice."""

    amount = AmountField(label=gettext_lazy("Amount"), minimum=1)
    received_on = forms.DateField(label=gettext_lazy("Received on"))
    reference = forms.CharField(label=gettext_lazy("Bank reference"), max_length=80, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_received_on(self) -> date:
        """Refuse money from the future and from another century."""
        day: date = self.cleaned_data["received_on"]
        if not date(2000, 1, 1) <= day <= self.today:
            raise forms.ValidationError(_("Give a day up to today."))
        return day


def make_draft(
    head: OrderForm, lines: LineFormSet, *, party_id: int, company_id: int, today: date, as_of: datetime, by: str
) -> OrderDraft:
    """Return the order that the forms describe."""
    ship_to = head.cleaned_data["ship_to"]
    return OrderDraft(
        company_id=company_id,
        party_id=party_id,
        lines=tuple(form.to_draft(today=today) for form in lines.list_filled()),
        ship_to_id=ship_to.pk if ship_to else None,
        customer_reference=head.cleaned_data["customer_reference"],
        ships_complete=head.cleaned_data["ships_complete"],
        sales_person=by,
        as_of=as_of,
        by=by,
    )


def show_problems(refused: drafts.OrderRefused, head: OrderForm, lines: LineFormSet) -> None:
    """Put each problem beside its field."""
    filled = lines.list_filled()
    for problem in refused.problems:
        form = filled[problem.line] if 0 <= problem.line < len(filled) else head
        name = {"unit": "unit_code"}.get(problem.field, problem.field)
        form.add_error(name if name in form.fields else None, problem.text)


def describe_lines(order: SalesOrder) -> list[dict[str, Any]]:
    """Return an order's lines as the form shows them, to edit a draft."""
    rows = SalesOrderLine.objects.filter(order=order).select_related("item", "item__base_unit").order_by("number")
    schedule = {row.line_id: row for row in ScheduleLine.objects.filter(order=order)}
    return [
        {
            "item": row.item.code,
            "quantity": row.quantity,
            "unit_code": row.unit_code if row.unit_code != row.item.base_unit.code else "",
            "requested_on": schedule[row.pk].requested_on if row.pk in schedule else order.requested_on,
            "site": schedule[row.pk].ships_from_id if row.pk in schedule else None,
            "unit_price": row.unit_price if row.price_origin == "typed" else None,
            "discount": row.discount * 100 or None,
        }
        for row in rows
    ]


def find_item(text: str) -> Item | None:
    """Return the item that a code, a trade number or a whole name means, if it means one."""
    code = text.partition(" · ")[0].strip()
    exact = Item.objects.filter(Q(code__iexact=code) | Q(gtin=code), archived_at=None)[:2]
    found = list(exact) or search_items(text, at_most=2)
    return found[0] if len(found) == 1 else None


def must_find_item(text: str) -> Item:
    """Return the item that was meant; raises ValidationError where there is none, or more than one."""
    found = find_item(text)
    if found is None:
        raise forms.ValidationError(
            _("No item is called '%(text)s'. Look for it below, or check the code.") % {"text": text}
        )
    return found


def search_items(text: str, *, at_most: int = 12) -> list[Item]:
    """Return items that are for sale and whose code begins with, or whose name holds, the words."""
    words = text.strip()
    if not words:
        return []
    named = Q(code__istartswith=words) | Q(name__en__icontains=words) | Q(name__id__icontains=words)
    rows = Item.objects.filter(named | Q(**{"name__zh-hans__icontains": words}), archived_at=None, is_sold=True)
    return list(rows.select_related("base_unit").order_by("code")[:at_most])


def say_address(address: Address) -> str:
    """Say an address in one line."""
    parts = (address.attention, address.street, address.city, formats.country(address.country))
    return ", ".join(part for part in parts if part)


def list_suggestions() -> list[Item]:
    """Return the items that the browser offers while typing: the newest, as many as a page can carry."""
    rows = Item.objects.filter(archived_at=None, is_sold=True, is_blocked=False).order_by("-id")[:300]
    return sorted(rows, key=lambda item: item.code)


RETURN_REASONS = {
    "damaged": gettext_lazy("Damaged"),
    "wrong": gettext_lazy("Wrong goods"),
    "unwanted": gettext_lazy("Not wanted"),
    "warranty": gettext_lazy("Warranty"),
}


class ReturnForm(forms.Form):
    """Why goods come back, and what the warehouse should know."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=list(RETURN_REASONS.items()))
    note = forms.CharField(label=gettext_lazy("For the warehouse"), required=False, max_length=500)


class ReturnLineForm(forms.Form):
    """How much of a delivered line comes back; empty is nothing."""

    units = FigureField(label=gettext_lazy("Comes back"), required=False, minimum=1, maximum=MAX_AMOUNT)


class AnswerForm(forms.Form):
    """What the customer is told, in plain words."""

    text = forms.CharField(
        label=gettext_lazy("Write to the customer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Goes by mail and stands on the customer's page. For colleagues write a comment below."),
    )
