"""Many at once for few units: what is promised never exceeds what there is."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from django.db import close_old_connections, connection, connections

from rantai.iscm import facade as iscm
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation
from tests.factories import iscm as factory

THREADS = 8


@pytest.mark.django_db(transaction=True)
def test_crowd_takes_no_unit_twice() -> None:
    site = foundation.make_site()
    wanted = [foundation.make_item() for _number in range(3)]
    for item in wanted:
        factory.make_stock(item, site, 10)
    party = foundation.make_party()
    offer = iscm.promise(factory.make_ask([(item, 3) for item in wanted]))
    # each has the same offer in hand, half of them with the lines turned round
    orders = [
        factory.make_demand_order([(item, 3) for item in wanted], party=party, offer=offer)
        for _number in range(THREADS)
    ]
    gate = threading.Barrier(THREADS)
    outcomes: Counter[str] = Counter()

    def buy(place: int) -> None:
        close_old_connections()
        gate.wait()
        try:
            recorded = run_atomic(lambda: iscm.record_demand(orders[place]), tries=20)
            whole = all(not row.unpromised for row in recorded)
            outcomes["whole" if whole else "less"] += 1
        except Exception as error:  # the test counts what went wrong in a thread
            outcomes[repr(error)] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=buy, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == {"whole": 3, "less": THREADS - 3}
    assert set(SupplySlot.objects.values_list("available", "promised")) == {(100_000, 100_000)}
    assert sum(SlotTake.objects.values_list("units", flat=True)) == 300_000


@pytest.mark.django_db(transaction=True)
def test_release_and_new_orders_at_once_leave_the_books_right() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 40)
    party = foundation.make_party()
    for _number in range(10):
        factory.make_demand(item, 1, party=party)
    orders = [factory.make_demand_order([(item, 2)], party=party) for _number in range(10)]
    errors: list[str] = []

    def work(act) -> None:
        try:
            act()
        except Exception as error:  # the test shows what went wrong in a thread
            errors.append(repr(error))
        finally:
            connections.close_all()

    def order() -> None:
        for row in orders:
            run_atomic(lambda row=row: iscm.record_demand(row), tries=20)

    def release() -> None:
        for _round in range(5):
            iscm.release_for_shipping(factory.MONDAY)
            time.sleep(0.01)

    threads = [threading.Thread(target=work, args=(act,)) for act in (order, release, release)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()

    assert errors == []
    iscm.release_for_shipping(factory.MONDAY)
    slot = SupplySlot.objects.get(item=item)
    assert (slot.available, slot.promised) == (100_000, 0)
