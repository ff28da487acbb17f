"""What customers are worth: the whale curve, the list, one customer; and to value them anew."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.crm.accounts import queries as accounts
from rantai.crm.insight import queries
from rantai.crm.insight.models import AccountValue, Valuation
from rantai.crm.insight.views import tables
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.kernel import clock, jobs
from rantai.kernel.money import Money
from rantai.kernel.transactions import run_atomic
from rantai.ui import charts, formats, shapes, toasts

TASK = "crm.value_customers"
BEST = 20
"""Percent of customers that the title speaks of."""


@require_safe
@access.permission_required("insight.view")
def list_values(request: access.StaffRequest) -> HttpResponseBase:
    """Show customers by value; the title says how much the best fifth brings."""
    company = parties.get_company()
    valuation = queries.find_current(company.pk)
    rows = queries.list_values(valuation) if valuation else AccountValue.objects.none()
    table = tables.ValueTable(rows, request=request, today=clock.business_date(clock.now(), company.zone))
    context: dict[str, Any] = {"house": "customers", "valuation": valuation, "best": BEST}
    if valuation:
        context |= _describe(valuation, sees_cost=request.user.has_perm(access.SEES_COST))
    return table.respond("crm/insight/values.html", context)


@require_safe
@access.permission_required("insight.view")
def customer(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Show what one customer is worth, as a fragment of its page."""
    party = get_object_or_404(Party, pk=party_id)
    account = accounts.find_account(party_id)
    value = queries.find_value(account.pk) if account else None
    context = {"house": "customers", "party": party, "value": value}
    if value:
        currency = value.valuation.currency
        context |= {
            "worth": Money(value.lifetime_value, currency),
            "risk": Money(value.at_risk, currency),
            "bought": Money(value.net_amount, currency),
            "purchases": formats.number(value.expected_purchases, 1),
            "alive": formats.percent(value.probability_alive),
            "is_leaving": value.probability_alive < queries.LEAVING_BELOW,
        }
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "crm/insight/customer.html" + ("#body" if is_fragment else ""), context)


@require_POST
@access.permission_required("insight.value")
def value_now(request: HttpRequest) -> HttpResponse:
    """Value all customers as of today, in the background."""
    company = parties.get_company()
    run_atomic(
        lambda: jobs.enqueue(TASK, {"company_id": company.pk}, key=str(company.pk), actor=request.user.actor)  # type: ignore[union-attr]
    )
    toasts.say(request, _("Customers are being valued. It takes some seconds."))
    return redirect("crm_insight:values")


def _describe(valuation: Valuation, *, sees_cost: bool) -> dict[str, Any]:
    bases = {
        "orders": _("measured on orders of the last year"),
        "settings": _("as set for the company"),
        "assumed": _("assumed: no costs are known yet"),
    }
    return {
        "share": formats.percent(valuation.curve[BEST], digits=0) if valuation.curve else "",
        "worth": Money(valuation.value, valuation.currency),
        "risk": Money(valuation.at_risk, valuation.currency),
        "risk_share": valuation.at_risk / valuation.value if valuation.value else None,
        "alive": round(valuation.alive),
        "leaving": queries.list_leaving(valuation).count(),
        "chart": _draw(valuation) if valuation.curve else None,
        "facts": [
            shapes.Fact(_("As of"), valuation.as_of),
            shapes.Fact(_("Horizon"), _("%(days)s days") % {"days": valuation.horizon_days}),
            *((shapes.Fact(_("Margin"), formats.percent(valuation.margin_share)),) if sees_cost else ()),
            *((shapes.Fact("", bases[valuation.margin_basis]),) if sees_cost else ()),
            shapes.Fact(_("Model"), _say_method(valuation.method)),
            *(shapes.Fact("", _say_reason(reason)) for reason in valuation.reasons),
        ],
    }


def _draw(valuation: Valuation) -> charts.Chart:
    places = range(0, 101, 5)
    return charts.line(
        id="whale",
        title=_("Share of value that the best customers hold"),
        categories=[f"{place} %" for place in places],
        series=[
            charts.Series(_("Value"), [round(valuation.curve[place] * 100, 1) for place in places], kind="history"),
            charts.Series(_("All alike"), [float(place) for place in places], kind="compare"),
        ],
        unit="%",
        note=_("Customers from the most to the least valuable, left to right."),
    )


def _say_method(method: str) -> str:
    names = {
        "bgnbd": "BG/NBD",
        "bgnbd_prior": "BG/NBD (prior)",
        "gamma_gamma": "Gamma-Gamma",
        "gamma_gamma_bounded": "Gamma-Gamma (bounded)",
        "shrunk_mean": _("mean, drawn to the average"),
    }
    return " + ".join(names.get(part, part) for part in method.split("+"))


def _say_reason(reason: str) -> str:
    code, _colon, rest = reason.partition(":")
    texts = {
        "few_repeat_customers": _("few customers bought twice, so that the model leans on what is usual"),
        "few_repeat_amounts": _("few repeated purchases, so that amounts are drawn to the average"),
        "amounts_all_equal": _("all purchases cost the same"),
        "no_purchases": _("nobody has bought yet"),
        "no_time_passed": _("everybody bought first on the last day"),
        "likelihood_without_maximum": _("the data fit many models alike, so that the model leans on what is usual"),
        "no_rate": _("purchases in %(currency)s are left out: there is no exchange rate") % {"currency": rest},
    }
    return texts.get(code, reason)
