"""The plan as it stands: what to release, which customers will be late, what to do about what is under way."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.iscm.supply.models import PlanOutcome
from rantai.iscm.supply.queries import chains, followed, plans
from rantai.iscm.supply.views import edge, pictures, tables, words
from rantai.kernel import clock, jobs
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_safe
@access.permission_required("plan.view")
def plan(request: access.StaffRequest) -> HttpResponseBase:
    """Answer what should be released now, and whom the plan cannot serve in time."""
    today, run = edge.today(), plans.find_run()
    kind = tables.OrderTable if request.user.has_perm(access.SEES_COST) else tables.CostlessOrderTable
    table = kind(tables.list_orders(), request=request, today=today)
    hurt = PlanOutcome.objects.filter(tables.BROKEN, run__state="current")
    opened = plans.list_open()
    context = {
        "house": "operations",
        "run": run,
        "followed_at": followed.find_last_change(run) if run else None,
        "query": request.GET.urlencode(),
        "open": opened.count(),
        "overdue": opened.filter(start_on__lte=today).count(),
        "late_customers": hurt.values("demand__party").distinct().count(),
        "later_customers": tables.count_later(run)[1] if run else 0,
        "awaiting": plans.count_awaiting_plan()["demands_awaiting_plan"],
        "today": today,
    }
    return table.respond("iscm/supply/plan.html", context)


@require_safe
@access.permission_required("plan.view")
def outcomes(request: HttpRequest) -> HttpResponseBase:
    """Answer which customers' orders the plan serves in time."""
    table = tables.OutcomeTable(tables.list_outcomes(), request=request, today=edge.today())
    rows, run = PlanOutcome.objects.filter(run__state="current"), plans.find_run()
    context = {
        "house": "operations",
        "run": run,
        "followed_at": followed.find_last_change(run) if run else None,
        "awaiting": plans.count_awaiting_plan()["demands_awaiting_plan"],
        **rows.aggregate(
            count=Count("pk"),
            late=Count("pk", filter=Q(late_days__gt=0)),
        ),
        "later": tables.count_later(run)[0] if run else 0,
        "short": rows.filter(short__gt=0).count(),
    }
    return table.respond("iscm/supply/outcomes.html", context)


@require_safe
@access.permission_required("plan.view")
def outcome(request: HttpRequest, outcome_id: int) -> HttpResponseBase:
    """Show what one order leans on, down to the last purchase, and why it is late."""
    rows = PlanOutcome.objects.select_related("demand__party", "item__base_unit", "location", "cause_item")
    row = rows.filter(pk=outcome_id, run__state="current").first()
    if row is None:
        return _find_again(request, outcome_id)
    chain = chains.trace(DocRef("demand", row.demand_id))
    today = edge.today()
    context = {
        "house": "operations",
        "row": row,
        "cause": words.CAUSES.get(row.cause, ""),
        "later": max(0, (row.planned_on - row.demand.requested_on).days) if row.planned_on else 0,
        "today": today,
        "chain": pictures.draw_chain(chain, title=row.demand.number, today=today) if chain else None,
        "order_url": pictures.find_page(DocRef(row.demand.kind, row.demand.order_id)),
    }
    return render(request, "iscm/supply/outcome.html", context)


def _find_again(request: HttpRequest, outcome_id: int) -> HttpResponseBase:
    """Lead from a line of a plan that was replaced to what the newest plan says of it."""
    demands = PlanOutcome.objects.filter(pk=outcome_id).values("demand")
    found = PlanOutcome.objects.filter(demand__in=demands, run__state="current").first()
    if found is not None:
        return redirect("iscm_supply:outcome", found.pk)
    toasts.warn(request, _("A newer plan replaced this page. Here is what it says of every order."))
    return redirect(reverse("iscm_supply:outcomes") + "?view=all")


@require_POST
@access.permission_required("plan.decide")
def plan_now(request: HttpRequest) -> HttpResponse:
    """Queue a new plan; a second click while it is made does not make a second one."""
    payload = {"as_of": clock.now().isoformat()}
    run_atomic(lambda: jobs.enqueue("iscm.solve_plan", payload, key="now", actor=edge.actor(request)))
    toasts.say(request, _("A new plan is being made. It stands here when it is done."))
    return redirect("iscm_supply:plan")
