"""Pages of what limits a plan: resources, and how an item is planned at its places."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.actions import planning_rules, resources
from rantai.foundation.items.forms import limits as forms
from rantai.foundation.items.models import Item, PlanningRule, Resource
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts

_FACTS = ("location", "calendar", "kind", "capacity", "efficiency", "hourly_cost")


@require_safe
@access.permission_required("items.view")
def list_resources(request: access.StaffRequest) -> HttpResponse:
    """Show machines, lines and teams."""
    rows = Resource.objects.filter(archived_at=None).select_related("location", "calendar").order_by("code")
    kinds = dict(forms.RESOURCE_KINDS)
    shown = [{"row": row, "kind": kinds[row.kind]} for row in rows]
    context = {"rows": shown, "may_edit": request.user.has_perm("items.edit"), "house": "operations"}
    return render(request, "foundation/items/resources.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def resource(request: access.StaffRequest, resource_id: int | None = None) -> HttpResponse:
    """Add or change a resource with its capacity by date and its change-overs."""
    found = get_object_or_404(Resource, pk=resource_id) if resource_id else None
    hides_cost = not request.user.has_perm(access.SEES_COST)
    form = forms.ResourceForm(request.POST or None, resource=found, hides_cost=hides_cost, initial=_read(found))
    dated = forms.CapacitySet(request.POST or None, prefix="capacities", initial=_read_capacities(found))
    changes = forms.ChangeSet(request.POST or None, prefix="changes", initial=_read_changes(found))
    if request.method == "POST" and form.is_valid() & dated.is_valid() & changes.is_valid():
        run_atomic(partial(_save, found, form, dated, changes, request.user.actor))
        return redirect("foundation_items:resources")
    is_bad = request.method == "POST"
    context = {"form": form, "dated": dated, "changes": changes, "resource": found, "house": "operations"}
    return render(request, "foundation/items/resource.html", context, status=422 if is_bad else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def planning(request: access.StaffRequest, item_id: int) -> HttpResponse:
    """Change what is frozen of an item's plan, and how its sources are chosen."""
    item = get_object_or_404(Item, pk=item_id)
    stored = list(PlanningRule.objects.filter(item=item).order_by("id"))
    initial = [{"location": row.location, "fence_days": row.fence_days or None, "search": row.search} for row in stored]
    rows = forms.RuleSet(request.POST or None, prefix="rules", initial=initial)
    if request.method == "POST" and rows.is_valid():
        wanted = [row.cleaned_data for row in rows if row.says_something()]
        run_atomic(partial(_save_rules, item, stored, wanted, request.user.actor))
        toasts.say(request, _("Planning of %(item)s saved") % {"item": item.code})
        return redirect("foundation_items:item", item.pk)
    context = {"item": item, "rows": rows, "house": "operations"}
    return render(request, "foundation/items/planning.html", context, status=422 if request.method == "POST" else 200)


def _save(found: Resource | None, form: forms.ResourceForm, dated: Any, changes: Any, by: str) -> None:
    data = form.cleaned_data
    values = {name: data[name] for name in ("name", *_FACTS) if name in data}
    if found is None:
        place = values.pop("location")
        found = resources.add_resource(data["code"], name=values.pop("name"), location_id=place.pk, by=by, **values)
    else:
        resources.edit_resource(found, values={**values, "code": data["code"]}, by=by)
    days = [row.cleaned_data for row in dated if row.cleaned_data.get("from_on")]
    resources.set_capacities(found.pk, capacities=[(day["from_on"], day["capacity"]) for day in days], by=by)
    times = [row.cleaned_data for row in changes if row.cleaned_data.get("minutes") is not None]
    resources.set_setup_times(
        found.pk, changes=[(row["from_family"], row["to_family"], row["minutes"] * 60) for row in times], by=by
    )


def _save_rules(item: Item, stored: list[PlanningRule], wanted: list[dict[str, Any]], by: str) -> None:
    places = {row["location"].pk if row["location"] else None for row in wanted}
    for rule in stored:
        if rule.location_id not in places:
            planning_rules.remove_planning_rule(rule, by=by)
    for row in wanted:
        planning_rules.set_planning_rule(
            item.pk, location_id=row["location"].pk if row["location"] else None, fence_days=row["fence_days"] or 0,
            search=row["search"], by=by,
        )  # fmt: skip


def _read(found: Resource | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {name: getattr(found, name) for name in ("code", *_FACTS)} | forms.NamesForm.names_of(found.name)


def _read_capacities(found: Resource | None) -> list[dict[str, Any]]:
    rows = found.capacities.order_by("from_on") if found else ()
    return [{"from_on": row.from_on, "capacity": row.capacity} for row in rows]


def _read_changes(found: Resource | None) -> list[dict[str, Any]]:
    rows = found.setup_times.order_by("from_family", "to_family") if found else ()
    return [{"from_family": row.from_family, "to_family": row.to_family, "minutes": row.seconds // 60} for row in rows]
