"""Operations in figures, for the loop page: stock, what is below its safety stock, production on plan."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm.demand.models import Demand
from rantai.iscm.inventory import queries as stock
from rantai.iscm.inventory.models import StockTarget
from rantai.iscm.production import states as production
from rantai.iscm.production.models import ProductionOrder
from rantai.kernel import clock
from rantai.kernel.money import Money
from rantai.kernel.needs import Figure
from rantai.ui import formats


def list_figures(as_of: datetime) -> tuple[Figure, ...]:
    """Return stock and what of it demand waits for, places below safety stock, production that keeps its day."""
    company = parties.find_company()
    if company is None:
        return ()
    today = clock.business_date(as_of, company.zone)
    return (_stock(company), _below(), _production(today))


def _stock(company: Company) -> Figure:
    found = (
        stock.usable()
        .filter(on_hand__gt=0)
        .aggregate(worth=Sum(F("on_hand") / 10_000 * F("item__standard_cost")), items=Count("item", distinct=True))
    )
    worth, items = int(found["worth"] or 0), found["items"]
    return Figure(
        code="iscm.stock",
        label=_("Stock"),
        value=formats.money(Money(worth, company.currency), short=True) if items else "",
        of=ngettext("%(n)s item, at standard cost", "%(n)s items, at standard cost", items)
        % {"n": formats.number(items)},
        url=reverse("iscm_inventory:stock"),
        numerator=worth,
        form="money",
        currency=company.currency,
        tells_cost=True,
    )


def _below() -> Figure:
    """Count places of items below their safety stock; and those at which an order of a customer is open."""
    same = Q(item=OuterRef("item"), location=OuterRef("location"))
    here = stock.usable().filter(same).order_by().values("item").annotate(units=Sum("on_hand")).values("units")
    waits = Demand.objects.filter(item=OuterRef("item"), location=OuterRef("location"), state="open").order_by()
    rows = StockTarget.objects.filter(run__state="current", safety_stock__gt=0)
    below = Q(here__lt=F("safety_stock"))
    held = Coalesce(Subquery(here, output_field=BigIntegerField()), 0)
    found = rows.annotate(here=held, waits=Exists(waits)).aggregate(
        whole=Count("pk"), below=Count("pk", filter=below), waiting=Count("pk", filter=below & Q(waits=True))
    )
    whole, count, waiting = found["whole"], found["below"], found["waiting"]
    return Figure(
        code="iscm.below_safety",
        label=_("Below safety stock"),
        value=formats.number(count) if whole else "",
        of=_("of %(whole)s; %(waiting)s with orders waiting")
        % {"whole": formats.number(whole), "waiting": formats.number(waiting)},
        url=reverse("iscm_inventory:stock"),
        numerator=count if whole else None,
        denominator=whole,
    )


def _production(today: date) -> Figure:
    found = ProductionOrder.objects.filter(state__in=production.LIVE).aggregate(
        whole=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today) | Q(state="planned", start_on__lt=today))
    )
    whole, kept = found["whole"], found["whole"] - found["late"]
    return Figure(
        code="iscm.production_on_plan",
        label=_("Production on plan"),
        value=_("%(part)s of %(whole)s") % {"part": formats.number(kept), "whole": formats.number(whole)}
        if whole
        else "",
        of=_("open production orders that keep their day"),
        url=reverse("iscm_production:orders"),
        numerator=kept if whole else None,
        denominator=whole,
    )
