"""What agreements plan is expected as their customers keep to it."""

import numpy as np
import pytest

from rantai_engines.arrays import InvalidProblem
from rantai_engines.forecasting.calloffs import CallOffProblem, forecast_call_offs

TODAY = 739_000
"""A day number; its week ends with it."""


def plan(*, every=14, units=40.0, first=-52 * 7, last=26 * 7, ends=26 * 7, ahead=np.nan):
    """One agreement with one line: days after today, the one it was last called off being today's or before."""
    return {"days": np.arange(first + every - 1, last + 1, every), "units": units, "ends": ends, "ahead": ahead}


def make(plans, bought, **facts):
    """A problem of agreements of one line each; `bought` are (day after today, units) of each."""
    return CallOffProblem(
        offsets=np.cumsum([0, *(one["days"].size for one in plans)]),
        days=np.concatenate([one["days"] for one in plans]) + TODAY,
        units=np.concatenate([np.full(one["days"].size, one["units"]) for one in plans]),
        agreements=np.arange(len(plans)),
        ends=np.array([one["ends"] for one in plans]) + TODAY,
        ahead=np.array([one["ahead"] for one in plans]),
        bought_offsets=np.cumsum([0, *(len(rows) for rows in bought)]),
        bought_days=np.array([day for rows in bought for day, _units in rows], dtype=np.int64) + TODAY,
        bought_units=np.array([units for rows in bought for _day, units in rows], dtype=np.float64),
        **{"from_day": TODAY - 400, "until_day": TODAY, **facts},
    )


def keep(one, *, late=0, units=None):
    """Every call-off up to today, as planned."""
    return [(int(day) + late, units or one["units"]) for day in one["days"] if day + late <= 0]


def test_what_was_always_called_off_as_planned_is_expected_as_planned():
    one = plan()
    found = forecast_call_offs(make([one], [keep(one)]), weeks=8)

    due = (one["days"][one["days"] > 0] - 1) // 7
    assert np.flatnonzero(found.likely[0]).tolist() == [week for week in due.tolist() if week < 8]
    assert found.likely[0].max() == pytest.approx(40)
    assert found.mean[0].sum() == pytest.approx(40 * (due < 8).sum(), rel=0.05)
    assert found.taken.all()


def test_an_agreement_that_nobody_has_called_off_yet_is_believed():
    one = plan(first=0)

    found = forecast_call_offs(make([one], [[]]), weeks=4)

    assert np.flatnonzero(found.likely[0]).tolist() == [1, 3]
    assert found.likely[0].sum() == 80


def test_dates_before_anything_was_observed_are_held_against_nobody():
    one = plan()
    bought = [row for row in keep(one) if row[0] > -60]
    seen, unseen = (forecast_call_offs(make([one], [bought], from_day=TODAY + day), weeks=8) for day in (-400, -60))

    assert unseen.mean.sum() > seen.mean.sum()
    assert unseen.mean.sum() == pytest.approx(160, rel=0.06)


def test_quantities_and_delays_are_those_that_were_seen():
    one = plan()
    found = forecast_call_offs(make([one], [keep(one, late=7, units=30.0)]), weeks=8)

    due = (one["days"][one["days"] > -7] + 7 - 1) // 7
    assert np.flatnonzero(found.likely[0]).tolist() == [week for week in due.tolist() if week < 8]
    assert found.likely[0].max() == pytest.approx(30, abs=2)


def test_one_date_left_out_is_a_slip_and_three_are_an_end():
    one = plan()
    others, kept = [plan() for _one in range(8)], keep(one)
    for left_out, is_alive in ((1, True), (3, False)):
        found = forecast_call_offs(
            make([one, *others], [kept[:-left_out], *(keep(other) for other in others)]), weeks=8
        )
        assert bool(found.active[0] > 0.5) is is_alive
        assert bool(found.likely[0].any()) is is_alive
        assert found.likely[1].any()


def test_what_came_beside_the_plan_is_no_call_off():
    one = plan()
    bought = sorted([*keep(one), (int(one["days"][3]) + 6, 500.0)])

    found = forecast_call_offs(make([one], [bought]), weeks=4)

    assert found.taken.sum() == len(bought) - 1
    assert found.likely.max() == pytest.approx(40)


def test_after_its_end_it_goes_on_as_often_as_others_were_renewed():
    soon = plan(last=40, ends=42)
    over = [plan(first=-728, last=-360, ends=-364, ahead=20.0) for _one in range(9)]
    found = forecast_call_offs(
        make([soon, *over], [keep(soon), *([] for _one in over)], from_day=TODAY - 300), weeks=20
    )

    assert found.renewal[0] == pytest.approx(10 / 11, abs=0.03)
    assert found.renewal[1:].max() == 0  # its successor tells itself
    assert found.likely[0, 8:].any()
    left = forecast_call_offs(
        make([soon, *({**one, "ahead": np.nan} for one in over)], [keep(soon), *([] for _one in over)],
             from_day=TODAY - 300), weeks=20,
    )  # fmt: skip
    assert left.renewal[0] < 0.2
    assert not left.likely[0, 8:].any()
    np.testing.assert_allclose(left.likely[0, :6], found.likely[0, :6])


def test_a_renewal_that_is_always_signed_ahead_is_unlikely_when_it_is_not():
    ahead = [plan(first=-728, last=-360, ends=-364, ahead=30.0) for _one in range(9)]
    now, early = plan(last=1, ends=3), plan(last=60, ends=62)
    found = forecast_call_offs(
        make([now, early, *ahead], [keep(now), keep(early), *([] for _one in ahead)], from_day=TODAY - 300), weeks=4
    )

    assert found.renewal[0] < 0.5 < found.renewal[1]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"units": np.array([0.0, 1.0])}, "units"),
        ({"offsets": np.array([0, 0, 2])}, "offsets"),
        ({"ahead": np.zeros(3)}, "ahead"),
        ({"bought_days": np.array([TODAY + 1])}, "bought_days"),
        ({"agreements": np.array([5])}, "agreements"),
    ],
)
def test_what_cannot_be_read_is_named(facts, field):
    whole = {
        "offsets": np.array([0, 2]), "days": np.array([TODAY, TODAY + 7]), "units": np.ones(2),
        "agreements": np.array([0]), "ends": np.array([TODAY + 9]), "ahead": np.array([np.nan]),
        "bought_offsets": np.array([0, 1]), "bought_days": np.array([TODAY]), "bought_units": np.ones(1),
        "from_day": TODAY - 9, "until_day": TODAY,
    }  # fmt: skip
    if field == "offsets":
        whole |= {"agreements": np.array([0, 0]), "bought_offsets": np.array([0, 1, 1])}

    with pytest.raises(InvalidProblem, match=field):
        CallOffProblem(**(whole | facts))
