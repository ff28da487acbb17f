"""Let promises follow a new plan: what nothing better backs is late with it, and what had no date may get one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from rantai.iscm import events, messages
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.actions import promises, records, takes
from rantai.iscm.promising.models import Promise, SlotTake
from rantai.iscm.promising.queries import sheets, verdicts
from rantai.iscm.promising.queries.parts import date_planned
from rantai.iscm.promising.queries.verdicts import Verdict
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries.given import Given
from rantai.kernel import outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

DEMANDS_AT_ONCE = 200
"""So that SQLite's one writer is not held for long."""
REFUSED = "partner_cancelled"
"""Reason of units without a date because a partner let them go: the plan does not ask that partner again by itself."""


@dataclass(kw_only=True, slots=True)
class _Change:
    """What becomes of the takes of one demand."""

    demand: Demand
    verdict: Verdict
    gone: list[tuple[SlotTake, int]] = field(default_factory=list)
    """Units that takes lose."""
    fresh: list[SlotTake] = field(default_factory=list)


def follow_plan(run: PlanRun, rows: Sequence[Verdict], *, at: datetime) -> int:
    """Move the promises that a plan shows as late, take back dates that it does not know, give those that it has.

    What leans on a slot stays: its supply says when it comes. A demand that changed after it was planned waits for the
    next plan. The same plan again changes nothing. Locks the demands. Records PromiseRevised (cause 'plan'), and
    ShortageForeseen once for units that stay without a date; returns how many promises moved.
    """
    require_transaction()
    known = {row.demand_id: row for row in rows}
    locked = [row for row in demands.lock(known) if row.state == "open" and row.changed_seq == known[row.pk].seq]
    if not locked:
        return 0
    sheet = _read_sheet(locked, run)
    held = _read_takes(locked)
    heads = Promise.objects.in_bulk([row.pk for row in locked])
    changes = [
        _work_out(row, known[row.pk], held[row.pk], heads[row.pk], sheet=sheet, run=run) for row in locked
    ]  # fmt: skip
    _write(changes)
    reasons = {pk: head.reason for pk, head in heads.items()}
    standings = promises.read_standings(locked)
    for standing in standings:
        standing.reason = reasons[standing.demand.pk] or known[standing.demand.pk].cause
    moved = promises.revise(standings, cause="plan", cause_ref=str(DocRef("plan_run", run.pk)), at=at)
    _tell_shortages(standings, heads, known)
    return len(moved)


def _read_sheet(rows: Sequence[Demand], run: PlanRun) -> sheets.Sheet:
    lines = tuple(records.to_ask_line(row, row.units) for row in rows)
    return sheets.read_sheet(messages.Ask(company_id=run.company_id, lines=lines, as_of=run.as_of))


def _read_takes(rows: Sequence[Demand]) -> dict[int, list[SlotTake]]:
    found: dict[int, list[SlotTake]] = defaultdict(list)
    leaning = SlotTake.objects.filter(demand_id__in=[row.pk for row in rows]).select_related("slot")
    for take in leaning.order_by("promised_on", "id"):
        found[take.demand_id].append(take)
    return found


def _work_out(
    demand: Demand, verdict: Verdict, held: Sequence[SlotTake], head: Promise, *, sheet: sheets.Sheet, run: PlanRun
) -> _Change:
    """Hand the plan's parts to the units that have no supply of their own: dates that were said first."""
    change = _Change(demand=demand, verdict=verdict)
    parts = verdicts.leave_out_held(verdict.parts, held)
    for take in held:
        if take.slot_id is None:
            mine, parts = verdicts.draw(parts, take.units)
            _follow(take, mine, change, sheet=sheet, run=run)
    mine, _left = verdicts.draw(parts, head.unpromised)
    for part in mine:
        if _may_give(part, head):
            basis = "plan" if part.location_id else "dropship"
            change.fresh.append(_to_take(demand, part, basis=basis, floor=None, sheet=sheet))
    return change


def _follow(take: SlotTake, parts: Sequence[Given], change: _Change, *, sheet: sheets.Sheet, run: PlanRun) -> None:
    """Keep the units of a take that are in time; give the others the plan's day, or none."""
    kept = 0
    for part in parts:
        fresh = _to_take(change.demand, part, basis=_basis(take), floor=take.promised_on, sheet=sheet, like=take)
        if fresh.p50_on > take.promised_on and not _is_awaited(part, run):
            change.fresh.append(fresh)
        else:
            kept += part.units
    if kept < take.units:
        change.gone.append((take, take.units - kept))


def _basis(take: SlotTake) -> str:
    """What is made or sent for an order stays so, for the proposals that follow its takes."""
    return take.basis if take.basis in ("make", "dropship") else "plan"


def _is_awaited(part: Given, run: PlanRun) -> bool:
    """Tell whether a part only says that something is overdue: the planner awaits it by tonight, every day anew."""
    return part.basis == "receipt" and part.there_on <= run.as_of.date()


def _may_give(part: Given, head: Promise) -> bool:
    """Tell whether units may be promised to somebody who has no date: only what no slot guards, and no refused partner.

    What a slot guards is given by its slot, or is somebody's.
    """
    return not part.is_firm and not (part.location_id is None and head.reason == REFUSED)


def _to_take(
    demand: Demand, part: Given, *, basis: str, floor: date | None, sheet: sheets.Sheet, like: SlotTake | None = None
) -> SlotTake:
    dates = date_planned(
        sheet, item_id=demand.item_id, route=sheet.find_route(demand.address_id, part.location_id),
        source_id=part.source_id, leaves_on=part.leaves_on, wanted_on=demand.requested_on,
    )  # fmt: skip
    return SlotTake(
        demand=demand,
        units=part.units,
        basis=basis,
        source_id=part.source_id or (like.source_id if like else None),
        location_id=part.location_id,
        ship_on=dates.ship_on,
        promised_on=max(dates.p80_on, floor or dates.p80_on),
        p50_on=dates.p50_on,
        p80_on=dates.p80_on,
        p90_on=dates.p90_on,
    )


def _write(changes: Sequence[_Change]) -> None:
    takes.shorten(cut for change in changes for cut in change.gone)
    SlotTake.objects.bulk_create([take for change in changes for take in change.fresh], batch_size=500)


def _tell_shortages(
    standings: Sequence[promises.Standing], heads: dict[int, Promise], known: dict[int, Verdict]
) -> None:
    """Say once which units nobody can promise; forget it where they have a date again."""
    short = [row for row in standings if row.unpromised and not heads[row.demand.pk].is_shortage_told]
    solved = [row for row in standings if not row.unpromised and heads[row.demand.pk].is_shortage_told]
    Promise.objects.filter(pk__in=[row.demand.pk for row in short]).update(is_shortage_told=True)
    Promise.objects.filter(pk__in=[row.demand.pk for row in solved]).update(is_shortage_told=False)
    outbox.record(
        *(
            events.ShortageForeseen(
                order_kind=row.demand.kind, order_id=row.demand.order_id, line=row.demand.line,
                schedule=row.demand.schedule, demand_id=row.demand.pk, short_units=row.unpromised,
                leaf_cause=known[row.demand.pk].cause,
            )
            for row in short
        )
    )  # fmt: skip
