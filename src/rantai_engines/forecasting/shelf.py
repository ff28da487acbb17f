"""Foretell what retailers order from what they sell and what is left on their shelves.

NumPy alone; nothing is compiled.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SMOOTHING = 0.15
"""Weight of the newest week in expected sell-out."""
WIDE = 3.0
"""Weeks further from the median than so many robust deviations count as if they were that far: promotions, gaps."""
MOST_LAG = 4
"""Weeks from an order to the shelf, at most."""
LEAST_GAIN = 3.0
"""The shelf must make the weeks of orders so much likelier (log-likelihood) than a share of weeks does."""
LAPSE = 0.005
"""However full or empty the shelf: one week in two hundred is otherwise."""
ENDING = 0.01
"""Before anything was seen: chance that a retailer has stopped ordering an item that it still sells."""
PATHS = 200
_POINTS = 25
_LEVEL_OFF = (SMOOTHING / (2 - SMOOTHING)) ** 0.5
"""Standard deviation of a smoothed level, in those of a week (Brown 1963)."""
_SPREADS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
_AT_ONCE = 64
_ROBUST = 1.4826
_CDF = np.array([0.5 * (1 + erf(z / np.sqrt(2))) for z in np.linspace(-6, 6, 2401)])


@dataclass(frozen=True, kw_only=True, slots=True)
class ShelfProblem:
    """Weeks of retailers and items, the last one just over.

    Attributes
    ----------
    sold, shelf : ndarray, shape (n_pairs, n_weeks)
        Units sold in a week, and left at its end; NaN where nobody told. Each pair has a week whose sales are known.
    ordered : ndarray, shape (n_pairs, n_weeks)
        Units ordered in a week, 0 or more.
    share : ndarray, shape (n_pairs,)
        How much of a week has gone by when it orders, 0 to 1.

    Raises
    ------
    InvalidProblem
        If a shape or value is outside the above.
    """

    sold: Floats
    shelf: Floats
    ordered: Floats
    share: Floats

    def __post_init__(self) -> None:
        for name in ("shelf", "ordered"):
            shape = getattr(self, name).shape
            if shape != self.sold.shape:
                raise arrays.InvalidProblem(name, f"has shape {shape}", f"{self.sold.shape} is needed")
        known = np.isfinite(self.sold)
        arrays.check_vector(self.share, field="share", dtype=np.float64, size=self.sold.shape[0])
        arrays.check_all(known.sum(axis=1) > 0, known.sum(axis=1), field="sold", wanted="one known week or more a pair")
        least = self.ordered.min(axis=1, initial=0)
        arrays.check_all(least >= 0, least, field="ordered", wanted="0 or more is allowed")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShelfForecast:
    """What is expected of each pair.

    Attributes
    ----------
    mean, variance, likely : ndarray, shape (n_pairs, weeks)
        Units ordered in a week, their variance, and the usual order in the weeks in which it falls due.
    rate : ndarray, shape (n_pairs,)
        Expected sell-out, units a week.
    active : ndarray, shape (n_pairs,)
        Probability that it still orders.
    tells : ndarray of bool, shape (n_pairs,)
        Whether its stock tells when it orders; where it does not, nothing is expected here.
    """

    mean: Floats
    variance: Floats
    likely: Floats
    rate: Floats
    active: Floats
    tells: Flags


@dataclass(frozen=True, kw_only=True, slots=True)
class _Habit:
    """How pairs order: `trigger` and `spread` of the position, `lot` or `level` it is filled up to, and `noise`.

    The first of `trigger` and `spread`, `(n_pairs, PATHS + 1)`, is the likeliest; the others are as likely as they are
    drawn from.
    """

    trigger: Floats
    spread: Floats
    fills: Flags
    lot: Floats
    level: Floats
    noise: Floats
    active: Floats
    tells: Flags


def forecast_shelves(problem: ShelfProblem, *, weeks: int, seed: int = 0) -> ShelfForecast:
    """Return expected orders by week.

    Notes
    -----
    The position of a retailer is what lies on its shelf plus what it ordered and is not there yet, less what it sells.
    How likely it orders in a week is a probit of the position before the order (the (s, S) policy of Scarf 1960 with a
    reorder point that is not quite kept), by its likelihood on a grid; the order is the usual lot or fills up to the
    usual level, whichever varied less. Weeks ahead are simulated: each path draws its reorder point from the grid (few
    orders leave it open), how far the level of sales is off and what was sold since the shelf was told; what most
    likely comes follows the likeliest. Sell-out is smoothed exponentially without trend, outliers drawn in. Without a
    shelf the position is a running difference of orders and sales: where it begins does not matter, and sales are
    scaled so that both grow alike; a shelf is scaled so, too, where only some shops tell.

    Complexity: pairs times weeks times grid points, and pairs times paths times weeks ahead.
    """
    arrays.check_range(weeks, field="weeks", low=1, high=400)
    parts = [_forecast(part, weeks, seed) for part in _cut(problem)]
    if not parts:
        none, zero = np.zeros(0), np.zeros((0, weeks))
        return ShelfForecast(mean=zero, variance=zero, likely=zero, rate=none, active=none, tells=none > 0)
    return ShelfForecast(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in ShelfForecast.__slots__}
    )


def smooth_sales(sold: Floats) -> tuple[Floats, Floats]:
    """Return expected sell-out a week and its variance; `sold` is (n_pairs, n_weeks) with NaN where it is not known."""
    middle = np.nanmedian(sold, axis=1)[:, None]
    wide = _ROBUST * np.nanmedian(np.abs(sold - middle), axis=1)[:, None]
    reach = WIDE * np.maximum(wide, np.sqrt(np.maximum(middle, 1.0)))
    drawn = np.clip(sold, middle - reach, middle + reach)
    level, squares, count = middle[:, 0].copy(), np.zeros(len(sold)), np.zeros(len(sold))
    for week in range(sold.shape[1]):
        known = np.isfinite(drawn[:, week])
        off = np.where(known, drawn[:, week] - level, 0.0)
        squares += off**2
        count += known
        level += SMOOTHING * off
    return np.maximum(level, 0.0), squares / np.maximum(count, 1)


def _cut(problem: ShelfProblem) -> list[ShelfProblem]:
    rows = [slice(start, start + _AT_ONCE) for start in range(0, len(problem.sold), _AT_ONCE)]
    return [
        ShelfProblem(
            sold=problem.sold[part], shelf=problem.shelf[part], ordered=problem.ordered[part], share=problem.share[part]
        )
        for part in rows
    ]


def _forecast(problem: ShelfProblem, weeks: int, seed: int) -> ShelfForecast:
    rate, variance = smooth_sales(problem.sold)
    started = np.maximum.accumulate(np.isfinite(problem.sold), axis=1)
    sold = np.where(np.isfinite(problem.sold), problem.sold, rate[:, None]) * started
    came = _find_arrivals(problem, sold)
    factor = _match_growth(problem, sold, started, came)
    sold = sold * factor[:, None]
    position = _lay_positions(problem, sold, started, came, factor)
    before = np.full(position.shape, np.nan)
    before[:, 1:] = np.where(started[:, :-1], position[:, :-1] - problem.share[:, None] * sold[:, 1:], np.nan)
    demand, deviation = rate * factor, np.sqrt(variance) * factor
    habit = _measure(problem, before, np.maximum(demand, 1e-6), seed)
    mean, square, likely = _simulate(problem, habit, position[:, -1], demand, deviation, weeks, seed)
    counts = (habit.active * habit.tells)[:, None]
    return ShelfForecast(
        mean=counts * mean,
        variance=np.maximum(counts * square - (counts * mean) ** 2, 0.0),
        likely=np.where(counts > 0.5, likely, 0.0),
        rate=rate,
        active=habit.active,
        tells=habit.tells,
    )


def _match_growth(problem: ShelfProblem, sold: Floats, started: Flags, came: Floats) -> Floats:
    """Return by how much sales and shelves are to be multiplied to grow as orders do; `came` is what is there."""
    factor = np.ones(len(sold))
    told = np.where(started & np.isfinite(problem.shelf), problem.shelf, np.nan)
    for row in range(len(sold)):
        weeks = np.flatnonzero(np.isfinite(told[row]))
        if weeks.size > 1:
            # what came between two looks at the shelf was sold or lies there
            first, last = weeks[0], weeks[-1]
            between = told[row, last] - told[row, first] + sold[row, first + 1 : last + 1].sum()
            units = came[row, last] - came[row, first]
        else:
            weeks = np.flatnonzero((problem.ordered[row] > 0) & started[row])
            if weeks.size < 2:
                continue
            # from one order to the last one: what was ordered in between was sold in between
            between, units = sold[row, weeks[0] : weeks[-1]].sum(), problem.ordered[row, weeks[:-1]].sum()
        lots = problem.ordered[row, (problem.ordered[row] > 0) & started[row]]
        # less than half an order apart is chance; more is sales that are told in part, or of other goods
        if between > 0 and units > 0 and abs(units - between) > lots.mean() / 2:
            factor[row] = units / between
    return factor


def _lay_positions(problem: ShelfProblem, sold: Floats, started: Flags, came: Floats, factor: Floats) -> Floats:
    """Return stock on the shelf and on its way at each week's end, by the shelf last seen and what went on since."""
    ordered = problem.ordered * started
    running = np.cumsum(ordered - sold, axis=1)
    on_its_way = np.cumsum(problem.ordered, axis=1) - came
    offset = np.where(started, problem.shelf * factor[:, None] + on_its_way - running, np.nan)
    held = np.isfinite(offset)
    first = np.where(held.any(axis=1), offset[np.arange(len(offset)), held.argmax(axis=1)], 0.0)
    last = np.maximum.accumulate(np.where(held, np.arange(offset.shape[1]), -1), axis=1)
    found = np.where(last >= 0, np.take_along_axis(offset, np.maximum(last, 0), axis=1), first[:, None])
    positions: Floats = running + found
    return positions


def _find_arrivals(problem: ShelfProblem, sold: Floats) -> Floats:
    """Return what was ordered and is on the shelf at each week's end, as the shelf tells it.

    Orders arrive in the order in which they were written; as many have come as explain best how the shelf moved since
    it was told last. Nobody waits for longer than MOST_LAG weeks.
    """
    upto = np.cumsum(problem.ordered, axis=1)
    n, width = upto.shape
    came, seen, since = upto.copy(), np.full(n, np.nan), np.zeros(n)
    held = upto[:, 0].copy()
    for week in range(width):
        told = np.isfinite(problem.shelf[:, week])
        since += sold[:, week]
        weeks = np.arange(max(0, week - MOST_LAG), week + 1)
        ways = np.maximum(upto[:, weeks], held[:, None])
        moved = problem.shelf[:, week] - seen + since
        off = np.abs(np.where(np.isfinite(moved), moved, 0.0)[:, None] - (ways - held[:, None]))
        best = ways[np.arange(n), off.argmin(axis=1)]
        # the first shelf that is told says nothing of what came before it
        held = np.where(told, np.where(np.isfinite(seen), best, upto[:, week]), np.maximum(held, ways[:, 0]))
        seen, since = np.where(told, problem.shelf[:, week], seen), np.where(told, 0.0, since)
        came[:, week] = held
    return came


def _measure(problem: ShelfProblem, before: Floats, demand: Floats, seed: int) -> _Habit:
    """Return reorder point, lot and level of each pair, from its position before each week's order."""
    seen = np.isfinite(before)
    x = np.where(seen, before, 0.0)
    orders = seen & (problem.ordered > 0)
    low = np.where(seen, before, np.inf).min(axis=1)
    high = np.where(seen, before, -np.inf).max(axis=1)
    triggers = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, _POINTS)[None, :]
    spreads = demand[:, None] * np.array(_SPREADS)[None, :]
    z = (triggers[:, :, None, None] - x[:, None, None, :]) / spreads[:, None, :, None]
    chance = _read_chance(z)
    hit, miss = np.log(chance), np.log(1 - chance)
    score = np.where(orders[:, None, None, :], hit, np.where(seen[:, None, None, :], miss, 0.0)).sum(axis=3)
    drawn = _draw_habits(score.reshape(len(x), -1), seed)
    trigger = np.take_along_axis(triggers, drawn // len(_SPREADS), axis=1)
    spread = np.take_along_axis(spreads, drawn % len(_SPREADS), axis=1)
    gain = score.reshape(len(x), -1).max(axis=1) - _score_share(orders, seen)
    lot, level = (_average(values, orders) for values in (problem.ordered, x + problem.ordered))
    off_lot, off_level = (
        np.sqrt(_average((values - usual[:, None]) ** 2, orders))
        for values, usual in ((problem.ordered, lot), (x + problem.ordered, level))
    )
    return _Habit(
        trigger=trigger,
        spread=spread,
        fills=off_level < off_lot,
        lot=np.maximum(lot, 1e-6),
        level=level,
        noise=np.minimum(off_lot, off_level),
        active=_expect_active(orders, seen, x, trigger[:, 0], spread[:, 0]),
        tells=(gain >= LEAST_GAIN) & (orders.sum(axis=1) > 1),
    )


def _draw_habits(score: Floats, seed: int) -> Longs:
    """Return the likeliest place of each row of log-likelihoods, and PATHS places drawn from all of them."""
    weight = np.cumsum(np.exp(score - score.max(axis=1, keepdims=True)), axis=1)
    marks = (np.random.default_rng(seed).permutation(PATHS) + 0.5) / PATHS
    drawn = (weight[:, None, :] < marks[None, :, None] * weight[:, -1:, None]).sum(axis=2)
    return np.concatenate([score.argmax(axis=1)[:, None], drawn], axis=1)


def _count_untold(problem: ShelfProblem) -> Floats:
    """Return how many weeks at the end nobody has told of."""
    told = np.isfinite(problem.sold)
    found: Floats = np.where(told.any(axis=1), told[:, ::-1].argmax(axis=1), 0).astype(np.float64)
    return found


def _average(values: Floats, rows: Flags) -> Floats:
    found: Floats = (values * rows).sum(axis=1) / np.maximum(rows.sum(axis=1), 1)
    return found


def _read_chance(z: Floats) -> Floats:
    """Return the normal distribution function, a little off nought and one."""
    place = np.clip(np.rint((z + 6) * 200), 0, 2400).astype(np.int64)
    found: Floats = LAPSE + (1 - 2 * LAPSE) * _CDF[place]
    return found


def _score_share(orders: Flags, seen: Flags) -> Floats:
    """Return the log-likelihood of weeks with orders where every week is as likely."""
    count, yes = seen.sum(axis=1), orders.sum(axis=1)
    share = np.clip(yes / np.maximum(count, 1), LAPSE, 1 - LAPSE)
    found: Floats = yes * np.log(share) + (count - yes) * np.log(1 - share)
    return found


def _expect_active(orders: Flags, seen: Flags, x: Floats, trigger: Floats, spread: Floats) -> Floats:
    """Return how likely it still orders, seen weeks without an order although its position asked for one."""
    since = seen & (np.cumsum(orders[:, ::-1], axis=1)[:, ::-1] == 0)
    silent = 1 - _read_chance((trigger[:, None] - x) / spread[:, None])
    going_on = (1 - ENDING) * np.prod(np.where(since, silent, 1.0), axis=1)
    found: Floats = going_on / (going_on + ENDING)
    return found


def _simulate(
    problem: ShelfProblem, habit: _Habit, position: Floats, demand: Floats, deviation: Floats, weeks: int, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Return mean and mean square of orders by week, and the orders of the path on which nothing scatters."""
    draws = np.random.default_rng(seed).standard_normal((weeks, 3, PATHS))
    draws = np.concatenate([np.zeros((weeks, 3, 1)), draws], axis=2)
    # how far the level is off, and what was sold since the shelf was told
    level, since = np.concatenate(
        [np.zeros((2, 1)), np.random.default_rng(seed + 1).standard_normal((2, PATHS))], axis=1
    )
    off = _LEVEL_OFF * deviation[:, None] * level
    held = position[:, None] - deviation[:, None] * np.sqrt(_count_untold(problem))[:, None] * since
    held -= _count_untold(problem)[:, None] * off
    mean, square, likely = np.zeros((3, len(position), weeks))
    for week in range(weeks):
        sells, point, size = draws[week]
        used = np.maximum(demand[:, None] + off + deviation[:, None] * sells, 0.0)
        before = held - problem.share[:, None] * used
        asks = before <= habit.trigger + habit.spread * point
        lots = np.maximum(np.ceil((habit.trigger - before) / habit.lot[:, None]), 1.0) * habit.lot[:, None]
        wanted = np.where(habit.fills[:, None], habit.level[:, None] - before, lots)
        units = np.where(asks, np.maximum(wanted + habit.noise[:, None] * size, 0.0), 0.0)
        mean[:, week], square[:, week] = units[:, 1:].mean(axis=1), (units[:, 1:] ** 2).mean(axis=1)
        likely[:, week] = units[:, 0]
        held += units - used
    return mean, square, likely
