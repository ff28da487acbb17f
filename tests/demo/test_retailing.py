"""What dealers of the demonstration tell: late, with gaps and a little wrong, and why they order when they do."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from rantai.demo import serving
from rantai.demo.retailing import SellOut
from rantai.demo.world import World, make_world

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(size="medium", seed=1, as_of=DAY)


def by_item(world: World) -> dict[tuple[str, str], list[SellOut]]:
    found = defaultdict(list)
    for row in sorted(world.sell_outs, key=lambda row: row.monday):
        found[row.customer.key, row.item.code].append(row)
    return found


def list_orders(world: World) -> dict[tuple[str, str], list[tuple[date, int]]]:
    found = defaultdict(list)
    for line in world.history:
        if line.units > 0:
            found[line.customer.key, line.item.code].append((line.at.date(), line.units))
    return found


def test_dealers_who_come_back_tell_and_not_all_of_them(world: World) -> None:
    tell = {row.customer.key for row in world.sell_outs}
    days = defaultdict(set)
    for line in world.history:
        days[line.customer.key].add(line.at.date())

    assert {row.customer.segment for row in world.sell_outs} == {"reseller"}
    assert sum(len(days[key]) > 2 for key in tell) > 0.9 * len(tell)
    silent = {row.customer.key for row in world.contracts if row.customer.segment == "reseller"} - tell
    assert len(silent) > 3


def test_files_come_after_their_week_and_some_never(world: World) -> None:
    files = {(row.customer.key, row.monday): row.told_on for row in world.sell_outs}
    delays = [(on - monday).days - 6 for (_key, monday), on in files.items()]
    weeks = defaultdict(set)
    for key, monday in files:
        weeks[key].add(monday)
    gaps = sum((max(found) - min(found)).days // 7 + 1 - len(found) for found in weeks.values())

    assert all(monday.weekday() == 0 for _key, monday in files)
    assert min(delays) == 1
    assert max(delays) == 10
    assert max(files.values()) <= DAY
    assert 0.6 < np.mean(np.array(delays) <= 3) < 0.8
    assert 0.02 < gaps / (gaps + len(files)) < 0.08


def test_shelves_move_by_what_came_and_what_was_sold(world: World) -> None:
    orders, off, total = list_orders(world), [], 0
    for pair, rows in by_item(world).items():
        bought = {day - timedelta(days=day.weekday()) for day, _units in orders[pair]}
        for before, row in pairwise(rows):
            near = {row.monday - timedelta(weeks=back) for back in range(2)}
            if row.monday - before.monday == timedelta(weeks=1) and not near & bought:
                off.append(before.on_shelf - row.sold - row.on_shelf)
                total += row.sold

    # without an order near by: what is not accounted for is a miscount, a loss that is found, a shop that is left out
    assert len(off) > 1_000
    assert np.mean(np.abs(off) <= 1) > 0.9
    assert abs(sum(off)) < 0.1 * total


def test_who_goes_rounds_orders_when_little_is_left(world: World) -> None:
    planned = {row.customer.key for row in world.contracts}
    orders, shares = list_orders(world), []
    for pair, rows in by_item(world).items():
        usual = np.mean([units for _day, units in orders[pair]]) if len(orders[pair]) > 3 else 0
        shelf = {row.monday: row.on_shelf for row in rows}
        for day, _units in orders[pair] if usual > 4 and pair[0] not in planned else ():
            eve = day - timedelta(days=day.weekday() + 7)
            if eve in shelf:
                shares.append(shelf[eve] / usual)

    assert len(shares) > 50
    assert 0.2 < np.median(shares) < 0.6


def test_the_same_files_are_told_whatever_comes_later(world: World) -> None:
    """What was told by a day holds nothing of which the day of telling lies after it."""
    again = make_world(size="medium", seed=1, as_of=DAY)

    assert again.sell_outs == world.sell_outs
    assert [row.told_on for row in world.sell_outs] == sorted(row.told_on for row in world.sell_outs)


def test_contracts_make_key_customers_and_campaigns_are_announced(world: World) -> None:
    classes = dict(serving.list_classes(world.customers, world.contracts, DAY))
    running = {row.customer.key for row in world.contracts if row.begins <= DAY < row.ends}
    campaigns = list(serving.list_campaigns(world.first_day, DAY))

    assert {key for key, name in classes.items() if name == "key"} == running
    assert 10 < len(running) < 0.05 * len(world.customers)
    assert {row.segment for row in world.customers if classes.get(row.key) == "dealer"} == {"reseller"}
    assert [row.on for row in campaigns if row.on > DAY] == [date(2026, 12, 12)]
    assert {row.month for row in serving.list_budgets(world.deals)} == {1, 4, 7, 11}
