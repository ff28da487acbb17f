"""Regular work: each slot of the table is queued exactly once, the last missed one after a stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from rantai.kernel import jobs
from rantai.kernel.models import CronSlot

_LOOK_BACK = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A task that is due at fixed times of the company's day, or every so many minutes."""

    name: str
    task: str
    at: tuple[time, ...] = ()
    every_minutes: int = 0
    payload: dict[str, Any] = field(default_factory=dict)


TABLE: list[Entry] = []
"""All regular work; filled by config.wiring, read by who shows when something is due."""


def next_slot(entry: Entry, *, now: datetime, zone: str) -> datetime | None:
    """Return the first slot after `now`, in UTC; None for an entry without times."""
    if entry.every_minutes:
        last = last_slot(entry, now=now, zone=zone)
        return last + timedelta(minutes=entry.every_minutes) if last else None
    today = now.astimezone(ZoneInfo(zone)).date()
    days = [today + timedelta(days=ahead) for ahead in range(_LOOK_BACK.days + 1)]
    slots = [datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC) for day in days for at in entry.at]
    return min((slot for slot in slots if slot > now), default=None)


def last_slot(entry: Entry, *, now: datetime, zone: str) -> datetime | None:
    """Return the latest slot at or before `now`, in UTC.

    A local time that a clock change skips is taken at the instant after the gap; one that it repeats, once.
    """
    if entry.every_minutes:
        step = entry.every_minutes * 60
        return datetime.fromtimestamp(now.timestamp() // step * step, UTC)
    today = now.astimezone(ZoneInfo(zone)).date()
    days = [today - timedelta(days=back) for back in range(_LOOK_BACK.days + 1)]
    slots = [datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC) for day in days for at in entry.at]
    return max((slot for slot in slots if slot <= now), default=None)


def queue_due(entries: tuple[Entry, ...], *, now: datetime, zone: str) -> int:
    """Queue each entry's latest slot that was not queued yet; return how many.

    Who begins has missed nothing: the first time, slots of the day that are past are noted and not made up for.
    """
    begins = not CronSlot.objects.exists()
    due = [(entry, slot) for entry in entries if (slot := last_slot(entry, now=now, zone=zone))]
    if begins:
        past = [CronSlot(name=entry.name, slot=slot) for entry, slot in due if entry.at]
        CronSlot.objects.bulk_create(past, ignore_conflicts=True)
    return sum(_queue(entry, slot) for entry, slot in due)


def _queue(entry: Entry, slot: datetime) -> bool:
    if CronSlot.objects.filter(name=entry.name, slot=slot).exists():
        return False
    with transaction.atomic(durable=True):
        row, created = CronSlot.objects.get_or_create(name=entry.name, slot=slot)
        if created:
            row.job = jobs.enqueue(entry.task, entry.payload, key=entry.name, actor=f"cron:{entry.name}")
            CronSlot.objects.filter(pk=row.pk).update(job=row.job)
    return created
