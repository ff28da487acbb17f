"""Propose a plan of the months, take it over, give it back; detailed plans follow the one that stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from rantai.iscm.supply import states
from rantai.iscm.supply.models import AggregateLoad, AggregatePlan, AggregateStock
from rantai.kernel import changes, updates
from rantai.kernel.transactions import require_transaction

ROWS_AT_ONCE = 2000
_PLAN = (
    "weeks", "places", "left_out", "sources", "costs", "cost", "cost_waiting", "gap_ppm", "was_cut", "engine",
    "seconds",
)  # fmt: skip


def propose(found: Mapping[str, Any], *, company_id: int, as_of: datetime, by: str, at: datetime) -> AggregatePlan:
    """Write a plan of the months as the planner made it; proposals before it are replaced. Rows never change."""
    require_transaction()
    for old in AggregatePlan.objects.select_for_update().filter(company_id=company_id, state="proposed"):
        states.aggregate_plan.move(old, "replaced")
    plan = AggregatePlan.objects.create(
        company_id=company_id, as_of=as_of, first_week=date.fromisoformat(found["first_week"]), asked_by=by,
        made_at=at, **{name: found[name] for name in _PLAN},
    )  # fmt: skip
    AggregateLoad.objects.bulk_create(
        [
            AggregateLoad(
                plan=plan, number=number, resource_id=resource, source_id=source, week=date.fromisoformat(week),
                hours=hours, load=load, overtime=overtime, hour_value=value,
            )
            for number, resource, source, week, hours, load, overtime, value in found["loads"]
        ],
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip
    AggregateStock.objects.bulk_create(
        [
            AggregateStock(
                plan=plan, item_id=item, location_id=place, week=date.fromisoformat(week), stock=stock, taken=taken,
                ahead=ahead, holding=holding, short_week=date.fromisoformat(until) if until else None,
                resource_id=resource, source_id=source,
            )
            for item, place, week, stock, taken, ahead, holding, until, resource, source in found["stocks"]
        ],
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip
    return plan


def take_over(plan_id: int, *, by: str, at: datetime) -> AggregatePlan:
    """Let detailed plans follow a plan from the next one on; the one that stood before is replaced.

    Locks the plans that stand, then this one. Raises IllegalTransition.
    """
    require_transaction()
    plan = AggregatePlan.objects.select_for_update().get(pk=plan_id)
    for old in AggregatePlan.objects.select_for_update().filter(company_id=plan.company_id, state="standing"):
        if old.pk != plan.pk:
            states.aggregate_plan.move(old, "replaced")
    states.aggregate_plan.move(plan, "standing")
    return _sign(plan, by=by, at=at)


def give_back(plan_id: int, *, by: str, at: datetime) -> AggregatePlan:
    """Let detailed plans follow no plan of the months any more. Raises IllegalTransition."""
    require_transaction()
    plan = AggregatePlan.objects.select_for_update().get(pk=plan_id)
    states.aggregate_plan.move(plan, "returned")
    return _sign(plan, by=by, at=at)


def _sign(plan: AggregatePlan, *, by: str, at: datetime) -> AggregatePlan:
    updates.change(
        AggregatePlan,
        where={"id": plan.pk},
        to={"decided_by": by, "decided_at": at, "changed_seq": changes.next_change()},
    )
    plan.decided_by, plan.decided_at = by, at
    return plan
