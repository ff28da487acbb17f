"""Orders that cannot be: each says what was asked, what is true and what can be done, and leaves nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from rantai.crm.orders.models import SalesOrder
from rantai.foundation.items.models import Item
from rantai.iscm.demand.models import Demand
from rantai.kernel.models import Event
from tests.factories import crm as sales
from tests.factories import foundation
from tests.wires.api.test_v1 import make_key, post

pytestmark = pytest.mark.django_db

SOON = (date.today() + timedelta(days=30)).isoformat()


@pytest.fixture
def shop() -> int:
    """A customer, and an item that may be sold, one that is blocked, one that nobody supplies."""
    foundation.make_site()
    foundation.make_source(sales.make_priced_item("MON-15-XG"))
    Item.objects.filter(pk=sales.make_priced_item("OLD-1").pk).update(is_blocked=True)
    sales.make_priced_item("NOBODY-1")
    return sales.make_customer("Toko").party_id


def ask(client: Client, customer: int, **line: Any) -> Any:
    """Ask for one line with confirmation."""
    described = {"item": "MON-15-XG", "quantity": "2", "requested_on": SOON} | line
    body = {"customer": customer, "reference": "PO-1", "lines": [described], "confirm": True}
    return post(client, "/orders", body, make_key("orders.write"), "k1")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"item": "NOPE"}, "NOPE"),
        ({"item": "OLD-1"}, "OLD-1"),
        ({"item": "NOBODY-1"}, "NOBODY-1"),
        ({"requested_on": "1900-01-01"}, "Line 1: This date is before the order's own. Choose today or later."),
        ({"requested_on": "2999-01-01"}, "Line 1: This date is more than five years away. Check the year."),
        ({"quantity": "0"}, "Line 1: Type a quantity above zero."),
        ({"quantity": "-5"}, "Line 1: Type a quantity above zero."),
        ({"quantity": "1e30"}, "1e30"),
        ({"quantity": "NaN"}, "NaN"),
        ({"unit": "FURLONG"}, "FURLONG"),
    ],
)
def test_an_order_that_cannot_be_is_told_why_and_leaves_nothing(
    client: Client, shop: int, line: dict[str, str], told: str
) -> None:
    facts = Event.objects.count()

    answer = ask(client, shop, **line)

    problem = answer.json()
    assert answer.status_code in (409, 422), problem
    assert answer["Content-Type"] == "application/problem+json"
    words = problem["detail"] or " ".join(row["detail"] for row in problem.get("errors", ()))
    assert told in words
    assert words.rstrip().endswith(".")
    assert not SalesOrder.objects.exists()
    assert not Demand.objects.exists()
    assert Event.objects.count() == facts
