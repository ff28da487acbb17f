"""How often what we said came true, by who supplied it and by class of item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Category
from rantai.foundation.parties.models import Party
from rantai.iscm.demand.models import Demand
from rantai.iscm.inventory.views import edge
from rantai.iscm.promising import measures
from rantai.kernel.texts import pick
from rantai.ui import clicks, formats

DAYS = 180
"""Back from today, of first promises."""
USUAL = 80
"""The quantile that customers are told, by which the title judges."""
MOST_SHOWN = 200


@require_safe
@access.permission_required("demand.view")
def calibration(request: access.StaffRequest) -> HttpResponseBase:
    """Show the share of P50, P80 and P90 days that were met; the title says it of all together."""
    today = edge.today()
    found = measures.calibrate(measures.read_said(since=today - timedelta(days=DAYS)), today=today)
    suppliers = Party.objects.in_bulk([row.supplier_id for row in found if row.supplier_id])
    categories = Category.objects.in_bulk([row.category_id for row in found if row.category_id])
    due, met = (sum(getattr(row, name)[USUAL] for row in found) for name in ("due", "met"))
    rows = [_show(row, suppliers, categories) for row in found]
    context = {
        "house": "operations",
        "rows": rows,
        "share": formats.percent(met / due) if due else "",
        "due": due,
        "days": DAYS,
    }
    return render(request, "iscm/promising/calibration.html", context)


@require_safe
@access.permission_required("demand.view")
def judged(request: access.StaffRequest) -> HttpResponseBase:
    """Show the promises behind one share, those that were missed first, each with its way to its line."""
    today, key = edge.today(), (_read(request, "supplier"), _read(request, "category"))
    said = measures.read_said(since=today - timedelta(days=DAYS))
    kept = {
        row.demand_id: is_kept
        for row in said
        if (row.supplier_id, row.category_id) == key and (is_kept := row.is_kept(USUAL, today=today)) is not None
    }
    rows = sorted((row for row in said if row.demand_id in kept), key=lambda row: row.days[USUAL], reverse=True)
    rows.sort(key=lambda row: kept[row.demand_id])
    context = {
        "house": "operations",
        "supplier": _name_supplier(Party.objects.filter(pk=key[0] or 0).first()),
        "category": _name_category(Category.objects.filter(pk=key[1] or 0).first()),
        "rows": list(_list_judged(rows[:MOST_SHOWN], today)),
        "due": len(kept),
        "met": sum(kept.values()),
        "days": DAYS,
    }
    return render(request, "iscm/promising/judged.html", context)


def _list_judged(rows: Sequence[measures.Said], today: date) -> Iterator[dict[str, Any]]:
    lines = Demand.objects.select_related("item__base_unit", "party")
    demands = lines.in_bulk([row.demand_id for row in rows])
    for row in rows:
        demand, there_on, said_on = demands[row.demand_id], row.there_on, row.days[USUAL]
        yield {
            "demand": demand,
            "item": pick(demand.item.name) or demand.item.code,
            "said_on": said_on,
            "there_on": there_on,
            "late": formats.late(((there_on or today) - said_on).days),
            "is_kept": row.is_kept(USUAL, today=today),
        }


def _address(supplier_id: int | None, category_id: int | None) -> str:
    """Return the page of the promises behind a share; what stands on no supplier or class names none."""
    asked = {"supplier": supplier_id, "category": category_id}
    return f"{reverse('iscm_promising:judged')}?{urlencode({name: pk for name, pk in asked.items() if pk})}"


def _read(request: HttpRequest, name: str) -> int | None:
    return clicks.read_id(request.GET.get(name)) or None


def _name_supplier(supplier: Party | None) -> str:
    return supplier.name if supplier else _("Our stock and what we make")


def _name_category(category: Category | None) -> str:
    return (pick(category.name) or category.code) if category else formats.NOTHING


def _show(
    row: measures.Calibration, suppliers: dict[int, Party], categories: dict[int, Category]
) -> dict[str, Any]:  # fmt: skip
    category = categories.get(row.category_id or 0)
    return {
        "supplier": _name_supplier(suppliers.get(row.supplier_id or 0)),
        "category": _name_category(category),
        "href": _address(row.supplier_id, row.category_id),
        "due": formats.number(row.due[USUAL]),
        "shares": [
            {
                "share": formats.percent(row.met[quantile] / row.due[quantile]) if row.due[quantile] else "–",
                "of": f"{formats.number(row.met[quantile])} / {formats.number(row.due[quantile])}",
                "is_short": (row.off(quantile) or 0) < -0.03,
            }
            for quantile in measures.QUANTILES
        ],
    }
