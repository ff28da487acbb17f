"""The web server alone; it becomes Granian before Django is loaded, which its workers do by themselves."""

import os
import sys

import click

from rantai.config import environment


@click.command()
def web() -> None:
    """Start the web server alone."""
    arguments = [
        *("--interface", "wsgi", "--no-ws", "--log-level", "warning"),
        *("--host", environment.HOST.read(), "--port", str(environment.PORT.read_count())),
        *("--workers", str(environment.WEB_WORKERS.read_count())),
        *("--blocking-threads", str(environment.WEB_THREADS.read_count())),
        # A worker that dies takes its requests with it, not the service.
        *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
        "rantai.config.wsgi:application",
    ]
    os.execv(sys.executable, [sys.executable, "-m", "granian", *arguments])
