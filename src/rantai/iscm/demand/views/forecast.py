"""The forecast of an item: what it sold, what it will sell, how sure that is, and who changed it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.iscm.demand import forms
from rantai.iscm.demand.actions import overrides as actions
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries import consumption, events, overrides, terms
from rantai.iscm.demand.queries import outlook as queries
from rantai.iscm.demand.queries.levels import Trees
from rantai.iscm.demand.queries.outlook import Outlook
from rantai.iscm.demand.views import edge, sheets, words
from rantai.iscm.demand.views.events import say_lift
from rantai.iscm.inventory.queries import targets as target_queries
from rantai.iscm.inventory.views import explained
from rantai.kernel import clock
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import shapes, toasts


@require_http_methods(["GET", "POST"])
@access.permission_required("demand.view")
def forecast(request: HttpRequest, item_id: int, location_id: int | None = None) -> HttpResponseBase:
    """Show the forecast of an item, at one location or at all together, and take a change of it."""
    item, outlook = _find(item_id, location_id)
    weeks = sheets.list_choices(outlook, edge.today())
    may_edit = request.user.has_perm("demand.edit") and item.archived_at is None
    form = forms.OverrideForm(
        weeks=weeks, data=request.POST if request.method == "POST" and may_edit else None, initial=_start(weeks)
    )
    if form.is_bound and form.is_valid():
        answer = _override(request, item, location_id, form)
        if answer is not None:
            return answer
    context = _describe(request, item, location_id, outlook) | {"form": form, "may_edit": may_edit}
    return render(request, "iscm/demand/forecast.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("demand.edit")
def end_override(request: HttpRequest, override_id: int) -> HttpResponse:
    """Take a change back."""
    row = get_object_or_404(ForecastOverride, pk=override_id)
    run_atomic(lambda: actions.end_override(override_id, by=edge.actor(request), at=clock.now()))
    undo = reverse("iscm_demand:restore_override", args=[override_id])
    toasts.say(request, _("The change no longer holds; it stays on record."), undo=undo)
    if request.GET:  # pressed in the grid, whose words these are
        return redirect(f"{reverse('iscm_demand:grid')}?{request.GET.urlencode()}")
    return redirect(address(row.item_id, row.location_id))


@require_POST
@access.permission_required("demand.edit")
def restore_override(request: HttpRequest, override_id: int) -> HttpResponse:
    """Let a change hold again."""
    row = get_object_or_404(ForecastOverride, pk=override_id)
    run_atomic(lambda: actions.restore_override(override_id, by=edge.actor(request)))
    toasts.say(request, _("The change holds again."))
    return redirect(address(row.item_id, row.location_id))


def address(item_id: int | None, location_id: int | None) -> str:
    """Return the page of an item's forecast, or the grid for what reaches more than one."""
    if item_id is None:
        return reverse("iscm_demand:grid")
    if location_id:
        return reverse("iscm_demand:forecast_at", args=[item_id, location_id])
    return reverse("iscm_demand:forecast", args=[item_id])


def _list_categories(item: Item) -> list[int]:
    """Return the item's category and those above it."""
    parents, found, at = Trees().parents, [], item.category_id
    while at and at not in found:
        found.append(at)
        at = parents.get(at, 0)
    return found


def _find(item_id: int, location_id: int | None) -> tuple[Item, Outlook | None]:
    item = get_object_or_404(Item.objects.select_related("base_unit"), pk=item_id)
    if location_id is not None and not locations.list_sites().filter(pk=location_id).exists():
        raise Http404
    return item, queries.find_outlook(item_id, location_id)


def _start(weeks: list[tuple[date, str]]) -> dict[str, Any]:
    return {"first": weeks[0][0].isoformat(), "last": weeks[0][0].isoformat()} if weeks else {}


def _override(
    request: HttpRequest, item: Item, location_id: int | None, form: forms.OverrideForm
) -> HttpResponse | None:
    """Write the change; None where it was refused and the form says why."""
    told = form.cleaned_data
    is_percent = told["kind"] == forms.PERCENT
    refused = edge.attempt(
        lambda: actions.set_override(
            item_id=item.pk,
            location_id=location_id,
            starts_on=date.fromisoformat(told["first"]),
            ends_on=date.fromisoformat(told["last"]) + timedelta(days=7),
            quantity=None if is_percent else told["value"],
            factor=told["value"] // 100 if is_percent else None,
            reason=told["reason"],
            by=edge.actor(request),
            at=clock.now(),
        )
    )
    if refused:
        form.add_error(None, refused)
        return None
    toasts.say(request, _("The forecast is changed. The next plan counts on it."))
    return redirect(address(item.pk, location_id))


def _describe(request: HttpRequest, item: Item, location_id: int | None, outlook: Outlook | None) -> dict[str, Any]:
    unit = pick(item.base_unit.name)
    held = [
        explained.describe(target, unit)
        for target in target_queries.list_targets(item.pk)
        if location_id in (None, target.location_id)
    ]
    tabs = _list_tabs(item, location_id, outlook)
    context: dict[str, Any] = {
        "house": "operations",
        "item": item,
        "name": pick(item.name),
        "unit": unit,
        "location_id": location_id,
        "place": next((tab.label for tab in tabs if tab.current and location_id), ""),
        "outlook": outlook,
        "changes": sheets.list_changes(overrides.list_of_item(item.pk, _list_categories(item)), location_id),
        "tabs": tabs,
        "targets": held,
        "is_part": any(target.is_part for target in held),
        "ref": DocRef("item", item.pk),
        "window": consumption.find_window(item.pk),
        "policy_url": _find_policy_url(request, item, location_id, outlook),
    }
    if outlook is not None:
        since = edge.today() - timedelta(weeks=sheets.PAST_WEEKS)
        moved = events.list_touching(item.pk, location_id, since=since)
        context |= sheets.describe(outlook, unit, today=edge.today(), events=moved)
        context |= {"moved_by": [(event, say_lift(event)) for event in moved[::-1][:10]]}
        series = outlook.main_series
        told = terms.list_terms(outlook.run.pk, item.pk)
        shares = terms.share_by_source(item.pk, run=outlook.run) if told else {}
        contestants = queries.list_contestants(series) if series else []
        context |= {
            "series": series,
            "term_facts": words.list_term_facts(told[0], shares) if told else [],
            "pattern": words.say_class(series.demand_class) if series else "",
            "bias": words.say_bias(series.bias) if series else "",
            "why": words.say_why(series, contestants) if series else "",
            "contestants": [
                (words.say_method(one.method), words.say_bias(one.bias), words.say_share(one), one)
                for one in contestants
            ],
        }
    return context


def _find_policy_url(request: HttpRequest, item: Item, location_id: int | None, outlook: Outlook | None) -> str:
    places = {row.location_id for row in outlook.series if row.location_id} if outlook else set()
    place = location_id or (places.pop() if len(places) == 1 else None)
    if not place or not request.user.has_perm("stock.plan"):
        return ""
    return reverse("iscm_inventory:policy", args=[item.pk, place])


def _list_tabs(item: Item, location_id: int | None, outlook: Outlook | None) -> list[shapes.Tab]:
    every = queries.list_places(item.pk)
    if len(every) < 2 and location_id is None:
        return []
    found = [shapes.Tab(_("All locations"), address(item.pk, None), current=location_id is None)]
    return found + [shapes.Tab(name, address(item.pk, pk), current=location_id == pk) for pk, name in every]
