"""The page of our company: what it is and how it works."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from rantai.foundation.access import rules as access
from rantai.foundation.companies import actions, forms
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties import queries as party_queries
from rantai.foundation.parties.models import Company
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts

COMPANY = (
    "tax_id", "zone", "language", "calendar", "fiscal_year_start_month", "invoice_on", "makes", "trades", "dropships",
    "serves",
)  # fmt: skip
PARTY = ("name", "email", "phone")
QUIET: dict[str, list[str] | None] = {"service": None, "marketing": ["20:00", "08:00"]}
"""When messages rest where our company has not said otherwise (foundation.messages keeps to it)."""
ELSEWHERE = (
    ("foundation_documents:templates", gettext_lazy("Papers: letterhead, logo, layout"), "papers.edit"),
    ("foundation_messages:words_list", gettext_lazy("Words of our messages"), "messages.edit"),
    ("foundation_calendars:calendars", gettext_lazy("Calendars and holidays"), "calendars.view"),
    ("foundation_locations:locations", gettext_lazy("Plants, warehouses, lanes"), "locations.view"),
    ("foundation_access:territories", gettext_lazy("Territories"), "access.manage"),
    ("foundation_access:users", gettext_lazy("Users, roles, teams"), "access.manage"),
)
"""What else is ours and has pages of its own."""


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("company.edit")
def company(request: access.StaffRequest) -> HttpResponse:
    """Show and change our company."""
    found = party_queries.get_company()
    form = forms.CompanyForm(request.POST or None, company=found, initial=_values(found))
    if request.method == "POST" and form.is_valid():
        try:
            run_atomic(partial(_save, found, form.cleaned_data, request.user.actor))
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
        toasts.say(request, _("%(name)s saved") % {"name": form.cleaned_data["name"]})
        return redirect("foundation_companies:company")
    context = {
        "form": form,
        "company": found,
        "address": party_queries.find_address(found.party_id, "bill"),
        "elsewhere": [
            (reverse(page), label) for page, label, permission in ELSEWHERE if request.user.has_perm(permission)
        ],
        "may_remove": found.is_demo and request.user.has_perm("access.manage"),
    }
    return render(request, "foundation/companies/company.html", context, status=422 if form.errors else 200)


def _values(found: Company) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in (*COMPANY, "revision")}
    values |= {name: getattr(found.party, name) for name in PARTY}
    quiet = {**QUIET, **found.settings.get("quiet_hours", {})}
    return values | {
        "tax_code": found.settings.get("tax_code", ""),
        "quiet_service": quiet["service"],
        "quiet_marketing": quiet["marketing"],
    }


def _save(found: Company, data: dict[str, Any], by: str) -> None:
    values = {name: data[name] for name in COMPANY}
    settings = {**found.settings, "quiet_hours": {name: data[f"quiet_{name}"] for name in QUIET}}
    if data["tax_code"]:
        settings["tax_code"] = data["tax_code"]
    values["settings"] = settings
    actions.edit_company(found, values=values, expected_revision=data["revision"] or 0, by=by)
    profile = {name: data[name] for name in PARTY}
    parties.edit_party(found.party, values=profile, expected_revision=found.party.revision, by=by)
