"""Forms about people, roles, teams and territories."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.access import queries, rules
from rantai.foundation.access.models import Role, Team, Territory, User
from rantai.kernel.texts import pick
from rantai.ui.inputs import LANGUAGES, DayField, ZoneField

THEMES = (
    ("system", gettext_lazy("As my device")),
    ("light", gettext_lazy("Light")),
    ("dark", gettext_lazy("Dark")),
)
DIGESTS = (
    ("now", gettext_lazy("Within five minutes")),
    ("daily", gettext_lazy("Once a day, in the morning")),
    ("never", gettext_lazy("Never by e-mail")),
)
_PASSWORD_PROBLEMS = {
    "password_too_short": gettext_lazy("This is too short: ten characters at least. A sentence is good."),
    "password_too_common": gettext_lazy("Many people use this one, and it is tried first. Choose another."),
    "password_too_similar": gettext_lazy("This is too close to your name or e-mail. Choose another."),
}
AS_BROWSER = ("", gettext_lazy("As my browser"))


class RolesField(forms.ModelMultipleChoiceField):
    """Roles by their names in the reader's language."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Role) -> str:
        """Return the role's name."""
        return pick(obj.name) or obj.code


class NamedField(forms.ModelChoiceField):
    """Something with a translated name."""

    def label_from_instance(self, obj: Any) -> str:
        """Return its code and name."""
        return f"{obj.code} · {pick(obj.name)}"


class NamesForm(forms.Form):
    """The same name in three languages; one is enough."""

    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120, required=False)
    name_id = forms.CharField(label=gettext_lazy("Name in Indonesian"), max_length=120, required=False)
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """Gather the names; raises ValidationError where there is none."""
        data = super().clean() or self.cleaned_data
        names = {"en": data.get("name_en"), "id": data.get("name_id"), "zh-hans": data.get("name_zh")}
        data["name"] = {language: text for language, text in names.items() if text}
        if not data["name"]:
            self.add_error("name_en", _("Give a name in at least one language."))
        return data

    @staticmethod
    def names_of(texts: dict[str, str]) -> dict[str, str]:
        """Return the initial values of a stored name."""
        return {"name_en": texts.get("en", ""), "name_id": texts.get("id", ""), "name_zh": texts.get("zh-hans", "")}


class InviteForm(forms.Form):
    """Whom to ask to join."""

    email = forms.EmailField(label=gettext_lazy("E-mail"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[AS_BROWSER, *LANGUAGES], required=False)
    roles = RolesField(label=gettext_lazy("Roles"), queryset=Role.objects.order_by("id"), required=False)


class UserForm(forms.Form):
    """What an administrator sets for a colleague."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    roles = RolesField(label=gettext_lazy("Roles"), queryset=Role.objects.order_by("id"), required=False)
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Teams"), queryset=Team.objects.order_by("code"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    hides_cost = forms.BooleanField(label=gettext_lazy("Sees no cost and no margin"), required=False)
    is_admin = forms.BooleanField(
        label=gettext_lazy("Administrator"),
        required=False,
        help_text=gettext_lazy("May do everything, people included."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not Team.objects.exists():
            del self.fields["teams"]


class SettingsForm(forms.Form):
    """What a user sets for themselves."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[AS_BROWSER, *LANGUAGES], required=False)
    theme = forms.ChoiceField(label=gettext_lazy("Appearance"), choices=THEMES)
    zone = ZoneField(
        label=gettext_lazy("Time zone"),
        required=False,
        help_text=gettext_lazy("Such as Asia/Jakarta; empty: the company's."),
    )
    digest = forms.ChoiceField(label=gettext_lazy("Notifications by e-mail"), choices=DIGESTS)


def find_password_problems(password: str, user: User) -> list[str]:
    """Return what is wrong with a password, each with what would do; nothing where it is good."""
    try:
        validate_password(password, user)
    except forms.ValidationError as error:
        return [str(_PASSWORD_PROBLEMS.get(str(one.code), one.messages[0])) for one in error.error_list]
    return []


class PasswordForm(forms.Form):
    """The first password of somebody invited."""

    password = forms.CharField(
        label=gettext_lazy("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False,
        help_text=gettext_lazy("At least ten characters; a sentence is good."),
    )  # fmt: skip
    again = forms.CharField(
        label=gettext_lazy("Once more"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Check the rules and that both are one; raises ValidationError."""
        data = super().clean() or self.cleaned_data
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        if data.get("password"):
            for problem in find_password_problems(data["password"], self.user):
                self.add_error("password", problem)
        return data


class RoleForm(NamesForm):
    """A role of the company's own."""

    code = forms.SlugField(label=gettext_lazy("Code"), max_length=40)
    field_order = ("code", "name_en", "name_id", "name_zh")

    def clean_code(self) -> str:
        """Return a code that no other role has."""
        return _refuse_taken(Role, self.cleaned_data["code"], None)


class TeamForm(NamesForm):
    """A team and who is in it."""

    code = forms.SlugField(label=gettext_lazy("Code"), max_length=40)
    territory = NamedField(
        label=gettext_lazy("Territory"), queryset=Territory.objects.order_by("path"), required=False,
        empty_label=gettext_lazy("All territories"),
    )  # fmt: skip
    lead = forms.ModelChoiceField(label=gettext_lazy("Lead"), queryset=User.objects.none(), required=False)
    members = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Members"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("code", "name_en", "name_id", "name_zh", "territory", "lead", "members")

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        self.fields["lead"].queryset = self.fields["members"].queryset = queries.list_staff()  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        """Return a code that no other team has."""
        return _refuse_taken(Team, self.cleaned_data["code"], self.team)


class TerritoryForm(NamesForm):
    """A node of the territory tree."""

    code = forms.SlugField(label=gettext_lazy("Code"), max_length=40)
    parent = NamedField(
        label=gettext_lazy("Inside"), queryset=Territory.objects.order_by("path"), required=False,
        empty_label=gettext_lazy("The top of the tree"),
    )  # fmt: skip
    field_order = ("code", "parent", "name_en", "name_id", "name_zh")

    def __init__(self, *args: Any, territory: Territory | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.territory = territory
        if territory:
            # Its code is part of every path below it, and imports know it by that.
            del self.fields["code"]

    def clean_code(self) -> str:
        """Return a code that no other territory has."""
        return _refuse_taken(Territory, self.cleaned_data["code"], self.territory)


class ApiKeyForm(forms.Form):
    """A machine's key."""

    name = forms.CharField(label=gettext_lazy("What is it for?"), max_length=80)
    scopes = forms.MultipleChoiceField(label=gettext_lazy("What may it do?"), widget=forms.CheckboxSelectMultiple)
    expires_on = DayField(label=gettext_lazy("Ends on"), required=False)

    def __init__(self, *args: Any, scopes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope, rules.ABILITIES.get(scope, scope)) for scope in scopes]  # type: ignore[attr-defined]


def _refuse_taken(model: type[Role] | type[Team] | type[Territory], code: str, own: Team | Territory | None) -> str:
    if model.objects.filter(code=code).exclude(pk=own.pk if own else 0).exists():
        raise forms.ValidationError(_("The code %(code)s is taken. Choose another.") % {"code": code})
    return code
