"""What must always hold, as checks that list where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from rantai.kernel import clock, outbox
from rantai.kernel.models import Job


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """A rule, the row where it is broken, and what is true instead."""

    rule: str
    subject: str
    message: str


def rows(sql: str, *params: str | int) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a checking query: written so that it returns only what is wrong."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        yield from cursor.fetchall()


def list_violations() -> Iterator[Violation]:
    """Check the kernel's own promises: no gap in a stream, no subscriber forgotten, no reason that does not add up."""
    yield from _gaps()
    yield from _forgotten()
    yield from _reasons()
    yield from _lost_jobs()


def _gaps() -> Iterator[Violation]:
    found = rows(
        "SELECT e.stream, COUNT(*), MAX(e.stream_seq), h.seq FROM kernel_event e"
        " LEFT JOIN kernel_streamhead h ON h.stream = e.stream GROUP BY e.stream, h.seq"
        " HAVING COUNT(*) <> MAX(e.stream_seq) OR h.seq IS NULL OR h.seq <> MAX(e.stream_seq)"
    )
    for stream, count, last, head in found:
        text = f"{count} events, last place {last}, head {head}"
        yield Violation(rule="outbox.stream_without_gap", subject=str(stream), message=text)


def _forgotten() -> Iterator[Violation]:
    for kind, names in outbox.subscribers().items():
        for name in names:
            missing = rows(
                "SELECT e.id FROM kernel_event e WHERE e.kind = %s AND NOT EXISTS (SELECT 1 FROM kernel_delivery d"
                " WHERE d.event_id = e.id AND d.handler = %s)"
                # what happened before a release that brought the handler is none of its business
                " AND e.id > (SELECT MIN(f.event_id) FROM kernel_delivery f WHERE f.handler = %s) LIMIT 5",
                kind,
                name,
                name,
            )
            for (pk,) in missing:
                yield Violation(rule="outbox.every_subscriber", subject=f"event:{pk}", message=f"{name} was not told")


def _reasons() -> Iterator[Violation]:
    found = rows(
        "SELECT d.id, d.units, COALESCE(SUM(r.units), 0) FROM kernel_decisionrecord d"
        " LEFT JOIN kernel_decisionreason r ON r.decision_id = d.id GROUP BY d.id, d.units"
        " HAVING d.units <> COALESCE(SUM(r.units), 0)"
    )
    for pk, units, explained in found:
        text = f"proposes {units}, reasons explain {explained}"
        yield Violation(rule="decisions.reasons_add_up", subject=f"decision:{pk}", message=text)


def _lost_jobs() -> Iterator[Violation]:
    late = clock.now() - timedelta(hours=1)
    for job in Job.objects.filter(state="running", lease_until__lt=late)[:20]:
        text = f"{job.task} runs without a worker since {job.lease_until}"
        yield Violation(rule="jobs.none_lost", subject=f"job:{job.pk}", message=text)
