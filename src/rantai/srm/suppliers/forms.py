"""What a buyer types of a supplier."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy, pgettext_lazy

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.models import Calendar
from rantai.foundation.parties.models import PaymentTerm
from rantai.kernel.money import MAX_AMOUNT
from rantai.kernel.texts import pick
from rantai.ui.inputs import AmountField

TIERS = (
    ("core", gettext_lazy("Core")),
    ("preferred", gettext_lazy("Preferred")),
    ("approved", pgettext_lazy("class of suppliers", "Approved")),
    ("spot", gettext_lazy("Spot")),
)


class SupplierForm(forms.Form):
    """A supplier's terms."""

    tier_class = forms.ChoiceField(label=gettext_lazy("Class"), choices=TIERS)
    calendar = forms.ModelChoiceField(
        queryset=Calendar.objects.none(),
        label=gettext_lazy("Works on"),
        required=False,
        empty_label=gettext_lazy("as we do"),
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=gettext_lazy("Currency"),
        required=False,
        help_text=gettext_lazy("empty: ours"),
        error_messages={"invalid": gettext_lazy("Three letters such as IDR.")},
    )
    minimum_order = AmountField(
        label=gettext_lazy("Smallest order"),
        minimum=0,
        maximum=MAX_AMOUNT,
        initial=0,
        help_text=gettext_lazy("value in its currency; 0: none"),
    )
    answer_days = forms.IntegerField(label=gettext_lazy("Working days to answer"), min_value=0, max_value=60, initial=2)
    is_blocked = forms.BooleanField(label=gettext_lazy("Gets no new orders"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note for us"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["calendar"].queryset = calendars.list_calendars()  # type: ignore[attr-defined]
        self.fields["payment_term"] = TermField(
            queryset=PaymentTerm.objects.order_by("days"), label=gettext_lazy("Payment"), required=False
        )
        self.order_fields(["tier_class", "calendar", "currency", "payment_term", "minimum_order"])

    def list_terms(self) -> dict[str, Any]:
        """Return the terms as the action takes them."""
        cleaned = self.cleaned_data
        return {
            "tier_class": cleaned["tier_class"],
            "calendar_id": cleaned["calendar"].pk if cleaned["calendar"] else None,
            "currency": cleaned["currency"].upper(),
            "payment_term_id": cleaned["payment_term"].pk if cleaned["payment_term"] else None,
            "minimum_order": cleaned["minimum_order"],
            "answer_days": cleaned["answer_days"],
            "is_blocked": cleaned["is_blocked"],
            "note": cleaned["note"],
        }


class NewSupplierForm(SupplierForm):
    """A party that begins to sell to us."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail for orders"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    field_order = ["name", "email", "language", "tier_class"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.order_fields([*self.field_order, *self.base_fields])


class ContactForm(forms.Form):
    """A person who is sent orders."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    position = forms.CharField(label=pgettext_lazy("of a person", "Position"), max_length=80, required=False)


class TermField(forms.ModelChoiceField):
    """A payment term by its name in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name."""
        return pick(obj.name) or str(obj.code)
