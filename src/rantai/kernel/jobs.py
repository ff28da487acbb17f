"""Work in the background: queued in the database, held by a lease, seen while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.db.models import F, Q

from rantai.kernel import clock, inserts, processes
from rantai.kernel.compiled import Compiled
from rantai.kernel.models import Job

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
# A task whose worker vanished did not fail; but one that takes every worker along must end.
LOST_AT_MOST = 10
WAITED_FOR, REGULAR = 10, 5
Task = Callable[..., Any]
Listener = Callable[[int, int | None, str], None]

_tasks: dict[str, Task] = {}
_ends: dict[str, Task] = {}


class JobCancelled(Exception):
    """Somebody asked the job to stop."""


class UnknownTask(KeyError):
    """A job names a task that this release does not have."""


def task(name: str) -> Callable[[Task], Task]:
    """Register `function(run, **payload)` under a stable name; it must be idempotent."""

    def register(function: Task) -> Task:
        _tasks[name] = function
        return function

    return register


def when_lost(name: str) -> Callable[[Task], Task]:
    """Register `function(**payload)`: what to note where a job is given up, for its workers vanished each time.

    It joins the transaction that ends the job.
    """

    def register(function: Task) -> Task:
        _ends[name] = function
        return function

    return register


def get_task(name: str) -> Task:
    """Return a registered task; raises UnknownTask where this process has not imported it."""
    if name not in _tasks:
        raise UnknownTask(name)
    return _tasks[name]


def enqueue(
    name: str,
    payload: dict[str, Any] | None = None,
    *,
    key: str = "",
    actor: str = "",
    run_at: datetime | None = None,
    priority: int | None = None,
    max_attempts: int = 5,
) -> Job:
    """Queue a task; with a key, a live job of that task and key is returned instead of a second one.

    What a person asked for and waits for goes before regular work, and that before what facts bring about.
    """
    at = clock.now()
    job = Job(
        task=name,
        key=key,
        payload=payload or {},
        run_at=run_at or at,
        priority=rank(actor) if priority is None else priority,
        max_attempts=max_attempts,
        actor=actor,
        created_at=at,
    )
    live = _find_live(name, key)
    if live:
        return live
    try:
        with transaction.atomic():
            inserts.add([job])
    except IntegrityError:
        return Job.objects.get(task=name, key=key, state__in=["queued", "running"])
    return job


def _find_live(name: str, key: str) -> Job | None:
    return next(iter(_LIVE.read(name, key)), None) if key else None


_LIVE = Compiled(lambda name, key: Job.objects.filter(task=name, key=key, state__in=["queued", "running"]))


def rank(actor: str) -> int:
    """Return the usual priority of what somebody asked for: a backlog of letters must not hold up a person."""
    kind = actor.partition(":")[0]
    return {"user": WAITED_FOR, "command": WAITED_FOR, "cron": REGULAR}.get(kind, 0)


@dataclass
class Run:
    """What a running task holds: its job, to report progress and to ask whether to go on."""

    job_id: int
    worker: str
    asked_at: datetime
    """When the job was queued: the same at every attempt, so that a second one goes on with the first one's work."""
    actor: str = ""
    listener: Listener | None = None
    _last: datetime | None = None

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Report progress at most twice a second and extend the lease; raises JobCancelled."""
        at = clock.now()
        if self._last and at - self._last < timedelta(milliseconds=500) and done != total:
            return
        self._last = at
        if self.listener:
            self.listener(done, total, note)
        changes: dict[str, Any] = {"done": done, "lease_until": at + LEASE}
        changes |= {"total": total} if total is not None else {}
        changes |= {"note": note[:200]} if note else {}
        mine = Job.objects.filter(pk=self.job_id, worker=self.worker, state="running")
        if not mine.update(**changes) or mine.filter(cancel_asked=True).exists():
            raise JobCancelled


def part_of(run: Run) -> Run:
    """Return a run for a step of a larger job: it keeps the lease but leaves the bar to the whole."""
    return _Step(job_id=run.job_id, worker=run.worker, actor=run.actor, asked_at=run.asked_at)


class _Step(Run):
    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Ask whether to go on, without moving the bar."""
        if Job.objects.filter(pk=self.job_id, cancel_asked=True).exists():
            raise JobCancelled


def run_next(*, worker: str) -> bool:
    """Claim and run one due job; return whether there was one."""
    job = claim(worker=worker)
    if job is None:
        return False
    run_job(job, worker=worker)
    return True


def run_here(name: str, payload: dict[str, Any], *, worker: str, key: str, actor: str, listener: Listener) -> Job:
    """Run a task in this process as a job: seen by others, and taken over by a worker if this process is killed.

    Raises what the task raised; a live job of that key is waited for by whoever called, not run twice.
    """
    job = enqueue(name, payload, key=key, actor=actor)
    at = clock.now()
    mine = Job.objects.filter(pk=job.pk, state="queued").update(
        state="running", worker=worker, attempts=F("attempts") + 1, started_at=at, lease_until=at + LEASE
    )
    if mine:
        job.refresh_from_db()
        run_job(job, worker=worker, listener=listener, is_raising=True)
    job.refresh_from_db()
    return job


def run_job(job: Job, *, worker: str, listener: Listener | None = None, is_raising: bool = False) -> None:
    """Run a claimed job to its end and record how it ended."""
    run = Run(job_id=job.pk, worker=worker, actor=job.actor, listener=listener, asked_at=job.created_at)
    try:
        with _heartbeat(job.pk, worker):
            result = get_task(job.task)(run, **job.payload)
    except JobCancelled:
        _end(job, worker, state="cancelled")
    except Exception as error:  # a task may fail in any way; it is tried again, then shown
        # who is told of the error shows it; the log keeps where it came from for those who are not
        log.warning("job_failed", job=job.pk, task=job.task, attempt=job.attempts, exc_info=not is_raising)
        _fail(job, worker, error)
        if is_raising:
            raise
    else:
        _end(job, worker, state="done", result=result)


@contextmanager
def _heartbeat(job_id: int, worker: str) -> Iterator[None]:
    finished = threading.Event()
    thread = threading.Thread(target=_keep_lease, args=(job_id, worker, finished), daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()


def _keep_lease(job_id: int, worker: str, finished: threading.Event) -> None:
    while not finished.wait(LEASE.total_seconds() / 6):
        # a database that is busy just now must not end the heart: the next beat comes before the lease is over
        with suppress(OperationalError):
            extend_lease(job_id, worker=worker)
    connections.close_all()


def is_pending() -> bool:
    """Tell whether a job is due or running now, in this process or another."""
    at = clock.now()
    return Job.objects.filter(Q(state="queued", run_at__lte=at) | Q(state="running")).exists()


def extend_lease(job_id: int, *, worker: str) -> bool:
    """Keep a long job from being taken over; the worker's heartbeat thread calls this."""
    return bool(Job.objects.filter(pk=job_id, worker=worker, state="running").update(lease_until=clock.now() + LEASE))


def ask_to_cancel(job_id: int) -> None:
    """Cancel a queued job now and a running one at its next report."""
    at = clock.now()
    if not Job.objects.filter(pk=job_id, state="queued").update(state="cancelled", ended_at=at):
        Job.objects.filter(pk=job_id, state="running").update(cancel_asked=True)


def claim(*, worker: str) -> Job | None:
    """Take one due job, or one whose worker was lost; None where there is none."""
    at = clock.now()
    holders = Job.objects.filter(state="running").values_list("worker", flat=True).distinct()
    lost = [holder for holder in holders if processes.is_gone(holder)]
    free = Q(state="queued", run_at__lte=at) | Q(state="running", lease_until__lt=at)
    free |= Q(state="running", worker__in=lost)
    with transaction.atomic(durable=True):
        rows = Job.objects.filter(free).order_by("-priority", "run_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        job = rows.first()
        if job is None:
            return None
        if job.state == "running" and job.attempts >= max(job.max_attempts, LOST_AT_MOST):
            _give_up(job, at)
            return None
        Job.objects.filter(pk=job.pk).update(
            state="running", worker=worker, attempts=F("attempts") + 1, started_at=at, lease_until=at + LEASE
        )
    job.refresh_from_db()
    return job


def _give_up(job: Job, at: datetime) -> None:
    error = job.error or f"Its worker vanished each of the {job.attempts} times that it ran."
    Job.objects.filter(pk=job.pk).update(state="failed", ended_at=at, error=error)
    if job.task in _ends:
        _ends[job.task](**job.payload)


def _end(job: Job, worker: str, *, state: str, result: Any = None) -> None:
    Job.objects.filter(pk=job.pk, worker=worker, state="running").update(
        state=state, result=result, ended_at=clock.now(), error="", lease_until=None
    )


def _fail(job: Job, worker: str, error: Exception) -> None:
    final = job.attempts >= job.max_attempts
    Job.objects.filter(pk=job.pk, worker=worker, state="running").update(
        state="failed" if final else "queued",
        run_at=clock.now() + timedelta(seconds=2 ** min(job.attempts, 8)),
        ended_at=clock.now() if final else None,
        error=f"{type(error).__name__}: {error}"[:4000],
        lease_until=None,
    )
