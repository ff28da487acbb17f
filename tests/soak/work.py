"""What the worker has to do during the storm: imports, then turns, one after the other as somebody asks for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, jobs
from rantai.kernel.models import Job
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import actions, uploads
from rantai.wires.imports.models import ImportRun
from rantai.wires.imports.presets import online_retail

IMPORT, TURN = "imports.run", "desk.turn"
PRESET = "online-retail"
OPENING_WEEKS = 4.0
PLANNING = 3
"""Steps of a turn that are done when the planner is asked."""


@dataclass
class Work:
    """Files to bring one after the other, a turn after each, and turns for as long as the storm lasts."""

    files: list[Path]
    brought: list[int] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    _job: int = 0
    _is_turn: bool = True

    def find_job(self) -> Job | None:
        """Return the job under way, or None where the next may begin."""
        job = Job.objects.filter(pk=self._job).first()
        return job if job and job.state in ("queued", "running") else None

    def has_import(self) -> bool:
        """Tell whether a file is under way or still to be brought."""
        job = self.find_job()
        return len(self.brought) < len(self.files) or bool(job and job.task == IMPORT)

    def go_on(self) -> Job:
        """Ask for the next thing: files and turns take turns, later only turns."""
        self._is_turn = not self._is_turn or len(self.brought) == len(self.files)
        job = self._ask_turn() if self._is_turn else self._ask_import(self.files[len(self.brought)])
        self._job = job.pk
        return job

    def _ask_turn(self) -> Job:
        job = run_atomic(lambda: jobs.enqueue(TURN, {}, key="turn", actor="user:1"))
        self.turns.append(job.pk)
        return job

    def _ask_import(self, file: Path) -> Job:
        stored = uploads.keep_file(file)
        run = run_atomic(lambda: self._open(stored, file))
        self.brought.append(run.pk)
        return run_atomic(partial(actions.start, run, by="user:1"))

    def _open(self, stored: Any, file: Path) -> ImportRun:
        options = {
            "opening_weeks": OPENING_WEEKS,
            "lead_time_days": 10,
            "currency": online_retail.CURRENCY,
            "zone": online_retail.ZONE,
        }
        return uploads.open_import(
            stored,
            company_id=parties.get_company().pk,
            kind="orders",
            file_name=file.name,
            preset=PRESET,
            options=options,
            by="user:1",
        )


def is_planning(job: Job) -> bool:
    """Tell whether a turn is at the step that asks the planner."""
    return job.task == TURN and job.state == "running" and job.done == PLANNING


def bring_undisturbed(files: list[Path], *, database: str, home: Path) -> list[dict[str, Any]]:
    """Import the same files where nobody kills, with the command, into a database of their own; return the accounts."""
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "RANTAI_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "rantai.config.settings",
    }
    accounts = []
    for file in files:
        asked = ["import", "orders", str(file), "--preset", PRESET, "--opening-stock", f"weeks={OPENING_WEEKS}"]
        command = [sys.executable, "-m", "rantai.config.cli", *asked, "--json"]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr[-2000:]
        accounts.append(json.loads(ended.stdout.strip().splitlines()[-1]))
    return accounts


def wait_note(job: Job) -> str:
    """Describe a job for the summary of a storm that does not end."""
    waited = (clock.now() - job.created_at).total_seconds()
    return f"{job.task} {job.state} for {waited:.0f} s after {job.attempts} attempts: {job.error[:200]}"
