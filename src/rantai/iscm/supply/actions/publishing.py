"""Stage a plan in small steps that nobody sees, make it current in one short one, and clear away old plans."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Max, Q

from rantai.iscm import events
from rantai.iscm.supply import states
from rantai.iscm.supply.models import (
    ChangedPlace,
    Dismissal,
    PlanBlock,
    PlanChange,
    PlanException,
    PlannedOrder,
    PlanOutcome,
    PlanRun,
)
from rantai.iscm.supply.queries.drafts import Draft
from rantai.iscm.supply.queries.findings import Finding
from rantai.iscm.supply.queries.layout import Block
from rantai.kernel import bulk, decisions, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

ROWS_AT_ONCE = 1000
"""Changed or deleted: so that SQLite's one writer is never held for long."""
STAGED_AT_ONCE = 4000
PROPOSALS_AT_ONCE = 400
_DRAFT = (
    "identity", "item_id", "location_id", "source_id", "kind", "supplier_id", "origin_id", "demand_id", "units",
    "start_on", "due_on", "plan_row", "unit_cost", "currency", "amount", "stake", "for_orders",
)  # fmt: skip
DAILY_KEPT = timedelta(days=14)
_MATERIAL = 4
"""A dismissed proposal comes back when its units moved by more than a fourth."""


class NotBuilding(Exception):
    """Somebody declared a plan dead while it was being built: its steps must not be published."""

    def __init__(self, run: PlanRun) -> None:
        self.run = run
        super().__init__(f"Plan run {run.pk} is not being built any more. Start a new plan.")


def begin_run(
    company_id: int, *, as_of: datetime, watermark: int, params: Mapping[str, Any], builder: str, at: datetime
) -> PlanRun:
    """Open a run that nobody sees until it is published."""
    require_transaction()
    return PlanRun.objects.create(
        company_id=company_id, as_of=as_of, watermark=watermark, solved_watermark=watermark, params=dict(params),
        builder=builder, started_at=at,
    )  # fmt: skip


def stage_blocks(run: PlanRun, blocks: Sequence[Block]) -> None:
    """Write some blocks of a run."""
    require_transaction()
    rows = [PlanBlock(run=run, table=row.table, block=row.block, codec=row.codec, bytes=row.data) for row in blocks]
    PlanBlock.objects.bulk_create(rows, batch_size=200)


def stage_outcomes(run: PlanRun, outcomes: Mapping[str, Any]) -> None:
    """Write some outcomes of a run, given as columns."""
    require_transaction()
    bulk.add(PlanOutcome, {"run_id": run.pk, **outcomes})


def stage_findings(run: PlanRun, findings: Sequence[Finding]) -> None:
    """Write some exceptions of a run."""
    require_transaction()
    bulk.add(PlanException, {"run_id": run.pk, **to_columns(findings)})


def to_columns(findings: Sequence[Finding]) -> dict[str, list[Any]]:
    """Return findings as columns of their exceptions."""
    refs = [row.ref or DocRef("", 0) for row in findings]
    names = ("kind", "item_id", "location_id", "number", "units", "is_on", "wanted_on", "cause", "stake")
    return {
        "ref_kind": [ref.kind for ref in refs],
        "ref_id": [ref.id for ref in refs],
        "ref_line": [ref.line for ref in refs],
        **{name: [getattr(row, name) for row in findings] for name in names},
    }


def stage_proposals(run: PlanRun, drafts: Sequence[Draft], *, engine: str, at: datetime) -> int:
    """Write some proposals of a run with their reasons; return how many a person let go before and still are let go.

    A proposal that was dismissed stays so unless its units moved by more than a fourth or another order of a customer
    stands behind it.
    """
    require_transaction()
    known = {row.identity: row for row in Dismissal.objects.filter(identity__in=[one.identity for one in drafts])}
    kept = {
        draft.identity: known[draft.identity]
        for draft in drafts
        if draft.identity in known and not _is_material(draft, known[draft.identity])
    }
    orders = bulk.reserve_keys(PlannedOrder, len(drafts))
    records = decisions.load_proposals(to_proposals(run, orders, drafts, engine))
    columns = {name: [getattr(draft, name) for draft in drafts] for name in _DRAFT}
    let_go = [kept.get(draft.identity) for draft in drafts]
    bulk.add(
        PlannedOrder,
        {
            **columns, "id": orders, "decision_id": records, "company_id": run.company_id, "run_id": run.pk,
            "proposed_units": columns["units"], "state": ["dismissed" if row else "proposed" for row in let_go],
            "decided_by": [row.by if row else "" for row in let_go],
            "decided_at": [row.at if row else None for row in let_go],
            "note": "", "document_kind": "", "document_id": None, "revision": 1, "changed_seq": 0,
        },
    )  # fmt: skip
    dismissed = [record for record, row in zip(records, let_go, strict=True) if row]
    if dismissed:
        decisions.decide(dismissed, state="dismissed", by="planner")
    return len(kept)


def publish_run(
    run: PlanRun, *, answer: Mapping[str, Any], counts: Mapping[str, int], seconds: Mapping[str, float], at: datetime
) -> PlanRun:
    """Make a staged run the current plan. Records PlanPublished; raises NotBuilding.

    Locks the current run, then this one. Open proposals of the plan before are superseded, the first of them here,
    all others by `supersede_some`: nobody can decide them any more, since their run is not current.
    """
    require_transaction()
    current = PlanRun.objects.select_for_update().filter(company_id=run.company_id, state="current").first()
    mine = PlanRun.objects.select_for_update().get(pk=run.pk)
    if mine.state != "building":
        raise NotBuilding(mine)
    if current:
        states.plan_run.move(current, "past")
    newest = PlanRun.objects.filter(company_id=run.company_id).aggregate(last=Max("revision"))["last"] or 0
    PlanRun.objects.filter(pk=run.pk).update(
        revision=newest + 1, counts=dict(counts), seconds=dict(seconds), published_at=at, **answer
    )
    mine.refresh_from_db()
    states.plan_run.move(mine, "current")
    supersede_some(at=at)
    outbox.record(events.PlanPublished(plan_run_id=mine.pk, revision=newest + 1))
    return mine


def supersede_some(*, at: datetime) -> int:
    """Close open proposals of plans that are not current, some at a time; return how many."""
    require_transaction()
    rows = PlannedOrder.objects.filter(state="proposed", run__state__in=("past", "dead")).order_by("id")
    found = list(rows.values_list("pk", "decision_id")[:ROWS_AT_ONCE])
    decisions.decide([record for _pk, record in found if record], state="superseded", by="planner")
    ids = [pk for pk, _record in found]
    # What was only proposed is no supply: nobody who follows changes need look again.
    PlannedOrder.objects.filter(pk__in=ids, state="proposed").update(state="superseded", decided_at=at)
    return len(ids)


def note_seconds(run: PlanRun, *, seconds: Mapping[str, float]) -> None:
    """Add what the publication itself took."""
    require_transaction()
    PlanRun.objects.filter(pk=run.pk).update(seconds=dict(seconds))


def declare_dead() -> int:
    """Give up runs that nobody builds any more: the caller holds the planner's lease, so they are all dead."""
    require_transaction()
    dead = list(PlanRun.objects.filter(state="building"))
    for run in dead:
        states.plan_run.move(run, "dead")
    return len(dead)


def sweep_some() -> bool:
    """Clear away some rows of dead runs and of plans past keeping; return whether anything was left to do."""
    require_transaction()
    dead = list(PlanRun.objects.filter(state="dead").values_list("pk", flat=True)[:50])
    if any(step(dead) for step in (_drop_proposals, _drop_rows, _drop_blocks)):
        return True
    if dead:
        PlanRun.objects.filter(pk__in=dead).delete()
        return True
    past = _list_past()
    unread = [run.pk for run in past[1:]]
    outdated = _list_outdated(past)
    return bool(_drop_rows(unread) or _drop_proposals(outdated) or _drop_blocks(outdated))


def _list_past() -> list[PlanRun]:
    return list(PlanRun.objects.filter(state="past").order_by("-revision"))


def _list_outdated(past: Sequence[PlanRun]) -> list[int]:
    """Return past plans that are neither the one before, nor the last of a day or month, nor cited by a decision."""
    if not past:
        return []
    newest = past[0].as_of
    keep = {past[0].pk}
    days: set[object] = set()
    months: set[object] = set()
    for run in past:
        day, month = run.as_of.date(), (run.as_of.year, run.as_of.month)
        if (newest - run.as_of <= DAILY_KEPT and day not in days) or month not in months:
            keep.add(run.pk)
        days.add(day)
        months.add(month)
    decided = PlannedOrder.objects.exclude(state__in=("proposed", "superseded"))
    cited = decided.exclude(decision__decided_by="planner").values_list("run_id", flat=True)
    return [run.pk for run in past if run.pk not in keep | set(cited.distinct())]


def _drop_proposals(run_ids: Sequence[int]) -> int:
    """Delete proposals that nobody decided, with their reasons."""
    rows = PlannedOrder.objects.filter(run_id__in=run_ids).filter(
        Q(state__in=("proposed", "superseded")) | Q(run__state="dead") | Q(decision__decided_by="planner")
    )
    found = list(rows.order_by("id").values_list("pk", "decision_id")[: ROWS_AT_ONCE // 2])
    PlannedOrder.objects.filter(pk__in=[pk for pk, _record in found]).delete()
    decisions.forget([record for _pk, record in found if record])
    return len(found)


def _drop_rows(run_ids: Sequence[int]) -> int:
    return sum(_drop_from(model, run_ids) for model in (PlanOutcome, PlanException))


def _drop_blocks(run_ids: Sequence[int]) -> int:
    return sum(_drop_from(model, run_ids) for model in (ChangedPlace, PlanChange, PlanBlock))


def _drop_from(model: type[models.Model], run_ids: Sequence[int]) -> int:
    if not run_ids:
        return 0
    rows = model._default_manager.filter(run_id__in=run_ids).order_by("pk").values_list("pk", flat=True)
    ids = list(rows[:ROWS_AT_ONCE])
    return model._default_manager.filter(pk__in=ids).delete()[0] if ids else 0


def _is_material(draft: Draft, before: Dismissal) -> bool:
    moved = abs(draft.units - before.units) * _MATERIAL > before.units
    return moved or bool(set(draft.demand_ids) - set(before.demand_ids))


def to_proposals(run: PlanRun, orders: Sequence[int], drafts: Sequence[Draft], engine: str) -> decisions.ProposalRows:
    """Return drafts as what an engine proposes, for proposals with given keys."""
    return decisions.ProposalRows(
        kinds=[draft.kind for draft in drafts],
        subject_kind="planned_order",
        subject_ids=orders,
        units=[draft.units for draft in drafts],
        inputs=[json.dumps({"run": run.pk, "order": draft.plan_row, "identity": draft.identity}) for draft in drafts],
        reasons=[draft.reasons for draft in drafts],
        engine=engine,
        run_id=run.pk,
    )
