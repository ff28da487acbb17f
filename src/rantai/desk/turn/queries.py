"""Turns of the loop: the running one, the last ones, what they found, and when the next is due."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, QuerySet

from rantai.desk.turn.models import TurnRun, TurnStep
from rantai.desk.turn.tasks import STEPS, TASK
from rantai.kernel import cron
from rantai.kernel.models import Job


def list_turns() -> QuerySet[TurnRun]:
    """Return turns, the newest first, with their steps."""
    steps = Prefetch("steps", TurnStep.objects.order_by("position"))
    return TurnRun.objects.order_by("-started_at", "-id").prefetch_related(steps)


def find_running() -> Job | None:
    """Return the turn that runs or waits for a worker, or None."""
    return Job.objects.filter(task=TASK, state__in=["queued", "running"]).order_by("-id").first()


def find_turn(job: Job) -> TurnRun | None:
    """Return the turn that a job made, or None before it began."""
    as_of = job.payload.get("as_of") or (job.result or {}).get("as_of")
    if not as_of:
        return list_turns().filter(state="running").first() if job.state == "running" else None
    return list_turns().filter(as_of=datetime.fromisoformat(as_of)).first()


def find_before(turn: TurnRun) -> TurnRun | None:
    """Return the turn that was done before another, or None."""
    return list_turns().filter(state="done", as_of__lt=turn.as_of).order_by("-as_of").first()


def estimate_left(job: Job, *, now: datetime) -> float | None:
    """Return how many seconds are left if this turn takes as long as the last one; 0 or less: it takes longer.

    None before the first turn, or while the job waits.
    """
    last = list_turns().filter(state="done").first()
    if last is None or job.state != "running" or job.started_at is None:
        return None
    took = {step.task: step.seconds for step in last.steps.all()}
    names = list(STEPS)
    whole, todo = (sum(took.get(task, 0.0) for task in part) for part in (names, names[job.done :]))
    return min(todo, whole - (now - job.started_at).total_seconds()) if took else None


def find_due(now: datetime, *, zone: str) -> datetime | None:
    """Return when the schedule turns the loop next, or None where it does not."""
    entry = next((entry for entry in cron.TABLE if entry.task == TASK), None)
    return cron.next_slot(entry, now=now, zone=zone) if entry else None
