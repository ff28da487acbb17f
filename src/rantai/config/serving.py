"""Serve Rantai on one machine: the web server, and beside it each process that the houses bring."""

import fcntl
import http
import http.client
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
SECONDS_TO_ANSWER = 0.3


@click.command()
def serve() -> None:
    """Start web, worker, scheduler and planner together, and keep them running."""
    run(Screen())


def run(screen: Screen) -> None:
    """Serve until somebody stops it."""
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
        commands, pid_folder=settings.HOME / "run", is_first_up=is_answering, background=BACKGROUND
    )
    lock.close()


def is_answering() -> bool:
    """Tell whether the web server answers; it takes connections long before its processes have loaded."""
    asked = http.client.HTTPConnection(environment.HOST.read(), settings.PORT, timeout=SECONDS_TO_ANSWER)
    try:
        asked.request("GET", "/healthz", headers={"Host": "localhost"})
        return asked.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


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
