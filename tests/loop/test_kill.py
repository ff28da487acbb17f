"""A crash at any instruction loses nothing and doubles nothing: the loop's program is killed and goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from rantai.crm.orders.models import Invoice, SalesOrder
from rantai.desk import check
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm.inventory.models import StockBalance
from rantai.kernel.models import Delivery
from rantai.kernel.quantities import Quantity
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import iscm as operations
from tests.soak import storm

ORDERS = 5
STOCK = 40


def start(party: int, item: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.loop.errands", str(party), str(item), str(ORDERS)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": "src:."}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def run_and_kill(party: int, item: int, *, after_lines: int, pause: float) -> bool:
    """Kill the program some instructions after one of its steps; return whether it was still running."""
    program = start(party, item)
    assert program.stdout is not None
    for _line in range(after_lines):
        if not program.stdout.readline():
            break
    time.sleep(pause)
    was_running = program.poll() is None
    program.kill()
    program.wait()
    program.stdout.close()
    return was_running


def run_to_the_end(party: int, item: int) -> None:
    program = start(party, item)
    output, _ = program.communicate(timeout=180)
    assert program.returncode == 0
    assert output.splitlines()[-1] == "done"


def check_everything(party: int, item: int, site: int) -> None:
    """Each order went round once: one invoice, each letter once, stock to the unit, no rule broken."""
    orders = SalesOrder.objects.filter(party_id=party)
    assert Counter(orders.values_list("state", flat=True)) == {"closed": ORDERS}
    assert orders.values("customer_reference").distinct().count() == ORDERS
    assert Invoice.objects.count() == ORDERS
    keys = Counter(OutgoingMessage.objects.values_list("key", flat=True))
    assert set(keys.values()) == {ORDERS}, keys
    balance = StockBalance.objects.get(item_id=item, location_id=site)
    assert (balance.on_hand, balance.reserved) == (Quantity.of(STOCK - 2 * ORDERS).amount, 0)
    assert not Delivery.objects.exclude(state="done").exists()
    assert check.list_violations() == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_killed_loop_goes_on_where_it_stood(seed: int) -> None:
    territory = foundation.make_territory()
    site = foundation.make_site(serves=territory)
    account = sales.make_customer("Klinik Harapan", territory=territory)
    item = sales.make_priced_item("MON-15-XG")
    operations.make_stock(item, site, STOCK)
    chance = random.Random(seed)

    kills = [
        run_and_kill(account.party_id, item.pk, after_lines=chance.randint(1, 12), pause=chance.uniform(0, 0.05))
        for _kill in range(2)
    ]
    run_to_the_end(account.party_id, item.pk)

    assert any(kills)
    check_everything(account.party_id, item.pk, site.pk)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_serve_runs_is_killed_and_nothing_is_lost_or_doubled(rantai_home: Path) -> None:
    """A short storm; `make soak` is the long one."""
    plan = storm.Plan(seed=1, kills=3, lines=(6_000,), pauses=(0.1, 1.0), seconds=120)

    summary = storm.blow(plan, home=rantai_home)

    assert summary["kills"] == {"web": 1, "worker": 1, "planner": 1}
    assert summary["orders_confirmed"] > 0
    assert summary["wrong"] == []
