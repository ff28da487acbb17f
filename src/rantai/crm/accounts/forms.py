"""The terms on which a customer buys, as sales and finance type them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.crm.accounts.models import Account
from rantai.foundation.access import queries as access
from rantai.foundation.access.models import Territory
from rantai.foundation.parties.models import PaymentTerm
from rantai.kernel import texts
from rantai.ui.inputs import AmountField

TREATMENTS = [
    ("domestic", gettext_lazy("At home: the usual tax")),
    ("reverse_charge", gettext_lazy("Business abroad: reverse charge")),
    ("export", gettext_lazy("Export sale")),
    ("exempt", gettext_lazy("Exempt")),
]


class TermsForm(forms.Form):
    """What may be agreed with a customer."""

    payment_term = forms.ModelChoiceField(
        label=gettext_lazy("Payment"), queryset=PaymentTerm.objects.all(), required=False
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, required=False)
    tax_treatment = forms.ChoiceField(label=gettext_lazy("Tax"), choices=TREATMENTS)
    tax_id = forms.CharField(label=gettext_lazy("Tax number"), max_length=40, required=False)
    demand_class = forms.CharField(
        label=gettext_lazy("Demand class"),
        max_length=40,
        help_text=gettext_lazy("How supply is shared when there is too little, such as standard or key."),
    )
    territory = forms.ModelChoiceField(
        label=gettext_lazy("Territory"), queryset=Territory.objects.none(), required=False
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Looked after by"), queryset=Territory.objects.none(), required=False
    )
    credit_limit = AmountField(
        label=gettext_lazy("Credit limit"),
        required=False,
        minimum=0,
        help_text=gettext_lazy("Above it an order is held for finance; empty: no limit."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, may_set_credit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = Territory.objects.filter(archived_at=None)  # type: ignore[attr-defined]
        self.fields["owner"].queryset = access.list_staff()  # type: ignore[attr-defined]
        for name in ("payment_term", "territory"):
            self.fields[name].label_from_instance = lambda row: texts.pick(row.name) or row.code  # type: ignore[attr-defined]
        if not may_set_credit:
            del self.fields["credit_limit"]

    def clean_currency(self) -> str:
        """Return three capital letters, or nothing for the company's own."""
        code: str = self.cleaned_data["currency"].strip().upper()
        if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise forms.ValidationError(_("A currency is three letters, such as IDR or EUR."))
        return code

    def clean(self) -> dict[str, Any]:
        """Ask for the number that a reverse charge needs."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("tax_treatment") == "reverse_charge" and not cleaned.get("tax_id"):
            self.add_error("tax_id", _("The reverse charge needs the customer's tax number."))
        return cleaned


def describe_terms(account: Account) -> dict[str, Any]:
    """Return an account's terms as the form shows them."""
    return {
        "payment_term": account.payment_term_id,
        "currency": account.currency,
        "tax_treatment": account.tax_treatment,
        "tax_id": account.tax_id,
        "demand_class": account.demand_class,
        "territory": account.territory_id,
        "owner": account.owner_id,
        "credit_limit": account.credit_limit,
        "revision": account.revision,
    }
