"""Each kind of change is a pure overlay: it copies the columns that it touches and no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rantai.iscm.strategy.queries.overlays import capacities, demands, patches, sites, stocks, supplies
from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.days import NEVER
from tests.iscm.strategy import worlds
from tests.iscm.strategy.worlds import DAY, GOODS, NOW, OTHER, PART, PLANT, SHOP, SUPPLIER, UNIT

NONE = np.zeros(0, np.int64)
EVERY = np.ones(4, np.bool_)


def down(tables: Any, *, share: int = 0, days: tuple[int, int] = (5, 20)) -> Any:
    return supplies.stop_supplier(
        tables, supplier=SUPPLIER, items=None, since=NOW + days[0] * DAY, until=NOW + days[1] * DAY, share=share,
        receipts=worlds.ints(8), planned_keys=tables["sources"]["key"],
        planned_units=worlds.ints(0, 0, 20 * UNIT, 0, 7 * UNIT),
    )  # fmt: skip


OVERLAYS = {
    "supplier_down": (down, {"sources": None, "receipts": set()}),
    "lead_time": (
        lambda t: supplies.change_lead_time(t, rows=t["sources"]["supplier"] == SUPPLIER, days=4),
        {"sources": {"lead_time"}},
    ),
    "lots": (
        lambda t: supplies.change_lots(t, rows=t["sources"]["kind"] == 1, minimum=9, multiple=None, maximum=None),
        {"sources": {"minimum"}},
    ),
    "rank": (lambda t: supplies.change_rank(t, source_id=1004, rank=1), {"sources": {"rank"}}),
    "share": (
        lambda t: supplies.change_share(t, source_id=1004, share=3_000),
        {"sources": {"weight"}, "item_locations": {"search"}},
    ),
    "safety": (
        lambda t: stocks.scale_safety(t, places=EVERY, factor=2.0),
        {"item_locations": {"safety_stock", "reorder_level", "order_up_to"}},
    ),
    "classes": (
        lambda t: demands.order_classes(t, ranks=worlds.ints(1, 0, 2)),
        {"demands": {"class_rank"}},
    ),
    "demand less": (
        lambda t: demands.scale_demand(t, items=None, since=0, until=NEVER, by=np.full(6, -0.2)),
        {"demands": {"quantity"}},
    ),
    "capacity": (
        lambda t: capacities.scale_capacity(t, row=0, share=5_000, since=None, until=None),
        {"resources": {"maximum"}},
    ),
    "hours": (
        lambda t: capacities.add_hours(t, row=0, hours=2, since=None, until=None),
        {"calendars": {"offset", "start", "end"}, "operations": {"calendar"}, "resources": {"calendar"}},
    ),
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_leaves_what_it_does_not_touch_the_very_same_arrays(name):
    tables = worlds.make_tables()
    before = {table: {column: values.copy() for column, values in rows.items()} for table, rows in tables.items()}
    overlay, expected = OVERLAYS[name]

    after = overlay(tables)

    changed = patches.diff(tables, after)
    for table, columns in changed.items():
        assert expected[table] is None or not expected[table] or set(columns) <= expected[table]
    assert set(changed) <= set(expected)
    for table, rows in before.items():
        for column, values in rows.items():
            assert (tables[table][column] == values).all(), f"{table}.{column} was written into"
    assert patches.measure(changed) < patches.measure(tables)


def test_a_supplier_that_stops_brings_nothing_in_the_time_and_its_receipts_at_its_end():
    after = down(worlds.make_tables(), days=(2, 20))

    rows = after["sources"]
    mine = rows["supplier"] == SUPPLIER
    first, last = NOW + 2 * DAY, NOW + 20 * DAY
    windows = sorted(zip(rows["effective_from"][mine].tolist(), rows["effective_to"][mine].tolist(), strict=True))
    assert windows == [(0, first), (0, first), (last, NEVER), (last, NEVER)]
    assert after["receipts"]["time"].tolist() == [last]
    assert len(np.unique(rows["key"])) == len(rows["key"])


def test_a_supplier_that_delivers_a_share_brings_that_share_of_what_was_planned():
    after = down(worlds.make_tables(), share=6_000, days=(2, 20))

    limits = after["sources"]["limit"]
    assert sorted(limits[limits < NEVER].tolist()) == [42_000, 12 * UNIT]
    times, units = after["receipts"]["time"], after["receipts"]["quantity"]
    assert list(zip(times.tolist(), units.tolist(), strict=True)) == [
        (NOW + 3 * DAY, 6 * UNIT), (NOW + 20 * DAY, 4 * UNIT),
    ]  # fmt: skip


def test_a_supplier_that_stops_for_good_is_planned_no_more():
    tables = worlds.make_tables()

    after = supplies.stop_supplier(
        tables, supplier=SUPPLIER, items=None, since=0, until=NEVER, share=0, receipts=NONE, planned_keys=NONE,
        planned_units=NONE,
    )  # fmt: skip

    assert after["sources"]["planned"].tolist() == [True, True, False, True, False]
    assert len(after["sources"]["key"]) == 5


@given(by=st.floats(-1, 3), units=st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_scaled_weeks_stay_whole_and_add_up_to_the_scaled_sum(by, units):
    tables = worlds.make_tables()
    tables["demands"]["quantity"][2:5] = np.array(units) * UNIT

    after = demands.scale_demand(tables, items=worlds.ints(GOODS), since=0, until=NEVER, by=np.full(6, by))

    expected = after["demands"]["quantity"][2:5]
    assert (expected % UNIT == 0).all()
    assert (expected >= 0).all()
    assert abs(expected.sum() - sum(units) * UNIT * (1 + by)) <= UNIT / 2 + 1
    assert after["demands"]["quantity"][:2].tolist() == [4 * UNIT, 6 * UNIT]


def test_more_demand_adds_expected_units_for_open_orders_and_less_takes_none_of_them():
    tables = worlds.make_tables()

    more = demands.scale_demand(tables, items=None, since=0, until=NEVER, by=np.full(6, 0.5))["demands"]
    less = demands.scale_demand(tables, items=None, since=0, until=NEVER, by=np.full(6, -0.5))["demands"]

    assert more["quantity"][:2].tolist() == less["quantity"][:2].tolist() == [4 * UNIT, 6 * UNIT]
    assert more["quantity"][6:].tolist() == [2 * UNIT, 3 * UNIT]
    assert more["kind"][6:].tolist() == [1, 1]
    assert len(less["key"]) == 6


def test_a_promotion_takes_its_share_from_the_days_after_it():
    tables = worlds.make_tables()

    after = demands.promote(
        tables, items=worlds.ints(GOODS), since=NOW + 14 * DAY, until=NOW + 21 * DAY, uplift=0.6, pulled=1.0
    )["demands"]

    assert after["quantity"][2:5].tolist() == [8 * UNIT, 2 * UNIT, 5 * UNIT]


def test_customers_with_most_at_stake_come_first():
    after = demands.order_by_stake(worlds.make_tables(), groups=2)["demands"]

    assert after["class_rank"][:2].tolist() == [1, 0]


def test_what_is_expected_to_order_waits_and_the_figures_still_know_when_it_was_wanted():
    tables = worlds.make_tables()
    waits = stocks.find_waits(tables, whole=True)

    after = demands.delay_expected(
        tables, places=np.array([place == worlds.place(GOODS, SHOP) for place in worlds.PLACES]), waits=waits
    )

    # move 2 days, an hour's work in a day, parts 5 days: each in days of the calendar
    assert waits[worlds.row(GOODS, SHOP)] == (3 + 2 + 7) * DAY
    assert after["demands"]["due"].tolist()[2] == NOW + 26 * DAY
    assert after["demands"]["wanted_at"] is tables["demands"]["due"]
    assert after["demands"]["due"].tolist()[5] == NOW + 14 * DAY


def test_a_service_level_stretches_what_stands_and_sets_what_does_not():
    tables = worlds.make_tables()
    tables["item_locations"]["safety_stock"][:] = np.array([0, 10, 10, 10]) * UNIT
    levels, spreads = np.array([0.0, 0.9, 0.9, 0.0]), np.full(4, 6.0 * UNIT)

    after = stocks.set_service_level(tables, places=EVERY, level=0.99, levels=levels, spreads=spreads)

    # z(.99) = 2.326, z(.9) = 1.282: 6 × 2.326 = 14; 10 × 2.326 / 1.282 = 18.2
    assert (after["item_locations"]["safety_stock"] // UNIT).tolist() == [14, 19, 19, 14]


def test_a_new_site_can_do_what_its_model_can_and_serves_it():
    tables = worlds.make_tables()
    location = sites.new_location(0)

    after = sites.add_site(tables, like=PLANT, location=location, items=None, days=3, extra_cost=0.5, is_first=True)

    known = after["item_locations"]["key"]
    assert (np.diff(known) > 0).all()
    there = {keys.split(int(one)) for one in known} - {keys.split(one) for one in worlds.PLACES}
    assert there == {(GOODS, location), (PART, location)}
    rows, lines = after["sources"], after["bom_lines"]
    lanes = np.flatnonzero((rows["kind"] == 2) & (rows["source_id"] == -1))
    assert {keys.split(int(known[rows["origin"][lane]])) for lane in lanes} == there
    assert {keys.split(int(rows["place"][lane])) for lane in lanes} == {(GOODS, PLANT), (PART, PLANT)}
    assert rows["lead_time"][lanes].tolist() == [3, 3]
    assert rows["rank"][lanes].max() < tables["sources"]["rank"].min()
    (made,) = np.flatnonzero((rows["kind"] == 0) & (rows["extra_cost"] == 0.5))
    assert keys.split(int(known[lines["component"][lines["source"] == made][0]])) == (PART, location)
    assert len(after["resources"]["key"]) == 2
    # what stood before still cites the same item-locations
    assert keys.split(int(known[rows["origin"][1]])) == (GOODS, PLANT)
    assert keys.split(int(known[lines["component"][0]])) == (PART, PLANT)


def test_capacity_for_a_time_becomes_steps():
    tables = worlds.make_tables()

    after = capacities.scale_capacity(tables, row=0, share=-10_000, since=NOW + DAY, until=NOW + 3 * DAY)

    steps = after["step_functions"]
    assert after["resources"]["maximum_steps"].tolist() == [0]
    assert steps["start"].tolist()[1:] == [NOW + DAY, NOW + 3 * DAY]
    assert steps["value"].tolist() == [UNIT, 0, UNIT]


def test_longer_days_end_later_and_never_run_into_the_next():
    tables = worlds.make_tables()

    after = capacities.add_hours(tables, row=0, hours=2, since=None, until=None)
    longest = capacities.add_hours(tables, row=0, hours=24, since=None, until=None)

    low, high = after["calendars"]["offset"][2:4]
    begun, ended = after["calendars"]["start"][low:high], after["calendars"]["end"][low:high]
    assert set((ended - begun).tolist()) == {10 * 3600}
    assert (longest["calendars"]["end"][120:179] <= longest["calendars"]["start"][121:180]).all()
    assert after["operations"]["calendar"].tolist() == [2]


def test_a_share_weighs_a_source_against_the_others():
    after = supplies.change_share(worlds.make_tables(), source_id=1004, share=3_000)

    assert after["sources"]["weight"][2:4].round(3).tolist() == [0.7, 0.3]
    assert after["item_locations"]["search"].tolist() == [
        2 * (one == worlds.place(PART, PLANT)) for one in worlds.PLACES
    ]
    assert OTHER
