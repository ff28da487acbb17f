"""Bad rows are named at the door; everything that passes it is planned."""

from typing import Any

import numpy as np
import pytest

from rantai_engines import arrays
from rantai_engines.planning.problem import Calendars, Problem, SourceKind
from rantai_engines.planning.solve import solve
from rantai_engines.planning.tables import InvalidProblem

from .audit import audit
from .chains import DAY, NOW, make_problem

PLACES = {"key": [1, 2]}
SOURCES = {"key": [1], "item_location": [0], "kind": [SourceKind.BUY]}
DEMANDS = {"key": [1], "item_location": [0], "due": [NOW + DAY], "quantity": [10]}


def _problem(**changed: Any) -> Problem:
    given: dict[str, Any] = {"places": PLACES, "sources": SOURCES, "demands": DEMANDS}
    return make_problem(**(given | changed))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"demands": DEMANDS | {"quantity": [-1]}}, r"Demands.quantity, row 0: -1 \(key 1\) is not between 0"),
        ({"demands": DEMANDS | {"quantity": [10**18]}}, r"Demands.quantity, row 0"),
        ({"demands": DEMANDS | {"quantity": [1.5]}}, r"Demands.quantity: needs int64, got float64"),
        ({"demands": DEMANDS | {"stake": [np.nan]}}, r"Demands.stake, row 0: nan"),
        ({"demands": DEMANDS | {"item_location": [2]}}, r"Demands.item_location, row 0: 2 .* is not between 0 and 1"),
        ({"demands": {"key": [1]}}, r"Demands.item_location: is required"),
        ({"demands": DEMANDS | {"colour": [1]}}, r"Demands.colour: no such column"),
        ({"sources": SOURCES | {"lead_time": [-5]}}, r"Sources.lead_time, row 0: -5"),
        ({"sources": SOURCES | {"kind": [SourceKind.MOVE]}}, r"Sources.origin, row 0: a move or a substitute needs"),
        ({"sources": SOURCES | {"maximum": [3], "minimum": [4]}}, r"Sources.maximum, row 0: is below the minimum"),
        ({"sources": SOURCES | {"calendar": [0]}}, r"Sources.calendar, row 0: 0"),
        ({"places": {"key": [7, 7]}}, r"ItemLocations.key, row 1: 7 stands twice"),
        ({"places": {"key": [1, 2], "on_hand": [1]}}, r"ItemLocations.on_hand: has shape \(1,\)"),
        (
            {"lines": {"source": [0], "component": [1], "quantity_per": [1]}},
            r"BomLines.source, row 0: only a make source has components",
        ),
        ({"horizon_days": 0}, r"Problem.horizon_end: .* is not after now"),
    ],
)
def test_a_bad_row_is_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidProblem, match=message) as caught:
        _problem(**changed)

    assert isinstance(caught.value, arrays.InvalidProblem)


def test_overlapping_working_time_is_named() -> None:
    calendars = Calendars(offset=np.array([0, 2]), start=np.array([0, 5]), end=np.array([6, 9]))

    with pytest.raises(InvalidProblem, match="row 1: starts before the interval before it has ended"):
        _problem(calendars=calendars)


def test_a_calendar_without_a_working_second_gives_no_supply_and_says_so() -> None:
    calendars = Calendars(offset=np.array([0, 0]), start=np.zeros(0, np.int64), end=np.zeros(0, np.int64))
    problem = _problem(calendars=calendars, sources=SOURCES | {"calendar": [0], "lead_time": [DAY]})

    solution = solve(problem)

    audit(problem, solution)
    assert solution.delivered.tolist() == [0]
    assert solution.shortages.subject.tolist() == [0]


def test_an_empty_company_has_an_empty_plan() -> None:
    solution = solve(_problem(places={}, sources={}, demands={}))

    assert len(solution.orders.source) == len(solution.pegs.supply) == len(solution.reasons.order) == 0


def test_huge_quantities_stay_exact() -> None:
    sources = {
        "key": [1, 2],
        "item_location": [0, 1],
        "kind": [SourceKind.MAKE, SourceKind.BUY],
        "yield_ppm": [999_999] * 2,
    }
    problem = _problem(
        sources=sources,
        lines={"source": [0], "component": [1], "quantity_per": [1_000_003]},
        demands=DEMANDS | {"quantity": [10**15 - 7]},
    )

    solution = solve(problem)

    started = -(-(10**15 - 7) * 1_000_000 // 999_999)
    assert solution.consumption.quantity.tolist() == [-(-started * 1_000_003 // 1_000_000)]
