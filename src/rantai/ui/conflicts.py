"""The answer to a form that shows an older revision: both versions side by side, nothing lost."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from rantai.kernel.revisions import RevisionConflict
from rantai.ui.shapes import Clash, Way


def answer(
    request: HttpRequest, conflict: RevisionConflict, *, form: forms.BaseForm | None = None, href: str = ""
) -> HttpResponse:
    """Return the 409 page; `form` is what was posted, if anything was, `href` leads to what is stored now."""
    if form is None:
        told: dict[str, object] = {"asked": _("Somebody else changed this first"), "truth": str(conflict)}
    else:
        kept = _("Nothing of yours is lost: it stands below, beside what is stored now.")
        told = {"asked": str(conflict), "truth": kept, "clashes": list(_list_clashes(conflict, form))}
    context = {
        **told,
        "choices": [Way(label=_("See what is stored now"), href=href or request.get_full_path())],
    }
    return render(request, "409.html", context, status=409)


def _list_clashes(conflict: RevisionConflict, form: forms.BaseForm) -> list[Clash]:
    conflict.row.refresh_from_db()
    found = []
    for name, field in form.fields.items():
        mine, stored = form.cleaned_data.get(name), getattr(conflict.row, name, None)
        if not hasattr(conflict.row, name) or mine == stored:
            continue
        found.append(Clash(label=str(field.label or name), mine=_say(field, mine), theirs=_say(field, stored)))
    return found


def _say(field: forms.Field, value: object) -> str:
    shown = field.prepare_value(value)
    if value is None or value == "":
        return "–"
    return str(value) if isinstance(field, forms.ModelChoiceField) else str(shown)
