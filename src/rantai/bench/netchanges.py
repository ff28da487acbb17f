"""Net change: from a fact that is committed to the plan in memory changed by it, and nothing else moved."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from rantai.bench import chain_worlds, chains, running, spans
from rantai.bench.options import Options
from rantai.foundation.items.models import Resource, Source
from rantai.kernel import changes, sockets
from rantai.kernel.transactions import run_atomic

ITEM_LOCATIONS, EVENTS = 100_000, 10_000
#: What an event is, by its share: of the issue.
SHARES = {"order_changed": 0.60, "receipt_moved": 0.20, "new_order": 0.15, "limit_changed": 0.05}
_PATIENCE, _LONGEST = 300.0, 1800.0
_NOTE = (
    "solved: committed fact to changed plan in memory, reading the facts included; readable is not measured: what an"
    " event moves is not published before the next whole plan"
)


def measure(options: Options) -> dict[str, Any]:
    """Lay a chain, plan it, then commit one fact after the other and let the held plan follow each."""
    laid = chain_worlds.lay(item_locations=options.read_size(ITEM_LOCATIONS))
    facts = Facts(chain_worlds.lay_purchases())
    taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in SHARES}
    provisional = touched = 0
    with _run_planner() as held_seconds:
        begun = time.perf_counter()
        for _number in range(options.events or EVENTS):
            kind, write = facts.draw()
            run_atomic(write)
            started = time.perf_counter()
            found = _ask({"op": "follow"})
            taken[kind].append((time.perf_counter() - started, found["cpu_seconds"]))
            provisional += found["is_provisional"]
            touched += len(found["demand_ids"])
        seconds = time.perf_counter() - begun
    every = [pair for kind in taken.values() for pair in kind]
    summary = {
        "size": laid.item_locations,
        "seconds": seconds,
        "data": f"seed {chains.SEED}, in the database",
        "demands": laid.demands,
        "held_seconds": round(held_seconds, 3),
        "events": len(every),
        **_percentiles("solved", [wall for wall, _cpu in every]),
        **_percentiles("solved_cpu", [cpu for _wall, cpu in every]),
        "readable_p50_ms": None,
        "readable_p99_ms": None,
        "provisional_share": round(provisional / max(len(every), 1), 5),
        "demands_planned_again": touched,
        "by_kind": {
            kind: {"events": len(rows), **_percentiles("solved_cpu", [cpu for _wall, cpu in rows])}
            for kind, rows in taken.items()
            if rows
        },
        "notes": [_NOTE],
    }
    options.keep(summary)
    return summary


@contextmanager
def _run_planner() -> Iterator[float]:
    """Run the planner as `rantai serve` does, let it plan and lay the plan down; yield the seconds of that."""
    log = Path(os.environ["RANTAI_HOME"]) / "planner.log"
    with running.run(running.list_command("planner"), log=log) as process:
        _wait_for(process, log)
        begun = time.perf_counter()
        _ask({"op": "solve", "as_of": chain_worlds.AS_OF.isoformat()})
        _ask({"op": "follow"})
        yield time.perf_counter() - begun


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(sockets.NobodyAnswers):
            _ask({"op": "ping"})
            return
        time.sleep(0.1)
    raise running.DidNotStart("The planner", _PATIENCE, log.read_text(errors="replace"))


def _ask(question: dict[str, Any]) -> dict[str, Any]:
    answer = sockets.ask(settings.PLANNER_URL, question, timeout=_LONGEST)
    if not answer.pop("ok"):
        raise RuntimeError(answer["error"])
    return answer


def _percentiles(name: str, seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {f"{name}_p{share}_ms": round(spans.pick(ordered, share / 100) * 1000, 3) for share in (50, 99)}


class Facts:
    """Facts by a seeded mix, each written as the actions of its house leave it: the row with a new `changed_seq`."""

    def __init__(self, schedules: list[int]) -> None:
        self._random = np.random.default_rng(chains.SEED + 1)
        self._demand = chain_worlds.get_table("iscm_demand", "Demand")
        self._schedule = chain_worlds.get_table("srm_buying", "PurchaseScheduleLine")
        self._demands = list(self._demand._default_manager.order_by("id").values_list("pk", flat=True))
        self._schedules = schedules
        self._sources = list(Source.objects.filter(kind="buy").order_by("id").values_list("pk", flat=True))
        self._resources = list(Resource.objects.order_by("id").values_list("pk", flat=True))
        self._made = 0

    def draw(self) -> tuple[str, Callable[[], None]]:
        """Return what happens next, and what writes it."""
        kind = str(self._random.choice(list(SHARES), p=list(SHARES.values())))
        return kind, getattr(self, f"_{kind}")()

    def _pick(self, keys: list[int]) -> int:
        return keys[int(self._random.integers(len(keys)))]

    def _order_changed(self) -> Callable[[], None]:
        """Another quantity, or another day."""
        row = self._demand._default_manager.get(pk=self._pick(self._demands))
        if self._random.random() < 0.5:
            row.units = int(self._random.integers(1, 21)) * 10_000
        else:
            row.requested_on = max(
                row.requested_on + timedelta(days=int(self._random.integers(-10, 11))),
                chain_worlds.AS_OF.date() + timedelta(days=3),
            )
        return partial(_save, row, ("units", "requested_on"))

    def _receipt_moved(self) -> Callable[[], None]:
        """A supplier commits to another day, or to another quantity."""
        row = self._schedule._default_manager.get(pk=self._pick(self._schedules))
        if self._random.random() < 0.5:
            later = timedelta(days=int(self._random.integers(-10, 11)))
            row.expected_on = max(row.expected_on + later, chain_worlds.AS_OF.date() + timedelta(days=1))
            row.committed_on = row.expected_on
        else:
            row.committed_on = row.expected_on
            row.committed = int(self._random.integers(0, row.ordered // 10_000 + 1)) * 10_000
        return partial(_save, row, ("expected_on", "committed_on", "committed"))

    def _new_order(self) -> Callable[[], None]:
        """An order of one line like one that is known, for another day."""
        row = self._demand._default_manager.get(pk=self._pick(self._demands))
        self._made += 1
        row.pk, row.order_id, row.number = None, 10_000_000 + self._made, f"N{self._made}"
        row.units = int(self._random.integers(1, 21)) * 10_000
        row.requested_on = chain_worlds.AS_OF.date() + timedelta(days=int(self._random.integers(5, chains.HORIZON)))
        return partial(_save, row, None)

    def _limit_changed(self) -> Callable[[], None]:
        """A supplier's lead time; of five times once, a work centre does two things at a time."""
        if self._random.random() < 0.2:
            machine = Resource.objects.get(pk=self._pick(self._resources))
            machine.capacity = 30_000 - machine.capacity
            return partial(_save, machine, ("capacity",))
        row = Source.objects.get(pk=self._pick(self._sources))
        row.lead_time_days = max(1, row.lead_time_days + int(self._random.integers(-3, 4)))
        return partial(_save, row, ("lead_time_days",))


def _save(row: Any, names: tuple[str, ...] | None) -> None:
    row.changed_seq = changes.next_change()
    row.save(update_fields=None if names is None else (*names, "changed_seq"))
