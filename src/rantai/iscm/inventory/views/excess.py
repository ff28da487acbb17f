"""What of stock will not be used in time, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet, Sum, Value
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import queries as people
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.foundation.documents import actions as documents
from rantai.foundation.parties import queries as parties
from rantai.iscm.inventory.actions import excess as actions
from rantai.iscm.inventory.models import PromotionCandidate
from rantai.iscm.inventory.queries import excess as queries
from rantai.iscm.inventory.views import edge, words
from rantai.iscm.inventory.views.tables import list_choices
from rantai.kernel import clock, jobs
from rantai.kernel.measures import Kpi
from rantai.kernel.models import KpiValue
from rantai.kernel.money import Money
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, tables, toasts
from rantai.ui.table_columns import ItemColumn

KIND = "promotion_candidate"
STATES = {
    "open": ("look", gettext_lazy("To decide")),
    "offered": ("run", gettext_lazy("Handed to sales")),
    "dismissed": ("end", gettext_lazy("Put aside")),
}
LAMPS = {"expiring": "hurt", "excess": "look", "ageing": "wait"}


class ExcessTable(tables.Table):
    """Candidates for promotion."""

    name = "excess"
    caption = gettext_lazy("Stock that will not be used in time")
    item = ItemColumn(sort=True, link="iscm_inventory:candidate", grow=True)
    lot = tables.Column(gettext_lazy("Lot"), accessor="lot__code", hidden=True)
    place = tables.Column(gettext_lazy("Site"), accessor="location__name", sort=True, phone="subend")
    kind = tables.StateColumn(
        gettext_lazy("Why"), states={code: (LAMPS[code], word) for code, word in words.CANDIDATES.items()}
    )
    units = tables.Column(gettext_lazy("Beyond use"), format="quantity", sort=True, unit="item__base_unit__name")
    on_hand = tables.Column(
        gettext_lazy("On hand"), format="quantity", sort=True, narrow=2, unit="item__base_unit__name"
    )
    value = tables.Column(gettext_lazy("Value"), format="money", currency="currency", sort=True)
    last_useful_on = tables.Column(gettext_lazy("To be sold by"), format="day", sort=True, narrow=2)
    exhausted_on = tables.Column(gettext_lazy("Used until"), format="day", sort=True, hidden=True)
    received_on = tables.Column(gettext_lazy("Came"), format="day", sort=True, narrow=3)
    state = tables.StateColumn(gettext_lazy("State"), states=STATES, narrow=3)
    filters = (
        tables.Search("q", ["item__code__icontains", "item__name__icontains", "lot__code__istartswith"]),
        tables.Pick("site", gettext_lazy("Site"), field="location_id", choices=lambda: list_choices()),
        tables.Choice("kind", gettext_lazy("Why"), field="kind", choices=list(words.CANDIDATES.items()), many=True),
        tables.Choice(
            "state", gettext_lazy("State"), field="state", many=True,
            choices=[(code, word) for code, (_k, word) in STATES.items()],
        ),
        tables.Flag("idle", gettext_lazy("Nobody asks for it"), q=Q(daily_demand=0)),
    )  # fmt: skip
    views = (
        tables.View("open", gettext_lazy("To decide"), {"state": "open"}, count=True),
        tables.View("expiring", gettext_lazy("Will expire"), {"kind": "expiring"}, count=True, hurt=True),
        tables.View("offered", gettext_lazy("Handed to sales"), {"state": "offered"}),
        tables.View("all", gettext_lazy("All"), {"state": list(STATES)}),
    )
    sort, key, page_size = "-value", "id", 50
    empty = tables.Empty(
        gettext_lazy("All stock will be used in time"),
        gettext_lazy("Each night stock is matched with demand ahead. What expires, is too much or grows old is here."),
    )


class CostlessExcessTable(ExcessTable):
    """The same for who may not see what things cost."""

    sort = "item"


CostlessExcessTable.columns = {name: column for name, column in ExcessTable.columns.items() if name != "value"}


class OfferForm(forms.Form):
    """Who in sales is asked."""

    owner = forms.ModelChoiceField(label=gettext_lazy("Who sells it"), queryset=User.objects.none())
    title = forms.CharField(label=gettext_lazy("What to do"), max_length=200)


def list_rows() -> QuerySet[PromotionCandidate]:
    """Return the candidates that are not over."""
    return queries.list_candidates().annotate(currency=Value(parties.get_company().currency))


@require_safe
@access.permission_required("stock.view")
def listing(request: access.StaffRequest) -> HttpResponseBase:
    """Answer what of stock will not be used in time, with the figures of stock as a whole."""
    sees_cost = request.user.has_perm(access.SEES_COST)
    rows = list_rows()
    money, service = _list_figures(_MONEY, sees_cost=sees_cost), _list_figures(_SERVICE, sees_cost=sees_cost)
    context = {
        "house": "operations",
        "count": rows.count(),
        "is_known": any(one["value"] is not None for one in (*money, *service)),
        "expiring": rows.filter(kind="expiring").count(),
        "worth": Money(rows.aggregate(worth=Sum("value"))["worth"] or 0, parties.get_company().currency),
        "sees_cost": sees_cost,
        "money": money,
        "service": service,
    }
    kind = ExcessTable if sees_cost else CostlessExcessTable
    return kind(rows, request=request, today=edge.today()).respond("iscm/inventory/excess.html", context)


@require_POST
@access.permission_required("stock.plan")
def find_now(request: access.StaffRequest) -> HttpResponse:
    """Queue a fresh look at stock."""
    run_atomic(lambda: jobs.enqueue("iscm.find_excess", key="now", actor=edge.actor(request)))
    toasts.say(request, _("Stock is matched with demand. What is found stands here when it is done."))
    return redirect("iscm_inventory:excess")


@require_safe
@access.permission_required("stock.view")
def candidate(request: access.StaffRequest, candidate_id: int) -> HttpResponse:
    """Show one candidate: why it is one, and the ways out."""
    return _show(request, _get(candidate_id), None)


@require_POST
@access.permission_required("stock.plan")
def offer(request: access.StaffRequest, candidate_id: int) -> HttpResponse:
    """Ask somebody of sales to promote it."""
    row = _get(candidate_id)
    form = _make_form(row, request.POST)
    if not form.is_valid():
        return _show(request, row, form)

    def work() -> None:
        actions.offer_candidate(row)
        documents.add_task(
            DocRef(KIND, row.pk), title=form.cleaned_data["title"], owner=form.cleaned_data["owner"],
            due_on=row.last_useful_on, by=request.user,
        )  # fmt: skip

    said = _("%(who)s is asked to sell it.") % {"who": form.cleaned_data["owner"]}
    return edge.attempt(request, work, said=said, back=_address(row))


@require_POST
@access.permission_required("stock.plan")
def stop_buying(request: access.StaffRequest, candidate_id: int) -> HttpResponse:
    """Order nothing for stock there any more."""
    row, by, at = _get(candidate_id), edge.actor(request), clock.now()
    reason = _("Too much on hand: used up first, then only ordered to need.")
    return edge.attempt(
        request,
        lambda: actions.stop_buying(row, reason=reason, by=by, at=at),
        said=_("From the next stock targets on nothing is ordered there for stock."),
        back=_address(row),
    )


@require_POST
@access.permission_required("stock.plan")
def dismiss(request: access.StaffRequest, candidate_id: int) -> HttpResponse:
    """Put it aside until it grows."""
    row = _get(candidate_id)
    return edge.attempt(
        request,
        lambda: actions.dismiss_candidate(row),
        said=_("Put aside. It comes back when it grows."),
        back=reverse("iscm_inventory:excess"),
    )


def _get(candidate_id: int) -> PromotionCandidate:
    rows = PromotionCandidate.objects.select_related("item__base_unit", "location", "lot")
    return get_object_or_404(rows, pk=candidate_id)


def _address(row: PromotionCandidate) -> str:
    return reverse("iscm_inventory:candidate", args=[row.pk])


def _make_form(row: PromotionCandidate, data: Any = None) -> OfferForm:
    title = _("Promote %(units)s of %(item)s") % {"units": formats.quantity(row.units), "item": row.item.code}
    form = OfferForm(data, initial={"title": title})
    form.fields["owner"].queryset = people.list_in_role("sales")  # type: ignore[attr-defined]
    return form


def _show(request: access.StaffRequest, row: PromotionCandidate, form: OfferForm | None) -> HttpResponse:
    unit, today = pick(row.item.base_unit.name), edge.today()
    sees_cost = request.user.has_perm(access.SEES_COST)
    context = {
        "house": "operations",
        "row": row,
        "name": pick(row.item.name),
        "unit": unit,
        "why": words.CANDIDATES[row.kind],
        "state": STATES.get(row.state, ("end", _("Over"))),
        "value": Money(row.value, parties.get_company().currency) if sees_cost else None,
        "age": (today - row.received_on).days,
        "used": row.on_hand - row.units,
        "daily": row.daily_demand,
        "today": today,
        "form": form or _make_form(row),
        "needs": [
            {"place": target.location.name, "units": units, "href": _transfer(row, target.location_id, units)}
            for target, units in queries.list_in_need(row.item_id, but=row.location_id)
        ],
        "ref": DocRef(KIND, row.pk),
        "is_open": row.state == "open",
        "is_live": row.state != "ended",
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "iscm/inventory/candidate.html", context, status=status)


def _transfer(row: PromotionCandidate, location_id: int, missing: int) -> str:
    """Return the page that makes a transfer of it, filled in."""
    units = min(row.units, missing)
    filled = {
        "origin": str(row.location_id), "destination": str(location_id), "item": row.item.code,
        "units": str(formats.quantity(units)),
    }  # fmt: skip
    return f"{reverse('iscm_fulfilment:new_transfer')}?{urlencode(filled)}"


Say = Callable[[Kpi], str]
_MONEY: dict[str, tuple[Any, Say]] = {
    "inventory_turns": (gettext_lazy("Turns a year"), lambda kpi: formats.number(kpi.value, 1)),
    "days_of_supply": (gettext_lazy("Days of supply"), lambda kpi: formats.number(kpi.value, 0)),
    "excess_share": (gettext_lazy("In excess"), lambda kpi: formats.percent(kpi.value)),
    "inventory_accuracy_value": (gettext_lazy("Value counted right"), lambda kpi: formats.percent(kpi.value)),
}
_SERVICE: dict[str, tuple[Any, Say]] = {
    "inventory_accuracy": (gettext_lazy("Counted right"), lambda kpi: formats.percent(kpi.value)),
    "cycle_service_level": (gettext_lazy("Cycles without a gap"), lambda kpi: formats.percent(kpi.value)),
    "unit_fill_rate": (gettext_lazy("Units at once"), lambda kpi: formats.percent(kpi.value)),
    "line_fill_rate": (gettext_lazy("Lines at once"), lambda kpi: formats.percent(kpi.value)),
    "order_fill_rate": (gettext_lazy("Orders at once"), lambda kpi: formats.percent(kpi.value)),
    "bullwhip": (gettext_lazy("Bullwhip"), lambda kpi: formats.number(kpi.value, 2)),
}


def _list_figures(named: dict[str, tuple[Any, Say]], *, sees_cost: bool) -> list[dict[str, Any]]:
    """Return the newest figures of stock as a whole."""
    is_money = named is _MONEY
    latest: dict[str, KpiValue] = {}
    for row in KpiValue.objects.filter(code__in=named, subject="").order_by("code", "-day"):
        latest.setdefault(row.code, row)
    found = []
    for code, (label, say) in named.items():
        kept = latest.get(code)
        kpi = Kpi(code=code, numerator=kept.numerator, denominator=kept.denominator) if kept else None
        known = kpi if kpi is not None and kpi.value is not None else None
        parts = _say_parts(known, is_money) if known and (sees_cost or not is_money) else ""
        found.append({"label": label, "value": say(known) if known else None, "of": parts})
    return found


def _say_parts(kpi: Kpi, is_money: bool) -> str:
    def say(value: float) -> str:
        if is_money:
            return formats.money(Money(round(value), parties.get_company().currency), short=True)
        return formats.number(round(value, 1))

    return _("%(part)s of %(whole)s") % {"part": say(kpi.numerator or 0), "whole": say(kpi.denominator or 0)}
