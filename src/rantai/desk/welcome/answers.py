"""What was typed so far, kept in the visitor's signed cookie until the company is founded; never a password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from rantai.desk.welcome.forms import MoneyForm, NameForm, PersonForm, WorkForm

STEPS: tuple[tuple[str, type[forms.Form]], ...] = (
    ("company", NameForm),
    ("money", MoneyForm),
    ("work", WorkForm),
    ("person", PersonForm),
)
_KEY = "welcome"
_SECRET = ("password", "again", "csrfmiddlewaretoken", "go")
# What a country proposes, and so what a change of country takes back.
_PROPOSED = ("currency", "tax_code", "zone", "language", "days")


def read_token(request: HttpRequest) -> str:
    """Return the link's secret that this visitor came with."""
    return str(request.session.get(_KEY, {}).get("token", ""))


def write_token(request: HttpRequest, token: str) -> None:
    """Remember the link's secret; what was typed before stays."""
    request.session[_KEY] = {**request.session.get(_KEY, {}), "token": token}


def forget(request: HttpRequest) -> None:
    """Drop the secret and everything typed."""
    request.session.pop(_KEY, None)


def save(request: HttpRequest, step: str) -> None:
    """Keep what was typed on a page, right or wrong."""
    held = request.session.get(_KEY, {})
    typed = {name: values for name, values in request.POST.lists() if name not in _SECRET}
    answers = {**held.get("answers", {}), step: typed}
    if step == "company" and typed.get("country") != held.get("answers", {}).get("company", {}).get("country"):
        answers["money"] = {name: v for name, v in answers.get("money", {}).items() if name not in _PROPOSED}
    request.session[_KEY] = {**held, "answers": answers}


def get_country(request: HttpRequest) -> str:
    """Return the country that was chosen, empty before."""
    return str(_typed(request, "company").get("country", ""))


def make_form(request: HttpRequest, step: str, *, is_posted: bool) -> forms.Form:
    """Return the form of a page: with what is posted, else with what was typed before, else with proposals."""
    kind = dict(STEPS)[step]
    extra: dict[str, Any] = {"country": get_country(request)} if kind is MoneyForm else {}
    if is_posted:
        return kind(request.POST, **extra)
    return kind(initial=_propose(request, step) | _show(kind(**extra), _typed(request, step)), **extra)


def bind(request: HttpRequest, step: str) -> forms.Form:
    """Return the form of a page bound to what was kept of it, to be judged again before founding."""
    kind = dict(STEPS)[step]
    extra: dict[str, Any] = {"country": get_country(request)} if kind is MoneyForm else {}
    return kind(_typed(request, step), **extra)


def _propose(request: HttpRequest, step: str) -> dict[str, Any]:
    return MoneyForm.propose(get_country(request)) if step == "money" else {}


def _typed(request: HttpRequest, step: str) -> MultiValueDict[str, str]:
    return MultiValueDict(request.session.get(_KEY, {}).get("answers", {}).get(step, {}))


def _show(form: forms.Form, typed: MultiValueDict[str, str]) -> dict[str, Any]:
    """Return typed values as initial ones; an unticked box counts where the page was posted at all."""
    if not typed:
        return {}
    return {
        name: field.widget.value_from_datadict(typed, MultiValueDict(), name)
        for name, field in form.fields.items()
        if name in typed or isinstance(field.widget, forms.CheckboxInput)
    }
