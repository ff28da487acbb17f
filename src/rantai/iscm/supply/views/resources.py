"""How busy machines and people are: every resource by week, one by day with the runs on it and whom they make late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.iscm.supply.models import PlanOutcome, PlanRun
from rantai.iscm.supply.queries import days, keys, loads, papers, plans, timelines
from rantai.iscm.supply.views import edge, pictures
from rantai.kernel.texts import pick
from rantai.ui import charts, formats, table_exports

WEEKS, DAYS = 13, 28
FULL, BUSY = 0.95, 0.8
_HOUR = 3600
MOST_ORDERS = 4
MOST_RUNS = 60
"""Runs that the page lists: a day is chosen to see others, and the file has all."""


@require_safe
@access.permission_required("plan.view")
def resources(request: HttpRequest) -> HttpResponseBase:
    """Answer which machines are full, week by week."""
    today, run = edge.today(), plans.find_run()
    first = today - timedelta(days=today.weekday())
    lines = sorted(_list_lines(run, first), key=lambda row: (-row["most"], row["line"].code)) if run else []
    if lines and request.GET.get("export") in ("csv", "xlsx"):
        return _export_weeks(lines, kind=request.GET["export"])
    context = {
        "house": "operations",
        "run": run,
        "today": today,
        "lines": lines,
        "weeks": [first + timedelta(weeks=n) for n in range(WEEKS)],
        "full": sum(1 for row in lines if row["most"] >= FULL),
        "late": PlanOutcome.objects.filter(run=run, cause="capacity").count() if run else 0,
    }
    return render(request, "iscm/supply/resources.html", context)


@require_safe
@access.permission_required("plan.view")
def resource(request: HttpRequest, resource_id: int) -> HttpResponseBase:
    """Answer how full one resource is day by day, what runs on it, and what is late because of it."""
    today, run = edge.today(), plans.find_run()
    book = loads.read(run) if run else None
    line = next((one for one in book.resources if one.resource_id == resource_id), None) if book else None
    if run is None or book is None or line is None:
        raise Http404(_("The plan does not know this resource."))
    asked = edge.read_day(request.GET.get("from", ""))
    first = asked or today
    found = book.list_days(resource_id, first, DAYS)
    if asked is None and not any(one.loaded_seconds for one in found):
        first = timelines.find_first_work(book, after=today, resource_id=resource_id) or today
        found = book.list_days(resource_id, first, DAYS)
    chosen = edge.read_day(request.GET.get("at", ""))
    span = (chosen, 1) if chosen else (first, DAYS)
    works = book.list_runs(
        resource_id, days.midnight(span[0], line.zone), days.midnight(span[0] + timedelta(days=span[1]), line.zone)
    )
    is_file = request.GET.get("export") in ("csv", "xlsx")
    rows = list(_name_runs(run, works if is_file else works[:MOST_RUNS], line.zone))
    if is_file:
        return _export_runs(rows, name=f"runs-{line.code}", kind=request.GET["export"])
    late = PlanOutcome.objects.filter(run=run, cause="capacity", cause_resource_id=resource_id)
    fullest = max(found, key=_share)
    context = {
        "house": "operations",
        "line": line,
        "name": pick(line.name) or line.code,
        "today": today,
        "first": first,
        "chosen": chosen,
        "loads": [_show_day(one) for one in found],
        "chart": _draw(found, today=today),
        "fullest": fullest,
        "share": _share(fullest),
        "rows": rows,
        "others": max(0, len(works) - len(rows)),
        "late": late.select_related("demand__party", "item").order_by("-stake", "pk")[:20],
        "late_count": late.count(),
        "before": first - timedelta(days=DAYS),
        "after": first + timedelta(days=DAYS),
    }
    return render(request, "iscm/supply/resource.html", context)


def _list_lines(run: PlanRun, first: date) -> Iterator[dict[str, Any]]:
    book = loads.read(run)
    for line in book.resources:
        weeks = book.list_weeks(line.resource_id, first, WEEKS)
        shares = [_share(week) for week in weeks]
        yield {
            "line": line,
            "name": pick(line.name) or line.code,
            "weeks": [_show_week(week, share) for week, share in zip(weeks, shares, strict=True)],
            "most": max(shares, default=0.0),
            "mean": sum(week.loaded_seconds for week in weeks) / max(1, sum(week.capacity_seconds for week in weeks)),
        }


def _share(one: loads.DayLoad) -> float:
    if one.capacity_seconds <= 0:
        return 1.0 if one.loaded_seconds else 0.0
    return one.loaded_seconds / one.capacity_seconds


def _show_week(one: loads.DayLoad, share: float) -> dict[str, Any]:
    return {"load": one, "share": share, "heat": heat_of(share), "hours": one.loaded_seconds / _HOUR}


def _show_day(one: loads.DayLoad) -> dict[str, Any]:
    share = _share(one)
    return {
        "day": one.day,
        "share": share if one.capacity_seconds else None,
        "heat": heat_of(share),
        "hours": one.loaded_seconds / _HOUR,
        "room": one.capacity_seconds / _HOUR,
    }


def heat_of(share: float) -> int:
    """Return how dark a cell is: 0 idle to 4 busy, 5 full."""
    if share >= FULL:
        return 5
    return min(4, int(share * 5) + bool(share)) if share > 0 else 0


def _draw(found: Sequence[loads.DayLoad], *, today: date) -> charts.Chart:
    return charts.line(
        id="resource-load",
        title=_("Hours a day"),
        categories=[formats.day(one.day, today=today) for one in found],
        series=[
            charts.Series(
                _("Loaded"), [round(one.loaded_seconds / _HOUR, 1) for one in found], kind="forecast", step=True
            ),
            charts.Series(
                _("Capacity"), [round(one.capacity_seconds / _HOUR, 1) for one in found], kind="safety", step=True
            ),
        ],
        unit=_("h"),
    )


def _name_runs(run: PlanRun, works: Sequence[loads.Run], zone: str) -> Iterator[dict[str, Any]]:
    """Yield runs with order, item and the customers behind them: a few queries for all."""
    orders = papers.name_orders(run, {work.order for work in works if work.order >= 0})
    opened = papers.name_receipts({work.order_key for work in works if work.order < 0}, [])
    demands = papers.name_demands({key for work in works for key in work.demand_keys})
    items = papers.name_items(
        [*(work.item_id for work in works if work.item_id), *(paper.item_id for paper in opened.values())]
    )
    outcomes = _list_outcomes(run, (keys.untag(key)[0] for key in demands))
    for work in works:
        paper = orders.get(work.order) if work.order >= 0 else opened.get(work.order_key)
        item = items.get(work.item_id or (paper.item_id if paper else 0))
        mine = [(demands[key], outcomes.get(keys.untag(key)[0])) for key in work.demand_keys if key in demands]
        yield {
            "work": work,
            "start": datetime.fromtimestamp(work.start, ZoneInfo(zone)),
            "end": datetime.fromtimestamp(work.end, ZoneInfo(zone)),
            "paper": paper or papers.NOTHING,
            "href": pictures.find_page(paper.ref) if paper else "",
            "item": pick(item.name) or item.code if item else "",
            "code": item.code if item else "",
            "unit": str(item.base_unit) if item else "",
            "orders": [
                {"paper": one, "outcome": outcome, "href": pictures.find_page(one.ref)}
                for one, outcome in mine[:MOST_ORDERS]
            ],
            "others": max(0, len(mine) - MOST_ORDERS),
            "late": sum(1 for _one, outcome in mine if outcome and outcome.late_days),
        }


def _list_outcomes(run: PlanRun, ids: Iterable[int]) -> dict[int, PlanOutcome]:
    return {row.demand_id: row for row in PlanOutcome.objects.filter(run=run, demand_id__in=set(ids))}


def _export_weeks(lines: Sequence[dict[str, Any]], *, kind: str) -> HttpResponseBase:
    rows = (
        {
            "code": row["line"].code, "name": row["name"], "week": week["load"].day, "share": round(week["share"], 4),
            "hours": round(week["hours"], 2), "room": round(week["load"].capacity_seconds / _HOUR, 2),
        }
        for row in lines
        for week in row["weeks"]
    )  # fmt: skip
    heads: table_exports.Heads = [
        (_("Resource"), lambda row: row["code"]), (_("Name"), lambda row: row["name"]),
        (_("Week of"), lambda row: row["week"]), (_("Load"), lambda row: row["share"]),
        (_("Hours taken"), lambda row: row["hours"]), (_("Hours of capacity"), lambda row: row["room"]),
    ]  # fmt: skip
    return _write(rows, heads, name="resource-load", kind=kind)


def _export_runs(rows: Sequence[dict[str, Any]], *, name: str, kind: str) -> HttpResponseBase:
    heads: table_exports.Heads = [
        (_("Begins"), lambda row: row["start"].replace(tzinfo=None)),
        (_("Ends"), lambda row: row["end"].replace(tzinfo=None)),
        (_("Order"), lambda row: row["paper"].number), (_("Item code"), lambda row: row["code"]),
        (_("Item"), lambda row: row["item"]), (_("Quantity"), lambda row: row["work"].units / 10_000),
        (_("For orders"), lambda row: ", ".join(one["paper"].number for one in row["orders"])),
        (_("Late orders"), lambda row: row["late"]),
    ]  # fmt: skip
    return _write(rows, heads, name=name, kind=kind)


def _write(rows: Iterable[dict[str, Any]], heads: table_exports.Heads, *, name: str, kind: str) -> HttpResponseBase:
    writer = table_exports.stream_csv if kind == "csv" else table_exports.write_xlsx
    return writer(rows, heads, name=name)
