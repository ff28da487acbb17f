"""Sales and operations: where the months are short of hours, what is built ahead for it, and who decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.iscm.supply import rules
from rantai.iscm.supply.actions import aggregates
from rantai.iscm.supply.models import AggregateLoad, AggregatePlan, AggregateStock
from rantai.iscm.supply.queries import aggregate_plans
from rantai.iscm.supply.views import edge, resources, words
from rantai.kernel import clock, jobs
from rantai.kernel.models import Job
from rantai.kernel.money import Money
from rantai.kernel.texts import pick
from rantai.ui import table_exports

MOST_ROWS = 200
"""Item-locations that the page lists; the file has all."""
_TASK = "iscm.plan_aggregate"
_TIGHT = 10_000
"""Parts in a hundred million: an open gap is told from a hundredth of a percent on."""


@require_safe
@access.permission_required("plan.view")
def aggregate(request: access.StaffRequest) -> HttpResponseBase:
    """Answer what should be built ahead of weeks that are short, and what it costs against waiting."""
    company, shown = parties.get_company(), aggregate_plans.list_shown()
    plan = next((one for one in shown if str(one.pk) == request.GET.get("plan")), shown[0] if shown else None)
    built = aggregate_plans.list_ahead(plan) if plan else []
    seen = rules.read_horizon(company.settings)
    until = edge.today() + timedelta(weeks=seen)
    rows = [_show_built(weeks, until, company.currency) for weeks in built]
    sees_cost = request.user.has_perm(access.SEES_COST)
    if plan and request.GET.get("export") in ("csv", "xlsx"):
        return _export(rows, sees_cost=sees_cost, kind=request.GET["export"])
    context: dict[str, Any] = {
        "house": "operations",
        "plan": plan,
        "plans": [{"plan": one, "word": words.AGGREGATES[one.state]} for one in shown],
        "live": Job.objects.filter(task=_TASK, state__in=("queued", "running")).order_by("-id").first(),
        "sees_cost": sees_cost,
        "seen_weeks": seen,
        "rows": rows[:MOST_ROWS],
        "others": max(0, len(rows) - MOST_ROWS),
        "handed": sum(1 for row in rows if row["handed"]),
        "today": edge.today(),
    }
    if plan:
        context |= _show_plan(plan, company.currency)
    return render(request, "iscm/supply/aggregate.html", context)


@require_POST
@access.permission_required("plan.decide")
def aggregate_now(request: access.StaffRequest) -> HttpResponse:
    """Queue a plan of the months; a second click while it is made does not make a second one."""
    actor = edge.actor(request)
    return edge.attempt(
        request,
        lambda: jobs.enqueue(_TASK, {"as_of": clock.now().isoformat()}, key="now", actor=actor),
        said=_("The months are being planned. The proposal stands here when it is done."),
        back=reverse("iscm_supply:aggregate"),
    )


@require_POST
@access.permission_required("plan.decide")
def take_over(request: access.StaffRequest, plan_id: int) -> HttpResponse:
    """Let detailed plans follow a plan of the months, from one on that is made at once."""
    plan, actor = get_object_or_404(AggregatePlan, pk=plan_id), edge.actor(request)
    return edge.attempt(
        request,
        lambda: (aggregates.take_over(plan.pk, by=actor, at=clock.now()), _plan_anew(actor)),
        said=_("Taken over. A new plan of supply follows it and is being made."),
        back=reverse("iscm_supply:aggregate") + f"?plan={plan.pk}",
    )


@require_POST
@access.permission_required("plan.decide")
def give_back(request: access.StaffRequest, plan_id: int) -> HttpResponse:
    """Let detailed plans follow no plan of the months any more."""
    plan, actor = get_object_or_404(AggregatePlan, pk=plan_id), edge.actor(request)
    return edge.attempt(
        request,
        lambda: (aggregates.give_back(plan.pk, by=actor, at=clock.now()), _plan_anew(actor)),
        said=_("Given back. A new plan of supply without it is being made."),
        back=reverse("iscm_supply:aggregate") + f"?plan={plan.pk}",
    )


def _plan_anew(actor: str) -> Job:
    return jobs.enqueue("iscm.solve_plan", {"as_of": clock.now().isoformat()}, key="now", actor=actor)


def _show_plan(plan: AggregatePlan, currency: str) -> dict[str, Any]:
    lines = list(_list_lines(plan, currency))
    waiting = plan.costs.get("backlog", 0) + plan.costs.get("short", 0)
    return {
        "state": words.AGGREGATES[plan.state],
        "lines": sorted(lines, key=lambda row: (-row["most"], row["name"])),
        "weeks": [plan.first_week + timedelta(weeks=n) for n in range(plan.weeks)],
        "full": sum(1 for row in lines if row["is_short"]),
        "holding": Money(aggregate_plans.sum_holding(plan), currency),
        "waiting": Money(waiting, currency),
        "saved": Money(plan.cost_waiting - plan.cost, currency),
        "gap": plan.gap_ppm / 1_000_000 if plan.gap_ppm * 100 >= _TIGHT else None,
        "may_take": plan.state in ("proposed", "returned"),
        "may_return": plan.state == "standing",
    }


def _list_lines(plan: AggregatePlan, currency: str) -> Iterator[dict[str, Any]]:
    for weeks in aggregate_plans.list_loads(plan).values():
        first = weeks[0]
        cells = [_show_week(week, currency) for week in weeks]
        best = max(weeks, key=lambda week: week.hour_value)
        yield {
            "name": _name(first),
            "is_machine": first.resource_id is not None,
            "resource_id": first.resource_id,
            "cells": cells,
            "most": max(cell["share"] for cell in cells),
            "is_short": best.hour_value > 0,
            "best": Money(best.hour_value, currency) if best.hour_value else None,
            "best_week": best.week,
            "overtime": sum(week.overtime for week in weeks) / 10_000,
        }


def _show_week(week: AggregateLoad, currency: str) -> dict[str, Any]:
    share = week.load / week.hours if week.hours else float(week.load > 0)
    return {
        "share": share,
        "heat": resources.heat_of(share),
        "hours": week.load / 10_000,
        "room": week.hours / 10_000,
        "value": Money(week.hour_value, currency) if week.hour_value else None,
    }


def _name(row: AggregateLoad | AggregateStock) -> str:
    """Return what is short: a machine, or what a supplier delivers of an item."""
    if row.resource:
        return pick(row.resource.name) or row.resource.code
    if row.source is None:
        return ""
    supplier = row.source.supplier.name if row.source.supplier else _("supplier to choose")
    return _("%(supplier)s: %(item)s") % {"supplier": supplier, "item": row.source.item.code}


def _show_built(weeks: Sequence[AggregateStock], until: date, currency: str) -> dict[str, Any]:
    """Return an item-location: the most that is built ahead, from when to when, for whose sake, and what it costs."""
    ahead = [one for one in weeks if one.ahead]
    most = max(ahead, key=lambda one: one.ahead)
    why = next((one for one in ahead if one.short_week), None)
    held = aggregate_plans.list_held([(one.week, one.ahead, one.taken) for one in weeks], until=until)
    return {
        "item": pick(most.item.name) or most.item.code,
        "code": most.item.code,
        "unit": str(most.item.base_unit),
        "item_id": most.item_id,
        "location_id": most.location_id,
        "place": most.location.name,
        "units": most.ahead,
        "first": ahead[0].week,
        "last": ahead[-1].week,
        "why": _name(why) if why else "",
        "short_week": why.short_week if why else None,
        "holding": Money(sum(one.holding for one in ahead), currency),
        "handed": held[-1][1] if held else 0,
    }


def _export(rows: Sequence[dict[str, Any]], *, sees_cost: bool, kind: str) -> HttpResponseBase:
    heads: table_exports.Heads = [
        (_("Item code"), lambda row: row["code"]), (_("Item"), lambda row: row["item"]),
        (_("Site"), lambda row: row["place"]), (_("Most built ahead"), lambda row: row["units"] / 10_000),
        (_("From the week of"), lambda row: row["first"]), (_("For the week of"), lambda row: row["short_week"]),
        (_("What is short"), lambda row: row["why"]), (_("Handed down"), lambda row: row["handed"] / 10_000),
    ]  # fmt: skip
    if sees_cost:
        heads = [*heads, (_("Cost of holding it"), lambda row: row["holding"].amount / 10_000)]
    writer = table_exports.stream_csv if kind == "csv" else table_exports.write_xlsx
    return writer(rows, heads, name="built-ahead")
