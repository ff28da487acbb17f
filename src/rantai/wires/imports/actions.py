"""Open, settle, start, stop and undo imports; each joins the caller's transaction."""

from __future__ import annotations

from typing import Any

from rantai.kernel import clock, jobs
from rantai.kernel.models import Job
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition
from rantai.wires.imports import states
from rantai.wires.imports.models import ImportRun
from rantai.wires.imports.tasks import PREVIEW, TASK, UNDO


def ask_preview(run: ImportRun, *, by: str) -> Job:
    """Have the file read and judged in the background."""
    require_transaction()
    ImportRun.objects.filter(pk=run.pk).update(preview={}, error="", updated_at=clock.now())
    return _enqueue(run, PREVIEW, by=by)


def settle(run: ImportRun, *, mapping: dict[str, str], options: dict[str, Any]) -> None:
    """Keep how the file is to be read: columns and options; raises IllegalTransition once it runs."""
    require_transaction()
    kept = ImportRun.objects.filter(pk=run.pk, state__in=["uploaded", "failed"])
    if not kept.update(mapping=mapping, options=options, updated_at=clock.now()):
        raise IllegalTransition(str(run), run.state, "uploaded", ())


def start(run: ImportRun, *, by: str) -> Job:
    """Import in the background; a second click finds the same job."""
    require_transaction()
    if not states.IMPORTS.can(run.state, "running") and run.state != "running":
        raise IllegalTransition(str(run), run.state, "running", states.IMPORTS.ways[run.state])
    ImportRun.objects.filter(pk=run.pk).update(error="")
    return _enqueue(run, TASK, by=by)


def ask_undo(run: ImportRun, *, by: str) -> Job:
    """Take an import back in the background; raises IllegalTransition where it is not done."""
    require_transaction()
    if not states.IMPORTS.can(run.state, "undone"):
        raise IllegalTransition(str(run), run.state, "undone", states.IMPORTS.ways[run.state])
    return _enqueue(run, UNDO, by=by)


def drop(run: ImportRun) -> None:
    """Leave a file that was never imported; raises IllegalTransition."""
    require_transaction()
    states.IMPORTS.move(run, "dropped")


def stop(run: ImportRun) -> None:
    """Ask the running job of an import to stop."""
    require_transaction()
    if run.job_id:
        jobs.ask_to_cancel(run.job_id)


def _enqueue(run: ImportRun, task: str, *, by: str) -> Job:
    # a file that fails once fails again: a person looks at it first, a killed worker is another matter
    job = jobs.enqueue(task, {"import_id": run.pk}, key=f"import:{run.pk}", actor=by, max_attempts=3)
    ImportRun.objects.filter(pk=run.pk).update(job=job)
    run.job = job
    return job
