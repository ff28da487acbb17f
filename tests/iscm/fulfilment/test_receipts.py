"""Goods in: stock and purchase order commit together."""

from __future__ import annotations

import pytest
from django.db import transaction

from rantai.iscm.fulfilment.actions import receipts
from rantai.iscm.fulfilment.models import GoodsReceipt
from rantai.iscm.inventory.actions.moves import NotEnoughStock
from rantai.iscm.inventory.models import Lot, StockBalance
from rantai.srm import facade as srm_facade
from tests.factories import foundation, srm
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db
BY = {"at": factory.MONDAY, "by": "user:1"}


def make_order(units: int = 10, **item_facts):
    srm.make_site()
    item = foundation.make_item(**item_facts)
    return srm.make_sent(srm.make_supplier(), [(item, units)])


def open_units(order) -> int:
    return sum(row.open_units.amount for row in srm_facade.list_open_supply(order_ids=[order.pk]))


def stock() -> dict[str, int]:
    rows = StockBalance.objects.filter(is_account=False, on_hand__gt=0)
    return {f"{row.status}{(row.lot_id and row.lot.code) or ''}{row.serial}": row.on_hand for row in rows}


def test_receipt_posts_stock_and_closes_the_order_line() -> None:
    order = make_order()

    receipt = factory.receive(order, 10, good=9, delivery_note="DN 7")

    assert stock() == {"available": 90_000, "blocked": 10_000}
    assert (receipt.number, receipt.order_number, open_units(order)) == ("GR-00001", order.number, 0)


def test_same_form_posted_twice_is_one_receipt() -> None:
    order = make_order()

    first, second = factory.receive(order, 4, key="abc"), factory.receive(order, 4, key="abc")

    assert first.pk == second.pk
    assert stock() == {"available": 40_000}


def test_reversed_receipt_opens_the_order_line_again() -> None:
    order = make_order()
    receipt = factory.receive(order, 4)

    receipts.reverse_receipt(receipt, **BY)

    assert (stock(), open_units(order)) == ({}, 100_000)
    with pytest.raises(receipts.AlreadyReversed):
        receipts.reverse_receipt(receipt, **BY)


def test_receipt_of_goods_that_were_used_is_not_reversed() -> None:
    order = make_order()
    receipt = factory.receive(order, 4)
    factory.drain()
    factory.make_demand(order.lines.get().item, 3)
    factory.release()

    with pytest.raises(NotEnoughStock), transaction.atomic():
        receipts.reverse_receipt(receipt, **BY)

    assert (GoodsReceipt.objects.count(), open_units(order)) == (1, 60_000)
    factory.drain()


def test_tracked_goods_need_their_numbers() -> None:
    by_lot, by_serial = make_order(tracking="lot"), make_order(2, tracking="serial")

    for order, units, facts in ((by_lot, 1, {}), (by_serial, 2, {"serials": ("S1",)}), (by_serial, 2, {})):
        with pytest.raises(receipts.LotMissing), transaction.atomic():
            factory.receive(order, units, **facts)
    factory.receive(by_lot, 1, lot_code="L1")
    factory.receive(by_serial, 2, good=1, serials=("S1", "S2"))

    assert stock() == {"availableL1": 10_000, "availableS1": 10_000, "blockedS2": 10_000}
    assert Lot.objects.get().origin_id == by_lot.pk


@pytest.mark.parametrize(("units", "good"), [(0, 0), (-1, -1), (2, 3), (2, -1)])
def test_impossible_quantities_are_refused_and_nothing_is_written(units: int, good: int) -> None:
    order = make_order()

    with pytest.raises(receipts.WrongReceipt), transaction.atomic():
        factory.receive(order, units, good=good)

    assert (GoodsReceipt.objects.count(), stock()) == (0, {})
