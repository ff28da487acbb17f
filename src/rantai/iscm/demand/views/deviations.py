"""Items whose orders have left their band: how far, whose orders they are, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.iscm.demand.actions import sensing as actions
from rantai.iscm.demand.models.sensing import DemandDeviation
from rantai.iscm.demand.queries import deviations as told
from rantai.iscm.demand.queries import sensing as queries
from rantai.iscm.demand.views import deviation_tables, edge
from rantai.kernel import clock
from rantai.kernel.needs import Part
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, shapes, toasts


@require_safe
@access.permission_required("demand.view")
def deviations(request: access.StaffRequest) -> HttpResponseBase:
    """Show what has left its band, those with most at stake first."""
    rows = deviation_tables.list_rows(edge.currency())
    table = deviation_tables.DeviationTable(rows, request=request, today=edge.today())
    context = {"house": "operations", "open_count": queries.count_open(), "first": queries.list_open().first()}
    return table.respond("iscm/demand/deviations.html", context)


@require_safe
@access.permission_required("demand.view")
def deviation(request: HttpRequest, deviation_id: int) -> HttpResponseBase:
    """Show one item: orders against the band, the accounts and classes behind them, the change suggested."""
    row = get_object_or_404(queries.list_all(), pk=deviation_id)
    return render(request, "iscm/demand/deviation.html", _describe(row))


@require_POST
@access.permission_required("demand.edit")
def accept(request: HttpRequest, deviation_id: int) -> HttpResponse:
    """Change the forecast as suggested."""
    said = _("The forecast is changed. The next plan counts on it.")
    return _decide(request, deviation_id, actions.accept, said=said)


@require_POST
@access.permission_required("demand.edit")
def dismiss(request: HttpRequest, deviation_id: int) -> HttpResponse:
    """Leave the forecast as it is."""
    said = _("Left as it is. It is raised again this week only if it moves much further.")
    return _decide(request, deviation_id, actions.dismiss, said=said)


@require_POST
@access.permission_required("demand.edit")
def reopen(request: HttpRequest, deviation_id: int) -> HttpResponse:
    """Take a decision back."""
    row = get_object_or_404(DemandDeviation, pk=deviation_id)
    if row.state in ("accepted", "dismissed"):
        run_atomic(lambda: actions.reopen(deviation_id, by=edge.actor(request), at=clock.now()))
        toasts.say(request, _("It waits for a decision again."))
    return redirect("iscm_demand:deviation", deviation_id)


def _decide(request: HttpRequest, deviation_id: int, act: Callable[..., Any], *, said: str) -> HttpResponse:
    get_object_or_404(DemandDeviation, pk=deviation_id)
    try:
        run_atomic(lambda: act(deviation_id, by=edge.actor(request), at=clock.now()))
    except (actions.NothingSuggested, *edge.REFUSALS) as refused:
        toasts.warn(request, str(refused))
    else:
        toasts.say(request, said, undo=reverse("iscm_demand:reopen_deviation", args=[deviation_id]))
    return redirect("iscm_demand:deviations")


def _describe(row: DemandDeviation) -> dict[str, Any]:
    today = edge.today()
    accounts, classes, places = map(_to_reasons, told.list_shares(row))
    return {
        "house": "operations",
        "row": row,
        "name": pick(row.item.name),
        "is_open": row.state == "open",
        "is_decided": row.state in ("accepted", "dismissed"),
        "answer": told.say_deviation(row),
        "span": told.say_span(row, today=today),
        "suggestion": told.say_suggestion(row, today=today),
        "accounts": accounts,
        "classes": classes,
        "places": places,
        "facts": list(_list_facts(row)),
        "state": deviation_tables.STATES[row.state],
        "ref": DocRef("item", row.item_id),
    }


def _to_reasons(parts: Sequence[Part]) -> list[shapes.Reason]:
    return [shapes.Reason(part.label, part.amount, note=part.note, total=part.is_total) for part in parts]


def _list_facts(row: DemandDeviation) -> Iterable[shapes.Fact]:
    unit, now = str(row.item.base_unit), clock.now()
    yield shapes.Fact(_("Asked for by orders"), formats.quantity(row.ordered, unit), strong=True)
    yield shapes.Fact(_("Expected"), told.say_units(row.expected, unit))
    yield shapes.Fact(_("Eight in ten lie between"), told.say_band(row))
    yield shapes.Fact(_("Order lines"), formats.number(row.order_lines))
    yield shapes.Fact(_("Raised"), formats.moment(row.raised_at, now=now))
    yield shapes.Fact(_("Compared last"), formats.moment(row.seen_at, now=now))
    if row.decided_at is not None and row.state != "cleared":
        yield shapes.Fact(_("Decided by"), edge.name_actors([row.decided_by])[row.decided_by])
