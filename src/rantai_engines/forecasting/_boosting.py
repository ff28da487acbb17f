"""Forecast by one model learnt from all series together: pooled, scaled lags and boosted trees."""

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting import _features, _trees

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_ROWS = 120_000
_ENOUGH_ROWS = 600
_TREES = 120
_RATE = 0.08
_CHUNK = 4_000


def forecast_globally(offsets: Longs, values: Floats, ends: Longs, *, season_length: int, steps: int) -> Floats:
    """Return every series' forecast by the model of all.

    Parameters
    ----------
    offsets, values : ndarray
        Histories in CSR form; stock-outs filled.
    ends : ndarray of int64, shape (n_series,)
        Buckets of each that may be seen, 0 for a series to be left out.
    season_length, steps : int
        Buckets in a season; buckets ahead.

    Returns
    -------
    ndarray, shape (n_series, steps)
        Units/bucket, 0 or more; NaN where there is nothing to scale by, and everywhere below 600 rows to learn from.

    Notes
    -----
    At most 120,000 rows, spread evenly over series; 120 trees of depth five. Source: Januschowski et al. (2020) on
    global models; the scaling by a series' own level is that of Smyl (2020), section 3.2.
    """
    found = np.full((ends.size, steps), np.nan)
    x, target = _gather(offsets, values, ends, season_length, steps)
    if target.size < _ENOUGH_ROWS:
        return found
    edges = _find_edges(x)
    binned = np.empty(x.shape, dtype=np.uint8)
    _trees.put_in_bins(x, edges, binned)
    base = float(target.mean())
    features = np.full((_TREES, 2**_trees.DEPTH - 1), -1, dtype=np.int64)
    cuts = np.zeros(features.shape, dtype=np.uint8)
    leaves = np.zeros((_TREES, 2**_trees.DEPTH))
    _trees.grow_trees(binned, target - base, _TREES, _RATE, features, cuts, leaves)
    for start in range(0, ends.size, _CHUNK):
        rows = slice(start, min(start + _CHUNK, ends.size))
        size = rows.stop - rows.start
        asked = np.empty((size, steps, _features.N_FEATURES))
        levels = np.zeros(size)
        _features.fill_questions(offsets[start : rows.stop + 1], values, ends[rows], season_length, asked, levels)
        flat = asked.reshape(size * steps, _features.N_FEATURES)
        bins = np.empty(flat.shape, dtype=np.uint8)
        _trees.put_in_bins(flat, edges, bins)
        said = np.full(size * steps, base)
        _trees.ask_trees(bins, features, cuts, leaves, said)
        scaled = np.maximum(said.reshape(size, steps), 0.0) * levels[:, None]
        found[rows] = np.where(levels[:, None] > 0, scaled, np.nan)
    return found


def _gather(offsets: Longs, values: Floats, ends: Longs, season_length: int, steps: int) -> tuple[Floats, Floats]:
    """Return features and targets of at most `_ROWS` rows."""
    longest = int(ends.max(initial=0))
    count = max(1, int((ends > steps + 4).sum()))
    apart = max(1, steps // 2)
    possible = max(1, min(60, (longest - steps - 4) // apart + 1))
    stride = max(1, -(-count * steps // (_ROWS // 2)))
    origins = max(1, min(possible, _ROWS // max(1, count * -(-steps // stride))))
    x = np.empty((_ROWS, _features.N_FEATURES))
    target = np.empty(_ROWS)
    used = _features.fill_training(offsets, values, ends, season_length, steps, origins, stride, x, target)
    return x[:used], target[:used]


def _find_edges(x: Floats) -> Floats:
    """Return bin edges of each feature at its quantiles, shape (n_features, n_bins - 2); NaN lies above them all."""
    levels = np.linspace(0, 1, _trees.N_BINS)[1:-1]
    edges = np.full((x.shape[1], levels.size), np.inf)
    for k in range(x.shape[1]):
        known = x[~np.isnan(x[:, k]), k]
        if known.size:
            edges[k] = np.quantile(known, levels)
    return edges
