"""What sales people speak of is expected as likely, as late and as large as earlier deals came."""

import numpy as np
import pytest

from rantai_engines.arrays import InvalidProblem
from rantai_engines.forecasting.announced import DealProblem, forecast_deals

TODAY = 739_000


def forecast(day, *, units=100.0, chance=0.8, late=(), ratio=None, weeks=16):
    problem = DealProblem(
        days=np.array([TODAY + day]),
        units=np.array([units]),
        chance=np.array([chance]),
        late=np.array(late, dtype=np.int64),
        ratio=np.ones(len(late)) if ratio is None else np.array(ratio, dtype=np.float64),
        until_day=TODAY,
    )
    return forecast_deals(problem, weeks=weeks)


def test_before_any_deal_was_seen_half_keep_their_day_and_half_come_within_four_weeks():
    found = forecast(10)

    assert found.mean[0].sum() == pytest.approx(80)
    assert found.mean[0, 1] == pytest.approx(80 * (0.5 + 4 * 0.5 / 28))
    assert found.mean[0, 6:].sum() == 0


def test_deals_come_as_late_and_in_such_quantities_as_those_before_them():
    found = forecast(3, late=[14] * 200, ratio=[0.7] * 200)

    assert found.likely[0].tolist() == [0, 0, 70] + [0] * 13
    assert found.mean[0].sum() == pytest.approx(0.8 * 70)
    assert found.mean[0, 2] > 0.95 * 0.8 * 70


def test_an_unlikely_deal_is_in_the_mean_and_in_no_likely_week():
    found = forecast(10, chance=0.4)

    assert found.likely.max() == 0
    assert found.mean.sum() == pytest.approx(40)
    # a deal is all or nothing: p (1 - p) u squared, if it all fell into one week
    assert 0.4 * 0.6 * 100**2 > found.variance.max() > 0.2 * 0.8 * 100**2


def test_a_deal_whose_day_went_by_is_less_likely_the_longer_nothing_comes():
    chances = [forecast(-days).chance[0] for days in (0, 7, 14, 27)]

    assert chances == sorted(chances, reverse=True)
    assert chances[-1] < 0.1
    assert forecast(-60, late=[0] * 20).mean.sum() < 1


def test_what_is_certain_is_certain_and_no_more():
    assert all(0 <= forecast(day, chance=1.0, late=[3] * n).chance[0] <= 1 for day in range(20) for n in range(9))


def test_units_are_kept_within_the_horizon_and_the_chance():
    found = forecast(300, weeks=26)

    assert found.mean.sum() == found.likely.sum() == 0


@pytest.mark.parametrize(("facts", "field"), [({"units": -1.0}, "units"), ({"chance": 1.5}, "chance"),
                                              ({"late": [1], "ratio": [0.0]}, "ratio")])  # fmt: skip
def test_what_cannot_be_read_is_named(facts, field):
    with pytest.raises(InvalidProblem, match=field):
        forecast(3, **facts)
