"""Lists of the shop floor."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.foundation.locations import queries as locations
from rantai.iscm.production import states
from rantai.iscm.production.models import ProductionComponent, ProductionOrder
from rantai.iscm.production.queries import orders
from rantai.ui import tables

ORDER_STATES = {
    "planned": ("new", _("Proposed")),
    "released": ("wait", pgettext_lazy("production", "Released")),
    "started": ("run", pgettext_lazy("production", "In work")),
    "finished": ("done", _("Finished")),
    "closed": ("end", _("Closed")),
    "cancelled": ("end", _("Cancelled")),
}


def list_orders(today: date) -> QuerySet[ProductionOrder]:
    """Return orders with what the list shows."""
    short = ProductionComponent.objects.filter(order=OuterRef("pk"), needed__gt=F("reserved") + F("issued"))
    return orders.list_orders().annotate(
        waits=Case(
            When(Q(state__in=states.LIVE) & Exists(short), then=Value(1)), default=Value(0), output_field=IntegerField()
        ),
        is_late=Case(
            When(Q(state__in=states.LIVE, due_on__lt=today), then=Value(1)), default=Value(0),
            output_field=IntegerField(),
        ),
        steps_done=Concat(
            Cast(Count("steps", filter=Q(steps__state="finished"), distinct=True), CharField()),
            Value("/"),
            Cast(Count("steps", distinct=True), CharField()),
        ),
        unit=F("item__base_unit__name"),
    )  # fmt: skip


def list_sites() -> list[tuple[str, str]]:
    """Return our sites for a filter."""
    return [(str(site.pk), site.name) for site in locations.list_sites()]


class OrderTable(tables.Table):
    """Production orders."""

    name = "production-orders"
    caption = _("Production orders")
    number = tables.Column(
        _("Order"), format=lambda value, row: value or f"M-{row['id']}", sort=True, link="iscm_production:order"
    )
    item = tables.Column(_("Item"), accessor="item__code", sort=True, grow=True, sub="location__name")
    state = tables.StateColumn(_("State"), states=ORDER_STATES)
    units = tables.Column(_("Quantity"), format="quantity", unit="unit")
    steps = tables.Column(pgettext_lazy("routing", "Steps"), accessor="steps_done", align="end", narrow=2)
    waits = tables.Column(
        _("Parts"), format=lambda value, _row: str(_("missing")) if value else "", hurt="waits", narrow=2
    )
    start_on = tables.Column(_("Start"), format="day", sort=True, narrow=3)
    due_on = tables.Column(_("Due"), format="day", sort=True, hurt="is_late")
    filters = (
        tables.Search("q", fields=["number__icontains", "item__code__icontains", "pegs__number__icontains"]),
        tables.Choice(
            "state", _("State"), field="state", choices=[(code, word) for code, (_k, word) in ORDER_STATES.items()],
            many=True,
        ),
        tables.Flag("waits", _("Waits for parts"), q=Q(waits=1)),
        tables.Flag("late", _("Late"), q=Q(is_late=1)),
        tables.Pick("site", _("Site"), field="location_id", choices=list_sites),
        tables.Dates("due", _("Due"), field="due_on"),
    )  # fmt: skip
    views = (
        tables.View("open", _("Open"), {"state": list(states.OPEN)}),
        tables.View("waits", _("Waits for parts"), {"state": list(states.OPEN), "waits": "1"}, count=True, hurt=True),
        tables.View("proposed", _("Proposed"), {"state": "planned"}, count=True),
        tables.View("late", _("Late"), {"late": "1"}, count=True, hurt=True),
        tables.View("all", _("All"), {"state": list(ORDER_STATES)}),
    )
    bulk = (tables.Bulk("release", _("Release"), "iscm_production:release_orders", permission="production.work"),)
    sort = "due_on"
    empty = tables.Empty(
        _("Nothing is made here"), _("Orders to make something come from the plan, and from what customers order.")
    )
