"""One tiny model for each rule of the planner, worked by hand. Times in days from now, quantities in units."""

from typing import Any

import numpy as np
import pytest

from rantai_engines.planning.problem import PER_SCALE, UNIT, Problem, SourceKind
from rantai_engines.planning.solution import CauseKind, NoticeKind, ReasonKind, Solution
from rantai_engines.planning.solve import Params, solve

from .chains import DAY, NOW, make_problem, weekdays

BUY, MAKE, MOVE = SourceKind.BUY, SourceKind.MAKE, SourceKind.MOVE


def at(*days: float) -> "np.ndarray[Any, Any]":
    return np.array([NOW + round(day * DAY) for day in days])


def units(*quantities: float) -> "np.ndarray[Any, Any]":
    return np.array([round(quantity * UNIT) for quantity in quantities])


def asked(*rows: tuple[int, float, float, int], **more: Any) -> dict[str, Any]:
    """Demands of (item-location, due day, quantity, class), keys in order."""
    place, due, quantity, rank = (list(column) for column in zip(*rows, strict=True))
    return {
        "key": np.arange(len(rows)) + 1,
        "item_location": place,
        "due": at(*due),
        "quantity": units(*quantity),
        "class_rank": rank,
        **more,
    }


def slices(solution: Solution) -> list[tuple[int, float, float]]:
    d = solution.deliveries
    return [
        (int(a), float((b - NOW) / DAY), float(c / UNIT)) for a, b, c in zip(d.demand, d.time, d.quantity, strict=True)
    ]


def orders(solution: Solution) -> list[tuple[int, float, float, float]]:
    o = solution.orders
    rows = zip(o.source, o.start, o.end, o.quantity, strict=True)
    return [(int(s), float((a - NOW) / DAY), float((b - NOW) / DAY), float(q / UNIT)) for s, a, b, q in rows]


def only_stock(*demands: tuple[int, float, float, int], receipts: list[tuple[float, float]], **more: Any) -> Problem:
    """One item-location without source, with receipts of (day, quantity)."""
    return make_problem(
        places={"key": [1]},
        sources={},
        demands=asked(*demands, **more),
        receipts={
            "key": np.arange(len(receipts)),
            "item_location": np.zeros(len(receipts), int),
            "time": at(*(day for day, _ in receipts)),
            "quantity": units(*(quantity for _, quantity in receipts)),
        },
    )


def test_units_that_a_later_higher_right_needs_are_protected() -> None:
    # The four patterns of the given case constraints_material_1.
    exhausted = only_stock((0, 9, 10, 1), (0, 10, 10, 2), (0, 11, 10, 3), receipts=[(0, 25)])
    early_but_lower = only_stock((0, 9, 10, 1), (0, 10, 10, 2), (0, 4, 10, 3), receipts=[(0, 25)])
    more_comes = only_stock((0, 9, 10, 1), (0, 10, 10, 2), (0, 4, 10, 3), receipts=[(0, 25), (19, 2)])
    shuffled = only_stock((0, 9, 8, 1), (0, 21, 8, 2), (0, 4, 10, 3), receipts=[(0, 10), (19, 10)])

    assert slices(solve(exhausted)) == [(0, 9, 10), (1, 10, 10), (2, 11, 5)]
    assert slices(solve(early_but_lower)) == [(0, 9, 10), (1, 10, 10), (2, 4, 5)]
    assert slices(solve(more_comes)) == [(0, 9, 10), (1, 10, 10), (2, 4, 5), (2, 19, 2)]
    assert slices(solve(shuffled)) == [(0, 9, 8), (1, 21, 8), (2, 4, 2), (2, 19, 2)]


def test_stock_that_can_be_bought_again_in_time_is_not_protected() -> None:
    # As in distribution_1: the claim of day 150 on the stock is re-bought, so the early lower class may have it.
    problem = make_problem(
        places={"key": [1], "on_hand": units(10)},
        sources={"key": [1], "item_location": [0], "kind": [BUY], "lead_time": [20 * DAY]},
        demands=asked((0, 150, 10, 1), (0, 13, 10, 2)),
    )

    solution = solve(problem)

    assert slices(solution) == [(0, 150, 10), (1, 13, 10)]
    assert orders(solution) == [(0, 130, 150, 10)]


def test_what_does_not_fit_backward_goes_forward_from_the_wall() -> None:
    problem = make_problem(
        places={"key": [1, 2]},
        sources={"key": [1, 2], "item_location": [0, 1], "kind": [MAKE, BUY], "lead_time": [2 * DAY, 7 * DAY]},
        lines={"source": [0], "component": [1], "quantity_per": [PER_SCALE]},
        demands=asked((0, 3, 5, 1)),
    )

    solution = solve(problem)

    assert slices(solution) == [(0, 9, 5)]
    assert orders(solution) == [(1, 0, 7, 5), (0, 7, 9, 5)]
    assert solution.delays.cause.tolist() == [CauseKind.LEAD_TIME]
    assert solution.delays.subject.tolist() == [1]
    assert (solution.delays.until - solution.delays.since).tolist() == [6 * DAY]


def test_lead_times_count_the_working_time_of_their_calendar() -> None:
    # Open 8 to 16 on days 0-4 and 7-11: 16 working hours before day 7, 16:00 begin on day 4, 16:00 or day 7, 8:00.
    problem = make_problem(
        places={"key": [1]},
        sources={"key": [1], "item_location": [0], "kind": [BUY], "lead_time": [16 * 3600], "calendar": [0]},
        demands=asked((0, 7 + 16 / 24, 1, 1), (0, 1, 1, 2)),
        calendars=weekdays(),
    )

    solution = solve(problem)

    assert [(a * 24, b * 24) for _, a, b, _ in orders(solution)] == [(8, 40), (104, 184)]


def test_the_first_source_on_time_wins_else_the_earliest() -> None:
    places = {"key": [1]}
    sources = {
        "key": [1, 2],
        "item_location": [0, 0],
        "kind": [BUY, BUY],
        "rank": [1, 2],
        "lead_time": [10 * DAY, 4 * DAY],
    }

    both = solve(make_problem(places=places, sources=sources, demands=asked((0, 12, 1, 1))))
    second = solve(make_problem(places=places, sources=sources, demands=asked((0, 6, 1, 1))))
    late = solve(make_problem(places=places, sources=sources, demands=asked((0, 1, 1, 1))))

    assert orders(both) == [(0, 2, 12, 1)]
    assert orders(second) == [(1, 2, 6, 1)]
    assert orders(late) == [(1, 0, 4, 1)]


def test_effectivity_is_tested_on_arrival_and_supply_may_wait_in_stock() -> None:
    source = {"key": [1], "item_location": [0], "kind": [BUY], "lead_time": [5 * DAY], "effective_to": at(20)}
    stored = make_problem(places={"key": [1]}, sources=source, demands=asked((0, 30, 1, 1)))
    never = make_problem(places={"key": [1]}, sources=source | {"effective_to": at(3)}, demands=asked((0, 30, 1, 1)))

    got, refused = solve(stored), solve(never)

    assert slices(got) == [(0, 30, 1)]
    assert got.orders.end.tolist() == [at(20)[0] - 1]
    assert refused.shortages.cause.tolist() == [CauseKind.EFFECTIVITY]
    assert refused.shortages.subject.tolist() == [0]


def test_a_limit_is_shared_by_right_and_named_when_it_binds() -> None:
    problem = make_problem(
        places={"key": [1]},
        sources={"key": [1], "item_location": [0], "kind": [BUY], "limit": units(7)},
        demands=asked((0, 3, 5, 2), (0, 4, 5, 1)),
    )

    solution = solve(problem)

    assert slices(solution) == [(0, 3, 2), (1, 4, 5)]
    assert solution.shortages.cause.tolist() == [CauseKind.SUPPLIER_MAXIMUM]


def test_an_order_above_the_maximum_comes_in_pieces() -> None:
    problem = make_problem(
        places={"key": [1]},
        sources={
            "key": [1], "item_location": [0], "kind": [BUY], "minimum": units(4), "multiple": units(4),
            "maximum": units(10),
        },
        demands=asked((0, 3, 18, 1)),
    )  # fmt: skip

    solution = solve(problem, params=Params(merge_orders=False))

    assert sorted(quantity for *_, quantity in orders(solution)) == [4, 8, 8]


def test_what_a_lot_leaves_over_serves_the_next_and_redundant_orders_go() -> None:
    # Class 1 buys 50 for day 10; class 2 then buys 50 for day 8, which covers both: the first order is cancelled.
    problem = make_problem(
        places={"key": [1]},
        sources={"key": [1], "item_location": [0], "kind": [BUY], "minimum": units(50)},
        demands=asked((0, 10, 20, 1), (0, 8, 20, 2)),
    )

    solution = solve(problem)

    assert orders(solution) == [(0, 8, 8, 50)]
    r = solution.reasons
    assert [(int(k), int(q / UNIT)) for k, q in zip(r.kind, r.quantity, strict=True)] == [
        (ReasonKind.DEMAND, 20), (ReasonKind.DEMAND, 20), (ReasonKind.LOT, 10),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, [(0, 0, 15), (0, 9, 5)]),
        ({"max_lateness": [0]}, [(0, 0, 15)]),
        ({"partial": [False]}, [(0, 9, 20)]),
        ({"partial": [False], "max_lateness": [0]}, []),
        ({"max_lateness": [2 * DAY]}, [(0, 0, 15)]),
        ({"min_shipment": units(11)}, [(0, 9, 20)]),
        ({"min_shipment": units(11), "max_lateness": [2 * DAY]}, [(0, 0, 15)]),
    ],
)
def test_the_shipping_rule_of_a_demand_is_kept(more: dict[str, Any], expected: list[tuple[int, float, float]]) -> None:
    # As demand_policy A to F: 15 in stock, 5 come on day 9, 20 are asked for today.
    problem = only_stock((0, 0, 20, 1), receipts=[(0, 15), (9, 5)], **more)

    assert slices(solve(problem)) == expected


def test_a_circle_is_named_and_the_rest_is_planned() -> None:
    problem = make_problem(
        places={"key": [1, 2, 3]},
        sources={"key": [1, 2, 3], "item_location": [0, 1, 2], "kind": [MAKE, MAKE, BUY], "lead_time": [DAY] * 3},
        lines={"source": [0, 1], "component": [1, 0], "quantity_per": [PER_SCALE] * 2},
        demands=asked((0, 5, 1, 1), (2, 5, 1, 1)),
    )

    solution = solve(problem)

    assert slices(solution) == [(1, 5, 1)]
    named = solution.notices.subject[solution.notices.kind == NoticeKind.CIRCLE]
    assert named.tolist() == [0, 1]


def test_lanes_both_ways_share_stock_without_turning_in_a_circle() -> None:
    problem = make_problem(
        places={"key": [1, 2], "on_hand": units(0, 8)},
        sources={"key": [1, 2], "item_location": [0, 1], "kind": [MOVE, MOVE], "origin": [1, 0],
                 "lead_time": [DAY, DAY]},
        demands=asked((0, 5, 10, 1)),
    )  # fmt: skip

    solution = solve(problem)

    assert slices(solution) == [(0, 5, 8)]
    assert orders(solution) == [(0, 4, 5, 8)]
    assert len(solution.shortages.demand) == 1


def test_safety_stock_is_filled_after_every_demand() -> None:
    problem = make_problem(
        places={"key": [1], "on_hand": units(10), "safety_stock": units(6)},
        sources={"key": [1], "item_location": [0], "kind": [BUY], "lead_time": [5 * DAY]},
        demands=asked((0, 2, 8, 9)),
    )

    solution = solve(problem)

    assert slices(solution) == [(0, 2, 8)]
    fills = solution.stock_fills
    assert [(int((t - NOW) / DAY), int(q / UNIT)) for t, q in zip(fills.time, fills.quantity, strict=True)] == [
        (0, 2), (5, 4),
    ]  # fmt: skip
    assert orders(solution) == [(0, 0, 5, 4)]


def test_order_up_to_makes_each_replenishment_larger() -> None:
    problem = make_problem(
        places={"key": [1], "safety_stock": units(5), "order_up_to": units(20)},
        sources={"key": [1], "item_location": [0], "kind": [BUY]},
        demands=asked((0, 9, 4, 1)),
    )

    solution = solve(problem)

    assert orders(solution)[-1] == (0, 9, 9, 19)
    assert ReasonKind.ORDER_UP_TO in solution.reasons.kind


def test_a_substitute_is_used_when_the_item_itself_is_not_to_be_had() -> None:
    problem = make_problem(
        places={"key": [1, 2], "on_hand": units(3, 20)},
        sources={"key": [1], "item_location": [0], "kind": [SourceKind.SUBSTITUTE], "origin": [1],
                 "origin_per": [2 * PER_SCALE]},
        demands=asked((0, 0, 10, 1)),
    )  # fmt: skip

    solution = solve(problem)

    assert slices(solution) == [(0, 0, 10)]
    assert (solution.consumption.quantity / UNIT).tolist() == [14]


def test_alternate_components_are_taken_by_rank() -> None:
    lines = {"source": [0, 0], "component": [2, 1], "quantity_per": [PER_SCALE] * 2, "group": [0, 0], "rank": [1, 2]}
    problem = make_problem(
        places={"key": [1, 2, 3], "on_hand": units(0, 50, 4)},
        sources={"key": [1], "item_location": [0], "kind": [MAKE]},
        lines=lines,
        demands=asked((0, 2, 4, 1), (0, 3, 6, 2)),
    )

    solution = solve(problem, params=Params(merge_orders=False))

    c = solution.consumption
    assert list(zip(c.item_location.tolist(), (c.quantity / UNIT).tolist(), strict=True)) == [(2, 4), (1, 6)]


def test_an_order_too_long_for_its_window_runs_beside_others() -> None:
    # As constraints_leadtime_1: 1 d + 12 h a piece, 6 wanted in 2 days: three orders of two.
    problem = make_problem(
        places={"key": [1]},
        sources={"key": [1], "item_location": [0], "kind": [MAKE], "multiple": units(1)},
        operations={"source": [0], "sequence": [1], "fixed_seconds": [DAY], "unit_seconds": [DAY / 2]},
        demands=asked((0, 2, 6, 1)),
    )

    assert orders(solve(problem)) == [(0, 0, 2, 2)] * 3


def test_components_are_taken_when_their_operation_starts() -> None:
    problem = make_problem(
        places={"key": [1, 2, 3], "on_hand": units(0, 9, 9)},
        sources={"key": [1], "item_location": [0], "kind": [MAKE]},
        operations={"source": [0, 0], "sequence": [10, 20], "fixed_seconds": [3 * DAY, DAY]},
        lines={"source": [0, 0], "component": [1, 2], "quantity_per": [PER_SCALE] * 2, "operation": [-1, 1]},
        demands=asked((0, 10, 5, 1)),
    )

    solution = solve(problem)

    assert orders(solution) == [(0, 6, 10, 5)]
    assert ((solution.consumption.time - NOW) / DAY).tolist() == [6, 9]


def test_yield_and_scrap_round_up_once_an_order() -> None:
    problem = make_problem(
        places={"key": [1, 2], "on_hand": units(0, 500)},
        sources={"key": [1], "item_location": [0], "kind": [MAKE], "yield_ppm": [970_000]},
        lines={"source": [0], "component": [1], "quantity_per": [2 * PER_SCALE], "scrap_ppm": [50_000]},
        demands=asked((0, 10, 100, 1)),
    )

    # 1,000,000 good need ceil(1,000,000 / .97) = 1,030,928 started and ceil(1,030,928 × 2 / .95) = 2,170,375 of it.
    assert solve(problem).consumption.quantity.tolist() == [2_170_375]


def test_open_orders_get_their_components_before_any_customer() -> None:
    problem = only_stock((0, 5, 8, 0), (0, 9, 8, 5), receipts=[(0, 10)], kind=[0, 3])

    assert slices(solve(problem)) == [(0, 5, 2), (1, 9, 8)]
