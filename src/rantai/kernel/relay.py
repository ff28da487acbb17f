"""Carries recorded facts to their handlers, in order for each (stream, handler), exactly once."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from rantai.kernel import clock, outbox, statements
from rantai.kernel.compiled import Compiled
from rantai.kernel.models import Delivery

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 10
_BACKOFF = timedelta(seconds=2)
# Asked after every act and written at every delivery: the ORM would put them together each time.
_DUE = (
    "SELECT d.id FROM kernel_delivery d WHERE d.state = 'waiting' AND d.next_at <= %s AND NOT EXISTS ("
    "SELECT 1 FROM kernel_delivery e WHERE e.stream = d.stream AND e.handler = d.handler AND e.id < d.id"
    " AND NOT e.state = 'done')"
)
_IN_TURN = " ORDER BY d.next_at, d.id"
_OF_KIND = " AND d.event_id IN (SELECT id FROM kernel_event WHERE kind = %s)"
_DONE = (
    "UPDATE kernel_delivery SET state = 'done', attempts = attempts + 1, delivered_at = %s, error = '' WHERE id = %s"
)


def deliver_due(*, limit: int = 200) -> int:
    """Deliver what is due and return how many handlers ran without error.

    The handler's writes and the delivery's mark commit together, so a crash repeats or forgets neither.
    """
    delivered = 0
    for (pk,) in statements.read(_DUE + _IN_TURN + " LIMIT %s", [_now(), limit]):
        delivered += _deliver(pk)
    return delivered


def drain(*, rounds: int = 1000) -> int:
    """Deliver until nothing is due: what tests, the turn and the demonstration wait for."""
    total = 0
    for _round in range(rounds):
        count = deliver_due()
        total += count
        if not count:
            return total
    raise RuntimeError("Handlers keep announcing facts to each other: a loop in config.wiring.")


def deliver_kind(kind: str) -> int:
    """Deliver what is due of one kind of fact, whatever else waits; return how many handlers ran without error."""
    return sum(_deliver(pk) for (pk,) in statements.read(_DUE + _OF_KIND + _IN_TURN, [_now(), kind]))


def is_pending() -> bool:
    """Tell whether a fact is due to be told now, by this process or another."""
    return bool(statements.read(_DUE + " LIMIT 1", [_now()]))


def retry_parked(pk: int) -> None:
    """Give a parked delivery its attempts back, and with it those that wait behind."""
    Delivery.objects.filter(pk=pk, state="parked").update(state="waiting", attempts=0, next_at=clock.now(), error="")


def _now() -> object:
    return connection.ops.adapt_datetimefield_value(clock.now())


def _deliver(pk: int) -> bool:
    try:
        with transaction.atomic(durable=True):
            delivery = _claim(pk)
            if delivery is None:
                return False
            _handle(delivery)
            statements.send(_DONE, [_now(), pk])
    except Exception as error:  # a handler may fail in any way; the failure is counted and shown
        _note_failure(pk, error)
        return False
    return True


def _claim(pk: int) -> Delivery | None:
    # what stood before it was done when it was listed, and done is for ever: only its own state may differ
    delivery = next(iter(_WAITING.read(pk)), None)
    return delivery if delivery and delivery.next_at <= clock.now() else None


def _list_waiting(pk: int) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(pk=pk, state="waiting").select_related("event")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return rows


_WAITING = Compiled(_list_waiting)


def _handle(delivery: Delivery) -> None:
    outbox.handlers()[delivery.handler](outbox.read(delivery.event))


def _note_failure(pk: int, error: Exception) -> None:
    with transaction.atomic(durable=True):
        delivery = Delivery.objects.get(pk=pk)
        attempts = delivery.attempts + 1
        Delivery.objects.filter(pk=pk).update(
            attempts=attempts,
            state="parked" if attempts >= MAX_ATTEMPTS else "waiting",
            next_at=clock.now() + _BACKOFF * 2 ** min(attempts, 8),
            error=f"{type(error).__name__}: {error}"[:2000],
        )
    log.warning("delivery_failed", delivery=pk, handler=delivery.handler, attempts=attempts, error=type(error).__name__)
