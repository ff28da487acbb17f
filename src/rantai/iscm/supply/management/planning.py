"""One plan from the database to the database: snapshot, solve, stage in small steps, publish in a short one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from rantai.iscm.supply import bridge, rules
from rantai.iscm.supply.actions import exceptions as exceptions_of
from rantai.iscm.supply.actions import publishing
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import drafts, findings, layout
from rantai.iscm.supply.queries.layout import Block
from rantai.iscm.supply.queries.needs import Columns
from rantai.iscm.supply.queries.snapshot import Snapshot, Tables, take_snapshot
from rantai.kernel import bulk, clock, collector, snapshots
from rantai.kernel.transactions import run_atomic

Row = TypeVar("Row")
Report = Callable[[str], None]

_BYTES_AT_ONCE = 4_000_000
_BLOCKS_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A published plan as the planner holds it in memory."""

    run: PlanRun
    problem: Tables
    solution: Tables


def find_unchanged(as_of: datetime) -> PlanRun | None:
    """Return the current plan where it was made for this instant and nothing has changed since."""
    run = PlanRun.objects.filter(state="current", as_of=as_of, step=0).first()
    return run if run and run.watermark == snapshots.newest_change() else None


def make_plan(as_of: datetime, *, builder: str, report: Report = lambda note: None) -> Plan:
    """Plan and publish. The caller holds the planner's lease: what others left half built is given up first."""
    sweep()
    with collector.resting():
        return _make_plan(as_of, builder=builder, report=report)


def _make_plan(as_of: datetime, *, builder: str, report: Report) -> Plan:
    timer = _Timer()
    report("load")
    snapshot = take_snapshot(as_of)
    timer.note("load")
    report("solve")
    release_days = int(snapshot.company.settings.get("plan_release_days", rules.RELEASE_DAYS))
    answer = bridge.plan(
        snapshot.tables,
        now=snapshot.now,
        horizon_end=snapshot.horizon_end,
        release_until=snapshot.now + int(timedelta(days=release_days).total_seconds()),
    )
    timer.note("solve")
    report("publish")
    run = _publish(snapshot, answer, timer, builder=builder, release_days=release_days)
    return Plan(run=run, problem=snapshot.tables, solution=answer.tables)


def sweep() -> None:
    """Give up what nobody builds any more, and clear away plans past keeping."""
    run_atomic(publishing.declare_dead)
    while run_atomic(publishing.sweep_some):
        pass
    while run_atomic(lambda: publishing.supersede_some(at=clock.now())):
        pass


def load_plan() -> Plan | None:
    """Read the current plan back as it was solved, from its blocks, as after a crash; None before the first plan."""
    run = PlanRun.objects.filter(state="current").first()
    if run is None:
        return None
    rows = run.column_blocks.order_by("table", "block").iterator(chunk_size=200)
    found = [Block(table=row.table, block=row.block, codec=row.codec, data=bytes(row.bytes)) for row in rows]
    problem = layout.join(found, layout.PROBLEM)
    solution = layout.join(found, layout.SOLUTION)
    solution["pegs"].pop("consumer_place", None)
    return Plan(run=run, problem=problem, solution=solution)


def verify_plan(plan: Plan) -> dict[str, bool | int]:
    """Compare a plan as it was solved with its checksums, a second solution and a fresh look at the database.

    The last holds only while nothing has changed since it was solved; net changes are published over it.
    """
    run = plan.run
    again = bridge.plan(
        plan.problem, now=run.now, horizon_end=run.horizon_end, release_until=run.params["release_until"]
    )
    newest, watermark = snapshots.newest_change(), run.solved_watermark
    found: dict[str, bool | int] = {
        "revision": run.revision or 0,
        "step": run.step,
        "changes_since": max(0, newest - watermark),
        "problem_is_stored_as_planned": again.problem_hash == run.problem_hash,
        "solution_is_stored_as_planned": bridge.checksum(plan.solution, "") == run.solution_hash,
        "solving_again_gives_the_same": again.solution_hash == run.solution_hash,
    }
    if newest == watermark:
        fresh = take_snapshot(run.as_of)
        stated = bridge.checksum(fresh.tables, f"{fresh.now}/{fresh.horizon_end}")
        found["database_says_the_same"] = stated == run.problem_hash
    return found


class _Timer:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last, self._worked = time.perf_counter(), time.process_time()

    def note(self, phase: str) -> None:
        now, worked = time.perf_counter(), time.process_time()
        self.seconds[phase] = round(now - self._last, 3)
        self.seconds[f"{phase}_cpu"] = round(worked - self._worked, 3)
        self._last, self._worked = now, worked


def _publish(snapshot: Snapshot, answer: bridge.Answer, timer: _Timer, *, builder: str, release_days: int) -> PlanRun:
    at = clock.now()
    release_until = snapshot.now + release_days * 86_400
    run = run_atomic(
        lambda: publishing.begin_run(
            snapshot.company.pk,
            as_of=snapshot.as_of,
            watermark=snapshot.watermark,
            params={"release_days": release_days, "release_until": release_until},
            builder=builder,
            at=at,
        )
    )
    blocks = layout.count_blocks(len(snapshot.tables["item_locations"]["key"]))
    outcomes = findings.list_outcomes(snapshot, answer.tables)
    exceptions = findings.list_findings(snapshot, answer.tables, outcomes)
    for packed in _by_size(layout.cut(snapshot.tables, answer.tables, blocks=blocks)):
        run_atomic(partial(publishing.stage_blocks, run, packed))
    at_once = publishing.STAGED_AT_ONCE
    for low in range(0, len(outcomes["demand_id"]), at_once):
        run_atomic(partial(publishing.stage_outcomes, run, bulk.cut(outcomes, low, low + at_once)))
    for found in _chunks(exceptions, at_once):
        run_atomic(partial(publishing.stage_findings, run, found))
    proposals, repeated = 0, 0
    for part in _chunks(drafts.list_drafts(snapshot, answer.tables), publishing.PROPOSALS_AT_ONCE):
        proposals += len(part)
        repeated += run_atomic(partial(publishing.stage_proposals, run, part, engine=bridge.ENGINE, at=at))
    releases = run_atomic(lambda: exceptions_of.stage_releases(run))
    timer.note("publish")
    facts = {
        "problem_hash": answer.problem_hash,
        "solution_hash": answer.solution_hash,
        "engine": bridge.ENGINE,
        "blocks": blocks,
        "now": snapshot.now,
        "horizon_end": snapshot.horizon_end,
    }
    counts = _count(snapshot, answer, outcomes) | {
        "proposals": proposals - repeated,
        "dismissed": repeated,
        "exceptions": len(exceptions) + releases,
    }
    published = run_atomic(
        lambda: publishing.publish_run(run, answer=facts, counts=counts, seconds=timer.seconds, at=clock.now())
    )
    sweep()
    return published


def _count(snapshot: Snapshot, answer: bridge.Answer, outcomes: Columns) -> dict[str, int]:
    return {
        "item_locations": len(snapshot.tables["item_locations"]["key"]),
        "demands": len(snapshot.tables["demands"]["key"]),
        "orders": len(outcomes["demand_id"]),
        "planned_orders": len(answer.tables["orders"]["source"]),
        "pegs": len(answer.tables["pegs"]["supply"]),
        "runs": int((answer.tables["runs"]["resource"] >= 0).sum()),
        "late": int(np.count_nonzero(outcomes["late_days"])),
        "short": int(np.count_nonzero(outcomes["short"])),
    }


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while part := list(islice(waiting, size)):
        yield part


def _by_size(blocks: Iterator[Block]) -> Iterator[list[Block]]:
    part: list[Block] = []
    size = 0
    for block in blocks:
        part.append(block)
        size += len(block.data)
        if size >= _BYTES_AT_ONCE or len(part) >= _BLOCKS_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def describe(run: PlanRun) -> dict[str, Any]:
    """Return the plain figures of a plan, for the turn and for the client."""
    return {"revision": run.revision, **run.counts, **{f"{name}_seconds": value for name, value in run.seconds.items()}}
