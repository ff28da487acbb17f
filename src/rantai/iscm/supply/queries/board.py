"""The exceptions that wait for a planner: what was answered is left out while it is the same; whom each hurts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.models import ExceptionAnswer, PlanException, PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import keys, pegsteps, plans
from rantai.srm import facade as srm

URGENT = ("short", "late", "expedite", "overdue", "release")
SPARE = ("defer", "cancel")
MASTERS = ("no_source", "circle", "bad_row")
MOST_STAKE = 2 * 10**18
"""So that what hurts stands before what costs money, whatever is at stake, in one number."""

_RECEIPTS = {"production_order": keys.PRODUCTION, "purchase_requisition": keys.REQUISITION}


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A customer's order line that an exception is about."""

    demand: Demand
    outcome: PlanOutcome | None


def list_board(*, today: date) -> QuerySet[PlanException]:
    """Return the exceptions of the current plan with `answer` ('' while nobody answered) and `weight`, to sort by."""
    proposal = PlannedOrder.objects.filter(pk=OuterRef("ref_id"))
    return (
        plans.list_exceptions()
        .annotate(day=Coalesce("is_on", "wanted_on"))
        .annotate(
            answer=Coalesce(Subquery(_answers(today).values("answer")[:1]), Value("")),
            answer_id=Subquery(_answers(today).values("pk")[:1]),
            weight=F("stake")
            + Case(
                When(kind__in=URGENT, stake__gt=0, then=Value(2 * MOST_STAKE)),
                When(kind__in=(*URGENT, *SPARE), then=Value(MOST_STAKE)),
                default=Value(0),
                output_field=BigIntegerField(),
            ),
        )
        .exclude(Q(kind="release") & ~Exists(proposal.filter(state="proposed")))
    )


def list_open(*, today: date) -> QuerySet[PlanException]:
    """Return the exceptions that nobody has answered."""
    return only_open(list_board(today=today))


def only_open(rows: QuerySet[PlanException]) -> QuerySet[PlanException]:
    """Return those of the board that nobody has answered."""
    return rows.filter(Q(answer=""))


def find_waiting(run: PlanRun, rows: Sequence[PlanException]) -> dict[int, list[Waiting]]:
    """Return the customers' order lines behind exceptions, the most at stake first: a few queries whatever the rows."""
    found: dict[int, list[int]] = {row.pk: [row.ref_id] for row in rows if row.ref_kind == "demand"}
    starts = _list_starts(run, [row for row in rows if row.ref_kind not in ("", "demand")])
    for pk, ids in pegsteps.list_served(run, starts).items():
        found[pk] = ids
    wanted = {one for mine in found.values() for one in mine}
    demands = Demand.objects.select_related("party", "item").in_bulk(wanted)
    outcomes = {row.demand_id: row for row in PlanOutcome.objects.filter(run=run, demand_id__in=wanted)}
    return {
        pk: sorted(
            (Waiting(demand=demands[one], outcome=outcomes.get(one)) for one in mine if one in demands),
            key=lambda row: (-(row.outcome.stake if row.outcome else 0), row.demand.pk),
        )
        for pk, mine in found.items()
    }


def _answers(today: date) -> QuerySet[ExceptionAnswer]:
    """Return the answers that still hold for the exception outside."""
    same = ExceptionAnswer.objects.filter(
        item_id=OuterRef("item_id"), kind=OuterRef("kind"), ref_kind=OuterRef("ref_kind"), ref_id=OuterRef("ref_id"),
        ref_line=OuterRef("ref_line"), units_from__lte=OuterRef("units"), units_to__gte=OuterRef("units"),
        stake_to__gte=OuterRef("stake"),
    )  # fmt: skip
    place = Q(location_id=OuterRef("location_id")) | Q(location=None)
    days = Q(day_from=None) | Q(day_from__lte=OuterRef("day"), day_to__gte=OuterRef("day"))
    return same.filter(place, days, Q(back_on=None) | Q(back_on__gt=today)).order_by("-pk")


def _list_starts(run: PlanRun, rows: Sequence[PlanException]) -> dict[int, list[pegsteps.Supply]]:
    """Return which supplies of the plan exceptions are about."""
    schedules = _find_schedules(rows)
    proposals = dict(
        PlannedOrder.objects.filter(
            run=run, pk__in=[row.ref_id for row in rows if row.ref_kind == "planned_order"]
        ).values_list("pk", "plan_row")
    )
    found: dict[int, list[pegsteps.Supply]] = {}
    for row in rows:
        pair = keys.pair_of(row.item_id, row.location_id)
        if row.ref_kind == "planned_order" and row.ref_id in proposals:
            found[row.pk] = [pegsteps.Supply(pair=pair, order=proposals[row.ref_id])]
        elif row.ref_kind == "purchase_order":
            tags = [int(keys.tag(pk, keys.SCHEDULE)) for pk in schedules.get((row.ref_id, row.ref_line, row.is_on), ())]
            found[row.pk] = [pegsteps.Supply(pair=pair, receipt=tag) for tag in tags]
        elif row.ref_kind == "transfer_order":
            found[row.pk] = [pegsteps.Supply(pair=pair, receipt=int(keys.tag(row.ref_line, keys.TRANSFER)))]
        elif row.ref_kind in _RECEIPTS:
            found[row.pk] = [pegsteps.Supply(pair=pair, receipt=int(keys.tag(row.ref_id, _RECEIPTS[row.ref_kind])))]
    return found


def _find_schedules(rows: Iterable[PlanException]) -> dict[tuple[int, int, date | None], list[int]]:
    """Return schedule lines by order, line and the day on which they are expected: as an exception names them."""
    orders = {row.ref_id for row in rows if row.ref_kind == "purchase_order"}
    found: dict[tuple[int, int, date | None], list[int]] = defaultdict(list)
    for supply in srm.list_open_supply(order_ids=sorted(orders)) if orders else ():
        found[supply.ref.id, supply.ref.line, supply.expected_on].append(supply.schedule_id)
    return found
