"""Let processes of clients loose on a few items and kill them, or their connections, as a seed says."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.db.models import Sum

from rantai.bench import worlds
from rantai.config import wiring  # noqa: F401 (who hears what, when the storm is over)
from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.desk import check
from rantai.foundation.access import actions as access
from rantai.foundation.items.actions import sources
from rantai.foundation.locations import actions as locations
from rantai.foundation.locations import queries as locations_of
from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.iscm.demand.models import Demand
from rantai.iscm.messages import OpeningStock
from rantai.iscm.promising.models import SupplySlot
from rantai.kernel import clock, relay
from rantai.kernel.models import Delivery
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import run_atomic

PROGRAM = "tests.iscm.promising.crowd"
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Storm:
    """How hard it blows."""

    seed: int
    seconds: float
    processes: int = 4
    clients: int = 16
    items: int = 20
    stock: int = 300
    pause: float = 1.0
    """Seconds between two kills, in the mean."""
    kills: int = 0
    confirmed: int = 0
    """Both come first, however slow the machine; then the time counts."""


def blow(storm: Storm, *, folder: Path) -> dict[str, Any]:
    """Run the storm on the test's database and return what happened, and under `wrong` whatever must not be."""
    plan = _found(storm)
    _hang_up()
    chance = random.Random(storm.seed)
    crowd = _Crowd(storm, plan, folder)
    kills: Counter[str] = Counter()
    try:
        crowd.start()
        until = time.monotonic() + storm.seconds
        while time.monotonic() < until or _is_mild(storm, folder, kills):
            assert time.monotonic() < until + PATIENCE_SECONDS, "the clients do not come to anything"
            time.sleep(chance.uniform(0.5, 1.5) * storm.pause)
            kills[_kill(chance, crowd)] += 1
        crowd.wait()
    finally:
        crowd.end()
    _calm_down()
    return _sum_up(storm, list(_read(folder)), kills)


def _is_mild(storm: Storm, folder: Path, kills: Counter[str]) -> bool:
    """Tell whether too little happened for a storm."""
    confirmed = sum(row["what"] == "confirmed" for row in _read(folder)) if storm.confirmed else 0
    return kills.total() < storm.kills or confirmed < storm.confirmed


def _hang_up() -> None:
    """Leave no connection of the test's own that the storm might cut."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()


def _calm_down() -> None:
    """Tell what was not told yet; what failed because its connection was cut is told again at once."""
    for _round in range(20):
        relay.drain()
        if not Delivery.objects.filter(state="waiting").update(next_at=clock.now()):
            return


class _Crowd:
    """The processes of the clients; one that was killed is started again."""

    def __init__(self, storm: Storm, plan: dict[str, Any], folder: Path) -> None:
        self._storm, self._plan, self._folder = storm, plan, folder
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._starts = 0

    def start(self) -> None:
        """Start them all, and wait until each has said something: the storm begins when they work."""
        for place in range(self._storm.processes):
            self._start(place)
        patience = time.monotonic() + 60
        while sum(file.stat().st_size > 0 for file in self._folder.glob("journal-*")) < self._storm.processes:
            assert time.monotonic() < patience, "the clients do not begin"
            time.sleep(0.1)

    def kill(self, place: int) -> None:
        """End a process in the middle of what it does, and let another take its place."""
        self._running[place].send_signal(signal.SIGKILL)
        self._running[place].wait()
        self._start(place)

    def wait(self) -> None:
        """Let the clients finish what they are at."""
        (self._folder / "stop").touch()
        for program in self._running.values():
            program.wait(timeout=120)

    def end(self) -> None:
        for program in self._running.values():
            program.kill()
            program.wait()

    def _start(self, place: int) -> None:
        self._starts += 1
        plan = self._plan | {
            "seed": f"{self._storm.seed}/{self._starts}",
            "clients": self._storm.clients,
            "first": self._starts * self._storm.clients,
            "journal": str(self._folder / f"journal-{self._starts}.jsonl"),
            "stop": str(self._folder / "stop"),
            "relays": place == 0,
        }
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "rantai.config.settings"}
        self._running[place] = subprocess.Popen(
            [sys.executable, "-m", PROGRAM, json.dumps(plan)], env=environment, cwd=Path(__file__).parents[3]
        )


def _kill(chance: random.Random, crowd: _Crowd) -> str:
    """End a connection of somebody's on PostgreSQL; a whole process on SQLite, and there too now and then."""
    if connection.vendor == "postgresql" and chance.random() < 0.9:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY random() LIMIT 3"
            )
        return "connections"
    crowd.kill(chance.randrange(len(crowd._running)))
    return "processes"


def _found(storm: Storm) -> dict[str, Any]:
    world = worlds.found(items=storm.items, stock=storm.stock)
    for item_id in world.item_ids[:: storm.items // 5]:
        # what is not there is promised by the lead time, and waits for whoever lets go
        run_atomic(lambda item_id=item_id: sources.add_source(item_id, kind="buy", lead_time_days=5))
    run_atomic(lambda: _stock_elsewhere(world, world.item_ids[1 :: storm.items // 5], units=storm.stock))
    return {
        "items": list(world.item_ids), "company": world.company_id, "customer": world.customer_id,
        "address": world.address_id,
    }  # fmt: skip


def _stock_elsewhere(world: worlds.World, item_ids: Sequence[int], *, units: int) -> None:
    """Put as many units again at a site that serves nobody and sends them on to the one that does."""
    company = parties.get_company(world.company_id)
    nowhere = access.add_territory("NOWHERE", name={"en": "Nowhere"})
    store = locations.add_location(
        "STORE", name="Store", company_id=company.pk, kind="warehouse", zone=company.zone, calendar=company.calendar
    )
    locations.add_lane(store.pk, territory=nowhere)
    opening = OpeningStock(
        run_key="store", item_ids=tuple(item_ids), location_ids=(store.pk,) * len(item_ids),
        units=(Quantity.of(units).amount,) * len(item_ids),
    )  # fmt: skip
    iscm.set_opening_stock(opening)
    for item_id in item_ids:
        sources.add_source(
            item_id, kind="move", location=locations_of.list_sites(company.pk).get(pk=world.site_id), origin=store,
            lead_time_days=2,
        )  # fmt: skip


def _read(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("journal-*.jsonl")):
        for line in file.read_text().splitlines():
            if line.endswith("}"):  # a killed process may leave half a line
                yield json.loads(line)


def _sum_up(storm: Storm, heard: list[dict[str, Any]], kills: Counter[str]) -> dict[str, Any]:
    told = Counter(row["what"] for row in heard)
    slots = SupplySlot.objects.filter(kind="stock")
    return {
        "seed": storm.seed, "kills": dict(kills), **{what: told[what] for what in sorted(told)},
        "demands": Demand.objects.count(), "promised": sum(slots.values_list("promised", flat=True)) // 10_000,
        "moving": sum(slots.values_list("moving", flat=True)) // 10_000,
        "wrong": [*_list_wrong(heard, storm)],
    }  # fmt: skip


def _list_wrong(heard: list[dict[str, Any]], storm: Storm) -> Iterator[str]:
    yield from (f"{found.rule} {found.subject}: {found.message}" for found in check.list_violations())
    yield from (f"client heard {row['reason']}" for row in heard if row["what"] == "broken")
    yield from _list_lost(heard)
    yield from _list_doubled()
    for row in Delivery.objects.exclude(state="done"):
        yield f"{row.handler} of {row.event_id} is {row.state}: {row.error}"


def _list_lost(heard: list[dict[str, Any]]) -> Iterator[str]:
    """Name orders that are not as somebody was told; what was being changed when the line was cut may be either."""
    last: dict[int, dict[str, Any]] = {row["order"]: row for row in heard if "order" in row}
    orders = SalesOrder.objects.in_bulk(list(last))
    wanted = dict(
        Demand.objects.values_list("order_id").annotate(units=Sum("units") - Sum("cancelled")).order_by("order_id")
    )
    for pk, row in last.items():
        state = orders[pk].state if pk in orders else "gone"
        if row["what"] in ("confirmed", "changed") and (state != "confirmed" or wanted.get(pk) != row["units"]):
            yield f"order {pk} was {row['what']} with {row['units']} and is {state} with {wanted.get(pk)}"
        if row["what"] == "cancelled" and state != "cancelled":
            yield f"order {pk} was cancelled and is {state}"


def _list_doubled() -> Iterator[str]:
    """Name orders whose schedule lines and demands are not the same, each once."""
    firm = SalesOrder.objects.exclude(state="draft").values("pk")
    lines = set(ScheduleLine.objects.filter(order__in=firm).values_list("order_id", "line_id", "number", "generation"))
    demands = list(Demand.objects.values_list("order_id", "line", "schedule", "generation"))
    yield from (f"demand {key} stands twice" for key, count in Counter(demands).items() if count > 1)
    yield from (f"schedule line {key} has no demand" for key in sorted(lines - set(demands)))
    yield from (f"demand {key} has no schedule line" for key in sorted(set(demands) - lines))
