"""What suppliers send us within the horizon, in money, and who stands behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, F, Max, QuerySet, Sum
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company, Party
from rantai.kernel.flows import DIRECT, Flow, Post, Reach, Saying, Window
from rantai.srm.buying import states
from rantai.srm.buying.models import PurchaseRequisition, PurchaseScheduleLine
from rantai.srm.buying.queries import figures
from rantai.srm.suppliers import queries as suppliers
from rantai.ui import formats

_SENT = ("sent", "part_confirmed", "confirmed")


def get_reach(company: Company, *, today: date) -> Reach:
    """Return open purchase lines by supplier and place of delivery, and the suppliers of our suppliers."""
    window = Window.after(today)
    flows = [*_list_sent(window), *_list_unsent(company, window)]
    edges = [edge for edge in suppliers.list_upstream([company.party_id]) if edge.tier == 2]
    names = _name_parties({int(flow.origin.partition(":")[2]) for flow in flows} | {edge.supplier_id for edge in edges})
    posts = [*_list_suppliers(flows, names, today), *_list_deep(edges, names)]
    return Reach(
        posts=tuple(posts), flows=(*(_address(flow, names) for flow in flows), *_link(edges)), sayings=_say(window)
    )


def _list_sent(window: Window) -> Iterator[Flow]:
    """Yield what is on order: amounts by rate in SQL, in the company's currency here (amount × rate leaves 64 bits)."""
    rows = figures.list_awaited().filter(expected_on__lt=window.until)
    for key, (amount, count) in _sum(rows, ref="line__order__", cost="line__unit_cost", units="left").items():
        yield Flow(origin=key[0], target=key[1], amount=amount, rows=count)


def _list_unsent(company: Company, window: Window) -> Iterator[Flow]:
    """Yield what is meant to be ordered: drafts, approved orders and open requisitions."""
    drafts = PurchaseScheduleLine.objects.filter(
        line__order__state__in=states.UNSENT, requested_on__lt=window.until
    ).annotate(left=F("ordered") - F("cancelled"))
    wishes = PurchaseRequisition.objects.filter(state="open", due_on__lt=window.until).exclude(supplier=None)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for part in (
        _sum(drafts, ref="line__order__", cost="line__unit_cost", units="left"),
        _sum(wishes, ref="", cost="unit_cost", units="units", has_rate=False),
    ):
        for key, (amount, count) in part.items():
            sums[key][0] += amount
            sums[key][1] += count
    for (origin, target), (amount, count) in sums.items():
        yield Flow(origin=origin, target=target, amount=amount, rows=count, kind="planned")


def _sum(
    rows: QuerySet[PurchaseScheduleLine] | QuerySet[PurchaseRequisition],
    *,
    ref: str,
    cost: str,
    units: str,
    has_rate: bool = True,
) -> dict[tuple[str, str], tuple[int, int]]:
    names = [f"{ref}supplier_id", f"{ref}location_id", *([f"{ref}rate"] if has_rate else [])]
    worth = Sum(Cast(F(units) / 10_000, BigIntegerField()) * F(cost))
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows.order_by().values(*names).annotate(worth=worth, n=Count("pk")):
        place = row[f"{ref}location_id"]
        key = (f"supplier:{row[f'{ref}supplier_id']}", f"site:{place}" if place else DIRECT)
        rate = (row[f"{ref}rate"] if has_rate else None) or parties.ONE
        amount, count = found.get(key, (0, 0))
        found[key] = (amount + int(row["worth"] or 0) * rate // parties.ONE, count + row["n"])
    return found


def _address(flow: Flow, names: dict[int, str]) -> Flow:
    """Give a flow the list of its orders."""
    wanted = [("q", names.get(int(flow.origin.partition(":")[2]), "")), ("sort", "next_on")]
    if flow.kind == "planned":
        url = reverse("srm_buying:orders") + "?" + urlencode([*wanted, *(("state", one) for one in states.UNSENT)])
    else:
        url = reverse("srm_buying:orders") + "?" + urlencode([*wanted, *(("state", one) for one in _SENT)])
    return Flow(origin=flow.origin, target=flow.target, amount=flow.amount, kind=flow.kind, rows=flow.rows, url=url)


def _list_suppliers(flows: list[Flow], names: dict[int, str], today: date) -> Iterator[Post]:
    counts: dict[int, int] = defaultdict(int)
    for flow in flows:
        if flow.kind == "firm":
            counts[int(flow.origin.partition(":")[2])] += flow.rows
    late = {row["line__order__supplier_id"]: row for row in _count_late(today)}
    for pk in sorted({int(flow.origin.partition(":")[2]) for flow in flows}):
        yield Post(
            key=f"supplier:{pk}",
            column="supplier",
            name=names.get(pk, ""),
            note=ngettext("%(n)s line due", "%(n)s lines due", counts[pk]) % {"n": formats.number(counts[pk])}
            if counts[pk]
            else "",
            hurt=_say_late(late[pk], today) if pk in late else "",
            url=reverse("srm_suppliers:supplier", args=[pk]),
        )


def _count_late(today: date) -> list[dict[str, Any]]:
    """Count late lines by supplier, with the longest delay of those that will come later than asked."""
    rows = figures.list_late(on=today).order_by().values("line__order__supplier_id")
    found = rows.annotate(n=Count("pk"), worst=Max(F("expected_on") - F("requested_on")))
    return [dict(row) for row in found]


def _say_late(row: dict[str, Any], today: date) -> str:
    count, worst = row["n"], getattr(row["worst"], "days", 0)
    said = ngettext("%(n)s line late", "%(n)s lines late", count) % {"n": formats.number(count)}
    if worst <= 0:
        return said
    return _("%(lines)s, up to %(days)s") % {"lines": said, "days": formats.late(worst).lstrip("+")}


def _list_deep(edges: list[suppliers.Edge], names: dict[int, str]) -> Iterator[Post]:
    parts: dict[int, list[str]] = defaultdict(list)
    for edge in edges:
        parts[edge.supplier_id] += [edge.part] if edge.part and edge.part not in parts[edge.supplier_id] else []
    for pk in sorted({edge.supplier_id for edge in edges}):
        yield Post(
            key=f"deep:{pk}",
            column="deep",
            name=names.get(pk, ""),
            note=", ".join(parts[pk]),
            url=reverse("srm_suppliers:supplier", args=[pk]),
        )


def _link(edges: list[suppliers.Edge]) -> Iterator[Flow]:
    for edge in edges:
        yield Flow(
            origin=f"deep:{edge.supplier_id}",
            target=f"supplier:{edge.customer_id}",
            kind="link",
            what=edge.part,
            url=reverse("srm_suppliers:supplier", args=[edge.customer_id]),
        )


def _say(window: Window) -> tuple[Saying, ...]:
    awaited = figures.list_awaited().count()
    text = ngettext("%(n)s purchase line on order", "%(n)s purchase lines on order", awaited)
    return (Saying(text=text % {"n": formats.number(awaited)}, url=reverse("srm_buying:orders")),)


def _name_parties(ids: set[int]) -> dict[int, str]:
    return dict(Party.objects.filter(pk__in=ids).values_list("pk", "name"))
