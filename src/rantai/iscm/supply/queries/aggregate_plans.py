"""Read the plans of the months: the one that stands, the one that is proposed, and what they say by week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Sum

from rantai.iscm.supply.models import AggregateLoad, AggregatePlan, AggregateStock

RENEWED_AFTER = timedelta(days=7)
"""While a plan stands, a plan of supply that is made so long after the newest proposal makes a new one first."""
WEEK = timedelta(days=7)
_SHOWN = ("proposed", "standing", "returned")


def find_standing() -> AggregatePlan | None:
    """Return the plan that detailed plans follow, or None."""
    return AggregatePlan.objects.filter(state="standing").first()


def list_shown() -> list[AggregatePlan]:
    """Return the plans that can be decided or stand, the newest first."""
    return list(AggregatePlan.objects.filter(state__in=_SHOWN).order_by("-pk")[:10])


def is_renewal_due(at: datetime) -> bool:
    """Tell whether a plan stands and the newest one is a week old: it is proposed anew, and a person decides."""
    if find_standing() is None:
        return False
    newest = AggregatePlan.objects.order_by("-pk").values_list("as_of", flat=True).first()
    return newest is not None and at - newest >= RENEWED_AFTER


def list_loads(plan: AggregatePlan) -> dict[int, list[AggregateLoad]]:
    """Return the weeks of each resource or supplier of a plan, by its place."""
    found: dict[int, list[AggregateLoad]] = {}
    rows = plan.loads.select_related("resource", "source__item", "source__supplier").order_by("number", "week")
    for row in rows:
        found.setdefault(row.number, []).append(row)
    return found


def list_ahead(plan: AggregatePlan) -> list[list[AggregateStock]]:
    """Return the weeks of each item-location that is built ahead, those that cost the most to hold first."""
    found: dict[tuple[int, int], list[AggregateStock]] = {}
    rows = plan.stocks.select_related("item__base_unit", "location", "resource", "source__supplier")
    for row in rows.order_by("item_id", "location_id", "week"):
        found.setdefault((row.item_id, row.location_id), []).append(row)
    return sorted(found.values(), key=lambda weeks: (-sum(one.holding for one in weeks), weeks[0].pk))


def list_held(weeks: Sequence[tuple[date, int, int]], *, until: date) -> list[tuple[date, int]]:
    """Return from which Monday on how many units are held for needs after `until`: first in, first out.

    `weeks` are (Monday, stock at the end, units taken), in order. What is needed as a Monday begins counts for the
    week before it: a detailed plan that knows the forecasts of weeks before `until` knows those needs.
    """
    seen = [row for row in weeks if row[0] + WEEK < until]
    taken_later = 0
    found = []
    for monday, stock, taken in reversed(seen):
        found.append((monday + WEEK, max(0, stock - taken_later)))
        taken_later += taken
    return found[::-1]


def sum_holding(plan: AggregatePlan) -> int:
    """Return what holding all that is built ahead costs, 1/10,000 of the company's currency unit."""
    return plan.stocks.aggregate(total=Sum("holding"))["total"] or 0


def end_of(plan: AggregatePlan) -> date:
    """Return the day after a plan's last week."""
    return plan.first_week + timedelta(weeks=plan.weeks)
