"""What a day less of lead time, or a batch less of a lot, would free in stock, and which promises wait for it.

Safety stock is z × σ of demand over lead time and review (GLOSSARY.md, "Safety stock with both variances"):
σ² = (L + R) σ_D² + μ² σ_L². A day less takes σ_D² / 7 off it, so the stock that it frees is
SS × (1 − √((σ² − σ_D² / 7) / σ²)). Cycle stock is half a lot on average, so a batch less frees half a batch.
Each order line that waits for a lead time comes a day sooner by a day less of it: so many promise days are freed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Round, Sqrt

from rantai.foundation.items.models import Source
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm.demand.models import Demand
from rantai.iscm.inventory.models import StockTarget
from rantai.iscm.supply.models import PlanOutcome
from rantai.kernel import clock
from rantai.kernel.quantities import SCALE

DAYS_A_WEEK = 7
TENTH = SCALE // 10
"""Freed stock is told to a tenth of a unit, money to a whole one: it is an estimate."""


def list_levers() -> QuerySet[StockTarget]:
    """Return current stock targets with what a day and a batch less would free, in units and money."""
    company = parties.get_company()
    source = Source.objects.filter(pk=OuterRef("source_id"))
    late = (
        PlanOutcome.objects.filter(run__state="current", cause="lead_time", cause_source_id=OuterRef("source_id"))
        .order_by()
        .values("cause_source_id")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = StockTarget.objects.filter(run__state="current", source_id__isnull=False).annotate(
        unit=F("item__base_unit__name"),
        lead_days=Coalesce(Subquery(source.values("lead_time_days")[:1]), Value(0), output_field=IntegerField()),
        batch=Coalesce(Subquery(source.values("multiple")[:1]), Value(0), output_field=BigIntegerField()),
        unit_cost=Coalesce(_cost(source, company), Value(0.0), output_field=FloatField()),
        supplier=Subquery(source.values("supplier__name")[:1]),
        waiting=_count(late) + _count(_list_promised_later()),
        company_currency=Value(company.currency, output_field=CharField()),
    )
    return rows.annotate(freed_day=_freed_by_day(), freed_batch=_freed_by_batch()).annotate(
        money_day=_in_money("freed_day"), money_batch=_in_money("freed_batch")
    )


def _list_promised_later() -> QuerySet[Any]:
    """Count order lines that were promised by a source's lead time later than they were wanted, and keep that day.

    What a promise took comes by the reverse relation: promising stands above.
    """
    by_lead_time = Demand.objects.filter(
        state="open", takes__source_id=OuterRef("source_id"), takes__basis="lead_time",
        takes__promised_on__gt=F("requested_on"),
    )  # fmt: skip
    counted_already = PlanOutcome.objects.filter(demand=OuterRef("pk"), run__state="current", cause="lead_time")
    rows = by_lead_time.exclude(Exists(counted_already)).order_by().values("takes__source_id")
    return rows.annotate(n=Count("pk", distinct=True)).values("n")


def _count(rows: QuerySet[Any]) -> Any:
    return Coalesce(Subquery(rows[:1]), Value(0), output_field=IntegerField())


def _freed_by_day() -> Any:
    """Units (1/10,000) of safety stock that a day less of lead time frees; nothing where there is no day to take."""
    spread = F("protection_std") * F("protection_std")
    less = spread - F("demand_std") * F("demand_std") / float(DAYS_A_WEEK)
    share = Value(1.0) - Sqrt(less / spread)
    return Case(
        When(
            safety_stock__gt=0, lead_time_weeks__gte=1 / DAYS_A_WEEK, demand_std__gte=0,
            protection_std__gt=F("demand_std") / float(DAYS_A_WEEK) ** 0.5,
            then=Cast(Round(F("safety_stock") * share / float(TENTH)), BigIntegerField()) * TENTH,
        ),
        default=Value(0),
        output_field=BigIntegerField(),
    )  # fmt: skip


def _freed_by_batch() -> Any:
    """Half a batch, where the lot has more than one."""
    return Case(
        When(batch__gt=0, lot_size__gt=F("batch"), then=F("batch") / 2),
        default=Value(0),
        output_field=BigIntegerField(),
    )


def _in_money(name: str) -> Any:
    whole = F(name) * F("unit_cost") / float(SCALE) / float(SCALE)
    return Cast(Round(whole), BigIntegerField()) * SCALE


def _cost(source: QuerySet[Source], company: Company) -> Any:
    """The cost of a unit in the company's currency; nothing where no rate is known."""
    today = clock.business_date(clock.now(), company.zone)
    named = Source.objects.exclude(currency__in=("", company.currency)).order_by().values_list("currency", flat=True)
    rates = {code: parties.find_rate(code, company.currency, on=today) for code in named.distinct()}
    whens = [
        When(currency=code, then=F("cost") * Value(float(Decimal(rate) / parties.ONE), output_field=FloatField()))
        for code, rate in rates.items()
        if rate
    ]
    own = When(currency__in=("", company.currency), then=Cast("cost", FloatField()))
    priced = source.annotate(own_cost=Case(own, *whens, default=Value(0.0), output_field=FloatField()))
    return Subquery(priced.values("own_cost")[:1])
