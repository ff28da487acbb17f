"""Publish a net change: what it moved over the current plan, and nothing else, in one short transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

from django.db.models import Value
from django.db.models.functions import Greatest

from rantai.iscm.supply.actions import exceptions as exceptions_of
from rantai.iscm.supply.actions import publishing
from rantai.iscm.supply.models import ChangedPlace, PlanChange, PlanException, PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import changes, columns, keys, layout, plans
from rantai.iscm.supply.queries.drafts import Draft
from rantai.iscm.supply.queries.findings import Finding
from rantai.kernel import bulk, decisions
from rantai.kernel.transactions import require_transaction

_ANSWERED_ANEW = ("expedite", "defer", "cancel", "overdue", "short", "late", "release")
"""Kinds of exceptions that a net change may bring or end; what is wrong in the data waits for a whole plan."""
_SAID = (
    "kind", "item_id", "location_id", "ref_kind", "ref_id", "ref_line", "units", "is_on", "wanted_on", "cause", "stake",
)  # fmt: skip
_SAYS, _HOLDS = itemgetter(*_SAID), attrgetter(*_SAID)
_MOVED = ("plan_row", "start_on", "due_on", "unit_cost", "amount", "stake", "for_orders")


class PlanMoved(Exception):
    """Somebody published since the change was worked out: it must be worked out again."""

    def __init__(self, run: PlanRun, step: int) -> None:
        self.run = run
        super().__init__(f"Plan run {run.pk} is not current, or not at step {step} any more.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a net change publishes of some item-locations (keys): all that the plan says of them now."""

    places: Sequence[int]
    tables: changes.Tables
    """As they are packed: rows by their number in the plan, `at` their item-location."""
    demand_ids: Sequence[int]
    """Orders of customers that the plan knows there: one that nobody wants any more has no outcome."""
    outcomes: columns.Columns
    findings: Sequence[Finding]
    drafts: Sequence[Draft]
    watermark: int
    """Newest changed_seq that it knows; 0 where that is not sure."""
    replanned: int
    """Demands that were planned again."""


def publish_change(
    run: PlanRun, change: Change, packed: bytes, *, step: int, engine: str, at: datetime
) -> int:  # fmt: skip
    """Lay a change over the current plan at its step and return the next one; raises PlanMoved.

    `packed` are its tables: packing takes longer than the rest. Locks the run, then proposals in id order. What people
    decided stays as they decided it.
    """
    require_transaction()
    current = PlanRun.objects.select_for_update().filter(pk=run.pk, state="current", step=step).first()
    if current is None:
        raise PlanMoved(run, step)
    _write_tables(current, change, packed, step=step + 1, at=at)
    counts = Counter(current.counts)
    counts.update(_write_outcomes(current, change))
    counts.update(_write_proposals(current, change, engine=engine, at=at))
    counts.update(_write_exceptions(current, change))
    watermark = max(current.watermark, change.watermark)
    PlanRun.objects.filter(pk=run.pk).update(step=step + 1, watermark=watermark, counts=dict(counts))
    return step + 1


def note_known(run: PlanRun, *, step: int, watermark: int) -> int:
    """Say that what happened up to a watermark moves nothing in the current plan; raises PlanMoved."""
    require_transaction()
    rows = PlanRun.objects.filter(pk=run.pk, state="current", step=step)
    if not rows.update(watermark=Greatest("watermark", Value(watermark))):
        raise PlanMoved(run, step)
    return step


def _write_tables(run: PlanRun, change: Change, packed: bytes, *, step: int, at: datetime) -> None:
    row = PlanChange.objects.create(
        run=run, step=step, watermark=change.watermark, codec=columns.CODEC, bytes=packed,
        places=len(change.places), demands=change.replanned, published_at=at,
    )  # fmt: skip
    blocks = [layout.block_of(keys.split(place)[0], run.blocks) for place in change.places]
    bulk.add(
        ChangedPlace,
        {"run_id": run.pk, "change_id": row.pk, "step": step, "block": blocks, "place": list(change.places)},
    )


def _write_outcomes(run: PlanRun, change: Change) -> Mapping[str, int]:
    """Write the outcomes of the change's orders that are others than they had; return how the plan's counts move."""
    rows = PlanOutcome.objects.filter(run=run, demand_id__in=change.demand_ids)
    names = ["demand_id", *(name for name in change.outcomes if name != "demand_id")]
    before = {row[0]: row for row in rows.values_list(*names)}
    now = {row[0]: row for row in zip(*(_to_list(change.outcomes[name]) for name in names), strict=True)}
    gone = before.keys() - now.keys()
    if gone:
        rows.filter(demand_id__in=gone).delete()
    changed = [row for pk, row in now.items() if row != before.get(pk)]
    PlanOutcome.objects.bulk_create(
        [PlanOutcome(run=run, **dict(zip(names, row, strict=True))) for row in changed],
        update_conflicts=True, unique_fields=["run_id", "demand_id"],
        update_fields=[PlanOutcome._meta.get_field(name).name for name in names[1:]],
    )  # fmt: skip
    late, short = (
        sum(row[at] > 0 for row in now.values()) - sum(row[at] > 0 for row in before.values())
        for at in (names.index("late_days"), names.index("short"))
    )
    return {"orders": len(now) - len(before), "late": late, "short": short}


def _write_exceptions(run: PlanRun, change: Change) -> Mapping[str, int]:
    """End exceptions that are over and add those that are new; one that stays keeps its row."""
    found = publishing.to_columns(change.findings)
    stated = [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]
    stated += [exceptions_of.to_release(row) for row in _at(exceptions_of.list_due(run), change.places)]
    wanted = Counter(_SAYS(row) for row in stated)
    held = _at(PlanException.objects.filter(run=run, kind__in=_ANSWERED_ANEW), change.places)
    over = []
    for row in held:
        content = _HOLDS(row)
        if wanted[content]:
            wanted[content] -= 1
        else:
            over.append(row.pk)
    new = []
    for row in stated:
        if wanted[_SAYS(row)]:
            wanted[_SAYS(row)] -= 1
            new.append(row)
    PlanException.objects.filter(pk__in=over).delete()
    PlanException.objects.bulk_create([PlanException(run=run, **row) for row in new])
    return {"exceptions": len(new) - len(over)}


def _write_proposals(run: PlanRun, change: Change, *, engine: str, at: datetime) -> Mapping[str, int]:
    """Move, add and supersede proposals; those that somebody decided stay."""
    rows = PlannedOrder.objects.select_for_update().filter(run=run).order_by("pk")
    held = {row.identity: row for row in _at(rows, change.places)}
    mine = [draft for draft in change.drafts if draft.identity in held]
    open_again = [draft for draft in mine if held[draft.identity].state in ("proposed", "superseded")]
    new = [draft for draft in change.drafts if draft.identity not in held]
    kept = {draft.identity for draft in mine}
    gone = [row for row in held.values() if row.state == "proposed" and row.identity not in kept]
    was_open = sum(row.state == "proposed" for row in held.values())
    _move(run, [(held[draft.identity], draft) for draft in open_again], engine=engine)
    dismissed = publishing.stage_proposals(run, new, engine=engine, at=at) if new else 0
    PlannedOrder.objects.filter(pk__in=[row.pk for row in gone]).update(state="superseded", decided_at=at)
    decisions.decide([row.decision_id for row in gone if row.decision_id], state="superseded", by="planner")
    return {"proposals": len(open_again) + len(new) - dismissed - was_open, "dismissed": dismissed}


def _move(run: PlanRun, moved: Sequence[tuple[PlannedOrder, Draft]], *, engine: str) -> None:
    """Let proposals say what the plan says now, with its reasons; units that a person set stay."""
    told = plans.list_reason_rows([row.decision_id for row, _draft in moved if row.decision_id])
    moved = [(row, draft) for row, draft in moved if not _says(row, told.get(row.decision_id or 0, []), draft)]
    if not moved:
        return
    rows, drafts = [row for row, _draft in moved], [draft for _row, draft in moved]
    units = [draft.units if row.units == row.proposed_units else row.units for row, draft in moved]
    proposals = publishing.to_proposals(run, [row.pk for row in rows], drafts, engine)
    bulk.change(
        PlannedOrder,
        [row.pk for row in rows],
        {
            **{name: [getattr(draft, name) for draft in drafts] for name in _MOVED},
            "units": units,
            "proposed_units": [draft.units for draft in drafts],
            "state": "proposed",
            "decision_id": decisions.load_proposals(proposals),
            "revision": [row.revision + (row.units != now) for row, now in zip(rows, units, strict=True)],
        },
    )
    decisions.forget([row.decision_id for row in rows if row.decision_id])


def _says(row: PlannedOrder, told: Sequence[tuple[Any, ...]], draft: Draft) -> bool:
    """Tell whether an open proposal says already what a draft says."""
    if row.state != "proposed" or row.proposed_units != draft.units:
        return False
    reasons = [reason[:4] for reason in draft.reasons]
    return all(getattr(row, name) == getattr(draft, name) for name in _MOVED) and Counter(told) == Counter(reasons)


def _at(rows: Any, places: Collection[int]) -> list[Any]:
    """Return the rows that stand at item-locations (keys)."""
    wanted = set(places)
    items = {keys.split(place)[0] for place in places}
    return [row for row in rows.filter(item_id__in=items) if keys.pair_of(row.item_id, row.location_id) in wanted]


def _to_list(column: Any) -> list[Any]:
    found: list[Any] = column.tolist() if hasattr(column, "tolist") else list(column)
    return found
