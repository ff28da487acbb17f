"""The plan in time: runs by resource, deliveries by order; bars move by drag, arrow keys or a date, with preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import DurationField, ExpressionWrapper, F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.iscm.supply import forms
from rantai.iscm.supply.actions import proposals
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import loads, moving, papers, plans, timelines
from rantai.iscm.supply.queries import words as naming
from rantai.iscm.supply.queries.timelines import Lane
from rantai.iscm.supply.views import edge, gantt, pictures
from rantai.kernel import clock, jobs
from rantai.kernel.quantities import Quantity
from rantai.kernel.texts import pick
from rantai.ui import formats, shapes

MACHINES, ORDERS = "machines", "orders"
MACHINE_DAYS, ORDER_DAYS, ORDERS_ON_PAGE = 21, 70, 15
MOST_LISTED = 40
"""Rows of one machine in the table below the picture: all of them stand on its own page."""
KINDS = {
    "purchase": gettext_lazy("Buy"),
    "production": gettext_lazy("Make"),
    "transfer": gettext_lazy("Move"),
    "ship": gettext_lazy("On the road"),
}


@require_safe
@access.permission_required("plan.view")
def timeline(request: access.StaffRequest) -> HttpResponseBase:
    """Answer what is made when, or what each customer's order leans on in time."""
    today, run = edge.today(), plans.find_run()
    by = ORDERS if request.GET.get("by") == ORDERS else MACHINES
    book = loads.read(run) if run and by == MACHINES else None
    asked = edge.read_day(request.GET.get("from", ""))
    first = asked or today - timedelta(days=today.weekday())
    page = _list_outcomes(run, request) if run and by == ORDERS else None
    lanes = [_name_lane(one) for one in timelines.list_deliveries(run, list(page.object_list))] if run and page else []
    if book is not None:
        lanes = timelines.list_resources(book, first=first, count=MACHINE_DAYS)
        if not lanes and asked is None:
            first = timelines.find_first_work(book, after=first) or first
            lanes = timelines.list_resources(book, first=first, count=MACHINE_DAYS)
    may = request.user.has_perm("plan.decide")
    context = {
        "house": "operations",
        "run": run,
        "by": by,
        "today": today,
        "first": first,
        "step": MACHINE_DAYS if by == MACHINES else 28,
        "before": first - timedelta(days=MACHINE_DAYS if by == MACHINES else 28),
        "after": first + timedelta(days=MACHINE_DAYS if by == MACHINES else 28),
        "tabs": [
            shapes.Tab(_("By machine"), "?", current=by == MACHINES),
            shapes.Tab(_("By order"), f"?by={ORDERS}", current=by == ORDERS),
        ],
        "page": page,
        "late": sum(1 for lane in lanes if lane.is_late),
        "later": sum(1 for lane in lanes if _is_later(lane)),
        "lanes": lanes,
        "may": may,
        "query": request.GET.get("q", ""),
    }
    if run and lanes:
        context |= _draw(run, lanes, first=first, by=by, today=today, may=may)
    return render(request, "iscm/supply/timeline.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("plan.decide")
def move(request: access.StaffRequest, order_id: int) -> HttpResponse:
    """Show what moving a proposal would do, then pin it to its new day and plan anew."""
    today = edge.today()
    rows = PlannedOrder.objects.select_related("item__base_unit", "location", "supplier", "origin", "run", "company")
    order = get_object_or_404(rows, pk=order_id)
    is_open = order.state == "proposed" and order.run.state == "current"
    form = forms.MoveForm(_read_move(request, order), order=order, today=today)
    due_on = form.cleaned_data["due_on"] if form.is_valid() else order.due_on
    if request.method == "POST" and form.is_valid() and is_open:
        return _pin(request, order, due_on)
    found = moving.judge_move(order, due_on=due_on, today=today)
    sees_cost = request.user.has_perm(access.SEES_COST)
    context = {
        "house": "operations",
        "row": order,
        "title": naming.title_of(order),
        "is_open": is_open,
        "form": form,
        "found": found,
        "gaps": _list_gaps(found),
        "facts": _list_facts(found, sees_cost=sees_cost, today=today),
        "today": today,
        "back": _back(request),
    }
    return render(request, "iscm/supply/move.html", context, status=422 if form.errors else 200)


def _pin(request: access.StaffRequest, order: PlannedOrder, due_on: date) -> HttpResponse:
    def work() -> None:
        proposals.change_proposal(
            order.pk, revision=int(request.POST.get("revision") or 0), units=Quantity(order.units), due_on=due_on,
            by=request.user.actor, at=clock.now(), note=_("Moved on the timeline"),
        )  # fmt: skip
        jobs.enqueue("iscm.solve_plan", {"as_of": clock.now().isoformat()}, key="now", actor=request.user.actor)

    said = _("Pinned to %(day)s. A new plan is being made around it.") % {
        "day": formats.day(due_on, today=edge.today())
    }
    return edge.attempt(request, work, said=said, back=_back(request))


def _list_outcomes(run: PlanRun, request: HttpRequest) -> Any:
    rows = PlanOutcome.objects.filter(run=run).select_related("demand__party", "item")
    text = request.GET.get("q", "").strip()[:80]
    if text:
        rows = rows.filter(Q(demand__number__icontains=text) | Q(demand__party__name__icontains=text))
    waits = ExpressionWrapper(F("planned_on") - F("demand__requested_on"), output_field=DurationField())
    pages = Paginator(rows.order_by("-late_days", F("short").desc(), waits.desc(), "due_on", "pk"), ORDERS_ON_PAGE)
    return pages.get_page(request.GET.get("page"))


def _name_lane(lane: Lane) -> Lane:
    """Return a lane that says which line of the order it is: its item stands beside the number."""
    return replace(lane, label=f"{lane.label} {lane.outcome.item.code}") if lane.outcome else lane


def _is_later(lane: Lane) -> bool:
    """Tell whether a customer gets it later than asked for, even where the promise was moved and holds."""
    row = lane.outcome
    return bool(row and row.planned_on and row.planned_on > row.demand.requested_on)


def _draw(run: PlanRun, lanes: Sequence[Lane], *, first: date, by: str, today: date, may: bool) -> dict[str, Any]:
    movable = timelines.find_movable(run, lanes)
    bars = [bar for lane in lanes for bar in lane.bars]
    orders = papers.name_orders(run, {bar.order for bar in bars if bar.order >= 0})
    opened = papers.name_receipts(
        {bar.receipt for bar in bars if bar.receipt >= 0 and bar.order < 0},
        {bar.item_id for bar in bars if bar.item_id},
    )
    items = papers.name_items(
        [*(bar.item_id for bar in bars if bar.item_id), *(paper.item_id for paper in opened.values() if paper.item_id)]
    )
    names = {pk: pick(item.name) or item.code for pk, item in items.items()}
    units = {pk: str(item.base_unit) for pk, item in items.items()}
    hrefs = {row: pictures.find_page(paper.ref) for row, paper in orders.items()}
    hrefs |= {-tag: pictures.find_page(paper.ref) for tag, paper in opened.items()}
    lane_hrefs = {
        lane.key: reverse("iscm_supply:resource" if by == MACHINES else "iscm_supply:outcome", args=[lane.key])
        for lane in lanes
    }
    span = gantt.Span(first=first, count=MACHINE_DAYS if by == MACHINES else ORDER_DAYS)
    return {
        "picture": gantt.draw(
            lanes, span, today=today, names=names, movable=movable if may else {}, hrefs=hrefs, lane_hrefs=lane_hrefs
        ),
        "rows": [
            {
                "lane": lane,
                "bar": bar,
                "kind": KINDS[bar.kind],
                "item": names.get(_item_of(bar, opened), ""),
                "unit": units.get(_item_of(bar, opened), ""),
                "number": _number(bar, orders, opened),
                "href": hrefs.get(bar.order if bar.order >= 0 else -bar.receipt, ""),
                "move": reverse("iscm_supply:move", args=[movable[bar.order].pk])
                if may and bar.order in movable
                else "",
                "lane_href": lane_hrefs[lane.key],
            }
            for lane in lanes
            for bar in lane.bars[:MOST_LISTED]
        ],
        "movable": len(movable),
    }


def _item_of(bar: timelines.Bar, opened: dict[int, papers.Paper]) -> int:
    return bar.item_id or (opened[bar.receipt].item_id or 0 if bar.receipt in opened else 0)


def _number(bar: timelines.Bar, orders: dict[int, papers.Paper], opened: dict[int, papers.Paper]) -> str:
    paper = orders.get(bar.order) if bar.order >= 0 else opened.get(bar.receipt)
    return paper.number if paper else ""


def _read_move(request: HttpRequest, order: PlannedOrder) -> dict[str, Any]:
    """Return what was asked: a day in a form, or days to the right (below zero: left) from the picture."""
    source = request.POST if request.method == "POST" else request.GET
    if "due_on" in source:
        return {"due_on": source["due_on"], "revision": source.get("revision", order.revision)}
    text = source.get("days", "0")
    days = int(text) if text.lstrip("-").isdigit() and len(text) < 5 else 0
    return {"due_on": (order.due_on + timedelta(days=days)).isoformat(), "revision": order.revision}


def _list_gaps(found: moving.Judgement) -> list[dict[str, Any]]:
    items = papers.name_items(gap.item_id for gap in found.gaps)
    return [
        {
            "gap": gap,
            "name": pick(items[gap.item_id].name) or items[gap.item_id].code,
            "unit": items[gap.item_id].base_unit,
        }
        for gap in found.gaps
        if gap.item_id in items
    ]


def _list_facts(found: moving.Judgement, *, sees_cost: bool, today: date) -> list[shapes.Fact]:
    order = found.order
    facts = [
        shapes.Fact(_("There on"), _say_change(order.due_on, found.due_on, today)),
        shapes.Fact(_("Order by"), _say_change(order.start_on, found.start_on, today), hurt=found.is_past),
        shapes.Fact(_("Other orders pushed"), formats.number(found.pushed)),
    ]  # fmt: skip
    if sees_cost:
        currency = parties.get_company().currency
        facts.append(shapes.Fact(_("Holding it"), formats.money(found.holding, currency), rule=True))
        facts.append(shapes.Fact(_("At stake in what is late"), formats.money(found.stake, currency)))
    return facts


def _say_change(before: date, after: date, today: date) -> str:
    return f"{formats.day(before, today=today)} → {formats.day(after, today=today)}"


def _back(request: HttpRequest) -> str:
    """Return to the picture that was left: only our own address is taken."""
    by = (request.POST if request.method == "POST" else request.GET).get("by", "")
    return reverse("iscm_supply:timeline") + (f"?by={ORDERS}" if by == ORDERS else "")
