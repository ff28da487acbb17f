"""Forms of a party: profile, places, contacts, consent, merging."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.access.models import Territory
from rantai.foundation.parties.models import Address, Party
from rantai.kernel.texts import pick
from rantai.ui.inputs import LANGUAGES, ZoneField

PLACE_KINDS = (("ship", gettext_lazy("Goods")), ("bill", gettext_lazy("Papers")))
PURPOSES = (("service", gettext_lazy("Messages about orders")), ("marketing", gettext_lazy("Offers")))


class PartyForm(forms.Form):
    """What every party has, whatever it is to us."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.RegexField(
        label=gettext_lazy("Telephone"), regex=r"^\+[1-9][\d ()-]{5,24}$", required=False,
        help_text=gettext_lazy("With the country, such as +62 21 555 0100."),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("What it is sent is in"), choices=LANGUAGES)
    zone = ZoneField(label=gettext_lazy("Time zone"), required=False, max_length=60)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_phone(self) -> str:
        """Return the number as E.164 writes it."""
        return "".join(char for char in self.cleaned_data["phone"] if char.isdigit() or char == "+")


class TerritoryField(forms.ModelChoiceField):
    """A territory by code and name."""

    def label_from_instance(self, obj: Territory) -> str:
        """Return path and name."""
        return f"{obj.path} {pick(obj.name)}"


class AddressForm(forms.ModelForm[Address]):
    """A place of a party."""

    zone = ZoneField(label=gettext_lazy("Time zone"), max_length=60)
    country = forms.RegexField(label=gettext_lazy("Country, two letters"), regex=r"^[A-Z]{2}$", required=False)
    territory = TerritoryField(
        label=gettext_lazy("Territory"), queryset=Territory.objects.order_by("path"), required=False
    )

    class Meta:
        model = Address
        fields = (
            "kind", "attention", "street", "postcode", "city", "region", "country", "zone", "calendar", "territory",
            "is_default",
        )  # fmt: skip
        labels = {
            "attention": gettext_lazy("Attention"),
            "street": gettext_lazy("Street"),
            "postcode": gettext_lazy("Postcode"),
            "city": gettext_lazy("City"),
            "region": gettext_lazy("Region"),
            "calendar": gettext_lazy("Takes goods on"),
            "is_default": gettext_lazy("Used where nothing else is said"),
        }
        help_texts = dict.fromkeys(("calendar", "kind", "is_default"), "")

    kind = forms.ChoiceField(label=gettext_lazy("For"), choices=PLACE_KINDS)


MESSAGES = {
    "order": gettext_lazy("messages about orders"),
    "invoice": gettext_lazy("invoices"),
    "purchase": gettext_lazy("purchase orders"),
    "points": gettext_lazy("points"),
}
"""What a contact may be sent: the first word of a message's kind."""


class ContactForm(forms.Form):
    """A person who acts for a party."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    position = forms.CharField(label=gettext_lazy("Position"), max_length=80, required=False)
    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("Is sent"), choices=tuple(MESSAGES.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Where nobody is named, the party's own address is used."),
    )  # fmt: skip


class ConsentForm(forms.Form):
    """What a party allows by e-mail."""

    purpose = forms.ChoiceField(label=gettext_lazy("For"), choices=PURPOSES)
    granted = forms.TypedChoiceField(
        label=gettext_lazy("Answer"), coerce=lambda value: value == "yes",
        choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))),
    )  # fmt: skip


class MergeForm(forms.Form):
    """Which other record is the same party."""

    alias = forms.IntegerField(label=gettext_lazy("Number of the record that is the same"), min_value=1)

    def __init__(self, *args: Any, survivor: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.survivor = survivor

    def clean_alias(self) -> Party:
        """Return the other party; raises ValidationError."""
        found = Party.objects.filter(pk=self.cleaned_data["alias"]).first()
        if found is None:
            raise forms.ValidationError(_("There is no party with this number. It stands on its page, after #."))
        return found


def clean_values(address: AddressForm) -> dict[str, Any]:
    """Return the fields of a valid address form, without those that are set elsewhere."""
    return {name: value for name, value in address.cleaned_data.items() if name not in ("kind", "is_default")}
