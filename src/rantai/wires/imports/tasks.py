"""Imports as jobs: seen while they run, taken over when their process is killed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from rantai.kernel import jobs
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import past_orders, previews, sheets, states, undoing
from rantai.wires.imports.models import ImportRun

TASK = "imports.run"
PREVIEW = "imports.preview"
UNDO = "imports.undo"


@jobs.task(TASK)
def run_import(job: jobs.Run, *, import_id: int) -> dict[str, Any]:
    """Run one import; an import that is done already answers with its account."""
    run = ImportRun.objects.select_related("company", "file").get(pk=import_id)
    if run.state == "done":
        return {**run.account, "already_imported": True}
    if run.state != "running":
        run_atomic(lambda: states.IMPORTS.move(run, "running"))
    try:
        return past_orders.bring(job, run) if run.kind == "orders" else sheets.bring(job, run)
    except jobs.JobCancelled:
        run_atomic(partial(_note_stop, run))
        raise
    except Exception as error:  # whatever went wrong is shown on the import; the job counts the try
        run_atomic(partial(_note_failure, run, str(error)))
        raise


@jobs.task(PREVIEW)
def preview_import(job: jobs.Run, *, import_id: int) -> dict[str, Any]:
    """Read and judge the file of an import, so that its page can show what would happen."""
    run = ImportRun.objects.select_related("company", "file").get(pk=import_id)
    if run.state not in ("uploaded", "failed"):
        return {}
    return previews.judge(job, run)


@jobs.task(UNDO)
def undo_import(job: jobs.Run, *, import_id: int) -> dict[str, Any]:
    """Take back what one import brought, as far as nothing cites it."""
    run = ImportRun.objects.select_related("company", "file").get(pk=import_id)
    return undoing.undo(job, run)


@jobs.when_lost(TASK)
def give_up(*, import_id: int) -> None:
    """Show on the import that it stopped for good: somebody looks at the file and may start it again."""
    _note_failure(
        ImportRun.objects.get(pk=import_id),
        _("The program ended each time while it read this file. Start it again, or bring the file in smaller parts."),
    )


def _note_stop(run: ImportRun) -> None:
    run.refresh_from_db()
    if run.state == "running":
        states.IMPORTS.move(run, "uploaded")


def _note_failure(run: ImportRun, error: str) -> None:
    run.refresh_from_db()
    if run.state == "running":
        ImportRun.objects.filter(pk=run.pk).update(error=error[:2000])
        states.IMPORTS.move(run, "failed")
