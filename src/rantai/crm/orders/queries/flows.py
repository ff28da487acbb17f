"""What goes to customers within the horizon, in money, by ship-from place and kind of customer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, Case, Count, F, FloatField, IntegerField, Q, Sum, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import lists, segments
from rantai.foundation.parties.models import Company
from rantai.kernel.flows import DIRECT, UNDATED, Flow, Post, Reach, Saying, Window
from rantai.kernel.money import Money
from rantai.ui import formats

_RATE = 1e9


@dataclass(slots=True)
class _Sum:
    """What goes one way."""

    amount: float = 0.0
    late: float = 0.0
    rows: int = 0
    late_rows: int = 0


def get_reach(company: Company, *, today: date) -> Reach:
    """Return open lines by place and kind of customer; those that come later than asked are late."""
    window = Window.after(today)
    sums = _sum_lines(window)
    posts, counts = [], _count_orders(today)
    for segment, name in segments.NAMES.items():
        orders, late = counts.get(segment, (0, 0))
        if orders:
            posts.append(_show(segment, str(name), orders, late))
    flows = [
        Flow(
            origin=origin,
            target=f"segment:{segment}",
            amount=int(found.amount),
            late=int(found.late),
            rows=found.rows,
            late_rows=found.late_rows,
            url=_link(segment, is_late=bool(found.late_rows)),
        )
        for (origin, segment), found in sorted(sums.items())
    ]
    return Reach(posts=tuple(posts), flows=tuple(flows), sayings=_say(company))


def _sum_lines(window: Window) -> dict[tuple[str, str], _Sum]:
    whole = BigIntegerField()
    due = Coalesce("promised_on", "requested_on")
    late = Q(expected_on__gt=F("requested_on")) | Q(promised_on__gt=F("requested_on"))
    rows = (
        ScheduleLine.objects.filter(order__state="confirmed", line__units__gt=0)
        .annotate(left=F("units") - F("fulfilled") - F("cancelled"), due=due)
        .filter(left__gt=0, due__lt=window.until)
        .annotate(
            site=Cast(KT("slices__0__location_id"), whole),
            segment=segments.find_segment("order__"),
            is_hurt=Case(
                When(late | Q(promised_on__lt=window.today) | Q(promised_on=None), then=1),
                default=0,
                output_field=IntegerField(),
            ),
            # A share of 64-bit amounts leaves 64 bits: as a statistic, for a picture.
            worth=Cast("line__net", FloatField()) * F("left") / F("line__units") * F("order__rate") / _RATE,
        )
    )
    found: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
    grouped = rows.order_by().values("site", "basis", "segment", "is_hurt").annotate(sum=Sum("worth"), n=Count("pk"))
    for row in grouped:
        way = found[_name_origin(row["site"], row["basis"]), row["segment"]]
        way.amount += row["sum"] or 0
        way.rows += row["n"]
        if row["is_hurt"]:
            way.late += row["sum"] or 0
            way.late_rows += row["n"]
    return found


def _name_origin(site: int | None, basis: str) -> str:
    if basis == "dropship":
        return DIRECT
    return f"site:{site}" if site else UNDATED


def _count_orders(today: date) -> dict[str, tuple[int, int]]:
    rows = SalesOrder.objects.filter(state="confirmed").annotate(segment=segments.find_segment())
    found = rows.order_by().values("segment").annotate(n=Count("pk"), late=Count("pk", filter=lists.late(today)))
    return {row["segment"]: (row["n"], row["late"]) for row in found}


def _show(segment: str, name: str, orders: int, late: int) -> Post:
    return Post(
        key=f"segment:{segment}",
        column="customers",
        name=name,
        note=ngettext("%(n)s open order", "%(n)s open orders", orders) % {"n": formats.number(orders)},
        hurt=ngettext("%(n)s order late", "%(n)s orders late", late) % {"n": formats.number(late)} if late else "",
        url=_link(segment, is_late=bool(late)),
    )


def _link(segment: str, *, is_late: bool) -> str:
    wanted = {"who": segment, "state": "confirmed"} | ({"late": "1"} if is_late else {})
    return reverse("crm_orders:orders") + "?" + urlencode(wanted)


def _say(company: Company) -> tuple[Saying, ...]:
    rows = SalesOrder.objects.filter(state="confirmed")
    found = rows.order_by().values("rate").annotate(n=Count("pk"), total=Sum("total"))
    count = sum(row["n"] for row in found)
    worth = sum(int(row["total"]) * row["rate"] // 10**9 for row in found)
    text = ngettext("%(n)s open order, %(worth)s", "%(n)s open orders, %(worth)s", count)
    facts = {"n": formats.number(count), "worth": formats.money(Money(worth, company.currency), short=True)}
    return (Saying(text=text % facts, url=reverse("crm_orders:orders") + "?state=confirmed"),)
