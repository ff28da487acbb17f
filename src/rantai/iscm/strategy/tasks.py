"""Solve a scenario: lay it over the published plan, have the planner solve it, measure both, store the difference."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from rantai.iscm.strategy.actions import runs
from rantai.iscm.strategy.measures import comparing, figures
from rantai.iscm.strategy.models import ScenarioFigure, ScenarioOutcome, ScenarioRun
from rantai.iscm.strategy.queries import changes, published, resolving, worth
from rantai.iscm.strategy.queries.overlays import patches
from rantai.iscm.strategy.queries.published import Published
from rantai.iscm.supply.queries import columns
from rantai.iscm.supply.queries.snapshot import Tables
from rantai.kernel import clock, jobs, sockets
from rantai.kernel.transactions import run_atomic

SOLVE_TIMEOUT = 900.0
_STEPS = 5
_TRIES = 3


class PlannerFailed(RuntimeError):
    """The planner could not solve a scenario; the text is its own."""


@jobs.task(runs.TASK)
def solve_scenario(job: jobs.Run, *, run_id: int) -> dict[str, Any]:
    """Solve one run of a scenario; done twice it changes nothing."""
    run = ScenarioRun.objects.get(pk=run_id)
    if run.state not in ("queued", "solving"):
        return {"already_done": True}
    run_atomic(lambda: runs.begin_run(run))
    try:
        return _solve(job, run)
    except resolving.BadChanges as problem:
        _fail(run_id, {str(pk): text for pk, text in problem.problems.items()})
    except published.NoPlan:
        _fail(run_id, {"": _("There is no plan yet that could be changed. Make one first.")})
    except PlannerFailed as problem:
        _fail(run_id, {"": str(problem)})
    except jobs.JobCancelled:
        _fail(run_id, {"": _("Somebody stopped it.")})
        raise
    return {"failed": True}


@jobs.when_lost(runs.TASK)
def note_lost(*, run_id: int) -> None:
    """Say of a run whose workers vanished each time that it came to nothing."""
    runs.fail_run(run_id, problems={"": _("Its worker vanished each time. Ask again.")}, at=clock.now())


def _fail(run_id: int, problems: dict[str, str]) -> None:
    run_atomic(lambda: runs.fail_run(run_id, problems=problems, at=clock.now()))


def _solve(job: jobs.Run, run: ScenarioRun) -> dict[str, Any]:
    laid = [changes.of_data(one) for one in run.changes]
    timer = _Timer()
    for _attempt in range(_TRIES):
        job.progress(0, _STEPS, _("reads the plan"))
        plan = published.read_published()
        timer.note("read")
        if plan.is_moved:
            base = _ask_planner(plan, patches.diff(plan.solved, plan.problem))
            timer.note("base")
            if "solution" not in base:
                continue
            plan = replace(plan, solution=_unpack(base["solution"]))
        job.progress(1, _STEPS, _("lays the changes over it"))
        tables = resolving.lay(plan, laid)
        patch = patches.diff(plan.solved, tables)
        timer.note("overlay")
        job.progress(2, _STEPS, _("plans with them"))
        answer = _ask_planner(plan, patch)
        timer.note("solve")
        if "solution" in answer:
            return _keep(job, run, plan, tables, answer, timer)
    raise PlannerFailed(_("The plan changed each time before the scenario was solved. Ask again when it rests."))


def _keep(
    job: jobs.Run,
    run: ScenarioRun,
    plan: Published,
    tables: Tables,
    answer: dict[str, Any],
    timer: _Timer,
) -> dict[str, Any]:
    """Measure both plans with the same rules and store what differs."""
    job.progress(3, _STEPS, _("compares"))
    laid = [changes.of_data(one) for one in run.changes]
    known = worth.read_worth(plan.company, on=clock.business_date(plan.run.as_of, plan.company.zone))
    window = figures.find_window(plan.problem, now=plan.run.now)
    before = figures.measure(plan.problem, _solve_alike(plan, answer), known, window)
    after = figures.measure(
        tables,
        _unpack(answer["solution"]),
        known,
        window,
        own_cost=sum(one.cost for one in laid),
        prices=comparing.list_prices(plan, laid),
    )
    outcomes = comparing.list_outcomes(before.orders, after.orders, known)
    timer.note("measure")
    job.progress(4, _STEPS, _("stores what differs"))
    run_atomic(lambda: runs.clear_outcomes(run))
    rows = [ScenarioOutcome(run=run, **outcome) for outcome in outcomes]
    for part in _chunks(rows, runs.ROWS_AT_ONCE):
        run_atomic(partial(runs.stage_outcomes, run, part))
    facts = _describe(plan, tables, answer, window) | {
        "series": {"plan": before.series, "own": after.series},
        "seconds": timer.seconds | {"solve_cpu": answer["cpu_seconds"]},
    }
    told = [
        ScenarioFigure(
            run=run, code=code, key=key, numerator=own[0], denominator=own[1], plan_numerator=base[0],
            plan_denominator=base[1],
        )
        for (code, key), (own, base) in figures.join(before.figures, after.figures).items()
    ]  # fmt: skip
    run_atomic(lambda: runs.finish_run(run, facts=facts, figures=told, at=clock.now()))
    job.progress(_STEPS, _STEPS, "")
    return {"outcomes": len(rows), "problem_hash": answer["problem_hash"], **timer.seconds}


def _solve_alike(plan: Published, answer: dict[str, Any]) -> Tables:
    """Return the plan's solution, made again where it was made by another engine than the scenario's."""
    if plan.is_moved or plan.run.engine == answer["engine"]:
        return plan.solution
    again = _ask_planner(plan, {})
    return _unpack(again["solution"]) if "solution" in again else plan.solution


def _unpack(packed: dict[str, str]) -> Tables:
    return {name: columns.unpack(base64.b64decode(data), columns.CODEC) for name, data in packed.items()}


def _describe(plan: Published, tables: Tables, answer: dict[str, Any], window: figures.Window) -> dict[str, Any]:
    whole, copied = patches.measure(plan.problem), patches.measure(patches.diff(plan.problem, tables))
    return {
        "plan_id": plan.run.pk,
        "problem_hash": answer["problem_hash"],
        "solution_hash": answer["solution_hash"],
        "engine": answer["engine"],
        "params": {
            "as_of": plan.run.as_of.isoformat(), "now": plan.run.now, "horizon_end": plan.run.horizon_end,
            "weeks": window.weeks, "release_until": plan.run.params["release_until"],
            "step": plan.run.step, "known_at": plan.known_at.isoformat() if plan.known_at else "",
        },
        "memory": {"copied": copied, "plan": whole, "planner_peak": answer["peak_bytes"]},
    }  # fmt: skip


def _ask_planner(plan: Published, patch: Tables) -> dict[str, Any]:
    """Have the planner that runs solve it, else one that is started for it. Raises PlannerFailed."""
    question = {
        "op": "scenario",
        "revision": plan.run.revision,
        "patch": {name: base64.b64encode(columns.pack(table)).decode() for name, table in patch.items()},
    }
    try:
        answer = sockets.ask(settings.PLANNER_URL, question, timeout=SOLVE_TIMEOUT)
    except sockets.NobodyAnswers:
        answer = _start_planner(question)
    if not answer.get("ok", True):
        raise PlannerFailed(answer["error"])
    return answer


def _start_planner(question: dict[str, Any]) -> dict[str, Any]:
    """Run the planner for one question as a program of its own: this process stays free of compiled kernels."""
    command = [sys.executable, "-m", "rantai.config.cli", "planner", "answer"]
    ended = subprocess.run(
        command, input=json.dumps(question), capture_output=True, text=True, timeout=SOLVE_TIMEOUT, check=False
    )
    if ended.returncode:
        raise PlannerFailed((ended.stderr or ended.stdout).strip()[-2000:])
    answer: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    return answer


def _chunks(rows: Sequence[ScenarioOutcome], size: int) -> Iterator[Sequence[ScenarioOutcome]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


class _Timer:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def note(self, phase: str) -> None:
        """Count what passed since the last note to a phase."""
        now = time.perf_counter()
        self.seconds[phase] = round(self.seconds.get(phase, 0.0) + now - self._last, 3)
        self._last = now
