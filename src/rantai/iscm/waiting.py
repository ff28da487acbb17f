"""The part of the front door that the desk asks: what of operations waits for people, what moves, what hurts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db.models import Model

from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.fulfilment.models import GoodsReceipt, ReturnReceipt, Shipment, TransferOrder
from rantai.iscm.inventory.models import PromotionCandidate, StockCount
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.promising.actions import answers
from rantai.iscm.promising.queries import causes, figures, flows, needs, shortages
from rantai.iscm.strategy.queries import lists
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import board, plans
from rantai.kernel import clock
from rantai.kernel.flows import Lateness, Reach
from rantai.kernel.needs import Answer, Done, Figure, Need, Sheet
from rantai.kernel.transactions import join_atomic
from rantai.ui.nav import Count

NEED_REFUSALS = answers.REFUSALS
"""Why `decide_need` may refuse, in words for the person who decided."""


def list_needs(as_of: datetime) -> tuple[Need, ...]:
    """Return what of operations waits for a person, those alike as one, in the reader's language."""
    return needs.list_needs(as_of)


def describe_need(key: str, *, as_of: datetime, page: int = 1) -> Sheet:
    """Return all there is to know of a need. Raises NoSuchNeed."""
    return needs.describe_need(key, as_of=as_of, page=page)


def decide_need(key: str, answer: Answer, *, as_of: datetime) -> Done:
    """Do what a person decided, some rows at a time: an edge. Raises NoSuchNeed, NEED_REFUSALS, RevisionConflict."""
    ids = answers.list_ids(key, answer, as_of=as_of)
    done = 0
    for start in range(0, len(ids), answers.AT_ONCE):
        work = partial(answers.decide, key, answer, ids[start : start + answers.AT_ONCE], as_of=as_of)
        done += join_atomic(work).count
    return Done(count=done, ids=tuple(ids))


def say_shortage(demand_id: int, *, units: int, cause: str, as_of: datetime) -> str:
    """Return in one sentence which units of an order have no date, since when they are wanted, and why."""
    demand = Demand.objects.select_related("item__base_unit").get(pk=demand_id)
    outcome = shortages.find_outcomes([demand_id]).get(demand_id)
    today = clock.business_date(as_of, parties.get_company().zone)
    return shortages.say_shortage(demand, units=units, cause=cause, outcome=outcome, today=today)


_NUMBERED: dict[str, tuple[type[Model], str]] = {
    "plan_run": (PlanRun, "revision"),
    "shipment": (Shipment, "number"),
    "goods_receipt": (GoodsReceipt, "number"),
    "return_receipt": (ReturnReceipt, "number"),
    "transfer_order": (TransferOrder, "number"),
    "production_order": (ProductionOrder, "number"),
    "stock_count": (StockCount, "number"),
    "promotion_candidate": (PromotionCandidate, "item__code"),
}


def number_documents(kind: str, ids: Collection[int]) -> dict[int, object]:
    """Return the numbers by which people know documents of ours of one kind."""
    model, field = _NUMBERED[kind]
    return dict(model._default_manager.filter(pk__in=ids).values_list("pk", field))


def list_figures(as_of: datetime) -> tuple[Figure, ...]:
    """Return operations on the loop page."""
    return figures.list_figures(as_of)


def get_reach(as_of: datetime) -> Reach:
    """Return what moves through our sites within the horizon of the loop's picture."""
    company = parties.get_company()
    return flows.get_reach(company, today=clock.business_date(as_of, company.zone))


def get_lateness(as_of: datetime) -> Lateness:
    """Return for whose lateness customers' orders will be late, and since when."""
    return causes.get_lateness(clock.business_date(as_of, parties.get_company().zone))


def count_proposals(user: object) -> int:
    """Count proposals that wait for a person, for the rail."""
    return plans.list_open().count()


def count_exceptions(user: object) -> int:
    """Count what the plan asks a planner to do, for the tabs of the plan."""
    company = parties.find_company()
    return board.list_open(today=clock.business_date(clock.now(), company.zone)).count() if company else 0


def count_takeovers(user: object) -> Count | None:
    """Count changes of scenarios that wait for somebody's yes, for the tabs of scenarios."""
    count = lists.count_waiting()
    return Count(count) if count else None


def count_shipments(user: object) -> Count | None:
    """Count shipments to pick today, in red where one should have left; for the rail."""
    company = parties.find_company()
    if company is None:
        return None
    today = clock.business_date(clock.now(), company.zone)
    count = fulfilment.count_to_pick(today)
    return Count(count, hurt=fulfilment.count_late(today) > 0) if count else None
