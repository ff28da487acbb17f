"""Lists of the planners' pages."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import plans
from rantai.iscm.supply.views import sheets, words
from rantai.ui import tables
from rantai.ui.table_columns import ItemColumn


def list_orders() -> QuerySet[PlannedOrder]:
    """Return proposals with the names that the list shows."""
    return plans.list_shown().annotate(
        unit=F("item__base_unit__name"),
        place=Coalesce("location__name", "demand__number"),
        party=Coalesce("supplier__name", "origin__name"),
        company_currency=F("company__currency"),
    )


def _list_kinds() -> list[tuple[str, Any]]:
    return parties.list_shown(words.KINDS.items(), what="approval")


class OrderTable(tables.Table):
    """What should be bought, made and moved."""

    name = "planned-orders"
    caption = _("Planned orders")
    item = ItemColumn(sort=True, link="iscm_supply:order")
    kind = tables.Column(_("What to do"), format=lambda value, row: str(words.KINDS[value]), narrow=2)
    party = tables.Column(pgettext_lazy("source", "From"), grow=True, sub="place")
    units = tables.Column(_("Quantity"), format="quantity", unit="unit", sort=True, phone="end")
    start_on = tables.Column(_("Order by"), format="day", sort=True, phone="subend")
    due_on = tables.Column(_("There on"), format="day", sort=True, narrow=2)
    for_orders = tables.Column(_("For customers' orders"), format="quantity", unit="unit", sort=True, narrow=3)
    amount = tables.Column(_("Cost"), format="money", currency="company_currency", sort=True, total=True)
    stake = tables.Column(_("At stake"), format="money", currency="company_currency", sort=True, narrow=3)
    state = tables.StateColumn(_("State"), states=words.STATES, narrow=3)
    filters = (
        tables.Search("q", fields=["item__code__icontains", "item__name__icontains", "supplier__name__icontains"]),
        tables.Choice("kind", _("What to do"), field="kind", choices=_list_kinds, many=True),
        tables.Choice(
            "state", _("State"), field="state", choices=[(code, word) for code, (_k, word) in words.STATES.items()],
            many=True,
        ),
        tables.Flag("orders", _("Customers wait for it"), q=Q(for_orders__gt=0)),
        tables.Dates("start", _("Order by"), field="start_on"),
        tables.Numbers("amount", _("Cost"), field="amount", scale=10_000),
    )  # fmt: skip
    views = (
        tables.View("open", _("To decide"), {"state": "proposed"}, count=True),
        tables.View("orders", _("Customers wait for it"), {"state": "proposed", "orders": "1"}, count=True, hurt=True),
        tables.View("accepted", _("Accepted"), {"state": ["accepted", "released"]}),
        tables.View("dismissed", _("Dismissed"), {"state": "dismissed"}),
        tables.View("all", _("All"), {"state": list(words.STATES)}),
    )
    bulk = (
        tables.Bulk("accept", _("Accept"), "iscm_supply:accept_many", permission="plan.decide"),
        tables.Bulk("dismiss", _("Dismiss"), "iscm_supply:dismiss_many", permission="plan.decide"),
    )
    sort = "start_on"
    empty = tables.Empty(
        _("Nothing is proposed"), _("A plan says what to buy, make and move. Make one with the button above.")
    )


class SheetTable(OrderTable):
    """As many rows as go into a sheet that is brought back."""

    page_size = sheets.MOST_ROWS


class CostlessOrderTable(OrderTable):
    """The same for who may not see cost and margin."""


CostlessOrderTable.filters = tuple(one for one in OrderTable.filters if one.name != "amount")  # type: ignore[assignment]
CostlessOrderTable.columns = {
    name: column for name, column in OrderTable.columns.items() if name not in ("amount", "stake")
}


_KEPT_SECONDS = 600
BROKEN = Q(late_days__gt=0) | Q(short__gt=0)
"""The plan breaks a promise: it comes later than promised, or not at all."""
LATER = BROKEN | Q(planned_on__gt=F("demand__requested_on"))
"""A customer gets it later than asked for, even where the promise was moved and holds."""


def count_later(run: PlanRun) -> tuple[int, int]:
    """Return how many order lines, of how many customers, come later than wanted though their promises hold.

    Reads every outcome, so it is kept while the plan stands as it is: each net change is a step of its run.
    """

    def count() -> tuple[int, int]:
        rows = PlanOutcome.objects.filter(LATER, run=run).exclude(BROKEN).order_by()
        found = rows.aggregate(lines=Count("pk"), customers=Count("demand__party", distinct=True))
        return found["lines"], found["customers"]

    found: tuple[int, int] | None = cache.get_or_set(f"plan-later:{run.pk}:{run.step}", count, _KEPT_SECONDS)
    return found or (0, 0)


def list_outcomes() -> QuerySet[PlanOutcome]:
    """Return the outcomes of the current plan with the names that the list shows."""
    # What a promise took comes by the reverse relation: promising stands above.
    holds = (
        Demand.objects.filter(pk=OuterRef("demand_id"), takes__promised_on__gt=F("requested_on"))
        .order_by("-takes__promised_on", "takes__slot__supplier__name")
        .values("takes__slot__supplier__name")
    )
    return PlanOutcome.objects.filter(run__state="current").annotate(
        number=F("demand__number"),
        customer=F("demand__party__name"),
        wanted_on=F("demand__requested_on"),
        unit=F("item__base_unit__name"),
        place=F("location__name"),
        held_by=Subquery(holds[:1]),
    )


class OutcomeTable(tables.Table):
    """What the plan says of each customer's order."""

    name = "plan-outcomes"
    caption = _("Customers' orders in the plan")
    number = tables.Column(_("Order"), sort=True, sub="customer", link="iscm_supply:outcome")
    item = ItemColumn(grow=True)
    units = tables.Column(_("Open units"), format="quantity", unit="unit")
    short = tables.Column(_("Without a date"), format="quantity", unit="unit", hurt="short", sort=True)
    wanted_on = tables.Column(_("Wanted"), format="day", sort=True, phone="end")
    due_on = tables.Column(_("Promised"), format="day", sort=True)
    planned_on = tables.Column(_("Planned"), format="day", sort=True, phone="subend")
    late_days = tables.Column(_("Past its promise"), format="late", sort=True, hurt="late_days")
    cause = tables.Column(
        _("Because"), format=lambda value, row: str(words.CAUSES.get(value, "")), sub="held_by", narrow=2
    )
    place = tables.Column(_("Site"), narrow=3, hidden=True)
    filters = (
        tables.Search(
            "q", fields=["demand__number__icontains", "demand__party__name__icontains", "item__code__icontains"]
        ),
        tables.Flag("later", _("Later than wanted"), q=LATER),
        tables.Flag("hurt", _("Promise broken"), q=BROKEN),
        tables.Dates("due", _("Promised"), field="due_on"),
    )
    views = (
        tables.View("later", _("Later than wanted"), {"later": "1"}, count=True, hurt=True),
        tables.View("hurt", _("Promise broken"), {"hurt": "1"}, count=True, hurt=True),
        tables.View("all", _("All"), {}),
    )
    sort = "-late_days"
    empty = tables.Empty(_("No open order in the plan"), _("Orders that are confirmed stand here after the next plan."))
