"""The loop page: its title is the answer, its picture what the houses know, its figures what moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from rantai.crm import facade as crm
from rantai.desk import tasks
from rantai.desk.queries import loop as queries
from rantai.desk.shapes import loop as shapes
from rantai.foundation.access.models import User
from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.kernel import jobs, relay
from rantai.kernel.flows import Cause, Flow, Lateness
from rantai.kernel.models import KpiValue
from rantai.srm import facade as srm
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import iscm as operations
from tests.factories import srm as buying

pytestmark = pytest.mark.django_db

SignIn = Callable[..., User]
MONEY = 10_000


@pytest.fixture(autouse=True)
def monday():
    """Stand on the Monday on which the factories do business."""
    with time_machine.travel(sales.NOW, tick=False):
        yield


def make_late_order() -> None:
    """An order that leans on a purchase line that comes later than wanted, twelve units of which five are promised."""
    item = sales.make_priced_item("MON", price="100000", cost=60_000)
    foundation.make_site("JKT")
    supplier = buying.make_supplier("Panel Works")
    order = buying.make_sent(supplier, [(item, 12)], unit_cost=50_000 * MONEY)
    buying.answer(order, (12, sales.TODAY + timedelta(days=16)))
    relay.drain()
    placed = sales.make_order(sales.make_customer("Toko"), [(item, 5)])
    crm.confirm_order(placed.pk, revision=placed.revision, by="user:1", as_of=sales.NOW)
    relay.drain()


def read() -> queries.Loop:
    cache.clear()
    return queries.read_loop(parties.get_company())


def find_way(loop: queries.Loop, origin: str, target: str) -> queries.Way:
    return next(way for way in loop.ways if (way.origin.split(":")[0], way.target.split(":")[0]) == (origin, target))


def test_an_empty_chain_says_the_first_step(client: Client, sign_in: SignIn) -> None:
    sign_in("manager")

    text = client.get("/").content.decode()

    assert "strands" not in text.split("<main")[1]
    assert "first" in text.lower()


def test_goods_flow_from_the_supplier_to_the_customer_in_money_and_what_hurts_is_late() -> None:
    make_late_order()

    loop = read()

    inward, outward = find_way(loop, "supplier", "site"), find_way(loop, "site", "segment")
    # twelve at the purchase cost come in; the five that an order waits for are late, at standard cost
    assert (inward.amount, inward.late, inward.rows) == (12 * 50_000 * MONEY, 5 * 60_000 * MONEY, 1)
    assert (outward.amount, outward.late, outward.late_rows) == (5 * 100_000 * MONEY, 5 * 100_000 * MONEY, 1)
    assert {post.name for post in loop.posts} >= {"Panel Works", "Site JKT"}


def test_the_title_says_how_many_and_for_whom(client: Client, sign_in: SignIn) -> None:
    make_late_order()
    sign_in("manager")

    text = client.get("/").content.decode()

    assert "1 of 1 open order will be late" in text
    assert "nearly all for one item" in text
    assert "holds up 1 orders" in text
    assert 'class="s-late"' in text
    assert "Read as a table" in text


def test_a_link_of_the_picture_leads_to_the_rows(client: Client, sign_in: SignIn) -> None:
    make_late_order()
    sign_in("manager")

    url = find_way(read(), "site", "segment").url
    text = client.get(url).content.decode()

    assert "Toko" in text


def test_the_page_asks_the_database_once_in_a_while(
    client: Client, sign_in: SignIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    make_late_order()
    sign_in("manager")
    client.get("/")

    with django_assert_max_num_queries(16):
        client.get("/")


def test_figures_tell_how_they_moved_since_last_week(client: Client, sign_in: SignIn) -> None:
    make_late_order()
    KpiValue.objects.create(code="crm.late", day=sales.TODAY - timedelta(days=8), numerator=3, denominator=9)
    sign_in("manager")

    assert "\N{MINUS SIGN}2 on last week" in client.get("/").content.decode()


def test_a_snapshot_keeps_each_figure_of_the_day_once() -> None:
    make_late_order()
    run = jobs.Run(job_id=0, worker="test", asked_at=sales.NOW)

    tasks.snapshot_figures(run)
    tasks.snapshot_figures(run)

    late = KpiValue.objects.get(code="crm.late")
    assert (late.numerator, late.denominator, late.day) == (1, 1, sales.TODAY)


def test_each_house_gives_its_flows_in_one_shape() -> None:
    make_late_order()

    for door in (srm, iscm, crm):
        assert all(isinstance(flow, Flow) for flow in door.get_reach(sales.NOW).flows)


def test_lateness_names_the_supplier_and_the_item() -> None:
    make_late_order()

    lateness = iscm.get_lateness(sales.NOW)

    assert (lateness.orders, lateness.since) == (1, sales.NOW)
    assert [(cause.kind, cause.orders) for cause in lateness.causes] == [("supplier", 1), ("item", 1)]


@pytest.mark.parametrize(
    ("orders", "causes", "said"),
    [
        (10, [("supplier", 9), ("item", 9)], "nearly all for one item"),
        (10, [("supplier", 9), ("item", 3)], "nearly all because of one supplier"),
        (10, [("supplier", 5), ("supplier", 4), ("item", 3)], "nearly all because of two suppliers"),
        (10, [("supplier", 6), ("supplier", 1), ("item", 2)], "most of them because of one supplier"),
        (10, [("supplier", 2), ("supplier", 2), ("item", 2)], ""),
    ],
)
def test_the_narrowest_cause_that_explains_most_is_named(orders: int, causes: list[tuple[str, int]], said: str) -> None:
    make_late_order()
    found = [Cause(kind=kind, name=f"{kind} {n}", orders=n, lines=n, days=3) for kind, n in causes]
    loop = queries.replace(read(), lateness=Lateness(orders=orders, since=None, causes=tuple(found)))

    assert shapes.say_cause(loop) == said


def test_posts_beyond_the_room_stand_together_and_lose_nothing() -> None:
    item = foundation.make_item()
    operations.make_stock(item, foundation.make_site("JKT"), 1)
    for number in range(queries.MOST["supplier"] + 4):
        order = buying.make_sent(buying.make_supplier(f"S{number}"), [(item, 1 + number)], unit_cost=1000 * MONEY)
        buying.answer(order, (1 + number, sales.TODAY + timedelta(days=5)))
    loop = read()

    posts, ways = queries.show_most(loop)

    suppliers = [post for post in posts if post.column == "supplier"]
    assert len(suppliers) == queries.MOST["supplier"] + 1
    assert suppliers[-1].name == "4 others"
    assert sum(way.amount for way in ways) == sum(way.amount for way in loop.ways)
