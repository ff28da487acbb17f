"""New items: which items they are like, and how far their own history has taken over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.iscm.demand import forms
from rantai.iscm.demand.actions import launches as actions
from rantai.iscm.demand.models import ForecastSeries
from rantai.iscm.demand.models.changes import ItemLaunch
from rantai.iscm.demand.queries import launches as queries
from rantai.iscm.demand.views import edge
from rantai.kernel import clock
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, toasts


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A launch as the list shows it."""

    row: ItemLaunch
    name: str
    likes: str
    own: str
    """Share of its own statistics now."""
    when: str


@require_safe
@access.permission_required("demand.view")
def launches(request: HttpRequest) -> HttpResponse:
    """Show the new items and what they are like."""
    rows, today = list(queries.list_live()), edge.today()
    lived = {
        (item, place): length
        for item, place, length in ForecastSeries.objects.filter(
            run__state="current", item_id__in=[row.item_id for row in rows]
        ).values_list("item_id", "location_id", "history_weeks")
    }
    context = {
        "house": "operations",
        "launches": [_show(row, lived.get((row.item_id, row.location_id), 0), today) for row in rows],
        "may_edit": request.user.has_perm("demand.edit"),
    }
    return render(request, "iscm/demand/launches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("demand.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Say what a new item is like."""
    code = Item.objects.filter(pk=request.GET["item"]).first() if request.GET.get("item", "").isdigit() else None
    monday = edge.today()
    form = forms.LaunchForm(
        request.POST or None,
        initial={"item": code.code if code else "", "scale": 100 * 10_000, "launch_on": monday.isoformat()},
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        terms = actions.LaunchTerms(
            item_id=told["item"], location_id=int(told["location"]), launch_on=told["launch_on"], likes=told["likes"],
            scale=told["scale"] // 100, blend_weeks=told["blend_weeks"], reason=told["reason"],
        )  # fmt: skip
        refused = edge.attempt(lambda: actions.plan_launch(terms, by=edge.actor(request), at=clock.now()))
        if not refused:
            toasts.say(request, _("Kept. The next forecast counts it."))
            return redirect("iscm_demand:launches")
        form.add_error(None, refused)
    context = {"house": "operations", "form": form}
    return render(request, "iscm/demand/launch_new.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("demand.edit")
def end(request: HttpRequest, launch_id: int) -> HttpResponse:
    """Let a new item's own history speak alone."""
    get_object_or_404(ItemLaunch, pk=launch_id)
    run_atomic(lambda: actions.end_launch(launch_id, by=edge.actor(request), at=clock.now()))
    toasts.say(request, _("Its own history speaks alone from the next forecast on."))
    return redirect("iscm_demand:launches")


def _show(row: ItemLaunch, lived: int, today: date) -> Shown:
    likes = ", ".join(
        _("%(share)s %(item)s") % {"share": formats.percent(like.share / 10_000, 0), "item": like.item.code}
        for like in row.likes.all()
    )
    scale = "" if row.scale == 10_000 else " × " + formats.percent(row.scale / 10_000, 0)
    return Shown(
        row=row,
        name=pick(row.item.name),
        likes=likes + scale,
        own=formats.percent(min(1.0, lived / row.blend_weeks), 0),
        when=formats.day(row.launch_on, today=today),
    )
