"""Keep what came of a scenario: queued, solved, stored whole in one step, and never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from rantai.iscm.strategy import states
from rantai.iscm.strategy.models import Scenario, ScenarioFigure, ScenarioOutcome, ScenarioRun
from rantai.iscm.strategy.queries import changes
from rantai.kernel import inserts, jobs
from rantai.kernel.transactions import require_transaction

TASK = "iscm.solve_scenario"
ROWS_AT_ONCE = 1_000


class NothingToSolve(ValueError):
    """A scenario in which nothing changes."""

    def __init__(self) -> None:
        super().__init__(_("Nothing changes in this scenario yet. Say first what is to be otherwise."))


def queue_run(scenario: Scenario, *, by: str, at: datetime) -> ScenarioRun:
    """Have a scenario solved as it stands now; while it is solved, the same run is returned. Raises NothingToSolve."""
    require_transaction()
    locked = Scenario.objects.select_for_update().get(pk=scenario.pk)
    at_work = ScenarioRun.objects.filter(scenario=locked, state__in=["queued", "solving"]).first()
    if at_work is not None:
        return at_work
    laid = changes.list_changes(locked)
    if not laid:
        raise NothingToSolve
    run = ScenarioRun.objects.create(
        scenario=locked,
        revision=locked.revision,
        changes=[changes.to_data(one) for one in laid],
        asked_by=by,
        asked_at=at,
    )
    job = jobs.enqueue(TASK, {"run_id": run.pk}, key=f"scenario {run.pk}", actor=by)
    ScenarioRun.objects.filter(pk=run.pk).update(job_id=job.pk)
    run.job_id = job.pk
    return run


def begin_run(run: ScenarioRun) -> None:
    """Note that a worker is at it; a second worker after a lost one goes on with the same run."""
    require_transaction()
    if run.state == "queued":
        states.scenario_run.move(run, "solving")


def stage_outcomes(run: ScenarioRun, rows: Sequence[ScenarioOutcome]) -> None:
    """Write some outcomes of a run that is not done yet."""
    require_transaction()
    inserts.add(list(rows))


def clear_outcomes(run: ScenarioRun) -> None:
    """Forget what a lost worker wrote of a run."""
    require_transaction()
    ScenarioOutcome.objects.filter(run=run).delete()


def finish_run(
    run: ScenarioRun, *, facts: Mapping[str, Any], figures: Sequence[ScenarioFigure], at: datetime
) -> ScenarioRun:
    """Store the figures of a run and let readers see it."""
    require_transaction()
    mine = ScenarioRun.objects.select_for_update().get(pk=run.pk)
    ScenarioFigure.objects.filter(run=mine).delete()
    inserts.add(list(figures))
    ScenarioRun.objects.filter(pk=mine.pk).update(ended_at=at, **facts)
    states.scenario_run.move(mine, "done")
    mine.refresh_from_db()
    return mine


def fail_run(run_id: int, *, problems: Mapping[str, str], at: datetime) -> None:
    """Note why a scenario could not be solved: by change, '' for the whole."""
    require_transaction()
    run = ScenarioRun.objects.select_for_update().get(pk=run_id)
    if run.state in ("queued", "solving"):
        ScenarioRun.objects.filter(pk=run_id).update(problems=dict(problems), ended_at=at)
        states.scenario_run.move(run, "failed")
