"""Programs of tests that are killed: forked from a process that has loaded everything and touched no database.

Starting Python for each would take two seconds of work, all of it for what they all import.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from unittest.mock import patch

from django.conf import settings

LOADED = [
    "tests.loop.errands",
    "tests.iscm.production.floor",
    "tests.iscm.supply.forked_planner",
    "tests.iscm.supply.killed_plan",
    "tests.wires.imports.killed_import",
]


@functools.cache
def prepare() -> ForkServerContext:
    """Start the process that all others come from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    path = os.pathsep.join(folder for folder in sys.path if folder)
    with patch.dict(os.environ, {"PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "tests.settings"}):
        forkserver.ensure_running()
    return context


class Program:
    """A function at work in a process of its own; what it prints is heard."""

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        context = prepare()
        heard, printed = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(work, arguments, printed, settings.HOME))
        self._process.start()
        printed.close()
        self._pipe, self._output = heard, os.fdopen(os.dup(heard.fileno()))

    def kill(self, *, after_lines: int, pause: float) -> bool:
        """Kill it some instructions after one of its steps; return whether it was still at work."""
        for _line in range(after_lines):
            if not self._output.readline():
                break
        time.sleep(pause)
        was_running = self._process.is_alive()
        self._process.kill()
        self._end()
        return was_running

    def is_running(self) -> bool:
        """Tell whether it is still at work."""
        return self._process.is_alive()

    def end(self, *, gently: bool = False, seconds: float = 20) -> int | None:
        """Ask it to end, or kill it; return how it ended."""
        (self._process.terminate if gently else self._process.kill)()
        return self._end(seconds)

    def finish(self, *, seconds: float = 180) -> tuple[int | None, list[str]]:
        """Let it come to its end; return how it ended and what it said."""
        said = self._output.read().splitlines()
        return self._end(seconds), said

    def _end(self, seconds: float | None = None) -> int | None:
        self._process.join(seconds)
        self._output.close()
        self._pipe.close()
        return self._process.exitcode


def kill_somewhere(program: Program, chance: random.Random) -> bool:
    """Kill a program where a seed says; return whether it was still at work."""
    return program.kill(after_lines=chance.randint(1, 12), pause=chance.uniform(0, 0.05))


def _work(work: Callable[..., None], arguments: tuple[object, ...], printed: Connection, home: Path) -> None:
    settings.HOME, settings.MEDIA_ROOT = home, home / "files"
    sys.stdout = os.fdopen(os.dup(printed.fileno()), "w")
    work(*arguments)
    sys.stdout.flush()
