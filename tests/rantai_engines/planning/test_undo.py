"""Whatever does not work out is taken back to the last entry: asking and undoing leaves nothing behind."""

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rantai_engines.planning._draw import draw
from rantai_engines.planning._layout import (
    A_AT,
    A_PLACE,
    A_QUANTITY,
    A_RIGHT,
    C_FULL,
    C_LOG,
    C_ORDERS,
    C_RUNS,
    C_SHIFTS,
    G_FIRST,
    G_ROWS,
    State,
)
from rantai_engines.planning._log import undo
from rantai_engines.planning._loop import LATE, ON_TIME, PART, serve_all
from rantai_engines.planning._state import first_state, roomier
from rantai_engines.planning.network import lay_out, queue_demands
from rantai_engines.planning.problem import UNIT

from .chains import DAY, NOW
from .finite_chains import random_finite_problem


@example(12_999, 0)
@given(st.integers(0, 1_000_000), st.integers(0, 1))
@settings(max_examples=150, deadline=None)
def test_asking_and_undoing_leaves_nothing_behind(seed: int, loop: int) -> None:
    problem = random_finite_problem(seed)
    network = lay_out(problem, max_pieces=50, loop=loop)
    net = network.net
    asks = queue_demands(problem, promises_first=True, forecasts_after_orders=True)
    state = first_state(problem, network, spare_rows=64, rows=4_000, log_rows=65_536)
    for begin, end in pairwise(np.flatnonzero(np.diff(asks[:, A_RIGHT], prepend=-1, append=-1)).tolist()):
        for how in (ON_TIME, PART, LATE):
            at = begin
            while at < end:
                at = serve_all(net, state, asks, at, end, how)
                state = roomier(state) if at < end else state
    random = np.random.default_rng(seed)
    before = _told(state)

    for row in range(len(asks)):
        log_mark, order_mark = int(state.counters[C_LOG]), int(state.counters[C_ORDERS])
        at = int(NOW + random.integers(0, 60) * DAY) if row % 2 else int(asks[row, A_AT])
        quantity = max(int(asks[row, A_QUANTITY]), UNIT)
        state.counters[C_SHIFTS] = 24
        draw(net, state, int(asks[row, A_PLACE]), quantity, at, 0, int(row % 3 == 0))
        undo(net, state, log_mark, order_mark)

        assert state.counters[C_FULL] == 0
        assert _told(state) == before


def _told(state: State) -> dict[str, Any]:
    """Everything that the state says, whatever lies behind the ends of its arrays."""
    profiles = [
        list(
            zip(
                state.pool_time[first : first + rows].tolist(),
                state.pool_balance[first : first + rows].tolist(),
                state.pool_count[first : first + rows].tolist(),
                strict=True,
            )
        )
        for first, rows in zip(state.segments[:, G_FIRST].tolist(), state.segments[:, G_ROWS].tolist(), strict=True)
    ]
    busy = [
        [array[first : first + rows].tolist() for array in (state.busy_start, state.busy_end, state.busy_setup)]
        for first, _, rows, _ in state.busy.tolist()
    ]
    return {
        "profiles": profiles,
        "busy": busy,
        "used": state.used.tolist(),
        "buckets": state.bucket_left.tolist(),
        "last_order": state.last_order.tolist(),
        "last_run": state.last_run.tolist(),
        "orders": state.orders[: state.counters[C_ORDERS]].tolist(),
        "runs": state.runs[: state.counters[C_RUNS]].tolist(),
        "log": int(state.counters[C_LOG]),
    }
