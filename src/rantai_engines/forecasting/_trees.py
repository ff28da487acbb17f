"""Compiled gradient-boosted trees on binned features: one model for all series.

Letters of the books: x features in bins, g residual (target less what the trees so far say), node a place in a complete
binary tree of fixed depth whose children are 2 node + 1 and 2 node + 2.
"""

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import compiled

Floats = NDArray[np.float64]
Bins = NDArray[np.uint8]

DEPTH = 5
N_BINS = 48
_SPLITS = 2**DEPTH - 1
_LEAVES = 2**DEPTH
_FEWEST = 30.0
_RIDGE = 5.0


@compiled
def put_in_bins(x: Floats, edges: Floats, out: Bins) -> None:
    """Write the bin of every feature: how many of its edges lie at or below the value."""
    for row in range(x.shape[0]):
        for k in range(x.shape[1]):
            out[row, k] = np.searchsorted(edges[k], x[row, k], side="right")


@compiled
def grow_trees(
    x: Bins, target: Floats, trees: int, rate: float, features: NDArray[np.int64], cuts: Bins, leaves: Floats
) -> None:
    """Grow trees one after another, each on what the ones before have left of the target.

    Parameters
    ----------
    x : ndarray of uint8, shape (n_rows, n_features)
        Bins 0 to 47.
    target : ndarray, shape (n_rows,)
    trees, rate : int, float
        Number of trees and the share of each that is believed.
    features : ndarray of int64, shape (trees, 31), out
        Feature of each split, -1 where a node is not split (its rows go left).
    cuts : ndarray of uint8, shape (trees, 31), out
        Rows with a bin at or below go left.
    leaves : ndarray, shape (trees, 32), out
        What is added, `rate` in it.

    Notes
    -----
    Squared loss with a ridge of five rows a leaf and thirty rows at least; level by level, one histogram a level.
    Source: Friedman (2001), algorithm 2; Chen & Guestrin (2016), equations 5 to 7; histograms as in Ke et al. (2017).
    """
    n, size = x.shape
    left_over = target.copy()
    node = np.zeros(n, dtype=np.int64)
    sums = np.zeros((_LEAVES, size, N_BINS))
    counts = np.zeros((_LEAVES, size, N_BINS))
    for tree in range(trees):
        features[tree] = -1
        node[:] = 0
        for depth in range(DEPTH):
            first, width = 2**depth - 1, 2**depth
            sums[:width] = 0.0
            counts[:width] = 0.0
            for row in range(n):
                at = node[row] - first
                for k in range(size):
                    sums[at, k, x[row, k]] += left_over[row]
                    counts[at, k, x[row, k]] += 1.0
            for at in range(width):
                whole, rows = sums[at, 0].sum(), counts[at, 0].sum()
                best = whole * whole / (rows + _RIDGE) + 1e-9
                for k in range(size):
                    low = below = 0.0
                    for cut in range(N_BINS - 1):
                        low += sums[at, k, cut]
                        below += counts[at, k, cut]
                        if below < _FEWEST or rows - below < _FEWEST:
                            continue
                        high = whole - low
                        gain = low * low / (below + _RIDGE) + high * high / (rows - below + _RIDGE)
                        if gain > best:
                            best = gain
                            features[tree, first + at], cuts[tree, first + at] = k, cut
            for row in range(n):
                here = node[row]
                k = features[tree, here]
                goes_right = k >= 0 and x[row, k] > cuts[tree, here]
                node[row] = 2 * here + (2 if goes_right else 1)
        total = np.zeros(_LEAVES)
        count = np.zeros(_LEAVES)
        for row in range(n):
            total[node[row] - _SPLITS] += left_over[row]
            count[node[row] - _SPLITS] += 1.0
        for leaf in range(_LEAVES):
            leaves[tree, leaf] = rate * total[leaf] / (count[leaf] + _RIDGE)
        for row in range(n):
            left_over[row] -= leaves[tree, node[row] - _SPLITS]


@compiled
def ask_trees(x: Bins, features: NDArray[np.int64], cuts: Bins, leaves: Floats, out: Floats) -> None:
    """Add what all trees say of each row to `out`."""
    for row in range(x.shape[0]):
        for tree in range(features.shape[0]):
            node = 0
            for _ in range(DEPTH):
                k = features[tree, node]
                node = 2 * node + (2 if k >= 0 and x[row, k] > cuts[tree, node] else 1)
            out[row] += leaves[tree, node - _SPLITS]
