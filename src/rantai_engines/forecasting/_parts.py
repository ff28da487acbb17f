"""Cut a forecast by series into parts that are worked on side by side; no row knows of another's part."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting import _entrants, _tournament
from rantai_engines.forecasting.solution import METHODS

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

POINTS = 250_000
"""Of history in a part: about a second's work, so that a small forecast is never shared out."""
_BLOCK = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Some series, with where they are tested; axes as in ``_tournament.compete``.

    `pooled` are the global model's forecasts, shape (n_series, cuts + 1, horizon), where it was asked; `widest` is
    the longest window of all series, `thorough` whether ETS tries every structure.
    """

    offsets: Longs
    filled: Floats
    censored: Bools
    ends: Longs
    windows: Longs
    kinds: Longs
    pooled: Floats | None
    widest: int
    horizon: int
    season_length: int
    thorough: bool
    grids: _entrants.Grids


class Found(NamedTuple):
    """What the tournament says of series; shapes as in ``_tournament.compete``."""

    winners: Longs
    mean: Floats
    actuals: Floats
    told: Floats
    score: Floats
    weights: Floats
    residuals: Floats
    blind: Floats
    scales: Floats
    seasonal: Bools


def cut(whole: Part, *, points: int = POINTS) -> list[Part]:
    """Return contiguous parts of about so many points of history, at least one."""
    n = whole.offsets.size - 1
    count = max(1, min(n, int(whole.offsets[-1]) // points))
    places = np.searchsorted(whole.offsets, whole.offsets[-1] * np.arange(1, count) / count)
    edges = np.unique(np.concatenate([[0], places, [n]])).tolist() if n else [0, 0]
    return [_take(whole, low, high) for low, high in itertools.pairwise(edges)]


def join(found: Sequence[Found]) -> Found:
    """Return what was found of parts as one, in their order."""
    return Found(*(np.concatenate(each) for each in zip(*found, strict=True)))


def compete(part: Part) -> Found:
    """Let every method forecast every series of a part, a few at a time, and choose."""
    found = _lay_out(part)
    for low in range(0, part.windows.size, _BLOCK):
        rows = slice(low, min(low + _BLOCK, part.windows.size))
        ends, kinds = part.ends[rows], part.kinds[rows]
        offsets = part.offsets[rows.start : rows.stop + 1]
        forecasts = np.full((*ends.shape, len(METHODS), part.horizon), np.nan)
        seasonal = np.zeros(ends.shape, dtype=np.bool_)
        plan = part.season_length, part.thorough
        _entrants.forecast_all(offsets, part.filled, ends, kinds, plan, part.grids, forecasts, seasonal)
        if part.pooled is not None:
            forecasts[:, :, _entrants.GLOBAL] = part.pooled[rows]
        found.seasonal[rows] = seasonal[:, 0]
        rest: tuple[Any, ...] = ends, part.windows[rows], kinds, forecasts, *(each[rows] for each in found[:-1])
        _tournament.compete(offsets, part.filled, part.censored, part.season_length, *rest)
    return found


def _take(whole: Part, low: int, high: int) -> Part:
    first, last = whole.offsets[low], whole.offsets[high]
    return Part(
        offsets=whole.offsets[low : high + 1] - first,
        filled=whole.filled[first:last],
        censored=whole.censored[first:last],
        ends=whole.ends[low:high],
        windows=whole.windows[low:high],
        kinds=whole.kinds[low:high],
        pooled=None if whole.pooled is None else whole.pooled[low:high],
        widest=whole.widest,
        horizon=whole.horizon,
        season_length=whole.season_length,
        thorough=whole.thorough,
        grids=whole.grids,
    )


def _lay_out(part: Part) -> Found:
    """Return room for what will be found."""
    n, cuts, methods = part.windows.size, part.ends.shape[1] - 1, len(METHODS)
    return Found(
        winners=np.zeros(n, dtype=np.int64),
        mean=np.zeros((n, part.horizon)),
        actuals=np.zeros(n),
        told=np.full((n, methods, 5), np.nan),
        score=np.full((n, methods), np.nan),
        weights=np.zeros((n, methods)),
        residuals=np.full((n, cuts, part.widest), np.nan),
        blind=np.full((n, part.widest), np.nan),
        scales=np.zeros((n, 2, 2, part.widest)),
        seasonal=np.zeros(n, dtype=np.bool_),
    )
