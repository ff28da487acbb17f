"""Open promises and the supplies behind them, for lists and figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F, Q, QuerySet, Sum

from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.models import PromiseRevision, SlotTake, SupplySlot

LATE = Q(promise__promised_on__gt=F("requested_on"))
ENDANGERED = Q(promise__p80_on__gt=F("promise__promised_on"))
UNPROMISED = Q(promise__unpromised__gt=0)


def list_open() -> QuerySet[Demand]:
    """Return open demands with their promises."""
    return Demand.objects.filter(state="open").select_related("promise")


def count_open() -> int:
    """Count open demands."""
    return Demand.objects.filter(state="open").count()


def count_late() -> int:
    """Count open demands that are promised later than they were wanted, or that nobody can promise."""
    return Demand.objects.filter(LATE | UNPROMISED, state="open").count()


def list_overdue(today: date) -> QuerySet[Demand]:
    """Return open demands whose promised day has gone by."""
    return Demand.objects.filter(state="open", promise__promised_on__lt=today)


def list_unpromised() -> QuerySet[Demand]:
    """Return open demands with units that nobody can promise."""
    return Demand.objects.filter(UNPROMISED, state="open")


def sum_stake(demands: QuerySet[Demand]) -> int:
    """Return the margin of the units that demands still want, in 1/10,000 of the currency."""
    total = demands.aggregate(total=Sum((F("units") - F("fulfilled") - F("cancelled")) / 10_000 * F("margin_per_unit")))
    return int(total["total"] or 0)


def list_supplies() -> QuerySet[SupplySlot]:
    """Return supplies with what is free of them for anybody: neither promised nor kept for a class."""
    return SupplySlot.objects.filter(available__gt=0).annotate(
        free=F("available") - F("promised") - F("moving") - F("kept")
    )


def list_item_supplies(item_id: int, location_id: int) -> list[SupplySlot]:
    """Return the supplies of an item at a location: what is here first, then by date."""
    rows = list_supplies().filter(item_id=item_id, location_id=location_id).select_related("supplier")
    return list(rows.order_by(F("available_on").asc(nulls_first=True), "id"))


def list_takes(slot_ids: Sequence[int]) -> list[SlotTake]:
    """Return what is promised of supplies, the first to leave first."""
    rows = SlotTake.objects.filter(slot_id__in=slot_ids).select_related("demand", "demand__party")
    return list(rows.order_by("ship_on", "id"))


def list_ledger(demand_id: int) -> list[PromiseRevision]:
    """Return every date that was given for a demand, newest first."""
    return list(PromiseRevision.objects.filter(demand_id=demand_id).order_by("-revision"))
