"""Serve Rantai on one machine: the web server, and beside it each process that the houses bring."""

import contextlib
import fcntl
import os
import socket
import sys
from pathlib import Path
from typing import IO

import click
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from rantai.config import cli, environment, schema, supervision
from rantai.desk.welcome import printing
from rantai.kernel.console import Refused, Screen

# The web server is always started; the others once their command exists.
SERVICES = ("worker", "scheduler", "planner")
# Nobody waits for these; the planner answers within somebody's click.
BACKGROUND = ("worker", "scheduler")


@click.command()
def serve() -> None:
    """Start web, worker, scheduler and planner together, and keep them running."""
    screen = Screen()
    try:
        lock = hold_home(settings.HOME)
        schema.refuse_unusable()
    except Refused as refusal:
        screen.fail(str(refusal))
    collect_static_files(screen)
    commands = {"web": cli.command_line("web")}
    known = {*cli.COMMANDS, *cli.list_management_commands()}
    commands |= {name: cli.command_line(name) for name in SERVICES if name in known}
    invitation = printing.invite()
    if invitation:
        screen.say(invitation)
    screen.say(f"Rantai: {settings.PUBLIC_URL}  ({', '.join(commands)}; Ctrl-C stops)")
    supervision.keep_running(
        commands, pid_folder=settings.HOME / "run", is_first_up=is_listening, background=BACKGROUND
    )
    lock.close()


@click.command()
def web() -> None:
    """Start the web server alone."""
    arguments = [
        *("--interface", "wsgi", "--no-ws", "--log-level", "warning"),
        *("--host", environment.HOST.read(), "--port", str(settings.PORT)),
        *("--workers", str(environment.WEB_WORKERS.read_count())),
        *("--blocking-threads", str(environment.WEB_THREADS.read_count())),
        # A worker that dies takes its requests with it, not the service.
        *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
        "rantai.config.wsgi:application",
    ]
    os.execv(sys.executable, [sys.executable, "-m", "granian", *arguments])


def is_listening() -> bool:
    """Tell whether the web server takes connections."""
    with contextlib.suppress(OSError), socket.create_connection((environment.HOST.read(), settings.PORT), timeout=0.2):
        return True
    return False


def hold_home(home: Path) -> IO[str]:
    """Take the home for this process until the returned file is closed; raise Refused where another holds it."""
    folder = home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "serve.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Refused(f"Rantai is running on {home}. Stop it first, or choose another RANTAI_HOME.") from None
    return lock


def collect_static_files(screen: Screen) -> None:
    """Copy scripts, styles and pictures to where they are served under hashed names, if any changed."""
    if settings.DEBUG:
        return
    stamp = settings.STATIC_ROOT / "staticfiles.json"
    sources = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    newest = max((source.stat().st_mtime for source in sources), default=0.0)
    if stamp.exists() and stamp.stat().st_mtime >= newest:
        return
    screen.say("Preparing static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
