"""`rantai serve` as people run it, and its processes by name, to be killed."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 40.0


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running server."""

    process: subprocess.Popen[bytes]
    home: Path
    url: str
    log: Path

    def find_process(self, name: str, chance: random.Random) -> int | None:
        """Return the process of that role that runs now; of web sometimes its head and sometimes a hand."""
        head = read_pid(self.home / "run" / f"{name}.pid")
        if head is None or not is_running(head):
            return None
        hands = list_children(head) if name == "web" else []
        return chance.choice([head, *hands, *hands]) if hands else head

    def kill(self, name: str, chance: random.Random) -> bool:
        """Send `kill -9` to a process of that role; return whether there was one."""
        pid = self.find_process(name, chance)
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False


@contextmanager
def serve(home: Path) -> Iterator[Served]:
    """Start everything on a free port, wait for the first page, and stop everything at the end."""
    port = find_port()
    log = home / "serve.log"
    home.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "rantai.config.cli", "serve"],
            env=describe_environment(home, port),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    served = Served(process=process, home=home, url=f"http://127.0.0.1:{port}", log=log)
    try:
        wait_for_page(served)
        yield served
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def describe_environment(home: Path, port: int) -> dict[str, str]:
    """Return what the real program reads; nothing of the tests' settings."""
    own = {"RANTAI_HOME": str(home), "PORT": str(port), "DJANGO_SETTINGS_MODULE": "rantai.config.settings"}
    return {**os.environ, **own, "RANTAI_LOG_LEVEL": "WARNING", "RANTAI_URL": "", "EMAIL_URL": ""}


def find_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def wait_for_page(served: Served) -> None:
    """Wait until somebody could sign in and every process has begun."""
    until = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"{served.url}/account/login/", timeout=5).read()
            return
        assert served.process.poll() is None, served.log.read_text()
        assert time.monotonic() < until, served.log.read_text()
        time.sleep(0.1)


def read_pid(file: Path) -> int | None:
    """Return the process that a supervisor noted."""
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def is_running(pid: int) -> bool:
    """Tell whether a process runs and is not merely a dead one that nobody has buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def list_children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def list_processes(home: Path) -> list[tuple[int, str]]:
    """Return the processes that work on a home, with their commands."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"RANTAI_HOME={home}\0".encode() in (folder / "environ").read_bytes() and is_running(int(folder.name)):
                found.append((int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:120]))
    return [(pid, command) for pid, command in found if pid != os.getpid()]
