"""The list of forecasts: what carries demand, and how far off the methods were."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.iscm.demand import measures
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.queries import forecasts as queries
from rantai.iscm.demand.queries import overrides, sensing
from rantai.iscm.demand.views import edge, tables
from rantai.kernel import jobs
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_safe
@access.permission_required("demand.view")
def forecasts(request: access.StaffRequest) -> HttpResponseBase:
    """Show every forecast; the title says how few carry most of it and how far off the methods were."""
    run = queries.find_run()
    currency = edge.currency()
    by_worth = run is not None and run.figures.get("is_worth_known", False) and request.user.has_perm(access.SEES_COST)
    chosen = tables.ForecastTable if by_worth else tables.VolumeTable
    table = chosen(tables.list_series(run, currency), request=request, today=edge.today())
    context = {"house": "operations", "run": run, "currency": currency, **_describe(run)}
    return table.respond("iscm/demand/forecasts.html", context)


@require_POST
@access.permission_required("demand.edit")
def forecast_now(request: HttpRequest) -> HttpResponse:
    """Queue a forecast and the stock targets that follow from it; one that is under way is not doubled."""
    run_atomic(
        lambda: jobs.enqueue("iscm.forecast_demand", {"then_targets": True}, key="now", actor=edge.actor(request))
    )
    toasts.say(request, _("The forecast is being made. It takes seconds; this list changes when it is whole."))
    return redirect("iscm_demand:forecasts")


def _describe(run: ForecastRun | None) -> dict[str, Any]:
    if run is None:
        return {}
    told = run.figures
    tested, off = told.get("tested_units") or 0.0, told.get("abs_error") or 0.0
    net = told.get("net_error") or 0.0
    explained = measures.find_latest("explained_demand")
    return {
        "carriers": told.get("carriers", 0),
        "expecting": told.get("expecting", 0),
        "off_share": off / tested if tested else None,
        **_describe_benchmark(told, tested),
        "off": round(off),
        "net": round(abs(net)),
        "tested": round(tested),
        "bias": net / tested if tested else None,
        "is_low": net < 0,
        "explained": explained,
        "deviating": sensing.count_open(),
        "changed": overrides.list_live(first_week=run.first_week).values("item_id").distinct().count(),
    }


def _describe_benchmark(told: dict[str, Any], tested: float) -> dict[str, Any]:
    """Return how far off items were over their tested weeks together, and how much better than the benchmark."""
    together, units = told.get("window_error"), told.get("benchmark_units")
    found: dict[str, Any] = {}
    if tested and together is not None:
        found |= {"together_share": together / tested, "together": round(together)}
    if units:
        ours, other = told["benchmark_own_error"] / units, told["benchmark_error"] / units
        found |= {"own_share": ours, "benchmark_share": other, "points": 100 * (other - ours)}
    return found
