"""Who buys by a calendar is found by it, whatever else is bought, and as the plainest reckoning finds it."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rantai_engines.forecasting import reference, schedules

ROW = st.lists(st.integers(1, 40), min_size=3, max_size=25)


def lay(rows):
    counts = [len(row) for row in rows]
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), np.concatenate(rows).astype(np.int64)


@settings(max_examples=200, deadline=None)
@given(gaps=ROW, period=st.sampled_from(schedules.PERIODS), phase=st.integers(0, 60))
def test_dates_and_their_likelihood_equal_the_reference(gaps, period, phase):
    days = np.cumsum(gaps).astype(np.int64)
    row = np.zeros(days.size, dtype=np.int64)
    kept = reference.keep_schedule(days.tolist(), period=period, phase=phase, tolerance=schedules.TOLERANCE_DAYS)
    assume(kept)

    laid = schedules._lay(row, days, np.array([period]), np.array([float(phase)]))

    assert sorted(kept.values()) == np.flatnonzero(laid.kept).tolist()
    (score,) = schedules._score(row, days, laid)
    if np.isfinite(score):
        slow = reference.score_schedule(days.tolist(), period=period, phase=phase, tolerance=schedules.TOLERANCE_DAYS)
        assert score == pytest.approx(slow - 1.5 * math.log(days.size), rel=1e-9)


@pytest.mark.parametrize("weeks", [2, 3, 4, 6, 8])
def test_a_calendar_is_found_among_other_purchases(weeks):
    rng = np.random.default_rng(weeks)
    rows = []
    for _each in range(40):
        dates = 5 + 7 * weeks * np.arange(50 // weeks) + rng.integers(0, 2, 50 // weeks)
        rows.append(np.unique(np.concatenate([dates, rng.integers(0, 350, 50 // weeks // 2)])))
    # others, without any, say how intervals usually spread
    rows += [np.unique(np.cumsum(np.maximum(1, rng.gamma(2, 20, 15))).astype(np.int64)) for _each in range(40)]

    found = schedules.find_schedules(*lay(rows))

    assert (found.period[:40] == 7 * weeks).mean() >= 0.85
    assert np.isfinite(found.period[40:]).mean() < 0.2


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(ROW, min_size=1, max_size=5), weeks=st.integers(1, 500))
@example(rows=[[1, 36, 33, 33, 35, 11, 1, 1]], weeks=35)  # its phase lies between two days
def test_a_calendar_moves_with_the_days(rows, weeks):
    offsets, days = lay([np.cumsum(row) for row in rows])

    here, there = schedules.find_schedules(offsets, days), schedules.find_schedules(offsets, days + 7 * weeks)

    np.testing.assert_array_equal(here.period, there.period)
    np.testing.assert_array_equal(here.kept, there.kept)
