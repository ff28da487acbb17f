"""What sales people type: agreements, their schedules, deals, budget months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rantai.crm.orders import forms as orders
from rantai.crm.selling import rules
from rantai.crm.selling.actions.agreements import SlotChange
from rantai.crm.selling.actions.drafts import (
    MOST_UNITS,
    AgreementDraft,
    AgreementLineDraft,
    DealLine,
    PlannedCallOff,
)
from rantai.crm.selling.models import AgreementLine, CallOffRevision, Opportunity, SalesAgreement
from rantai.foundation.items.models import Item
from rantai.kernel.money import MAX_AMOUNT
from rantai.ui.inputs import AmountField, DayField, FigureField, PercentField

MOST_LINES = 100
PERIODS = [(rules.MONTH, gettext_lazy("months")), (rules.WEEK, gettext_lazy("weeks"))]


class _ItemForm(forms.Form):
    """A row that begins with an item by code or name."""

    item = forms.CharField(
        label=gettext_lazy("Item"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "items"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: Item | None = None

    def clean_item(self) -> str:
        """Find the one item that was meant."""
        text: str = self.cleaned_data["item"].strip()
        self.found = orders.must_find_item(text)
        return text


class AgreementLineForm(_ItemForm):
    """An item of an agreement and how much of it is usually called off."""

    quantity = FigureField(label=gettext_lazy("A usual call-off"), minimum=1, maximum=MOST_UNITS)


class DealLineForm(_ItemForm):
    """An item of a deal: how much, by when, at what price."""

    quantity = FigureField(label=gettext_lazy("Quantity"), minimum=1, maximum=MOST_UNITS)
    needed_on = DayField(label=gettext_lazy("Needed on"))
    unit_price = AmountField(label=gettext_lazy("Unit price"), required=False, minimum=0, maximum=MAX_AMOUNT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_price"].widget.attrs["placeholder"] = _("list price")


class RowSet(forms.BaseFormSet):
    """Rows of which empty ones are left out, and every row may be emptied."""

    def initial_form_count(self) -> int:
        """Treat every row alike: rows are replaced, not edited one by one."""
        return 0

    def total_form_count(self) -> int:
        """Show the rows that there are and some empty ones below them."""
        return super().total_form_count() if self.is_bound else len(self.initial or ()) + self.extra

    def list_filled(self) -> list[Any]:
        """Return the rows that hold something."""
        return [form for form in self.forms if form.has_changed()]

    def clean(self) -> None:
        """Refuse an item that stands twice, and a document without a row."""
        if not self.list_filled():
            raise ValidationError(_("Name at least one item."))


class OneEachSet(RowSet):
    """Rows in which no item stands twice."""

    def clean(self) -> None:
        """Refuse an item that stands twice."""
        super().clean()
        items = [form.found.pk for form in self.list_filled() if form.found]
        if len(set(items)) < len(items):
            raise ValidationError(_("An item is in the agreement twice. Put it on one line."))


AgreementLines: type[OneEachSet] = forms.formset_factory(  # type: ignore[assignment]
    AgreementLineForm, formset=OneEachSet, extra=3, max_num=MOST_LINES, absolute_max=MOST_LINES
)
DealLines: type[RowSet] = forms.formset_factory(  # type: ignore[assignment]
    DealLineForm, formset=RowSet, extra=3, max_num=MOST_LINES, absolute_max=MOST_LINES
)


def _season(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=1000, initial=100)


class AgreementForm(forms.Form):
    """The head of an agreement and the rhythm in which it is called off."""

    title = forms.CharField(label=gettext_lazy("What it is about"), max_length=120, required=False)
    reference = forms.CharField(
        label=gettext_lazy("Contract number"), max_length=80, required=False,
        help_text=gettext_lazy("The customer's or the paper's own; ours is given when it is signed."),
    )  # fmt: skip
    valid_from = DayField(label=gettext_lazy("First day"))
    last_day = DayField(label=gettext_lazy("Last day"))
    replan = forms.BooleanField(
        label=gettext_lazy("Plan the schedule anew"), required=False,
        help_text=gettext_lazy("Without it, rows of items that stay are kept as they are."),
    )  # fmt: skip
    first_on = DayField(label=gettext_lazy("First call-off"), required=False)
    every = forms.IntegerField(label=gettext_lazy("Then every"), min_value=1, max_value=52, initial=1)
    period = forms.ChoiceField(label=gettext_lazy("Weeks or months"), choices=PERIODS)
    q1 = _season(gettext_lazy("January–March, % of a usual call-off"))
    q2 = _season(gettext_lazy("April–June, %"))
    q3 = _season(gettext_lazy("July–September, %"))
    q4 = _season(gettext_lazy("October–December, %"))
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    HEAD = ("title", "reference", "valid_from", "last_day")

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new:
            del self.fields["replan"]

    @property
    def head(self) -> list[forms.BoundField]:
        """The fields of the contract itself."""
        return [self[name] for name in self.HEAD]

    @property
    def rhythm(self) -> list[forms.BoundField]:
        """The fields that plan its schedule."""
        return [field for field in self.visible_fields() if field.name not in self.HEAD]

    def clean(self) -> dict[str, Any]:
        """Refuse an agreement that ends before it begins, and a first call-off outside it."""
        typed = super().clean() or {}
        first, last, begin = typed.get("valid_from"), typed.get("last_day"), typed.get("first_on")
        if first and last and last < first:
            self.add_error("last_day", _("The agreement ends before it begins. Choose a later last day."))
        elif first and last and begin and not first <= begin <= last:
            self.add_error("first_on", _("The first call-off lies outside the time of the agreement."))
        return typed

    def to_draft(
        self, lines: RowSet, *, party_id: int, kept: Mapping[int, Sequence[PlannedCallOff]], renews_id: int | None,
        today: date,
    ) -> AgreementDraft:  # fmt: skip
        """Return the agreement as typed; `kept` are the rows by item that stay as they are."""
        typed = self.cleaned_data
        valid_to = typed["last_day"] + timedelta(days=1)
        rhythm = rules.Rhythm(
            first=typed["first_on"] or typed["valid_from"], every=typed["every"], period=typed["period"],
            quarters=(typed["q1"], typed["q2"], typed["q3"], typed["q4"]),
        )  # fmt: skip
        if typed.get("replan"):
            kept = {}
        made = []
        for form in lines.list_filled():
            units = form.cleaned_data["quantity"]
            rows = kept.get(form.found.pk) or _number(rules.plan_call_offs(rhythm, units=units, valid_to=valid_to))
            made.append(AgreementLineDraft(item_id=form.found.pk, units=units, schedule=rows))
        return AgreementDraft(
            party_id=party_id, valid_from=typed["valid_from"], valid_to=valid_to, recorded_on=today,
            reference=typed["reference"].strip(), title=typed["title"].strip(), renews_id=renews_id, lines=made,
        )  # fmt: skip


def _number(planned: Sequence[tuple[date, int]]) -> list[PlannedCallOff]:
    return [PlannedCallOff(slot=slot, planned_on=on, units=units) for slot, (on, units) in enumerate(planned, start=1)]


class SlotForm(forms.Form):
    """A row of a schedule; an emptied quantity takes it out."""

    planned_on = DayField(label=gettext_lazy("Call-off on"), required=False)
    quantity = FigureField(label=gettext_lazy("Quantity"), required=False, minimum=0, maximum=MOST_UNITS)
    slot = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=30_000)

    def clean(self) -> dict[str, Any]:
        """Ask for the day of a row that plans something."""
        typed = super().clean() or {}
        if typed.get("quantity") and not typed.get("planned_on") and "planned_on" not in self.errors:
            self.add_error("planned_on", _("On which day?"))
        return typed


class SlotSet(RowSet):
    """The schedule of one line; a row too many is refused."""

    def clean(self) -> None:
        """Let a schedule be empty: what was planned may all be taken out."""

    def to_changes(self, line_id: int, stands: Mapping[int, CallOffRevision]) -> list[SlotChange]:
        """Return what the rows are to say; new ones get the next free slots."""
        changes, free = [], max(stands, default=0)
        for form in self.forms:
            typed = form.cleaned_data
            slot, units, on = typed.get("slot"), typed.get("quantity") or 0, typed.get("planned_on")
            if slot in stands:
                changes.append(
                    SlotChange(line_id=line_id, slot=slot, planned_on=on or stands[slot].planned_on, units=units)
                )
            elif units and on:
                free += 1
                changes.append(SlotChange(line_id=line_id, slot=free, planned_on=on, units=units))
        return changes


Slots: type[SlotSet] = forms.formset_factory(  # type: ignore[assignment]
    SlotForm, formset=SlotSet, extra=3, max_num=2 * rules.MOST_CALL_OFFS, absolute_max=2 * rules.MOST_CALL_OFFS
)


class SignForm(forms.Form):
    """The day under the signature."""

    signed_on = DayField(label=gettext_lazy("Signed on"))


class EndForm(forms.Form):
    """From when an agreement holds no longer."""

    ended_from = DayField(label=gettext_lazy("Holds no longer from"))


class DealForm(forms.Form):
    """The head of a deal."""

    title = forms.CharField(label=gettext_lazy("What it is about"), max_length=120)
    expected_on = DayField(label=gettext_lazy("Decision by"))
    probability = PercentField(
        label=gettext_lazy("Chance in %"), required=False, minimum=0, maximum=rules.SHARE,
        help_text=gettext_lazy("Empty: what such deals came to so far at this stage."),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("What is new"), max_length=300, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class LostForm(forms.Form):
    """Why a deal was lost."""

    reason = forms.CharField(label=gettext_lazy("Why was it lost?"), max_length=300)


class LinkForm(forms.Form):
    """The order that a deal became."""

    number = forms.CharField(label=gettext_lazy("Order number"), max_length=40)


class BudgetForm(forms.Form):
    """The months in which a customer's budget opens."""

    months = forms.TypedMultipleChoiceField(
        label=pgettext_lazy("budget", "Months"), choices=list(MONTHS.items()), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("How we know"), max_length=120, required=False)


def describe_agreement(held: SalesAgreement) -> dict[str, Any]:
    """Return a draft's head as its form shows it."""
    return {
        "title": held.title, "reference": held.reference, "valid_from": held.valid_from,
        "last_day": held.valid_to - timedelta(days=1), "revision": held.revision,
    }  # fmt: skip


def describe_renewal(held: SalesAgreement) -> dict[str, Any]:
    """Return the head of the agreement that follows one: as long as it, from the day on which it ends."""
    span = held.valid_to - held.valid_from
    return {"title": held.title, "valid_from": held.valid_to, "last_day": held.valid_to + span - timedelta(days=1)}


def describe_lines(lines: Sequence[AgreementLine]) -> list[dict[str, Any]]:
    """Return the lines of an agreement as the form shows them."""
    return [{"item": line.item.code, "quantity": line.units} for line in lines]


def describe_slots(rows: Sequence[CallOffRevision]) -> list[dict[str, Any]]:
    """Return the rows of a schedule as the form shows them."""
    return [{"planned_on": row.planned_on, "quantity": row.units, "slot": row.slot} for row in rows if row.units]


def describe_deal(deal: Opportunity) -> dict[str, Any]:
    """Return a deal's head as its form shows it."""
    return {
        "title": deal.title, "expected_on": deal.expected_on, "probability": deal.probability,
        "revision": deal.revision,
    }  # fmt: skip


def to_deal_lines(lines: RowSet, prices: Mapping[int, int]) -> list[DealLine]:
    """Return the lines of a deal as typed; where no price was, the list's."""
    return [
        DealLine(
            item_id=form.found.pk, units=form.cleaned_data["quantity"], needed_on=form.cleaned_data["needed_on"],
            unit_price=prices.get(form.found.pk, 0)
            if form.cleaned_data["unit_price"] is None
            else form.cleaned_data["unit_price"],
        )
        for form in lines.list_filled()
    ]  # fmt: skip


def list_missing_prices(lines: RowSet) -> list[tuple[int, int]]:
    """Return (item, base units) of the lines whose price was left to the list."""
    return [
        (form.found.pk, form.cleaned_data["quantity"])
        for form in lines.list_filled()
        if form.cleaned_data["unit_price"] is None
    ]


def show_problems(problem: Exception, form: forms.Form) -> None:
    """Put what an action refused above the form, a line each."""
    texts = [found.text for found in getattr(problem, "problems", ())] or [str(problem)]
    for text in texts:
        form.add_error(None, text)
