"""The world is a function of size, seed and day; its counts hold on every day."""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from rantai.demo import days, past, present, tables
from rantai.demo.catalogue import list_categories
from rantai.demo.world import SIZES, World, make_world

DAY = date(2026, 11, 22)
DAYS = (date(2024, 2, 29), date(2025, 4, 6), DAY, date(2026, 12, 31), date(2027, 3, 15))


def read_folder(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def export(folder: Path, *, seed: int = 1, as_of: date = DAY) -> dict[str, bytes]:
    tables.write_tables(make_world(size="small", seed=seed, as_of=as_of), folder)
    return read_folder(folder)


def test_the_same_size_seed_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    first, again = export(tmp_path / "first"), export(tmp_path / "again")

    assert first == again
    assert len(first) == len(tables.TABLES)


def test_another_seed_or_day_gives_another_world(tmp_path: Path) -> None:
    first = export(tmp_path / "first")

    assert export(tmp_path / "seed", seed=2)["past-orders.csv"] != first["past-orders.csv"]
    assert export(tmp_path / "day", as_of=DAY + timedelta(days=1))["recent-orders.csv"] != first["recent-orders.csv"]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("size", SIZES)
def test_the_counts_hold_on_every_day(size: str, day: date) -> None:
    world = make_world(size=size, seed=7, as_of=day)
    late = [order for order in world.orders if order.kind == "late"]

    assert sum(order.is_open for order in world.orders) == 150
    assert sum(len(order.lines) for order in late) == 40
    assert sum(bool(item.parts) for item in world.catalogue.items) == 60
    assert len({item.code for item in world.catalogue.items}) == len(world.catalogue.items)
    # what is late waits for a purchase that comes after the day on which it was wanted
    expected = {row.item.code: row.expected_on for row in world.purchases}
    assert all(expected[line.item.code] > line.requested_on for order in late for line in order.lines)


def test_medium_is_as_large_as_promised() -> None:
    world = make_world(size="medium", seed=1, as_of=DAY)

    assert len(world.catalogue.items) == 400
    assert len(world.customers) == 5_000
    assert len({line.customer.key for line in world.history}) > 2_500


def test_firms_come_back_and_few_of_them_carry_most() -> None:
    world = make_world(size="medium", seed=1, as_of=DAY)
    days_of: dict[tuple[str, str], set[date]] = defaultdict(set)
    units_of: dict[tuple[str, str], int] = defaultdict(int)
    by_customer: dict[str, int] = defaultdict(int)
    for line in world.history:
        if line.units > 0:
            pair = line.customer.key, line.item.code
            days_of[pair].add(line.at.date())
            units_of[pair] += line.units
            by_customer[line.customer.key] += line.units
    total = sum(by_customer.values())
    largest = sorted(by_customer.values(), reverse=True)

    assert sum(units for pair, units in units_of.items() if len(days_of[pair]) > 2) > 0.6 * total
    assert sum(largest[: len(largest) // 5]) > 0.7 * total
    # who has settled how it buys goes on in the last weeks
    assert any(len(days_of[order.customer.key, line.item.code]) > 10 for order in world.orders for line in order.lines)


def test_every_category_has_a_name_in_three_languages() -> None:
    named = {code: (above, name) for code, above, name in list_categories()}

    assert {item.family for item in small().catalogue.items} <= set(named)
    for code, (above, name) in named.items():
        assert set(name) == {"en", "id", "zh-hans"}, code
        assert not above or above in named


def test_history_ends_where_the_last_weeks_begin() -> None:
    world = small()
    last = DAY - timedelta(days=past.LIVE_DAYS)

    assert all(world.first_day <= line.at.date() < last for line in world.history)
    assert all(last <= order.placed_on < DAY for order in world.orders)
    assert sum(line.units < 0 for line in world.history) > 10


def test_shelves_hold_what_the_last_weeks_take() -> None:
    world = small()
    shelf = {(row.item.code, row.site): row.units for row in world.stock}

    for place, units in present.sum_needs(world.orders).items():
        assert shelf[place] >= units


def test_every_item_can_be_replenished() -> None:
    world = small()

    assert {row.item.code for row in world.sources} == {item.code for item in world.catalogue.items}


def test_a_faster_supplier_is_dearer_and_never_the_first() -> None:
    world = small()
    usual = {row.item.code: row for row in world.sources if row.kind == "buy" and row.rank == 1}
    faster = [row for row in world.sources if row.rank > 1]

    assert {row.item.family for row in faster} == {"HUB", "RTR", "SWT", "DOC", "SSD", "CPU", "RAM", "DRV", "PNL", "CTL"}
    for row in faster:
        first = usual[row.item.code]
        assert row.site == first.site
        assert 3 * row.lead_time <= first.lead_time + 3
        assert row.cost > 1.15 * first.cost


def test_lebaran_is_a_holiday_and_ramadan_sells() -> None:
    holidays = dict(days.list_holidays(date(2025, 1, 1), date(2026, 12, 31)))

    assert holidays[date(2025, 3, 31)] == holidays[date(2026, 3, 20)] == "Idul Fitri"
    assert holidays[date(2026, 8, 17)] == "Kemerdekaan"
    weights = days.weigh_days(date(2026, 3, 2), 19)
    assert weights[0] > 3 * weights[18]  # a Monday of Ramadan against the feast


def small() -> World:
    return make_world(size="small", seed=1, as_of=DAY)
