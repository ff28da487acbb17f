"""The loop of a worker process: deliver facts, run jobs, until told to stop."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta

from django.db import close_old_connections, connection

from rantai.kernel import jobs, leases, processes, relay

_POLL_SECONDS = 0.5


def name() -> str:
    """Return the name under which this process holds jobs and roles."""
    return processes.name_self()


def run(*, once: bool = False) -> None:
    """Work until SIGTERM or SIGINT; with `once`, until nothing is due."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    me = name()
    while not stop.is_set():
        close_old_connections()
        busy = _deliver(me)
        busy = _run_job(me) or busy
        if not busy:
            if once and not (relay.is_pending() or jobs.is_pending()):
                return
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
