"""Facts that commit with their cause and are told afterwards, once to each handler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection

from rantai.kernel import clock, inserts, rows, statements
from rantai.kernel.facts import Fact
from rantai.kernel.models import Delivery, Event
from rantai.kernel.transactions import require_transaction

Handler = Callable[[Any], None]
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

_kinds: dict[str, type[Fact]] = {}
_subscribers: dict[str, list[str]] = {}
_handlers: dict[str, Handler] = {}
_upcasters: dict[tuple[str, int], Upcaster] = {}
_gathered: ContextVar[list[Fact] | None] = ContextVar("gathered", default=None)


def subscribe(fact: type[Fact], handler: Handler) -> None:
    """Let `handler` be told of each `fact`; config.wiring alone calls this."""
    kind, name = fact.__name__, name_of(handler)
    _kinds[kind] = fact
    _handlers[name] = handler
    names = _subscribers.setdefault(kind, [])
    if name not in names:
        names.append(name)


def unsubscribe(fact: type[Fact], handler: Handler) -> None:
    """Stop telling `handler`: tests that bring their own facts clean up with it."""
    _subscribers[fact.__name__].remove(name_of(handler))


def upcast(kind: str, version: int, upcaster: Upcaster) -> None:
    """Read payloads of an old `version` by turning them into the next one."""
    _upcasters[kind, version] = upcaster


def name_of(handler: Handler) -> str:
    """Return the name under which deliveries know a handler."""
    return f"{handler.__module__.removeprefix('rantai.')}.{handler.__name__}"


def handlers() -> dict[str, Handler]:
    """Return every subscribed handler by name."""
    return dict(_handlers)


def subscribers() -> dict[str, list[str]]:
    """Return the names of handlers by kind of fact."""
    return {kind: list(names) for kind, names in _subscribers.items()}


def record(*facts: Fact) -> list[Event]:
    """Write facts and their deliveries in the transaction that made them true.

    The caller holds the lock of each fact's document, so that places in a stream are taken in turn.
    Facts that nobody subscribed to are kept too: the log is the history. Within `gather` they are written at its end,
    and nothing is returned.
    """
    require_transaction()
    waiting = _gathered.get()
    if waiting is not None:
        waiting.extend(facts)
        return []
    return _write(facts) if facts else []


@contextmanager
def gather() -> Iterator[None]:
    """Write the facts of one act together at the end of the block: four statements instead of four for each call.

    No savepoint that was opened in the block may be rolled back: what was recorded in it would be told.
    """
    if _gathered.get() is not None:
        yield
        return
    waiting: list[Fact] = []
    token = _gathered.set(waiting)
    try:
        yield
    finally:
        _gathered.reset(token)
    record(*waiting)


def _write(facts: Sequence[Fact]) -> list[Event]:
    at = clock.now()
    heads, txid = _take_places([fact.stream for fact in facts])
    events = [
        rows.make(
            Event,
            stream=fact.stream,
            stream_seq=place,
            kind=type(fact).__name__,
            version=fact.VERSION,
            recorded_at=at,
            payload=fact.to_payload(),
            txid=txid,
        )
        for fact, place in zip(facts, heads, strict=True)
    ]
    inserts.add(events)
    inserts.send(
        [
            rows.make(Delivery, event_id=event.pk, handler=name, stream=event.stream, next_at=at)
            for event in events
            for name in _subscribers.get(event.kind, ())
        ]
    )
    return events


def read(event: Event) -> Fact:
    """Return the fact that an event row holds, in its present shape; raises KeyError for an unknown kind."""
    fact, payload = _kinds[event.kind], event.payload
    for version in range(event.version, fact.VERSION):
        payload = _upcasters[event.kind, version](payload)
    return fact.from_payload(payload)


def _take_places(streams: Sequence[str]) -> tuple[list[int], int]:
    """Return each fact's place in its stream, and PostgreSQL's number of this transaction."""
    counts: dict[str, int] = {}
    for stream in streams:
        counts[stream] = counts.get(stream, 0) + 1
    last, txid = _advance_heads(counts)
    taken = {stream: last[stream] - count for stream, count in counts.items()}
    places = []
    for stream in streams:
        taken[stream] += 1
        places.append(taken[stream])
    return places, txid


def _advance_heads(counts: dict[str, int]) -> tuple[dict[str, int], int]:
    ordered, txid = sorted(counts), 0
    last: dict[str, int] = {}
    number = "pg_current_xact_id()::text::bigint" if connection.vendor == "postgresql" else "0"
    for start in range(0, len(ordered), 300):
        chunk = ordered[start : start + 300]
        values = ", ".join(["(%s, %s)"] * len(chunk))
        taken = statements.read(
            f"INSERT INTO kernel_streamhead (stream, seq) VALUES {values}"  # noqa: S608 (placeholders only)
            " ON CONFLICT (stream) DO UPDATE SET seq = kernel_streamhead.seq + excluded.seq"
            f" RETURNING stream, seq, {number}",
            [part for stream in chunk for part in (stream, counts[stream])],
        )
        last |= {stream: seq for stream, seq, _txid in taken}
        txid = taken[0][2]
    return last, txid
