"""Plans of any size and depth: arrays that run full, deep bills, generated companies."""

from dataclasses import fields

import numpy as np
import pytest

from rantai_engines.planning import solve as engine
from rantai_engines.planning.examples import make_company
from rantai_engines.planning.problem import PER_SCALE, UNIT, Problem, SourceKind
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.solve import solve

from .audit import audit
from .chains import DAY, NOW, make_problem


def test_a_generated_company_passes_the_audit() -> None:
    problem = make_company(300, demands=900, seed=7)

    solution = solve(problem)

    audit(problem, solution)
    assert len(solution.orders.source) > 1_000


def test_the_same_seed_makes_the_same_company() -> None:
    one, two = make_company(100, demands=50, seed=3), make_company(100, demands=50, seed=3)

    for column in fields(one.demands):
        assert (getattr(one.demands, column.name) == getattr(two.demands, column.name)).all()


def test_arrays_that_run_full_on_the_way_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = make_company(200, demands=600, seed=11)
    roomy = solve(problem)

    monkeypatch.setattr(engine, "_FIRST_ROWS", -599)
    monkeypatch.setattr(engine, "_FIRST_LOG", 2)
    monkeypatch.setattr(engine, "_SPARE_ROWS", 0)
    tight = solve(problem)

    for table in ("orders", "deliveries", "stock_fills", "pegs", "reasons", "delays", "shortages"):
        for column in fields(getattr(roomy, table)):
            left, right = (getattr(getattr(plan, table), column.name) for plan in (roomy, tight))
            assert (left == right).all(), (table, column.name)


def test_a_bill_of_a_hundred_and_fifty_levels_is_planned() -> None:
    solution = solve(_ladder(150))

    assert solution.delivered.tolist() == [UNIT]
    assert len(solution.orders.source) == 150


def test_a_bill_too_deep_to_be_true_is_refused_with_its_place() -> None:
    solution = solve(_ladder(260))

    assert solution.shortages.cause.tolist() == [CauseKind.CIRCLE]
    assert solution.shortages.subject.tolist() == [201]


def _ladder(levels: int) -> Problem:
    """Item-location k is made of k + 1; the last is bought."""
    kinds = np.full(levels, SourceKind.MAKE)
    kinds[-1] = SourceKind.BUY
    return make_problem(
        places={"key": np.arange(levels)},
        sources={"key": np.arange(levels), "item_location": np.arange(levels), "kind": kinds},
        lines={
            "source": np.arange(levels - 1),
            "component": np.arange(1, levels),
            "quantity_per": np.full(levels - 1, PER_SCALE),
        },
        demands={"key": [1], "item_location": [0], "due": [NOW + 5 * DAY], "quantity": [UNIT]},
    )
