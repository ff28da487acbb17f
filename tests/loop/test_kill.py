"""A crash at any instruction loses nothing and doubles nothing: the loop's program is killed and goes on."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from rantai.crm.orders.models import Invoice, SalesOrder
from rantai.desk import check
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm.inventory.models import StockBalance
from rantai.kernel.models import Delivery
from rantai.kernel.quantities import Quantity
from tests import forks
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import iscm as operations
from tests.loop import errands
from tests.soak import storm

ORDERS = 5
STOCK = 40


def run(party: int, item: int) -> forks.Program:
    return forks.Program(errands.main, party, item, ORDERS)


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

    kills = [forks.kill_somewhere(run(account.party_id, item.pk), chance) for _kill in range(2)]
    code, said = run(account.party_id, item.pk).finish()

    assert any(kills)
    assert (code, said[-1]) == (0, "done")
    check_everything(account.party_id, item.pk, site.pk)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_serve_runs_is_killed_and_nothing_is_lost_or_doubled(rantai_home: Path) -> None:
    """A short storm; `make soak` is the long one, on PostgreSQL too where it is asked for (`--postgres`).

    A minute of both processors is spent once: what is killed with other programs is killed on both databases.
    """
    if connection.vendor != "sqlite":
        pytest.skip("`pytest tests/soak -m soak --postgres` kills what serve runs on PostgreSQL")
    plan = storm.Plan(seed=1, kills=3, lines=(3_000,), pauses=(0.1, 1.0), seconds=120)

    summary = storm.blow(plan, home=rantai_home)

    assert summary["kills"] == {"web": 1, "worker": 1, "planner": 1}
    assert summary["orders_confirmed"] > 0
    assert summary["wrong"] == []
