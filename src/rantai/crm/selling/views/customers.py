"""What is known ahead of one customer, as a part of the customer's page; and when its budget opens."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rantai.crm.accounts.models import Account
from rantai.crm.orders.queries import units
from rantai.crm.selling import forms
from rantai.crm.selling.actions import budgets as actions
from rantai.crm.selling.queries import agreements, budgets, known, naming, opportunities, shelves
from rantai.crm.selling.views import edge, tables
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel import texts
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, toasts

SHOWN = 12
SHORT_DAYS = 7
"""A shelf that lasts no longer will soon be empty."""


@require_safe
@access.permission_required("selling.view")
def customer(request: access.StaffRequest, party_id: int) -> HttpResponseBase:
    """Show a customer's agreements, open deals and budget months, and what it sells and has on its shelves."""
    account = get_object_or_404(Account.objects.select_related("party"), party_id=party_id)
    company, today = parties.get_company(), edge.today()
    held = list(agreements.list_of_account(account.pk, company.pk, today=today)[:SHOWN])
    rates = known.read_win_rates(company.pk, as_of=today)
    deals = list(opportunities.list_of_account(account.pk, company.pk, rates)[:SHOWN])
    months = budgets.list_months(account.pk)
    shelf_rows, names = shelves.list_shelves(company.pk, account.party_id, as_of=today), units.name_units()
    context = {
        "house": "customers",
        "party": account.party,
        "agreements": [
            {
                "id": row.pk, "name": naming.name_agreement(row),
                "title": row.title, "lamp": tables.STANDINGS[row.standing][0],  # type: ignore[attr-defined]
                "state": tables.STANDINGS[row.standing][1], "next_on": row.next_on,  # type: ignore[attr-defined]
            }
            for row in held
        ],
        "deals": [
            {
                "id": row.pk, "title": row.title, "lamp": tables.STAGES[row.state][0],
                "state": tables.STAGES[row.state][1], "expected_on": row.expected_on,
                "amount": formats.money(row.amount, company.currency, short=True),
                "chance": formats.percent(row.chance, digits=0),  # type: ignore[attr-defined]
            }
            for row in deals
        ],
        "shelves": [_show_shelf(row, names) for row in shelf_rows[:SHOWN]],
        "months": ", ".join(str(MONTHS[row.month]) for row in months),
        "note": months[0].note if months else "",
        "form": forms.BudgetForm(
            initial={"months": [row.month for row in months], "note": months[0].note if months else ""}
        ),
    }  # fmt: skip
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "crm/selling/customer.html" + ("#body" if is_fragment else ""), context)


def _show_shelf(row: shelves.ShelfRow, names: Mapping[str, str]) -> dict[str, object]:
    unit = names.get(row.item.base_unit.code, "")
    days = row.cover_days
    text = ngettext("%(n)s day", "%(n)s days", days or 0) % {"n": formats.number(days)} if days is not None else "–"
    return {
        "code": row.item.code,
        "name": texts.pick(row.item.name) or row.item.code,
        "week": row.week,
        "sold": formats.quantity(row.sold, unit),
        "usual": formats.quantity(round(row.usual, -4), unit),
        "on_shelf": formats.quantity(row.on_shelf, unit) if row.on_shelf is not None else "–",
        "cover": text,
        "is_short": days is not None and days <= SHORT_DAYS,
    }


@require_POST
@access.permission_required("selling.edit")
def set_budget(request: access.StaffRequest, party_id: int) -> HttpResponse:
    """Note the months in which a customer's budget opens."""
    account = get_object_or_404(Account, party_id=party_id)
    form = forms.BudgetForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        run_atomic(
            lambda: actions.set_budget_months(
                account, months=typed["months"], note=typed["note"], today=edge.today(), by=request.user.actor
            )
        )
        toasts.say(request, _("Noted."))
    else:
        toasts.hurt(request, _("Choose months from January to December."))
    return redirect("crm_accounts:customer", party_id)
