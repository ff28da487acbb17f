"""What a retailer orders is foretold from its own sales and shelf, better than from its rhythm."""

from dataclasses import replace

import numpy as np
import pytest

from rantai.crm.selling.bridge import composing
from rantai.crm.selling.queries.retail import NOTHING, sum_weeks
from rantai_engines.forecasting.shelf import ShelfProblem, forecast_shelves, smooth_sales
from tests.crm.selling.retail_world import MONDAY, Retailer, simulate

AHEAD, TESTED = 3, 24


def expect(retailer: Retailer, week: int, *, shelf: bool | None = True):
    """What is expected of the weeks from one on, by source; `shelf` None: nobody told of sales."""
    held = retailer.know(upto=week, shelf=bool(shelf))
    if shelf is None:
        held = replace(held, retail=NOTHING)
    until = retailer.first + 7 * week - 1
    return composing.expect(retailer.read_rhythms(), {}, held, until_day=until, weeks=AHEAD)


def sum_sources(found, name: str) -> np.ndarray:
    return sum((getattr(told, name).sum(axis=0) for told in found.values()), np.zeros(AHEAD))


def judge(retailer: Retailer, *, shelf: bool | None) -> np.ndarray:
    """Return squared errors of the mean and units off of what most likely comes, over held-out weeks."""
    errors = np.zeros(2)
    for week in range(len(retailer.sold) - TESTED, len(retailer.sold) - AHEAD + 1):
        found, came = expect(retailer, week, shelf=shelf), retailer.ordered[week : week + AHEAD]
        errors += (
            ((sum_sources(found, "mean") - came) ** 2).sum(),
            np.abs(sum_sources(found, "likely") - came).sum(),
        )
    return errors


@pytest.mark.parametrize("shelf", [True, False])
def test_who_orders_by_the_shelf_is_foretold_better_than_by_the_rhythm(shelf):
    """Also where every seventh unit sold is not told: with a shelf the rest is seen, without one it is measured."""
    retailers = [simulate(seed, lag=seed % 3) for seed in range(8)]
    retailers += [replace(one, sold=one.sold * 0.86) for one in retailers[:4]]
    rhythm = np.array([judge(retailer, shelf=None) for retailer in retailers])
    told = np.array([judge(retailer, shelf=shelf) for retailer in retailers])

    ratio = told.sum(axis=0) / rhythm.sum(axis=0)

    assert ratio[0] < 0.8
    assert ratio[1] < 0.85
    assert (told[:, 0] < rhythm[:, 0]).sum() >= 11


def test_what_the_shelf_tells_is_told_once():
    found = expect(simulate(1), 60)

    assert found["retail"].list_pairs().tolist() == [[1, 1]]
    assert found["purchase_cycle"].mean.sum() == 0


def test_what_came_later_changes_nothing():
    retailer, week = simulate(2), 60
    cut = replace(
        retailer,
        sold=np.where(np.arange(78) < week, retailer.sold, 999.0),
        shelf=np.where(np.arange(78) < week, retailer.shelf, 1.0),
        ordered=np.where(np.arange(78) < week, retailer.ordered, 777.0),
    )

    def expect_all(one: Retailer):
        until = one.first + 7 * week - 1
        return composing.expect(one.read_rhythms(), {}, one.know(upto=78), until_day=until, weeks=AHEAD)["retail"]

    assert expect_all(retailer).mean.sum() > 0
    np.testing.assert_array_equal(expect_all(retailer).mean, expect_all(cut).mean)


def test_what_was_ordered_is_on_its_way_until_the_shelf_shows_it():
    """Goods need a few days: as a rule they are there in the week of the order, now and then in the one after it."""
    ordered = np.where(np.arange(49) % 4 == 0, 40.0, 0.0)
    late = np.arange(49) % 12 == 0
    came = np.where(late, 0.0, ordered) + np.append(0.0, np.where(late, ordered, 0.0)[:-1])
    # the newest order is still under way
    shelf = 30 + np.cumsum(came - 10)
    problem = ShelfProblem(sold=np.full((1, 49), 10.0), shelf=shelf[None], ordered=ordered[None], share=np.full(1, 0.4))

    found = forecast_shelves(problem, weeks=5)

    assert found.tells.all()
    assert found.mean[0, :2].sum() < 8
    assert found.likely[0].tolist() == [0, 0, 0, 40, 0]


def test_a_shelf_of_some_shops_is_scaled_to_what_is_ordered():
    part = replace(whole := simulate(5), sold=0.8 * whole.sold, shelf=0.8 * whole.shelf)

    assert sum_sources(expect(part, 60), "mean") == pytest.approx(sum_sources(expect(whole, 60), "mean"), rel=0.15)


@pytest.mark.parametrize(("told", "late"), [(11, 0), (30, 5)])
def test_too_few_or_too_old_sales_leave_the_rhythm(told, late):
    retailer = simulate(3)
    until = retailer.first + 7 * 60 - 1
    held = retailer.know(upto=60 - late)
    kept = {name: getattr(held.retail, name)[-told:] for name in held.retail.__slots__}

    found = composing.expect(
        retailer.read_rhythms(), {}, replace(held, retail=replace(NOTHING, **kept)), until_day=until, weeks=AHEAD
    )

    assert found["retail"].mean.size == 0
    assert found["purchase_cycle"].mean.sum() > 0


def test_expected_sales_follow_the_level_and_not_one_promotion():
    steady = np.full((1, 40), 50.0)
    promoted = steady.copy()
    promoted[0, -2] = 900.0

    assert smooth_sales(steady)[0] == pytest.approx([50])
    assert smooth_sales(promoted)[0] == pytest.approx([50], rel=0.06)


def test_who_sells_on_and_orders_no_more_is_less_and_less_expected():
    retailer = simulate(4)
    week = int(np.flatnonzero(retailer.ordered)[-3]) + 1
    gone = replace(retailer, ordered=np.where(np.arange(78) < week, retailer.ordered, 0.0))
    gone = replace(gone, shelf=np.full(78, np.nan))

    found = expect(gone, 78, shelf=False)

    assert sum_sources(found, "mean").sum() < 0.2 * retailer.ordered[retailer.ordered > 0].mean()


def test_weeks_are_put_together_from_days_weeks_and_corrections():
    monday = MONDAY - 14
    days = [(1, 1, monday + 7 + place, 1, 10, 100 - place) for place in range(6)]
    told = [
        (1, 1, monday - 1, 7, 60, 200),  # a week from Sunday on
        (1, 1, monday - 1, 7, 65, 190),  # told again
        *days,
        (1, 2, monday, 1, 5, -1),  # one day is no week
        (1, 3, monday, 7, 7, -1),
        (1, 3, monday, 1, 5, 3),
    ]

    found = sum_weeks(np.array(told, dtype=np.int64))

    assert list(zip(found.item_ids.tolist(), found.mondays.tolist(), found.sold.tolist(), strict=True)) == [
        (1, monday, 65.0),
        (1, monday + 7, 60.0),
        (3, monday, 7.0),
    ]
    assert found.on_shelf[:2].tolist() == [190, 95]
    assert np.isnan(found.on_shelf[2])
