"""Promotions and other events: what is planned, what was, and a form for a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.iscm.demand import forms
from rantai.iscm.demand.actions import events as actions
from rantai.iscm.demand.models.changes import DemandEvent
from rantai.iscm.demand.queries import events as queries
from rantai.iscm.demand.views import edge
from rantai.kernel import clock
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, toasts

SCALE = 10_000
SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """An event as the list shows it."""

    row: DemandEvent
    kind: str
    weeks: str
    lift: str
    what: str
    who: str
    state: str
    """ahead, now, past or off."""


@require_safe
@access.permission_required("demand.view")
def events(request: HttpRequest) -> HttpResponse:
    """Show what moves the forecast, and what explains the past."""
    today = edge.today()
    rows = list(queries.list_all()[:SHOWN])
    names = edge.name_actors({row.owner for row in rows})
    shown = [_show(row, names, today) for row in rows]
    context = {
        "house": "operations",
        "groups": [
            (_("Ahead and under way"), [one for one in shown if one.state in ("ahead", "now")]),
            (_("Past: causes that statistics leave out"), [one for one in shown if one.state == "past"]),
            (_("Called off"), [one for one in shown if one.state == "off"]),
        ],
        "ahead": sum(one.state in ("ahead", "now") and one.row.kind in queries.LIFTS for one in shown),
        "is_empty": not shown,
        "may_edit": request.user.has_perm("demand.edit"),
    }
    return render(request, "iscm/demand/events.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("demand.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Plan an event, or note one of the past."""
    form = forms.EventForm(request.POST or None, initial={"items": request.GET.get("item", "")})
    if request.method == "POST" and form.is_valid():
        terms = _to_terms(form.cleaned_data)
        refused = edge.attempt(lambda: actions.plan_event(terms, by=edge.actor(request), at=clock.now()))
        if not refused:
            past = terms.ends_on <= edge.today()
            toasts.say(
                request,
                _("The event is noted. The next forecast leaves it out of the statistics.")
                if past
                else _("The event is planned. The forecast of its weeks counts it."),
            )
            return redirect("iscm_demand:events")
        form.add_error(None, refused)
    context = {"house": "operations", "form": form}
    return render(request, "iscm/demand/event_new.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("demand.edit")
def end(request: HttpRequest, event_id: int) -> HttpResponse:
    """Call an event off."""
    row = get_object_or_404(DemandEvent, pk=event_id)
    run_atomic(lambda: actions.end_event(event_id, by=edge.actor(request), at=clock.now()))
    toasts.say(
        request,
        _("%(name)s is called off.") % {"name": row.name},
        undo=reverse("iscm_demand:restore_event", args=[row.pk]),
    )
    return redirect("iscm_demand:events")


@require_POST
@access.permission_required("demand.edit")
def restore(request: HttpRequest, event_id: int) -> HttpResponse:
    """Let an event hold again."""
    row = get_object_or_404(DemandEvent, pk=event_id)
    run_atomic(lambda: actions.restore_event(event_id, by=edge.actor(request)))
    toasts.say(request, _("%(name)s holds again.") % {"name": row.name})
    return redirect("iscm_demand:events")


def say_lift(row: DemandEvent) -> str:
    """Say by how much an event moves demand."""
    if row.factor is not None:
        share = row.factor / SCALE - 1
        return ("+" if share > 0 else "") + formats.percent(share, 0)
    return _("%(units)s in all") % {"units": formats.quantity(row.quantity)} if row.quantity is not None else ""


def _to_terms(told: dict[str, Any]) -> actions.EventTerms:
    value = told["value"]
    is_percent = told["lift"] == forms.PERCENT
    return actions.EventTerms(
        name=told["name"],
        kind=told["kind"],
        starts_on=told["starts_on"],
        ends_on=told["ends_on"] + timedelta(days=1),
        reason=told["reason"],
        factor=SCALE + value // 100 if value is not None and is_percent else None,
        quantity=value if value is not None and not is_percent else None,
        item_ids=told["items"],
        category_ids=[int(pk) for pk in told["categories"]],
        location_ids=[int(pk) for pk in told["locations"]],
    )


def _show(row: DemandEvent, names: dict[str, str], today: date) -> Shown:
    scopes = list(row.scopes.all())
    things = [scope.item.code for scope in scopes if scope.item]
    things += [pick(scope.category.name) or scope.category.code for scope in scopes if scope.category]
    places = [scope.location.name for scope in scopes if scope.location]
    what = ", ".join(things[:4]) + (" …" if len(things) > 4 else "") or _("every item")
    state = "off" if row.ended_at else "past" if row.ends_on <= today else "now" if row.starts_on <= today else "ahead"
    return Shown(
        row=row,
        kind=str(forms.EVENT_KINDS[row.kind]),
        weeks=" – ".join(formats.day(day, today=today) for day in (row.starts_on, row.ends_on - timedelta(days=1))),
        lift=say_lift(row),
        what=f"{what} · {', '.join(places) or _('all locations')}",
        who=names[row.owner],
        state=state,
    )
