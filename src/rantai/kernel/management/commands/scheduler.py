"""`rantai scheduler`: queue regular work when it is due."""

import signal
import threading
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from rantai.kernel import clock, cron, leases, worker

_LOOK_EVERY_SECONDS = 5
_LEASE = timedelta(seconds=30)


class Command(BaseCommand):
    """Look at the cron table every few seconds; one scheduler at a time holds the lease."""

    help = "Queue regular jobs when they are due until told to stop."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the loop."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        me = worker.name()
        table = import_module(settings.CRON_TABLE)
        while not stop.is_set():
            close_old_connections()
            if leases.hold("scheduler", holder=me, lasts=_LEASE):
                zone = table.find_zone()
                if zone:
                    cron.queue_due(table.CRON, now=clock.now(), zone=zone)
            stop.wait(_LOOK_EVERY_SECONDS)
        leases.release("scheduler", holder=me)
