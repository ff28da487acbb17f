"""Start what a benchmark serves or runs beside itself, in the home of the stage, and stop it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

STOPPING = 30.0


class DidNotStart(Exception):
    """A server that answered nothing in time."""

    def __init__(self, url: str, seconds: float, log: str) -> None:
        super().__init__(f"{url} did not answer within {seconds:.0f} s.\n{log[-4000:]}")


def list_command(*arguments: str) -> list[str]:
    """Return what starts a command of ours; config is above us and cannot be asked."""
    return [sys.executable, "-m", "rantai.config.cli", *arguments]


def find_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def serve(port: int, *, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `rantai serve` with one web process until the block ends."""
    settings = {"PORT": str(port), "RANTAI_WEB_WORKERS": "1"}
    with run(list_command("serve"), log=log, environment=settings) as process:
        wait_for(f"http://127.0.0.1:{port}/readyz", process=process, seconds=120, log=log)
        yield process


@contextmanager
def run(
    command: Sequence[str], *, log: Path, environment: dict[str, str] | None = None, folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own, which is stopped when the block ends."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            list(command), stdout=file, stderr=file, cwd=folder, env=os.environ | (environment or {}),
            start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process group to end as Ctrl-C does, and end it if it does not."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
            try:
                process.wait(timeout=STOPPING)
            except subprocess.TimeoutExpired:
                continue


def wait_for(url: str, *, process: subprocess.Popen[bytes], seconds: float, log: Path) -> float:
    """Return after how many seconds an address answered with a page; raises DidNotStart."""
    started = time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (our own server)
                answer.read()
                return time.perf_counter() - started
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise DidNotStart(url, passed, log.read_text(errors="replace"))
