"""What is expected of item-locations: what is asked of them for themselves, and for what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.demand.queries.forecasts import CurrentForecast
from rantai.iscm.demand.queries.history import WeeklyHistory

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Pair = tuple[int, int]
Makers = Mapping[Pair, Mapping[Pair, float]]
"""Part → what of the forecast is made of it, with the units of the part that one unit takes, down all bills."""
_NOTHING = np.zeros(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """Expected demand a week in base units, sorted by item and location, each pair once."""

    item_ids: Ints
    location_ids: Ints
    mean: Floats
    """(n, horizon), both needs together."""
    error_std: Floats
    """(n,), of one week: errors of different items are taken as independent, so their squares add up."""
    dependent: Floats
    """(n, horizon), the share of `mean` that what is made of it asks for."""
    makers: Makers

    @property
    def pairs(self) -> list[Pair]:
        """The item-locations in their order."""
        return list(zip(self.item_ids.tolist(), self.location_ids.tolist(), strict=True))

    def list_uses(self, pairs: Sequence[Pair]) -> list[list[tuple[int, float]]]:
        """Return for each pair (item made of it, units of the part a week) over the horizon, the largest first."""
        if not self.makers:
            return [[] for _pair in pairs]
        own = self.mean - self.dependent
        weekly = dict(zip(self.pairs, own.mean(axis=1).tolist(), strict=True))
        return [_rank(self.makers.get(pair, {}), weekly) for pair in pairs]


def _rank(makers: Mapping[Pair, float], weekly: Mapping[Pair, float]) -> list[tuple[int, float]]:
    found: dict[int, float] = {}
    for maker, per in makers.items():
        found[maker[0]] = found.get(maker[0], 0.0) + per * weekly[maker]
    return sorted(((item, units) for item, units in found.items() if units > 0), key=lambda use: (-use[1], use[0]))


def expect(forecast: CurrentForecast, makers: Makers) -> Expectation:
    """Return the forecast with what it asks of parts on top, and the parts that nobody asks for themselves."""
    items, places, mean, error = forecast.item_ids, forecast.location_ids, forecast.mean, forecast.error_std
    if not makers:
        none = np.zeros_like(mean)
        return Expectation(
            item_ids=items, location_ids=places, mean=mean, error_std=error, dependent=none, makers=makers
        )
    own = {pair: row for row, pair in enumerate(zip(items.tolist(), places.tolist(), strict=True))}
    pairs = sorted(own.keys() | makers.keys())
    total, dependent, squares = (np.zeros((len(pairs), mean.shape[1])), np.zeros((len(pairs), mean.shape[1])),
                                 np.zeros(len(pairs)))  # fmt: skip
    for row, pair in enumerate(pairs):
        if pair in own:
            total[row], squares[row] = mean[own[pair]], error[own[pair]] ** 2
        for maker, per in makers.get(pair, {}).items():
            dependent[row] += per * mean[own[maker]]
            squares[row] += (per * error[own[maker]]) ** 2
    return Expectation(
        item_ids=np.array([item for item, _place in pairs], dtype=np.int64),
        location_ids=np.array([place for _item, place in pairs], dtype=np.int64),
        mean=total + dependent,
        error_std=np.sqrt(squares),
        dependent=dependent,
        makers=makers,
    )


def take_history(past: WeeklyHistory, pairs: Sequence[Pair], makers: Makers) -> tuple[Ints, Floats]:
    """Return offsets and values of the weeks behind pairs in CSR form: their own and those of what is made of them."""
    if not makers:
        return past.take(pairs)
    needed = list(dict.fromkeys([*pairs, *(maker for pair in pairs for maker in makers.get(pair, ()))]))
    offsets, values = past.take(needed)
    series = {pair: values[offsets[row] : offsets[row + 1]] for row, pair in enumerate(needed)}
    found = [
        _add_up([(1.0, series[pair]), *((per, series[maker]) for maker, per in makers.get(pair, {}).items())])
        for pair in pairs
    ]
    ends = np.cumsum([part.size for part in found])
    return np.concatenate([[0], ends]).astype(np.int64), np.concatenate([_NOTHING, *found])


def _add_up(parts: Sequence[tuple[float, Floats]]) -> Floats:
    """Add series that end with the same week; the longest says how far back it goes."""
    total = np.zeros(max(values.size for _per, values in parts))
    for per, values in parts:
        if values.size:
            total[-values.size :] += per * values
    return total
