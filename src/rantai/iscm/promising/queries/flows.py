"""What moves through our sites within the horizon, in money at standard cost, and which supplies hurt customers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.locations import queries as locations
from rantai.foundation.parties.models import Company, Party
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import TransferLine
from rantai.iscm.inventory import queries as stock
from rantai.iscm.production import states as production
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.promising.models import SlotTake
from rantai.iscm.promising.queries import lists
from rantai.iscm.supply.queries import flows as planned
from rantai.iscm.supply.queries import plans
from rantai.kernel.flows import DIRECT, Flow, Post, Reach, Saying, Window
from rantai.ui import formats

EXPECTED = "segment:expected"
_COST = F("item__standard_cost")


def get_reach(company: Company, *, today: date) -> Reach:
    """Return transfers, what the plan still wants to buy and move, expected demand, and what of it hurts customers."""
    window = Window.after(today)
    plan = planned.read_planned(window) or planned.PlannedFlows()
    flows = [*_list_transfers(window), *_list_planned(plan), *_list_hurting(today), *_list_direct(window)]
    posts = [*_list_sites(company, plan, today), *_list_others(flows, plan)]
    return Reach(posts=tuple(posts), flows=(*flows, *_list_expected(plan)), sayings=_say())


def _list_transfers(window: Window) -> Iterator[Flow]:
    rows = TransferLine.objects.exclude(transfer__state__in=("received", "cancelled"))
    rows = rows.filter(transfer__due_on__lt=window.until)
    ways = rows.order_by().values("transfer__origin_id", "transfer__destination_id")
    for row in ways.annotate(worth=Sum((F("units") - F("received")) / 10_000 * _COST), n=Count("pk")):
        yield Flow(
            origin=f"site:{row['transfer__origin_id']}",
            target=f"site:{row['transfer__destination_id']}",
            amount=int(row["worth"] or 0),
            rows=row["n"],
            url=reverse("iscm_fulfilment:transfers"),
        )


def _list_planned(plan: planned.PlannedFlows) -> Iterator[Flow]:
    names = _name_suppliers(plan)
    for (origin, target), (amount, rows) in sorted(plan.ways.items()):
        kind, _sep, pk = origin.partition(":")
        wanted = {"kind": "transfer"} if kind == "site" else {"kind": "purchase", "q": names.get(int(pk), "")}
        url = reverse("iscm_supply:plan") + "?" + urlencode({"state": "proposed"} | wanted)
        yield Flow(origin=origin, target=target, amount=amount, rows=rows, kind="planned", url=url)


def _list_hurting(today: date) -> Iterator[Flow]:
    """Yield what comes too late for customers: it adds no amount, the house that sends it has counted that."""
    rows = _late_takes(today).filter(slot__kind="purchase", slot__supplier__isnull=False)
    ways = rows.order_by().values("slot__supplier_id", "slot__location_id")
    for row in ways.annotate(worth=Sum(F("units") / 10_000 * F("slot__item__standard_cost")), n=Count("pk")):
        yield Flow(
            origin=f"supplier:{row['slot__supplier_id']}",
            target=f"site:{row['slot__location_id']}",
            late=int(row["worth"] or 0),
            late_rows=row["n"],
            url=reverse("iscm_promising:promises") + "?late=1",
        )


def _list_direct(window: Window) -> Iterator[Flow]:
    """Yield what partners are to send straight to customers and nobody has ordered of them yet."""
    late = Q(promised_on__gt=F("demand__requested_on")) | Q(promised_on__lt=window.today)
    rows = SlotTake.objects.filter(basis="dropship", source__supplier__isnull=False, demand__state="open")
    rows = rows.filter(promised_on__lt=window.until)
    worth = Sum(F("units") / 10_000 * F("demand__item__standard_cost"))
    late_worth = Sum(F("units") / 10_000 * F("demand__item__standard_cost"), filter=late)
    ways = rows.order_by().values("source__supplier_id")
    for row in ways.annotate(worth=worth, late=late_worth, n=Count("pk"), late_rows=Count("pk", filter=late)):
        yield Flow(
            origin=f"supplier:{row['source__supplier_id']}",
            target=DIRECT,
            amount=int(row["worth"] or 0),
            late=int(row["late"] or 0),
            rows=row["n"],
            late_rows=row["late_rows"],
            kind="planned",
            url=reverse("iscm_promising:promises"),
        )


def _list_expected(plan: planned.PlannedFlows) -> Iterator[Flow]:
    for place, amount in sorted(plan.expected.items()):
        origin = f"site:{place}" if place else DIRECT
        url = reverse("iscm_demand:forecasts") + (f"?site={place}" if place else "")
        rows = plan.expected_rows.get(place, 0)
        yield Flow(origin=origin, target=EXPECTED, amount=amount, rows=rows, kind="planned", url=url)


def _list_sites(company: Company, plan: planned.PlannedFlows, today: date) -> Iterator[Post]:
    held = _sum_stock()
    making = _count_making()
    late = _count_late(today)
    for site in locations.list_sites():
        to_make = making.get(site.pk, 0) + plan.makes.get(site.pk, 0)
        making_note = ngettext("%(n)s to make", "%(n)s to make", to_make) % {"n": formats.number(to_make)}
        count = late.get(site.pk, 0)
        yield Post(
            key=f"site:{site.pk}",
            column="plant" if site.kind == "plant" else "warehouse",
            name=site.name,
            note=making_note if to_make else "",
            worth=_("%(worth)s held") % {"worth": formats.money(held.get(site.pk, 0), company.currency, short=True)},
            hurt=ngettext("%(n)s line late", "%(n)s lines late", count) % {"n": formats.number(count)} if count else "",
            url=reverse("iscm_inventory:stock") + f"?site={site.pk}",
        )


def _list_others(flows: list[Flow], plan: planned.PlannedFlows) -> Iterator[Post]:
    """Yield the suppliers that only we know, the straight way and the demand that is expected."""
    ids = {int(flow.origin.partition(":")[2]) for flow in flows if flow.origin.startswith("supplier:")}
    for pk, name in Party.objects.filter(pk__in=ids).values_list("pk", "name"):
        yield Post(key=f"supplier:{pk}", column="supplier", name=name, url=reverse("srm_suppliers:supplier", args=[pk]))
    if plan.expected:
        yield Post(
            key=EXPECTED,
            column="customers",
            name=_("Expected"),
            note=_("forecast, not ordered yet"),
            url=reverse("iscm_demand:forecasts"),
        )


def _sum_stock() -> dict[int, int]:
    rows = stock.usable().filter(on_hand__gt=0).order_by().values("location_id")
    worth = Sum(F("on_hand") / 10_000 * _COST)
    return {row["location_id"]: int(row["worth"] or 0) for row in rows.annotate(worth=worth)}


def _count_making() -> dict[int, int]:
    rows = ProductionOrder.objects.filter(state__in=production.LIVE).order_by().values_list("location_id")
    return dict(rows.annotate(n=Count("pk")))


def _count_late(today: date) -> dict[int, int]:
    late = lists.LATE | lists.UNPROMISED | Q(promise__promised_on__lt=today)
    rows = Demand.objects.filter(late, state="open", promise__location__isnull=False)
    return dict(rows.order_by().values_list("promise__location_id").annotate(n=Count("pk")))


def _late_takes(today: date) -> QuerySet[SlotTake]:
    late = Q(promised_on__gt=F("demand__requested_on")) | Q(promised_on__lt=today)
    return SlotTake.objects.filter(late, demand__state="open")


def _name_suppliers(plan: planned.PlannedFlows) -> dict[int, str]:
    ids = {int(origin.partition(":")[2]) for origin, _target in plan.ways if origin.startswith("supplier:")}
    return dict(Party.objects.filter(pk__in=ids).values_list("pk", "name"))


def _say() -> tuple[Saying, ...]:
    plan = plans.get_plan()
    if plan is None:
        return ()
    text = ngettext("plan %(revision)s, %(n)s proposal", "plan %(revision)s, %(n)s proposals", plan.open_proposals)
    facts = {"revision": formats.number(plan.revision), "n": formats.number(plan.open_proposals)}
    return (Saying(text=text % facts, url=reverse("iscm_supply:plan")),)
