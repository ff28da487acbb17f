"""An event changes what it touches, says what that is, and leaves the rest as it was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.planning.changes import AddDemand, CancelDemand, ChangeCalendar, ChangeDemand, ChangeReceipt
from rantai_engines.planning.held import HeldPlan
from rantai_engines.planning.problem import UNIT
from rantai_engines.planning.solution import ConsumerKind, ReasonKind, SupplyKind
from rantai_engines.planning.solve import Params, solve
from rantai_engines.planning.tables import InvalidProblem

from .audit import audit
from .chains import DAY, NOW, make_problem
from .changing import (
    laid_anew,
    list_busy,
    list_deliveries,
    list_differences,
    list_orders,
    list_profiles,
    random_change,
    random_demand,
    tell_both,
)
from .finite_chains import random_finite_problem

seeds = st.integers(0, 1_000_000)
_STEPS = 6


@pytest.mark.parametrize("forecasts_give_way", [False, True])
@given(seed=seeds)
@settings(max_examples=25, deadline=None)
def test_every_event_leaves_a_plan_that_passes_the_audit(forecasts_give_way: bool, seed: int) -> None:
    held = HeldPlan(random_finite_problem(seed), forecasts_give_way=forecasts_give_way)
    rng = np.random.default_rng(seed)

    for step in range(_STEPS):
        held.apply([random_change(rng, held, step)])

        audit(held.facts.problem(), held.solution())
        for state in (held.plan, held.firm):
            anew = laid_anew(held, state)
            assert anew is None or list_profiles(anew) == list_profiles(state)
            assert anew is None or list_busy(anew) == list_busy(state)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_what_is_not_told_as_touched_is_as_it_was(seed: int) -> None:
    held, rng = HeldPlan(random_finite_problem(seed)), np.random.default_rng(seed)

    for step in range(_STEPS):
        orders, deliveries, balances = list_orders(held.plan), list_deliveries(held.plan), list_profiles(held.plan)
        touched = held.apply([random_change(rng, held, step)])

        after = list_orders(held.plan)
        moved = {number for number in {*orders, *after} if orders.get(number) != after.get(number)}
        assert moved <= set(touched.orders)
        assert set(touched.added) == set(after) - set(orders)
        assert set(touched.removed) == set(orders) - set(after)
        rows = {held.facts.demands.rows[key] for key in touched.demands}
        now = list_deliveries(held.plan)
        other = {d for d in {*deliveries, *now} if d >= 0 and deliveries.get(d) != now.get(d)}
        assert other <= rows
        places = len(held.facts.places.key)
        changed = {k for k, rows in enumerate(list_profiles(held.plan)[:places]) if rows != balances[k]}
        assert changed <= set(touched.item_locations)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_an_event_that_touches_too_much_changes_nothing(seed: int) -> None:
    held, rng = HeldPlan(random_finite_problem(seed), most=1), np.random.default_rng(seed)

    for step in range(_STEPS):
        before, facts = tell_both(held), held.facts.problem()
        touched = held.apply([random_change(rng, held, step), random_change(rng, held, 100 + step)])

        if touched.is_provisional:
            assert touched.why
            assert tell_both(held) == before
            assert (held.facts.problem().demands.quantity == facts.demands.quantity).all()
            assert (held.facts.problem().receipts.time == facts.receipts.time).all()


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_a_new_order_that_is_cancelled_leaves_the_very_plan(seed: int) -> None:
    held = HeldPlan(random_finite_problem(seed), forecasts_give_way=False)
    rng = np.random.default_rng(seed)

    for step in range(4):
        held.apply([random_change(rng, held, step)])
        before = held.solution()
        held.apply([random_demand(rng, len(held.facts.places.key), key=20_000 + step)])
        held.apply([CancelDemand(key=20_000 + step)])

        # The cancelled row stays in the problem, asks for nothing and gets nothing.
        assert set(list_differences(held.solution(), before)) <= {
            "delivered", "last_delivery", "notices.kind", "notices.subject"
        }  # fmt: skip


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_an_event_of_its_own_gives_the_full_plan(seed: int) -> None:
    params = Params(fill_stock_targets=False, search_orders=False, shifts=0)
    held, rng = HeldPlan(random_finite_problem(seed, demands=1), params=params), np.random.default_rng(seed)
    key = next(iter(held.facts.demands.rows))

    held.apply([ChangeDemand(key=key, due=NOW + int(rng.integers(0, 50)) * DAY, quantity=int(rng.integers(1, 90_000)))])

    alone = solve(held.facts.problem(), params=params)
    here = held.solution()
    for table in ("deliveries", "shortages", "delays"):
        assert not [name for name in list_differences(here, alone) if name.startswith(table)]
    if not held.facts.places.order_up_to.any():
        assert here.orders.quantity.sum() == alone.orders.quantity.sum()


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_without_demands_nothing_is_planned(seed: int) -> None:
    held = HeldPlan(random_finite_problem(seed), params=Params(fill_stock_targets=False))

    for key in list(held.facts.demands.rows):
        held.apply([CancelDemand(key=key)])

    plan = held.solution()
    left, pegs = plan.orders, plan.pegs
    stocked_up = held.facts.places.order_up_to[left.item_location] > 0
    besides = np.isin(left.source, held.facts.base.co_products.source)
    feeding = pegs.supply[(pegs.supply_kind == SupplyKind.ORDER) & (pegs.consumer_kind == ConsumerKind.ORDER)]
    assert (stocked_up | besides | np.isin(np.arange(len(left.source)), feeding)).all()
    assert not len(plan.deliveries.demand)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_the_account_of_all_item_locations_is_the_plan(seed: int) -> None:
    held, rng = HeldPlan(random_finite_problem(seed)), np.random.default_rng(seed)
    for step in range(3):
        held.apply([random_change(rng, held, step)])

    whole, part = held.solution(), held.account(range(len(held.facts.places.key)))

    names = ("source", "item_location", "start", "end", "quantity")
    assert _rows(part.orders, *names) == _rows(whole.orders, *names)
    for table in ("deliveries", "shortages", "delays"):
        columns = getattr(whole, table).__slots__
        assert _rows(getattr(part, table), *columns) == _rows(getattr(whole, table), *columns)
    pegged = ("item_location", "supply_kind", "consumer_kind", "supply_time", "need_time")
    assert _sums(part.pegs, pegged) == _sums(whole.pegs, pegged)
    assert part.reasons.quantity.sum() == whole.orders.quantity.sum()
    taken = ("bom_line", "item_location", "time", "quantity")
    assert _rows(part.consumption, *taken) == _rows(whole.consumption, *taken)
    timed = ("operation", "resource", "start", "end", "quantity")
    assert _rows(part.runs, *timed) == _rows(whole.runs, *timed)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_the_account_names_the_orders_of_the_first_plan_by_their_numbers(seed: int) -> None:
    held = HeldPlan(random_finite_problem(seed))

    whole, part = held.solution(), held.account(range(len(held.facts.places.key)))

    row_of = {number: row for row, number in enumerate(held.numbers.tolist())}
    orders = {row_of[row[0]]: row[1:] for row in _rows(part.orders, *part.orders.__slots__)}
    assert orders == dict(enumerate(_rows_as_they_stand(whole.orders, *part.orders.__slots__[1:])))
    for name, kinds in (("supply", SupplyKind), ("consumer", ConsumerKind)):
        own = getattr(part.pegs, f"{name}_kind") == kinds.ORDER
        named = getattr(part.pegs, name)
        named[own] = [row_of[number] for number in named[own].tolist()]
    assert _rows(part.pegs, *part.pegs.__slots__) == _rows(whole.pegs, *part.pegs.__slots__)
    lots = part.reasons.kind == ReasonKind.LOT
    part.reasons.subject[lots] = [row_of[number] for number in part.reasons.subject[lots].tolist()]
    part.reasons.order[:] = [row_of[number] for number in part.reasons.order.tolist()]
    assert _rows(part.reasons, *part.reasons.__slots__) == _rows(whole.reasons, *part.reasons.__slots__)


def test_a_forecast_that_gave_way_comes_back() -> None:
    problem = make_problem(
        places={"key": [1], "on_hand": [10 * UNIT]},
        sources={"key": [1], "item_location": [0], "kind": [1], "lead_time": [20 * DAY]},
        demands={"key": [1], "item_location": [0], "due": [NOW + 5 * DAY], "quantity": [8 * UNIT], "kind": [1]},
    )
    held = HeldPlan(problem)
    before = held.solution()

    touched = held.apply([AddDemand(key=2, item_location=0, due=NOW + 5 * DAY, quantity=9 * UNIT)])

    assert touched.demands == (1, 2)
    assert list_deliveries(held.plan) == {
        0: [[NOW + 5 * DAY, UNIT], [NOW + 20 * DAY, 7 * UNIT]], 1: [[NOW + 5 * DAY, 9 * UNIT]],
    }  # fmt: skip
    held.apply([CancelDemand(key=2)])
    assert set(list_differences(held.solution(), before)) <= {"delivered", "last_delivery"}


def test_what_cannot_be_changed_in_place_is_said() -> None:
    held = HeldPlan(random_finite_problem(5))

    touched = held.apply([ChangeCalendar(resource=0, start=(NOW,), end=(NOW + DAY,))])

    assert touched.is_provisional
    assert "calendar" in touched.why


def test_a_key_that_names_no_row_is_refused() -> None:
    held = HeldPlan(random_finite_problem(5))
    before = tell_both(held)

    with pytest.raises(InvalidProblem, match="names no row"):
        held.apply([CancelDemand(key=next(iter(held.facts.demands.rows))), ChangeReceipt(key=-5, time=NOW)])

    assert tell_both(held) == before


def _rows(table: object, *names: str) -> list[tuple[int, ...]]:
    return sorted(_rows_as_they_stand(table, *names))


def _rows_as_they_stand(table: object, *names: str) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(table, name).tolist() for name in names), strict=True))


def _sums(table: object, names: tuple[str, ...]) -> dict[tuple[int, ...], int]:
    found: dict[tuple[int, ...], int] = {}
    for *key, units in zip(*(getattr(table, name).tolist() for name in (*names, "quantity")), strict=True):
        found[tuple(key)] = found.get(tuple(key), 0) + units
    return found
