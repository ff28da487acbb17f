"""Make or remove the demonstration in the background, for the pages of the first day."""

from __future__ import annotations

from functools import partial
from typing import Any

from rantai.demo import making
from rantai.demo.founding import ZONE
from rantai.desk.welcome import links
from rantai.kernel import clock, jobs
from rantai.kernel.models import Job
from rantai.kernel.transactions import run_atomic


@jobs.task("demo.make")
def make_demo(run: jobs.Run, *, size: str = "medium", seed: int = 1) -> dict[str, Any]:
    """Make the demonstration company in an empty database, as `rantai demo` does."""
    clear_unfinished(run.job_id)
    as_of = clock.business_date(clock.now(), ZONE)
    return making.make_demo(size=size, seed=seed, as_of=as_of, report=partial(_report, run))


@jobs.task("demo.remove")
def remove_demo(run: jobs.Run, *, link_hash: str) -> dict[str, Any]:
    """Empty the database of a demonstration; this job stays to tell its end, with the link to what comes after."""
    job = Job.objects.get(pk=run.job_id)
    run.progress(0, 2)
    removed = making.remove_demo()
    run_atomic(partial(_begin_anew, job, link_hash))
    return removed


def clear_unfinished(job_id: int) -> None:
    """Take away what a try left that was killed; the row of this job goes with it and is written again."""
    job = Job.objects.get(pk=job_id)
    making.clear_unfinished()
    if not Job.objects.filter(pk=job_id).exists():
        run_atomic(partial(job.save, force_insert=True))


def _begin_anew(job: Job, link_hash: str) -> None:
    job.done = 1
    job.save(force_insert=True)
    links.keep(link_hash)


def _report(run: jobs.Run, done: int, total: int | None, note: str) -> None:
    run.progress(done, total, note)
