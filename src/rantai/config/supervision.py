"""Keep child processes running: start, watch, restart with a growing pause, stop together."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

import structlog

log = structlog.get_logger("rantai.supervision")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A child that ran this long was well: its next fall is a new one. One that cannot start falls sooner.
SECONDS_TO_TRUST = 10.0
SECONDS_TO_STOP = 20.0
SECONDS_TO_LEAD = 15.0
# A person who waits for a page comes before a job that nobody watches.
NICENESS = 5
SECONDS_BETWEEN_LOOKS = 0.2
PR_SET_PDEATHSIG = 1


@dataclass(kw_only=True)
class Child:
    name: str
    command: list[str]
    pid_file: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = field(default=FIRST_PAUSE)
    niceness: int = 0

    def start(self) -> None:
        prepare = partial(prepare_child, niceness=self.niceness)
        self.process = subprocess.Popen(self.command, preexec_fn=prepare, start_new_session=True)
        self.pid_file.write_text(f"{self.process.pid}\n")
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start the child if its time has come; if it has fallen, say when it will be started again."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        if now - self.started > SECONDS_TO_TRUST:
            self.pause = FIRST_PAUSE
        log.warning("child_fell", child=self.name, status=status, restart_in=self.pause)
        self.process = None
        self.due = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, *, until: float) -> None:
        if self.process:
            try:
                self.process.wait(timeout=max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("child_killed", child=self.name)
                self.process.kill()
                self.process.wait()
        self.pid_file.unlink(missing_ok=True)


def keep_running(
    commands: dict[str, list[str]],
    *,
    pid_folder: Path,
    is_first_up: Callable[[], bool] = lambda: True,
    background: Collection[str] = (),
) -> None:
    """Run each named command until SIGTERM or SIGINT arrives, then stop them all.

    Somebody waits for the first: the others are started when it is up, or had time to be. Those in the background
    give way to whatever else runs.
    """
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    pid_folder.mkdir(parents=True, exist_ok=True)
    children = [
        Child(
            name=name,
            command=command,
            pid_file=pid_folder / f"{name}.pid",
            niceness=NICENESS if name in background else 0,
        )
        for name, command in commands.items()
    ]
    looked_after, until = children[:1], time.monotonic() + SECONDS_TO_LEAD
    while not stop.is_set():
        if len(looked_after) < len(children) and (is_first_up() or time.monotonic() > until):
            looked_after = children
        for child in looked_after:
            child.look_after()
        stop.wait(SECONDS_BETWEEN_LOOKS)
    stop_all(children)


def stop_all(children: list[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    until = time.monotonic() + SECONDS_TO_STOP
    for child in children:
        child.wait_or_kill(until=until)


def prepare_child(*, niceness: int) -> None:
    """Set up a child between fork and exec."""
    if niceness:
        os.nice(niceness)
    end_with_parent()


def end_with_parent() -> None:
    """Ask Linux to stop this child when its supervisor dies, `kill -9` included."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end_with_head() -> None:
    """End this process when the one that forked it ends: a web process without its head would answer for ever.

    It keeps the port, the program and the database of its day, also after an upgrade.
    """
    head = multiprocessing.parent_process()
    if head is not None:
        threading.Thread(target=_follow, args=(head,), daemon=True, name="end-with-head").start()


def _follow(head: multiprocessing.process.BaseProcess) -> None:
    head.join()
    os._exit(1)
