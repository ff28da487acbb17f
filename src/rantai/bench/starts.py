"""`make run` from nothing to the first page, and again."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from rantai.bench import running
from rantai.bench.options import BadOption, Options

FIRST, SECOND = 900.0, 120.0
_DEMO = re.compile(r"demonstration company: ([\d.]+) s")


def measure(options: Options) -> dict[str, Any]:
    """Start a copy of what git knows of this folder, or of --data, with an empty home; stop; start again.

    The packages come from wherever this machine's installers find them, a cache of theirs included.
    """
    source = options.find_data() or Path.cwd()
    clone, log = settings.HOME / "clone", settings.HOME / "start.log"
    _copy(source, clone)
    port = running.find_port()
    first = _time_start(clone, port, seconds=FIRST, log=log)
    made = _DEMO.search(log.read_text(errors="replace"))
    second = _time_start(clone, port, seconds=SECOND, log=log)
    result = {
        "seconds": first + second,
        "first_page_seconds": round(first, 1),
        "demo_seconds": float(made[1]) if made else None,
        "second_start_seconds": round(second, 2),
    }
    options.keep(result)
    return result


def _copy(source: Path, clone: Path) -> None:
    """Copy the files that are committed or would be: what a clone holds, without what was built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=source, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        raise BadOption(f"{source} is no git repository. Run this in a clone of Rantai, or name one with --data.")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (source / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, clone / name)


def _time_start(clone: Path, port: int, *, seconds: float, log: Path) -> float:
    """Return how long `make run` takes until the first page is there; then stop it."""
    environment = {"PORT": str(port), "RANTAI_HOME": str(settings.HOME / "started"), "DATABASE_URL": ""}
    environment["RANTAI_LOG_LEVEL"] = "INFO"
    started = time.perf_counter()
    with running.run(["make", "run"], log=log, environment=environment, folder=clone) as process:
        running.wait_for(f"http://127.0.0.1:{port}/", process=process, seconds=seconds, log=log)
        return time.perf_counter() - started
