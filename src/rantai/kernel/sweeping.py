"""Keep short what only grows: told facts, ended jobs, kept answers, past slots. Events stay: they are the history."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db.models import Model, QuerySet
from django.db.models.functions import Coalesce

from rantai.kernel.models import CronSlot, Delivery, Event, IdempotentAnswer, Job
from rantai.kernel.transactions import run_atomic

AT_ONCE = 1_000


def sweep(before: datetime) -> dict[str, int]:
    """Delete what ended before an instant, in short transactions of its own; return how many rows of each kind."""
    ended = Job.objects.filter(state__in=["done", "cancelled", "failed"])
    return {
        "deliveries": _sweep_deliveries(before),
        "jobs": delete_all(ended.alias(end=Coalesce("ended_at", "created_at")).filter(end__lt=before)),
        "answers": delete_all(IdempotentAnswer.objects.filter(created_at__lt=before)),
        "slots": delete_all(CronSlot.objects.filter(slot__lt=before)),
    }


def delete_all(rows: QuerySet[Model], *, order: str = "pk") -> int:
    """Delete rows in short transactions, in order, so that what is left after a stop begins where it ended."""
    deleted = 0
    while keys := list(rows.order_by(order).values_list("pk", flat=True)[:AT_ONCE]):
        run_atomic(partial(rows.model._base_manager.filter(pk__in=keys).delete))
        deleted += len(keys)
    return deleted


def _sweep_deliveries(before: datetime) -> int:
    """Delete each handler's deliveries up to the first that is young or not done.

    What is left of a handler has no gap: `rantai check` sees by it that nobody was forgotten.
    """
    young = Event.objects.filter(recorded_at__gte=before).order_by("id").values_list("id", flat=True).first()
    handlers = list(Delivery.objects.order_by("handler").values_list("handler", flat=True).distinct())
    return sum(_sweep_handler(handler, young) for handler in handlers)


def _sweep_handler(handler: str, young: int | None) -> int:
    rows = Delivery.objects.filter(handler=handler)
    open_ = rows.exclude(state="done").order_by("event_id").values_list("event_id", flat=True).first()
    ends = [event for event in (young, open_) if event is not None]
    return delete_all(rows.filter(event_id__lt=min(ends)) if ends else rows, order="event_id")
