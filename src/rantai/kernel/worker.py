"""The loop of a worker process: deliver facts, run jobs, until told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import OperationalError, close_old_connections, connection, connections

from rantai.kernel import jobs, leases, processes, relay, transactions

log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.5


def name() -> str:
    """Return the name under which this process holds jobs and roles."""
    return processes.name_self()


def run(*, once: bool = False) -> None:
    """Work until SIGTERM or SIGINT; with `once`, until nothing is due."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if once:
        _work_off(stop)
    else:
        _work_on(stop)


def _work_off(stop: threading.Event) -> None:
    """Deliver and run by turns until nothing is due."""
    me = name()
    while not stop.is_set():
        busy = _deliver(me)
        busy = _run_job(me) or busy
        if not busy:
            if not (relay.is_pending() or jobs.is_pending()):
                return
            stop.wait(_POLL_SECONDS)


def _work_on(stop: threading.Event) -> None:
    """Run jobs here and deliver facts in a thread beside: a long job holds up no letter, many letters no job."""
    failed = threading.Event()
    carrier = threading.Thread(target=_carry, args=(stop, failed), name="relay")
    carrier.start()
    try:
        _repeat(lambda: _run_job(name()), stop)
    finally:
        stop.set()
        carrier.join()
    if failed.is_set():
        # whoever keeps workers running starts one anew
        sys.exit(1)


def _carry(stop: threading.Event, failed: threading.Event) -> None:
    try:
        _repeat(lambda: _deliver(name()), stop)
    except Exception:  # a worker that runs jobs and tells nobody looks well and is not
        log.exception("relay_ended")
        failed.set()
    finally:
        stop.set()
        connections.close_all()


def _repeat(work: Callable[[], bool], stop: threading.Event) -> None:
    while not stop.is_set():
        close_old_connections()
        try:
            busy = work()
        except OperationalError as error:
            # another writer held the database for longer than we wait: the next try may find it free
            if not transactions.is_passing(error):
                raise
            log.warning("worker_waits", error=str(error))
            busy = False
        if not busy:
            stop.wait(_POLL_SECONDS)


def _deliver(me: str) -> bool:
    # SQLite has one writer, so a second relay would only wait for it.
    if connection.vendor == "sqlite" and not leases.hold("relay", holder=me, lasts=timedelta(seconds=30)):
        return False
    return relay.deliver_due() > 0


def _run_job(me: str) -> bool:
    job = jobs.claim(worker=me)
    if job is None:
        return False
    jobs.run_job(job, worker=me)
    return True
