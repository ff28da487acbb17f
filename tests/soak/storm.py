"""Twenty `kill -9` of what `rantai serve` runs, while a company goes on working: nothing is lost, nothing doubled."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Q

from rantai.kernel import clock, relay
from rantai.kernel.models import Job
from tests import databases
from tests.soak import company, dirty, findings, work
from tests.soak.serving import Served, serve
from tests.soak.traffic import Traffic
from tests.soak.work import Work

TARGETS = ("web", "worker", "planner")
CALM_SECONDS = 240.0
PATIENCE_SECONDS = 20.0
STEP_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How hard it blows."""

    seed: int
    kills: int = 20
    lines: tuple[int, ...] = (60_000, 30_000, 30_000)
    seconds: float = 300.0
    pauses: tuple[float, float] = (0.1, 4.0)


def blow(plan: Plan, *, home: Path, real_file: Path | None = None) -> dict[str, Any]:
    """Go through the storm on the tests' database; return the summary, with every figure that it found."""
    began = time.monotonic()
    shop = company.found_shop()
    files = write_files(plan, home.parent / "files", real_file)
    with databases.copy() as (_name, url):
        undisturbed = work.bring_undisturbed(files, database=url, home=home.parent / "undisturbed")
    with serve(home) as served:
        traffic = Traffic(served.url, shop, seed=plan.seed)
        traffic.start()
        asked = Work(files)
        storm = Storm(plan, served, asked)
        try:
            storm.rage()
            storm.finish()
        finally:
            heard = traffic.stop()
        calm_down()
    summary = {
        "seed": plan.seed,
        "kills": dict(storm.killed),
        "during": dict(storm.hit),
        "seconds": round(time.monotonic() - began, 1),
    }
    return summary | findings.describe(heard, asked, undisturbed=undisturbed, home=home)


def write_files(plan: Plan, folder: Path, real_file: Path | None) -> list[Path]:
    """Return the files to bring: a real one first where there is one."""
    folder.mkdir()
    made = [
        dirty.write_orders(
            folder / f"past{number}.csv", lines=lines, seed=plan.seed, first_invoice=480_000 + 10_000 * number
        )
        for number, lines in enumerate(plan.lines)
    ]
    return [real_file, *made[1:]] if real_file else made


class Storm:
    """Kills at random points of what is under way, until it has killed enough or the time is over."""

    def __init__(self, plan: Plan, served: Served, work: Work) -> None:
        self.plan, self.served, self.work = plan, served, work
        self.killed: Counter[str] = Counter()
        self.hit: Counter[str] = Counter()
        self._chance = random.Random(plan.seed)
        self._ends = time.monotonic() + plan.seconds

    def rage(self) -> None:
        """Kill, by turns in an import and in a turn, each time after a random while of it."""
        targets = [TARGETS[number % len(TARGETS)] for number in range(self.plan.kills)]
        self._chance.shuffle(targets)
        for number, target in enumerate(targets):
            wanted = work.IMPORT if number % 2 == 0 and self.work.has_import() else work.TURN
            self._work_until(lambda job, wanted=wanted: job.task == wanted and job.state == "running")
            self._hit(target)

    def _hit(self, target: str) -> None:
        # One planner in two dies while it plans: a plan takes a second of a turn, chance alone seldom finds it.
        if target == "planner" and self._chance.random() < 0.5:
            self._work_until(work.is_planning)
            time.sleep(self._chance.uniform(0, 0.8))
        else:
            self._work_for(self._chance.uniform(*self.plan.pauses))
        while not self.served.kill(target, self._chance):
            self._step()
        job = self.work.find_job()
        self.killed[target] += 1
        self.hit[job.task if job else "nothing"] += 1

    def finish(self) -> None:
        """Let everything that was asked come to its end, a last turn included."""
        while len(self.work.brought) < len(self.work.files) or self.work.find_job():
            self._step()
        self.work.go_on()
        while self.work.find_job():
            self._step()

    def _work_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._step()

    def _work_until(self, is_it: Callable[[Job], bool]) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            job = self.work.find_job()
            if job and is_it(job):
                return
            self._step()

    def _step(self) -> None:
        job = self.work.find_job()
        if job is None:
            job = self.work.go_on()
        assert time.monotonic() < self._ends + CALM_SECONDS, work.wait_note(job)
        time.sleep(STEP_SECONDS)


def calm_down() -> None:
    """Wait until every fact is told and no job is due."""
    until = time.monotonic() + CALM_SECONDS
    while relay.is_pending() or Job.objects.filter(Q(state="running") | Q(state="queued", run_at__lte=clock.now())):
        assert time.monotonic() < until, list(
            Job.objects.filter(state__in=["running", "queued"]).values("task", "error")
        )
        time.sleep(0.2)
