"""Where forecast meets orders is said for a place: promising follows that word before the master's."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm import facade as iscm
from rantai.iscm.inventory.actions import decoupling
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db
WANTED_ON = date(2026, 11, 30)


def say(item: Item, site: Location, word: str) -> None:
    run_atomic(
        lambda: decoupling.set_decoupling(item.pk, site.pk, decoupling=word, by="planner", at=factory.MONDAY)
    )  # fmt: skip


def list_bases(item: Item, units: int) -> list[str]:
    ask = factory.make_ask([(item, units)], requested_on=WANTED_ON)
    (line,) = iscm.promise(ask).lines
    assert not line.unpromised
    return [part.basis for part in line.slices]


def make_two_ways(**facts: str) -> tuple[Location, Item]:
    """Three here; bought in five days, and sent by a partner in two."""
    site, item = foundation.make_site(), foundation.make_item(**facts)
    factory.make_stock(item, site, 3)
    foundation.make_source(item, supplier=foundation.make_party(role="supplier"))
    foundation.make_source(item, kind="dropship", supplier=foundation.make_party(role="supplier"), lead_time_days=2)
    return site, item


def test_a_place_that_keeps_what_partners_send_elsewhere_gives_from_its_shelf():
    site, item = make_two_ways(decoupling="dropship")
    assert list_bases(item, 2) == ["dropship"]

    say(item, site, "stock")

    assert list_bases(item, 2) == ["stock"]
    assert list_bases(item, 5) == ["stock", "lead_time"]


def test_a_place_that_lets_a_partner_send_uses_up_its_shelf_and_buys_no_more():
    site, item = make_two_ways()
    assert list_bases(item, 5) == ["stock", "lead_time"]

    say(item, site, "dropship")

    assert list_bases(item, 5) == ["stock", "dropship"]


def test_what_the_shelf_serves_does_not_ask_what_is_said_for_places():
    _site, item = make_two_ways()

    with CaptureQueriesContext(connection) as asked:
        list_bases(item, 2)

    assert not any("decouplingpoint" in query["sql"] for query in asked.captured_queries)
