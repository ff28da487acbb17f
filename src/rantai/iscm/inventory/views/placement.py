"""Where safety stock should stand along the chain, and what that saves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F, QuerySet, Value
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.iscm.inventory.actions import placement as actions
from rantai.iscm.inventory.models import PlacementChoice, PlacementRun
from rantai.iscm.inventory.views import edge, words
from rantai.iscm.inventory.views.tables import list_choices
from rantai.kernel import clock, jobs
from rantai.kernel.models import Job
from rantai.kernel.money import Money
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, tables, toasts
from rantai.ui.table_columns import ItemColumn

STATES = {
    "proposed": ("new", gettext_lazy("Proposed")),
    "accepted": ("done", gettext_lazy("Accepted")),
    "dismissed": ("end", gettext_lazy("Dismissed")),
}


def _say_days(_value: Any, row: Any) -> str:
    names = ("inbound_days", "lead_days", "service_days", "covered_days")
    return _("waits %(inbound_days)s + takes %(lead_days)s − promises %(service_days)s = covers %(covered_days)s") % {
        name: formats.number(row[name]) for name in names
    }


class PlacementTable(tables.Table):
    """Places with what is proposed for them."""

    name = "stock-placement"
    caption = gettext_lazy("Where safety stock should stand")
    item = ItemColumn(sort=True, link="iscm_inventory:item_location", link_args=("item_id", "location_id"))
    place = tables.Column(gettext_lazy("Site"), accessor="location__name", sort=True, phone="subend")
    chain = tables.Column(gettext_lazy("Chain"), format="number", sort=True, hidden=True)
    why = tables.Column(
        gettext_lazy("Why"),
        accessor="reason",
        format=lambda value, _row: str(words.REASONS.get(value, value)),
        grow=True,
        narrow=2,
    )
    days = tables.Column(
        gettext_lazy("Days"), accessor="covered_days", format=_say_days, sort=True, narrow=2,
        needs=["inbound_days", "lead_days", "service_days"],
    )  # fmt: skip
    safety_now = tables.Column(gettext_lazy("Today"), format="quantity", sort=True, unit="item__base_unit__name")
    safety_then = tables.Column(gettext_lazy("Proposed"), format="quantity", sort=True, unit="item__base_unit__name")
    saving = tables.Column(gettext_lazy("Saves a year"), format="money", currency="currency", sort=True)
    state = tables.StateColumn(gettext_lazy("State"), states=STATES, hidden=True)
    filters = (
        tables.Search("q", ["item__code__icontains", "item__name__icontains"]),
        tables.Pick("site", gettext_lazy("Site"), field="location_id", choices=lambda: list_choices()),
        tables.Choice(
            "why", gettext_lazy("Why"), field="reason", choices=list(words.REASONS.items()), many=True
        ),
        tables.Choice(
            "state", gettext_lazy("State"), field="state", many=True,
            choices=[(code, word) for code, (_k, word) in STATES.items()],
        ),
        tables.Numbers("chain", gettext_lazy("Chain"), field="chain"),
    )  # fmt: skip
    views = (
        tables.View("open", gettext_lazy("To decide"), {"state": "proposed"}, count=True),
        tables.View("accepted", gettext_lazy("Accepted"), {"state": "accepted"}),
        tables.View("all", gettext_lazy("All"), {"state": list(STATES)}),
    )
    bulk = (
        tables.Bulk("accept", gettext_lazy("Accept"), "iscm_inventory:accept_places", permission="stock.plan"),
        tables.Bulk("dismiss", gettext_lazy("Dismiss"), "iscm_inventory:dismiss_places", permission="stock.plan"),
    )
    sort, key, page_size = "-saving", "id", 50
    empty = tables.Empty(
        gettext_lazy("Nothing is proposed"),
        gettext_lazy("Places that supply each other are looked at together: where is one buffer better than many?"),
    )


class CostlessPlacementTable(PlacementTable):
    """The same for who may not see cost."""

    sort = "item"


CostlessPlacementTable.columns = {name: column for name, column in PlacementTable.columns.items() if name != "saving"}


def list_rows() -> QuerySet[PlacementChoice]:
    """Return the choices of the current run with what they save."""
    rows = PlacementChoice.objects.filter(run__state="current")
    currency = Value(parties.get_company().currency)
    return rows.annotate(saving=F("cost_now") - F("cost_then"), currency=currency)


@require_safe
@access.permission_required("stock.view")
def listing(request: access.StaffRequest) -> HttpResponseBase:
    """Answer where safety stock should stand, and what that saves against today's targets."""
    run = PlacementRun.objects.filter(state="current").first()
    sees_cost = request.user.has_perm(access.SEES_COST)
    currency = parties.get_company().currency
    context: dict[str, Any] = {
        "house": "operations",
        "run": run,
        "live": Job.objects.filter(task="iscm.place_stock", state__in=("queued", "running")).order_by("-id").first(),
        "sees_cost": sees_cost,
    }
    if run:
        told = run.figures
        saved = told["cost_alone"] - told["cost_then"]
        context |= {
            "now": Money(told["cost_now"], currency),
            "then": Money(told["cost_then"], currency),
            "alone": Money(told["cost_alone"], currency),
            "saving": Money(saved, currency),
            "share": saved / told["cost_alone"] if told["cost_alone"] else None,
            "uncovered": told["cost_now"] < told["cost_then"],
            "chains": told["chains"],
            "places": told["places"],
            "refused": told["refused"],
            "rate": told["rate"],
        }
    kind = PlacementTable if sees_cost else CostlessPlacementTable
    return kind(list_rows(), request=request, today=edge.today()).respond("iscm/inventory/placement.html", context)


@require_POST
@access.permission_required("stock.plan")
def place_now(request: access.StaffRequest) -> HttpResponse:
    """Queue a placement; a second click while it is made does not make a second one."""
    run_atomic(lambda: jobs.enqueue("iscm.place_stock", key="now", actor=edge.actor(request)))
    toasts.say(request, _("The chains are looked at. What is proposed stands here when it is done."))
    return redirect("iscm_inventory:placement")


@require_POST
@access.permission_required("stock.plan")
def accept_many(request: access.StaffRequest) -> HttpResponse:
    """Take the proposals of the ticked places."""
    return _decide(
        request,
        actions.accept_choices,
        lambda n: ngettext(
            "%(n)s place accepted. It holds from the next stock targets on.",
            "%(n)s places accepted. They hold from the next stock targets on.",
            n,
        ),
    )


@require_POST
@access.permission_required("stock.plan")
def dismiss_many(request: access.StaffRequest) -> HttpResponse:
    """Leave the ticked places as they are."""
    return _decide(
        request,
        actions.dismiss_choices,
        lambda n: ngettext("%(n)s place stays as it is.", "%(n)s places stay as they are.", n),
    )


def _decide(request: access.StaffRequest, act: Callable[..., int], say: Callable[[int], str]) -> HttpResponse:
    ids = [int(text) for text in request.POST.getlist("ids") if text.isdigit()]
    count = run_atomic(lambda: act(ids, by=edge.actor(request), at=clock.now()))
    toasts.say(request, say(count) % {"n": formats.number(count)})
    return redirect(reverse("iscm_inventory:placement"))
