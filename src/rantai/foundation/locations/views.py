"""Pages of places and lanes."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.locations import actions, forms, queries
from rantai.foundation.locations.models import Lane, Location
from rantai.foundation.parties import queries as parties
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, tables, toasts

PLACE = ("name", "kind", "parent", "zone", "calendar", "cut_off", "territory", "gln", "latitude", "longitude")
LANE = (
    "origin", "destination", "territory", "rank", "transit_days", "carrier", "cost", "capacity", "valid_from",
    "valid_to",
)  # fmt: skip


def _say_kind(value: Any, row: dict[str, Any]) -> str:
    return str(dict(forms.KINDS).get(value, value))


class LocationTable(tables.Table):
    """Our places."""

    name = "locations"
    caption = gettext_lazy("Locations")
    place = tables.Column(
        gettext_lazy("Location"), accessor="name", sort=True, link="foundation_locations:location", link_args=("id",),
        sub="code", grow=True,
    )  # fmt: skip
    kind = tables.Column(gettext_lazy("Kind"), format=_say_kind)
    inside = tables.Column(gettext_lazy("Inside"), accessor="parent__name", narrow=2)
    zone = tables.Column(gettext_lazy("Time zone"), narrow=3)
    calendar = tables.Column(gettext_lazy("Calendar"), accessor="calendar__name", narrow=2)
    filters = [
        tables.Search("q", ["name__icontains", "code__icontains"]),
        tables.Choice("kind", gettext_lazy("Kind"), field="kind", choices=forms.KINDS, many=True),
    ]
    sort, key, page_size = "place", "id", 50
    empty = tables.Empty(
        gettext_lazy("No location yet"), gettext_lazy("Stock lies in warehouses and plants: begin with the first one.")
    )


@require_safe
@access.permission_required("locations.view")
def locations(request: access.StaffRequest) -> HttpResponseBase:
    """Show our places."""
    rows = queries.list_places()
    context = {
        "house": "operations",
        "sites": queries.list_sites().count(),
        "lanes": Lane.objects.count(),
        "may_edit": request.user.has_perm("locations.edit"),
    }
    return LocationTable(rows, request=request).respond("foundation/locations/locations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("locations.view")
def location(request: access.StaffRequest, location_id: int | None = None) -> HttpResponse:
    """Show, add or change a place."""
    found = get_object_or_404(queries.list_places(), pk=location_id) if location_id else None
    may_edit = request.user.has_perm("locations.edit")
    if not may_edit and (request.method == "POST" or found is None):
        access.refuse()
    form = forms.LocationForm(request.POST or None, location=found, initial=_values(found))
    if request.method == "POST" and form.is_valid():
        try:
            saved = run_atomic(partial(_save, found, form.cleaned_data, request.user.actor))
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
        except actions.LocationCircle as error:
            form.add_error("parent", str(error))
        else:
            toasts.say(request, _("%(name)s saved") % {"name": saved.name})
            return redirect("foundation_locations:location", saved.pk)
    context = {
        "location": found, "form": form, "may_edit": may_edit, "house": "operations",
        "ref": DocRef("location", found.pk) if found else None,
        "lanes": queries.list_lanes_from(found.pk) if found else [],
    }  # fmt: skip
    return render(request, "foundation/locations/location.html", context, status=422 if form.errors else 200)


@require_safe
@access.permission_required("locations.view")
def lanes(request: access.StaffRequest) -> HttpResponse:
    """Show every lane."""
    context = {
        "lanes": queries.list_lanes_from(None),
        "may_edit": request.user.has_perm("locations.edit"),
        "house": "operations",
    }
    return render(request, "foundation/locations/lanes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("locations.edit")
def lane(request: access.StaffRequest, lane_id: int | None = None) -> HttpResponse:
    """Add or change a lane."""
    found = get_object_or_404(Lane, pk=lane_id) if lane_id else None
    initial = {name: getattr(found, name) for name in LANE} if found else {"origin": request.GET.get("origin")}
    hides_cost = not request.user.has_perm(access.SEES_COST)
    form = forms.LaneForm(request.POST or None, hides_cost=hides_cost, initial=initial)
    if request.method == "POST" and form.is_valid():
        values, by = {name: form.cleaned_data[name] for name in LANE if name in form.fields}, request.user.actor
        run_atomic(partial(_save_lane, found, values, by))
        toasts.say(request, _("Lane saved"))
        return redirect("foundation_locations:lanes")
    context = {"lane": found, "form": form, "house": "operations"}
    return render(request, "foundation/locations/lane.html", context, status=422 if form.errors else 200)


def _values(found: Location | None) -> dict[str, Any]:
    if found is None:
        company = parties.find_company()
        return {"zone": company.zone, "calendar": company.calendar} if company else {}
    return {name: getattr(found, name) for name in (*PLACE, "revision")}


def _save(found: Location | None, data: dict[str, Any], by: str) -> Location:
    values = {name: data[name] for name in PLACE}
    if found is None:
        name = values.pop("name")
        return actions.add_location(data["code"], name=name, company_id=parties.get_company().pk, by=by, **values)
    return actions.edit_location(found, values=values, expected_revision=data["revision"] or 0, by=by)


def _save_lane(found: Lane | None, values: dict[str, Any], by: str) -> Lane:
    if found:
        return actions.edit_lane(found, values=values, by=by)
    origin = values.pop("origin")
    return actions.add_lane(origin.pk, by=by, **values)
