"""Who is served first, and what is released now: rules on hand-worked models."""

import numpy as np

from rantai_engines.planning.solution import CauseKind, NoticeKind, OrderStatus
from rantai_engines.planning.solve import Params, solve
from rantai_engines.planning.tables import NEVER

from .chains import DAY, NOW, make_problem
from .test_rules import BUY, asked, at, only_stock, slices


def test_a_given_promise_is_kept_before_an_unpromised_higher_class() -> None:
    promised = np.array([NEVER, at(7)[0]])
    problem = only_stock((0, 5, 8, 1), (0, 3, 8, 5), receipts=[(0, 10)], promised_at=promised)

    assert slices(solve(problem)) == [(0, 5, 2), (1, 7, 8)]
    assert slices(solve(problem, params=Params(promises_first=False))) == [(0, 5, 8), (1, 7, 2)]


def test_the_fence_holds_new_orders_back() -> None:
    problem = make_problem(
        places={"key": [1], "fence_until": at(6)},
        sources={"key": [1], "item_location": [0], "kind": [BUY], "lead_time": [DAY]},
        demands=asked((0, 2, 1, 1)),
    )

    solution = solve(problem)

    assert slices(solution) == [(0, 6, 1)]
    assert solution.delays.cause.tolist() == [CauseKind.FENCE]


def test_orders_that_start_within_the_horizon_are_to_be_released_now() -> None:
    problem = make_problem(
        places={"key": [1]},
        sources={"key": [1], "item_location": [0], "kind": [BUY], "lead_time": [DAY]},
        demands=asked((0, 5, 1, 1), (0, 50, 1, 1)),
    )

    status = solve(problem, params=Params(release_until=NOW + 14 * DAY)).orders.status

    assert status.tolist() == [OrderStatus.RELEASE_NOW, OrderStatus.LATER]


def test_forecasts_come_after_orders_of_their_class() -> None:
    problem = only_stock((0, 3, 6, 1), (0, 9, 6, 1), receipts=[(0, 10)], kind=[1, 0])

    assert slices(solve(problem)) == [(0, 3, 4), (1, 9, 6)]
    assert slices(solve(problem, params=Params(forecasts_after_orders=False))) == [(0, 3, 6), (1, 9, 4)]


def test_stake_decides_between_equals_and_key_at_last() -> None:
    by_stake = only_stock((0, 3, 6, 1), (0, 3, 6, 1), receipts=[(0, 6)], stake=[1.0, 2.0])
    by_key = only_stock((0, 3, 6, 1), (0, 3, 6, 1), receipts=[(0, 6)], key=[9, 4])

    assert slices(solve(by_stake)) == [(1, 3, 6)]
    assert slices(solve(by_key)) == [(1, 3, 6)]


def test_rows_that_were_planned_around_are_named() -> None:
    problem = only_stock((0, -2, 3, 1), (0, 4, 9, 2), receipts=[(-1, 5)])

    notices = solve(problem).notices

    assert [(int(k), int(s)) for k, s in zip(notices.kind, notices.subject, strict=True)] == [
        (NoticeKind.OVERDUE_RECEIPT, 0), (NoticeKind.DUE_IN_PAST, 0), (NoticeKind.NO_SOURCE, 0),
    ]  # fmt: skip


def test_due_after_the_horizon_is_left_to_a_later_plan() -> None:
    problem = only_stock((0, 500, 3, 1), receipts=[(0, 5)])

    assert solve(problem).shortages.cause.tolist() == [CauseKind.HORIZON]
