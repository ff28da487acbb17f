"""A benchmark's figures hang together, on a small size."""

import json

import pytest

from rantai.bench import confirms, promises, takings
from rantai.bench.options import Options
from rantai.crm.orders.models import SalesOrder
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.models import SlotTake

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Warm nothing up and ask little."""
    monkeypatch.setattr(confirms, "WARMING", 0)
    monkeypatch.setattr(promises, "WARMING", 0)
    monkeypatch.setattr(promises, "ASKS", 3)
    monkeypatch.setattr(promises, "CLIENTS", 2)
    monkeypatch.setattr(promises, "TAKEN", 4)
    monkeypatch.setattr(promises, "LONG_ORDER", 7)


def test_confirm_makes_whole_orders_and_compares_with_a_bare_transaction(tmp_path):
    result = confirms.measure(Options(size="4", out=str(tmp_path / "out.json")))

    assert SalesOrder.objects.filter(state="confirmed").count() == 4
    assert Demand.objects.count() == SlotTake.objects.filter(basis="stock").count() == 4 * 5
    assert result["orders"] == 4
    assert result["reference"] > result["per_second"] > 0
    assert json.loads((tmp_path / "out.json").read_text())["p95_ms"] == result["p95_ms"]


def test_promises_are_taken_from_several_clients_and_compared_with_bare_transactions():
    result = promises.measure(Options(size="10"))

    # two orders of seven lines, and two clients who warm up and take twice each
    assert Demand.objects.filter(kind="sales_order").count() == 14
    assert Demand.objects.filter(kind="bench").count() == 2 * (takings.WARMING + 2)
    assert (result["taken"], result["clients"], result["asks"]["asks"]) == (4, 2, 3)
    assert result["reference"] > 0
    assert result["long_order"]["lines"] == 7
    assert result["long_order"]["transaction_ms"] < result["long_order"]["seconds"] * 1000
