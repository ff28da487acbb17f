"""Read the plan that is current: its figures, outcomes, exceptions and open proposals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.models import PlanException, PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import answers
from rantai.kernel import clock
from rantai.kernel.invariants import Violation, rows
from rantai.kernel.models import DecisionReason
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef

_CHUNK = 900
_PAST = timedelta(days=2)
"""A plan that is older was made for another time, as one for an imported history; nobody wants its orders planned from
today."""


def find_run() -> PlanRun | None:
    """Return the current plan, or None before the first."""
    return PlanRun.objects.filter(state="current").order_by("-id").first()


def find_present(run: PlanRun) -> datetime:
    """Return the instant at which a plan is made anew: now, or its own where it was made for a time long past."""
    now = clock.now()
    return now if now - run.as_of < _PAST else run.as_of


def get_plan() -> answers.PlanView | None:
    """Return the figures of the current plan, or None before the first."""
    run = find_run()
    if run is None:
        return None
    return answers.PlanView(
        run_id=run.pk,
        revision=run.revision or 0,
        as_of=run.as_of,
        published_at=run.published_at,
        watermark=run.watermark,
        orders=run.counts.get("orders", 0),
        late_orders=run.counts.get("late", 0),
        short_orders=run.counts.get("short", 0),
        open_proposals=list_open().count(),
        exceptions=run.counts.get("exceptions", 0),
    )


def list_open() -> QuerySet[PlannedOrder]:
    """Return the proposals that wait for a person."""
    return PlannedOrder.objects.filter(state="proposed", run__state="current")


def list_accepted() -> QuerySet[PlannedOrder]:
    """Return proposals that were accepted and for which no document stands yet."""
    return PlannedOrder.objects.filter(state="accepted")


def list_shown() -> QuerySet[PlannedOrder]:
    """Return what a list of proposals shows: those of the current plan and whatever was decided."""
    return PlannedOrder.objects.filter(Q(run__state="current") | Q(state__in=("accepted", "released")))


def list_proposals(*, limit: int = 500) -> tuple[answers.ProposalView, ...]:
    """Return open proposals, the costliest to miss first, each with reasons that add up to its units."""
    found = list(
        list_open().select_related("item", "location", "supplier").order_by("-stake", "start_on", "id")[:limit]
    )
    reasons = list_reasons([row.decision_id for row in found if row.decision_id])
    return tuple(_to_view(row, reasons.get(row.decision_id or 0, ())) for row in found)


def list_reasons(decision_ids: Iterable[int]) -> dict[int, tuple[answers.ProposalReason, ...]]:
    """Return the reasons of decisions, orders of customers first."""
    found: dict[int, list[answers.ProposalReason]] = {}
    ids = list(decision_ids)
    for start in range(0, len(ids), _CHUNK):
        for row in DecisionReason.objects.filter(decision_id__in=ids[start : start + _CHUNK]).order_by("id"):
            ref = DocRef(row.ref_kind, row.ref_id or 0) if row.ref_kind else None
            reason = answers.ProposalReason(
                code=row.code, units=Quantity(row.units), ref=ref, number=row.detail.get("number", "")
            )
            found.setdefault(row.decision_id, []).append(reason)
    return {pk: tuple(parts) for pk, parts in found.items()}


def list_reason_rows(decision_ids: Iterable[int]) -> dict[int, list[tuple[str, int, str, int | None]]]:
    """Return the reasons of decisions as they stand in the table: code, units, kind and id of what they name."""
    found: dict[int, list[tuple[str, int, str, int | None]]] = {}
    rows = DecisionReason.objects.filter(decision_id__in=list(decision_ids)).order_by()
    for pk, code, units, kind, ref_id in rows.values_list("decision_id", "code", "units", "ref_kind", "ref_id"):
        found.setdefault(pk, []).append((code, units, kind, ref_id))
    return found


def list_outcomes(ref: DocRef) -> tuple[answers.OutcomeView, ...]:
    """Return what the current plan says of the demands of a document, or of one line of it."""
    demands = Demand.objects.filter(kind=ref.kind, order_id=ref.id)
    if ref.line:
        demands = demands.filter(line=ref.line)
    outcomes = PlanOutcome.objects.filter(run__state="current", demand__in=demands).select_related("demand")
    return tuple(_to_outcome(row) for row in outcomes.order_by("demand__line", "demand__schedule"))


def list_hurt() -> Iterator[answers.OutcomeView]:
    """Yield the outcomes of the current plan that are late or short, for who tells customers."""
    rows = PlanOutcome.objects.filter(run__state="current").filter(Q(late_days__gt=0) | Q(short__gt=0))
    for row in rows.select_related("demand").order_by("demand_id").iterator(chunk_size=2000):
        yield _to_outcome(row)


def count_awaiting_plan() -> dict[str, int]:
    """Return how many open demands the published plan has not seen as they are now."""
    run = find_run()
    open_ones = Demand.objects.filter(state="open", item__kind="stocked")
    rows = open_ones.filter(changed_seq__gt=run.watermark if run else 0)
    left = rows.annotate(left=F("units") - F("fulfilled") - F("cancelled") - F("reserved")).filter(left__gt=0)
    return {"demands_awaiting_plan": left.count()}


def list_violations() -> Iterator[Violation]:
    """Check that every unit is pegged or short, and that each demand that the plan knows has an outcome."""
    yield from _units_off()
    yield from _forgotten()
    yield from _unequal_reasons()


def list_exceptions() -> QuerySet[PlanException]:
    """Return what the current plan asks a planner to do."""
    return PlanException.objects.filter(run__state="current")


def _units_off() -> Iterator[Violation]:
    found = rows(
        "SELECT o.demand_id, o.units, o.pegged, o.short, d.units - d.fulfilled - d.cancelled - d.reserved"
        " FROM iscm_supply_planoutcome o JOIN iscm_supply_planrun r ON r.id = o.run_id AND r.state = 'current'"
        " JOIN iscm_demand_demand d ON d.id = o.demand_id WHERE o.units <> o.pegged + o.short"
        " OR (d.changed_seq = o.demand_seq AND o.units <> d.units - d.fulfilled - d.cancelled - d.reserved)"
    )
    for pk, units, pegged, short, left in found:
        text = f"the plan knew {units} units: {pegged} pegged + {short} short; open are {left}"
        yield Violation(rule="plan.every_unit_pegged_or_short", subject=f"demand {pk}", message=text)


def _forgotten() -> Iterator[Violation]:
    found = rows(
        "SELECT d.id FROM iscm_demand_demand d JOIN iscm_supply_planrun r ON r.state = 'current'"
        " JOIN foundation_items_item i ON i.id = d.item_id AND i.kind = 'stocked'"
        " LEFT JOIN iscm_supply_planoutcome o ON o.run_id = r.id AND o.demand_id = d.id"
        " WHERE d.state = 'open' AND d.changed_seq <= r.watermark AND o.id IS NULL"
        " AND d.units > d.fulfilled + d.cancelled + d.reserved"
    )
    for (pk,) in found:
        yield Violation(rule="plan.knows_each_demand", subject=f"demand {pk}", message="has no outcome in the plan")


def _unequal_reasons() -> Iterator[Violation]:
    found = rows(
        "SELECT p.id, p.proposed_units, d.units FROM iscm_supply_plannedorder p"
        " JOIN kernel_decisionrecord d ON d.id = p.decision_id WHERE d.units <> p.proposed_units"
    )
    for pk, units, explained in found:
        text = f"proposes {units}, its decision {explained}"
        yield Violation(rule="plan.proposal_is_its_decision", subject=f"planned_order:{pk}", message=text)


def _to_view(row: PlannedOrder, reasons: tuple[answers.ProposalReason, ...]) -> answers.ProposalView:
    return answers.ProposalView(
        order_id=row.pk,
        kind=row.kind,
        item_id=row.item_id,
        location_id=row.location_id,
        supplier_id=row.supplier_id,
        units=Quantity(row.units),
        start_on=row.start_on,
        due_on=row.due_on,
        amount=row.amount,
        stake=row.stake,
        revision=row.revision,
        reasons=reasons,
    )


def _to_outcome(row: PlanOutcome) -> answers.OutcomeView:
    demand = row.demand
    return answers.OutcomeView(
        demand_id=row.demand_id,
        ref=DocRef(demand.kind, demand.order_id, demand.line),
        units=Quantity(row.units),
        pegged=Quantity(row.pegged),
        short=Quantity(row.short),
        due_on=row.due_on,
        planned_on=row.planned_on,
        late_days=row.late_days,
        cause=row.cause,
    )
