"""Net change: from a fact that is committed to the plan changed by it and published, and nothing else moved."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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
_PLACE = ("item_id", "location_id")
_PATIENCE, _LONGEST = 300.0, 1800.0
_NOTE = (
    "from a committed fact, which nobody tells the planner: solved, to the changed plan in memory; readable, to all"
    " that it moved published and committed"
)


def measure(options: Options) -> dict[str, Any]:
    """Lay a chain, plan it, then commit one fact after the other and wait until the published plan knows it."""
    laid = chain_worlds.lay(item_locations=options.read_size(ITEM_LOCATIONS))
    facts = Facts(chain_worlds.lay_purchases())
    taken: dict[str, list[Taken]] = {kind: [] for kind in SHARES}
    with _run_planner() as held_seconds:
        begun = time.perf_counter()
        for _number in range(options.events or EVENTS):
            kind, write = facts.draw()
            taken[kind].append(_happen(write))
        seconds = time.perf_counter() - begun
        deep = _ask_deep(options.events or EVENTS)
    every = [one for kind in taken.values() for one in kind]
    summary = {
        "size": laid.item_locations,
        "seconds": seconds,
        "data": f"seed {chains.SEED}, in the database",
        "demands": laid.demands,
        "held_seconds": round(held_seconds, 3),
        "events": len(every),
        **_percentiles("solved", [one.solved for one in every]),
        **_percentiles("readable", [one.readable for one in every if not one.is_provisional]),
        "provisional_share": round(sum(one.is_provisional for one in every) / max(len(every), 1), 5),
        "demands_planned_again": sum(one.demands for one in every),
        **deep,
        "by_kind": {
            kind: {
                "events": len(rows),
                **_percentiles("solved", [one.solved for one in rows]),
                **_percentiles("readable", [one.readable for one in rows if not one.is_provisional]),
            }
            for kind, rows in taken.items()
            if rows
        },
        "notes": [_NOTE],
    }
    options.keep(summary)
    return summary


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What came of one fact: seconds from its commit, and demands that were planned again."""

    solved: float
    readable: float
    is_provisional: bool
    demands: int


def _happen(write: Callable[[], int]) -> Taken:
    """Commit a fact and wait until the planner, whom nobody tells, has seen and published it."""
    number = run_atomic(write)
    begun = time.monotonic()
    while (found := _ask({"op": "followed"}))["watermark"] < number:
        assert time.monotonic() < begun + _LONGEST, "the planner does not follow"
        time.sleep(0.002)
    return Taken(
        solved=found["solved_at"] - begun, readable=found["published_at"] - begun,
        is_provisional=found["is_provisional"], demands=len(found["demand_ids"]),
    )  # fmt: skip


def _ask_deep(count: int) -> dict[str, Any]:
    """Ask for what stock does not cover at the top of the chain, one item after the other: through levels and capacity.

    `deep` is the time inside the planner, `asked` that until whoever asked has the answer.
    """
    random, inside, outside, met = np.random.default_rng(chains.SEED + 2), list[float](), list[float](), 0
    places = list(chain_worlds.get_table("iscm_demand", "Demand")._default_manager.values_list(*_PLACE).distinct())
    for _number in range(count):
        item, location = places[int(random.integers(len(places)))]
        days = int(random.integers(0, chains.HORIZON // 2))
        line = {
            "line": 0, "item_id": item, "units": int(random.integers(1, 41)) * 10_000, "location_ids": [location],
            "wanted_on": (chain_worlds.AS_OF.date() + timedelta(days=days)).isoformat(),
        }  # fmt: skip
        begun = time.perf_counter()
        found = _ask({"op": "ask", "as_of": chain_worlds.AS_OF.isoformat(), "lines": [line]})
        outside.append(time.perf_counter() - begun)
        if found["held_seconds"] is not None:
            inside.append(found["held_seconds"])
            met += any(part["basis"] == "plan" for part in found["lines"][0]["parts"])
    figures = {"deep_asks": len(inside), "deep_asks_planned": met}
    return figures | (_percentiles("deep", inside) if inside else {}) | _percentiles("asked", outside)


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

    def draw(self) -> tuple[str, Callable[[], int]]:
        """Return what happens next, and what writes it."""
        kind = str(self._random.choice(list(SHARES), p=list(SHARES.values())))
        return kind, getattr(self, f"_{kind}")()

    def _pick(self, keys: list[int]) -> int:
        return keys[int(self._random.integers(len(keys)))]

    def _order_changed(self) -> Callable[[], int]:
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

    def _receipt_moved(self) -> Callable[[], int]:
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

    def _new_order(self) -> Callable[[], int]:
        """An order of one line like one that is known, for another day."""
        row = self._demand._default_manager.get(pk=self._pick(self._demands))
        self._made += 1
        row.pk, row.order_id, row.number = None, 10_000_000 + self._made, f"N{self._made}"
        row.units = int(self._random.integers(1, 21)) * 10_000
        row.requested_on = chain_worlds.AS_OF.date() + timedelta(days=int(self._random.integers(5, chains.HORIZON)))
        return partial(_save, row, None)

    def _limit_changed(self) -> Callable[[], int]:
        """A supplier's lead time; of five times once, a work centre does two things at a time."""
        if self._random.random() < 0.2:
            machine = Resource.objects.get(pk=self._pick(self._resources))
            machine.capacity = 30_000 - machine.capacity
            return partial(_save, machine, ("capacity",))
        row = Source.objects.get(pk=self._pick(self._sources))
        row.lead_time_days = max(1, row.lead_time_days + int(self._random.integers(-3, 4)))
        return partial(_save, row, ("lead_time_days",))


def _save(row: Any, names: tuple[str, ...] | None) -> int:
    """Write the row and return its `changed_seq`."""
    row.changed_seq = changes.next_change()
    row.save(update_fields=None if names is None else (*names, "changed_seq"))
    return int(row.changed_seq)
