"""The stock of an item at a place as the plan sees it coming: picture, table, file, and the papers behind each bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import papers, plans, projection
from rantai.iscm.supply.queries.projection import Movement, Projection
from rantai.iscm.supply.views import edge, pictures, stockpicture, tables
from rantai.kernel.quantities import SCALE
from rantai.kernel.texts import pick
from rantai.ui import shapes, table_exports

WHY = {
    "receipt": gettext_lazy("Under way"),
    "planned": gettext_lazy("Planned"),
    "orders": gettext_lazy("Customers' orders"),
    "forecast": gettext_lazy("Expected demand"),
    "requirement": gettext_lazy("Orders under way"),
    "taken": gettext_lazy("Planned orders of ours"),
}
_FIGURES = ("opening", *WHY, "missing", "closing", "alone")


@require_safe
@access.permission_required("plan.view")
def stock(request: HttpRequest, item_id: int, location_id: int) -> HttpResponseBase:
    """Answer when stock falls below its safety level, and when it would end if nothing more were ordered."""
    item = get_object_or_404(Item.objects.select_related("base_unit"), pk=item_id)
    location = get_object_or_404(Location, pk=location_id)
    today, run = edge.today(), plans.find_run()
    by = projection.DAY if request.GET.get("by") == "day" else projection.WEEK
    found = projection.read(run, item_id, location_id, by=by) if run else None
    if found and request.GET.get("export") in ("csv", "xlsx"):
        return _export(found, name=f"stock-{item.code}-{location.code}", kind=request.GET["export"])
    unit = str(item.base_unit)
    chosen = _choose(found, request.GET.get("at", "")) if found else None
    orders = tables.list_orders().filter(item_id=item_id, location_id=location_id, state="proposed")
    query = "by=day" if by == projection.DAY else ""
    context = {
        "house": "operations",
        "item": item,
        "location": location,
        "unit": unit,
        "found": found,
        "below": found.first_below if found else None,
        "short": found.first_short if found else None,
        "missing": next((one for one in found.buckets if one.missing), None) if found else None,
        "by": by,
        "today": today,
        "run": run,
        "tabs": _list_tabs(by),
        "chosen": chosen,
        "moves": list(_name(run, found.list_movements(chosen), item_id)) if run and found and chosen else [],
        "picture": stockpicture.draw(found, unit=unit, today=today, chosen=chosen, query=query) if found else None,
        "query": query,
        "orders": orders.order_by("start_on", "id"),
        "facts": _list_facts(found, item, location) if found else [],
    }
    return render(request, "iscm/supply/stock.html", context)


def _list_tabs(by: str) -> list[shapes.Tab]:
    return [
        shapes.Tab(_("By week"), "?", current=by == projection.WEEK),
        shapes.Tab(_("By day"), "?by=day", current=by == projection.DAY),
    ]


def _list_facts(found: Projection, item: Item, location: Location) -> list[shapes.Fact]:
    from_units = [(_("On hand, free"), found.on_hand), (_("Safety stock"), found.safety)]
    if found.up_to:
        from_units.append((_("Filled up to"), found.up_to))
    unit = str(item.base_unit)
    facts = [shapes.Fact(label, pictures.formats.quantity(units, unit)) for label, units in from_units]
    facts.append(
        shapes.Fact(
            _("Stock now"),
            _("by lot and bin"),
            href=reverse("iscm_inventory:item_location", args=[item.pk, location.pk]),
        )
    )
    return facts


def _choose(found: Projection, text: str) -> date | None:
    """Return the bucket whose papers are shown: the one asked for, else the first that is short, else with moves."""
    starts = {one.start.isoformat(): one.start for one in found.buckets}
    if text in starts:
        return starts[text]
    first = found.first_short or next((one for one in found.buckets if found.list_movements(one.start)), None)
    return first.start if first else None


def _name(run: PlanRun, moves: Sequence[Movement], item_id: int) -> Iterator[dict[str, Any]]:
    """Yield movements with the papers behind them: at most eight queries, whatever their number."""
    by_why: dict[str, list[Movement]] = {why: [move for move in moves if move.why == why] for why in WHY}
    receipts = [*by_why["receipt"], *by_why["requirement"]]
    demands = papers.name_demands({move.key for move in by_why["orders"]})
    supplies = papers.name_receipts({move.key for move in receipts}, [item_id]) if by_why["receipt"] else {}
    orders = papers.name_orders(run, {move.key for why in ("planned", "taken") for move in by_why[why]})
    items = papers.name_items(move.pair >> 24 for move in by_why["taken"]) if by_why["taken"] else {}
    for move in moves:
        source = {"orders": demands, "receipt": supplies, "planned": orders, "taken": orders}.get(move.why, {})
        paper = source.get(move.key, papers.NOTHING)
        made = items.get(move.pair >> 24) if move.why == "taken" else None
        yield {
            "move": move,
            "why": WHY[move.why],
            "paper": paper,
            "what": ", ".join(filter(None, (paper.party, pick(made.name) or made.code if made else ""))),
            "href": pictures.find_page(paper.ref),
        }


def _export(found: Projection, *, name: str, kind: str) -> HttpResponseBase:
    labels = {
        "opening": _("At its start"), "missing": _("Not served"), "closing": _("At its end"),
        "alone": _("If nothing more is ordered"), **{why: str(label) for why, label in WHY.items()},
    }  # fmt: skip
    rows = ({"start": one.start, **{key: getattr(one, key) / SCALE for key in _FIGURES}} for one in found.buckets)
    heads: table_exports.Heads = [(_("From"), lambda row: row["start"])]
    heads += [(labels[key], lambda row, key=key: row[key]) for key in _FIGURES]  # type: ignore[misc]
    heads.append((_("Safety stock"), lambda row: found.safety / SCALE))
    if kind == "csv":
        return table_exports.stream_csv(rows, heads, name=name)
    return table_exports.write_xlsx(rows, heads, name=name)
