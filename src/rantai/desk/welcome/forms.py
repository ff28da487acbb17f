"""What is asked on the first day, a few short pages; each begins with what the country proposes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.desk.welcome import countries
from rantai.foundation.access.forms import find_password_problems
from rantai.foundation.access.models import User
from rantai.foundation.companies import queries as companies
from rantai.foundation.companies import rules as taxes
from rantai.foundation.companies.forms import WaysForm
from rantai.ui.inputs import LANGUAGES, PercentField, ZoneField

OWN_TAX = "own"
SITES = 3
SITE_KINDS = (
    ("warehouse", gettext_lazy("Warehouse or shop: goods are kept")),
    ("plant", gettext_lazy("Plant: goods are made and kept")),
)


class NameForm(forms.Form):
    """Who the company is and where."""

    title = gettext_lazy("What is your company called?")
    name = forms.CharField(
        label=gettext_lazy("Name of the company"), max_length=200,
        help_text=gettext_lazy("As it stands on invoices; it can be changed."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": gettext_lazy("Name the company, as it stands on invoices.")},
    )  # fmt: skip
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("It proposes currency, tax, time zone and language on the next page."),
        error_messages={"required": gettext_lazy("Choose the country in which the company pays tax.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", _("Choose a country")), *countries.list_countries()]  # type: ignore[attr-defined]


class MoneyForm(forms.Form):
    """Money, tax, time and language."""

    title = gettext_lazy("Which money, tax and time do you keep?")
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency of the books"),
        help_text=gettext_lazy("It cannot be changed later; orders in other currencies are possible."),
    )
    tax_code = forms.ChoiceField(label=gettext_lazy("Tax on what you sell"), widget=forms.RadioSelect)
    own_tax = forms.CharField(
        label=gettext_lazy("Name of the other tax"), max_length=20, required=False,
        help_text=gettext_lazy("Only if you chose another tax above."),
    )  # fmt: skip
    own_rate = PercentField(
        label=gettext_lazy("Its rate, %"), minimum=0, maximum=10_000, required=False,
    )  # fmt: skip
    tax_id = forms.CharField(label=gettext_lazy("Tax number"), max_length=40, required=False)
    zone = ZoneField(
        label=gettext_lazy("Time zone"), max_length=60,
        error_messages={"required": gettext_lazy("Give the time zone in which your days begin, such as Asia/Jakarta.")},
    )  # fmt: skip
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the company"), choices=LANGUAGES,
        help_text=gettext_lazy("Each person and each partner may have another."),
    )  # fmt: skip
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Working days"), coerce=int, choices=tuple(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Dates are promised on these. Holidays can come by file later."),
        error_messages={"required": gettext_lazy("Tick at least one day on which you work.")},
    )  # fmt: skip

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = countries.list_currencies()  # type: ignore[attr-defined]
        known = companies.list_tax_choices(country)
        self.fields["tax_code"].choices = [*known, (OWN_TAX, _("Another tax"))]  # type: ignore[attr-defined]

    @staticmethod
    def propose(country: str) -> dict[str, Any]:
        """Return what the country proposes."""
        found = countries.propose(country)
        usual = taxes.list_taxes(country)[0].code
        return {
            "currency": found.currency, "tax_code": usual, "zone": found.zone, "language": found.language,
            "days": [str(day) for day in found.days],
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for name and rate of a tax that we do not know."""
        data = super().clean() or self.cleaned_data
        if data.get("tax_code") == OWN_TAX:
            if not data.get("own_tax"):
                self.add_error("own_tax", _("Name the other tax, such as GST."))
            if data.get("own_rate") is None and "own_rate" not in self.errors:
                self.add_error("own_rate", _("Give the rate of the other tax in percent, 0 if it charges nothing."))
        return data


class WorkForm(WaysForm):
    """How the company works, and from where."""

    title = gettext_lazy("How do you work, and from where?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, SITES + 1):
            self.fields[f"site_name_{place}"] = forms.CharField(label=_("Name"), max_length=120, required=False)
            self.fields[f"site_kind_{place}"] = forms.ChoiceField(
                label=_("Kind"), choices=SITE_KINDS, required=False, initial="warehouse"
            )
            self.fields[f"site_city_{place}"] = forms.CharField(label=_("City"), max_length=80, required=False)

    @property
    def ways(self) -> list[forms.BoundField]:
        """The ways of working, to tick."""
        return [self[name] for name in ("makes", "trades", "dropships", "serves")]

    @property
    def places(self) -> list[list[forms.BoundField]]:
        """The fields of each place."""
        return [[self[f"site_{what}_{place}"] for what in ("name", "kind", "city")] for place in range(1, SITES + 1)]

    def clean(self) -> dict[str, Any]:
        """Ask for a way to work, and for a place where one keeps goods."""
        data = super().clean() or self.cleaned_data
        if not any(data.get(name) for name in ("makes", "trades", "dropships", "serves")):
            self.add_error(None, _("Choose at least one way in which you work."))
        for place in range(1, SITES + 1):
            if data.get(f"site_city_{place}") and not data.get(f"site_name_{place}"):
                self.add_error(f"site_name_{place}", _("Name this place too."))
        keeps = any(data.get(name) for name in ("makes", "trades", "serves"))
        if keeps and not any(data.get(f"site_name_{place}") for place in range(1, SITES + 1)):
            self.add_error("site_name_1", _("Goods need a place: name your first one."))
        return data


class PersonForm(forms.Form):
    """The first administrator, who invites everybody else."""

    title = gettext_lazy("Who are you?")
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Give your name, as colleagues know you.")},
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Give the e-mail by which you will sign in.")},
    )  # fmt: skip
    password = forms.CharField(
        label=gettext_lazy("Password"), strip=False,
        help_text=gettext_lazy("At least ten characters; a sentence is good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Choose a password.")},
    )  # fmt: skip
    again = forms.CharField(
        label=gettext_lazy("Once more"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Type the password once more.")},
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Check the rules of passwords and that both are one."""
        data = super().clean() or self.cleaned_data
        password = data.get("password")
        if password and data.get("again") and password != data["again"]:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        if password:
            for problem in find_password_problems(
                password, User(email=data.get("email", ""), name=data.get("name", ""))
            ):
                self.add_error("password", problem)
        return data


class CodeForm(forms.Form):
    """The secret of the link, for whoever has it on another screen."""

    code = forms.CharField(
        label=gettext_lazy("The link, or the code at its end"), max_length=300,
        error_messages={"required": gettext_lazy("Paste the link that the console printed.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        """Return the code at the end of what was pasted."""
        return str(self.cleaned_data["code"]).strip().rstrip("/").rpartition("/")[2]


class RemoveForm(forms.Form):
    """The name of the company, typed by who means it."""

    name = forms.CharField(label=gettext_lazy("Name of the company"), max_length=200)

    def __init__(self, *args: Any, company: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company
        self.fields["name"].error_messages["required"] = _("Type %(name)s to remove it.") % {"name": company}

    def clean_name(self) -> str:
        """Return the name if it is the company's."""
        typed = " ".join(self.cleaned_data["name"].split())
        if typed.casefold() != self.company.casefold():
            raise forms.ValidationError(_("Type %(name)s to remove it.") % {"name": self.company})
        return typed
