"""The aggregate plan: a textbook's optimum, the slow way, what must hold of every plan, and bad input."""

from dataclasses import replace

import numpy as np
import pytest

from rantai_engines.arrays import InvalidProblem
from rantai_engines.planning.aggregate import examples, reference
from rantai_engines.planning.aggregate.params import AggregateParams
from rantai_engines.planning.aggregate.solve import solve

PROVEN = AggregateParams(gap=1e-9, nodes=1_000_000)


@pytest.mark.parametrize(
    ("demand", "cost"),
    [([1600, 3000, 3200, 3800, 2200, 2200], 422_275), ([1000, 3000, 3800, 4800, 2000, 1400], 432_858)],
)
def test_red_tomato_costs_what_the_textbook_says(demand, cost):
    found = solve(examples.state_red_tomato(demand), params=PROVEN)

    assert found.cost == pytest.approx(cost, abs=0.5)
    assert sum(found.costs.values()) == pytest.approx(found.cost)


def test_red_tomato_builds_before_the_peak_and_lays_off_once():
    found = solve(examples.state_red_tomato([1600, 3000, 3200, 3800, 2200, 2200]), params=PROVEN)

    assert found.stock[0].round(1).tolist() == [1983.3, 1566.7, 950.0, 0.0, 116.7, 500.0]
    assert found.backlog[0].round(1).tolist() == [0, 0, 0, 266.7, 0, 0]
    assert (found.hours[0] / 160).round(2).tolist() == [64.58] * 6


@pytest.mark.parametrize("seed", range(25))
def test_the_slow_way_finds_the_same_cost(seed):
    problem = examples.random_problem(seed)

    found = solve(problem, params=PROVEN)

    assert found.cost == pytest.approx(reference.find_cost(problem), rel=1e-6)
    assert found.bound <= found.cost * (1 + 1e-9)
    assert not found.was_cut


@pytest.mark.parametrize("seed", range(100, 130))
def test_every_plan_keeps_its_units_and_its_hours(seed):
    problem = examples.random_problem(seed, places=8, buckets=8, setups=5, resources=3)

    found = solve(problem, params=AggregateParams(gap=0.01))

    assert_units_are_kept(problem, found)
    assert (found.load <= found.hours + found.overtime + 1e-6).all()
    assert (found.overtime <= problem.overtime_limit + 1e-6).all()
    used = found.quantity[problem.has_setup] > 1e-6
    assert (found.setups[problem.has_setup] >= used).all()
    minimum = np.where(found.setups, problem.minimum[:, None], 0.0)
    assert (found.quantity >= minimum - 1e-6).all()
    assert found.gap <= 0.01 + 1e-9


def assert_units_are_kept(problem, found):
    """What was there and came equals what was taken, served and is left, place by place and bucket by bucket."""
    came = problem.receipts.copy()
    for source, place in enumerate(problem.source_place):
        lead = problem.source_lead[source]
        came[place, lead:] += found.quantity[source, : problem.n_buckets - lead]
    np.add.at(came, problem.line_place, -problem.line_per[:, None] * found.quantity[problem.line_source])
    net = found.stock - found.backlog
    before = np.column_stack([problem.on_hand - problem.opening_backlog, net[:, :-1]])
    assert before + came - problem.demand == pytest.approx(net, abs=1e-5)


def test_an_hour_is_worth_what_the_plan_saves_with_it():
    problem = examples.random_problem(7, setups=0)
    found = solve(problem, params=PROVEN)
    place = np.unravel_index(
        np.argmax(np.where(problem.is_staffed[:, None], 0, found.hour_value)), found.hour_value.shape
    )
    roomier = problem.capacity.copy()
    roomier[place] += 1e-3

    again = solve(replace(problem, capacity=roomier), params=PROVEN)

    assert found.hour_value[place] > 0
    assert (found.cost - again.cost) / 1e-3 == pytest.approx(found.hour_value[place], rel=1e-3)


def test_a_component_that_is_missing_is_never_taken_on_credit():
    demand = np.array([[10.0, 0.0], [0.0, 0.0]])
    problem = examples.state_problem(
        demand,
        backlog_cost=np.array([1.0, 1.0]),
        short_cost=np.array([50.0, 50.0]),
        source_place=np.array([0]),
        source_lead=np.array([0]),
        line_source=np.array([0]),
        line_place=np.array([1]),
        line_per=np.array([2.0]),
        on_hand=np.array([0.0, 8.0]),
    )

    found = solve(problem, params=PROVEN)

    assert found.quantity[0].sum() == pytest.approx(4)
    assert found.backlog[0].tolist() == pytest.approx([6, 6])
    assert not found.backlog[1].any()


def test_sources_share_what_their_place_starts():
    found = solve(examples.state_red_tomato([1600, 3000, 3200, 3800, 2200, 2200]), params=PROVEN)

    assert found.share_sources(np.array([0, 0])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"demand": np.array([[np.nan, 1.0]])}, "demand of row 0"),
        ({"demand": np.array([[-1.0, 1.0]])}, "demand of row 0"),
        ({"source_place": np.array([3])}, "source_place of row 0"),
        ({"on_hand": np.array([1e13])}, "on_hand of row 0"),
        ({"holding_cost": np.zeros(2)}, "holding_cost: its shape"),
    ],
)
def test_bad_input_is_named_where_it_stands(change, told):
    given = {"source_place": np.array([0]), "demand": np.array([[5.0, 5.0]])} | change

    with pytest.raises(InvalidProblem, match=told):
        examples.state_problem(given.pop("demand"), **given)


def test_a_circle_of_bills_is_refused():
    problem = examples.state_problem(
        np.ones((2, 2)),
        setup_cost=np.array([1.0, 0.0]),
        source_place=np.array([0, 1]),
        line_source=np.array([0, 1]),
        line_place=np.array([1, 0]),
        line_per=np.ones(2),
    )

    with pytest.raises(InvalidProblem, match="circle"):
        solve(problem, params=PROVEN)
