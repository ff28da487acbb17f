"""For whose lateness customers' orders will be late, and since when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.urls import reverse

from rantai.foundation.parties.models import Party
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.models import PromiseRevision, SlotTake
from rantai.iscm.promising.queries import lists
from rantai.kernel.flows import Cause, Lateness
from rantai.kernel.texts import pick

SHOWN = 5


def get_lateness(today: date) -> Lateness:
    """Return the suppliers and the items behind late customers' orders, those with the most orders first."""
    late = Demand.objects.filter(_late("promise__promised_on", "requested_on", today) | lists.UNPROMISED, state="open")
    orders = late.aggregate(n=Count("order_id", distinct=True))["n"]
    if not orders:
        return Lateness(orders=0, since=None, causes=())
    takes = SlotTake.objects.filter(
        _late("promised_on", "demand__requested_on", today), demand__state="open", slot__kind="purchase"
    )
    return Lateness(orders=orders, since=_find_since(), causes=(*_list_suppliers(takes), *_list_items(takes)))


def _late(promised: str, requested: str, today: date) -> Q:
    return Q(**{f"{promised}__gt": F(requested)}) | Q(**{f"{promised}__lt": today})


def _find_since() -> datetime | None:
    """Return when the oldest of the dates that are too late was given."""
    rows = PromiseRevision.objects.filter(
        demand__state="open", revision=F("demand__promise__revision"), promised_on__gt=F("demand__requested_on")
    )
    return rows.aggregate(at=Min("at"))["at"]


def _sum(takes: QuerySet[SlotTake], by: str) -> list[dict[str, Any]]:
    rows = (
        takes.order_by()
        .values(by)
        .annotate(
            orders=Count("demand__order_id", distinct=True),
            lines=Count("demand_id", distinct=True),
            worst=Max(F("promised_on") - F("demand__requested_on")),
        )
    )
    return list(rows.order_by("-orders", by)[:SHOWN])


def _list_suppliers(takes: QuerySet[SlotTake]) -> list[Cause]:
    rows = _sum(takes.filter(slot__supplier__isnull=False), "slot__supplier_id")
    names = dict(Party.objects.filter(pk__in=[row["slot__supplier_id"] for row in rows]).values_list("pk", "name"))
    return [
        _to_cause(
            "supplier",
            row,
            name=names[row["slot__supplier_id"]],
            post=f"supplier:{row['slot__supplier_id']}",
            url=reverse("srm_suppliers:supplier", args=[row["slot__supplier_id"]]),
        )
        for row in rows
    ]


def _list_items(takes: QuerySet[SlotTake]) -> list[Cause]:
    rows = _sum(takes.annotate(name=F("slot__item__name"), code=F("slot__item__code")), "slot__item_id")
    ids = [row["slot__item_id"] for row in rows]
    names = {
        pk: pick(name) or code
        for pk, name, code in takes.filter(slot__item_id__in=ids)
        .values_list("slot__item_id", "slot__item__name", "slot__item__code")
        .distinct()
    }
    return [
        _to_cause("item", row, name=names[row["slot__item_id"]], url=reverse("iscm_promising:promises") + "?late=1")
        for row in rows
    ]


def _to_cause(kind: str, row: dict[str, Any], *, name: str, url: str, post: str = "") -> Cause:
    worst = row["worst"]
    return Cause(
        kind=kind,
        name=name,
        orders=int(row["orders"]),
        lines=int(row["lines"]),
        days=worst.days if isinstance(worst, timedelta) else 0,
        post=post,
        url=url,
    )
