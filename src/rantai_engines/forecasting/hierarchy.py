"""Make forecasts of a hierarchy add up: from the bottom, from the top, or from all levels by their precision.

A hierarchy is a summing matrix in CSR form: row i lists the bottom series that node i is the sum of. Bottom series are
nodes too (rows of one entry). Crossed hierarchies (item x location x account) are as welcome as trees.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from rantai_engines import arrays

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Way = Literal["bottom_up", "top_down", "variance"]

_DENSE_BELOW = 1_500
_ROUNDS = 12
_RELATIVE = 1e-10


@dataclass(frozen=True, kw_only=True, slots=True)
class Hierarchy:
    """Which bottom series each node sums.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n_nodes + 1,)
        Node i sums ``members[offsets[i]:offsets[i + 1]]``; none may be empty.
    members : ndarray of int64, shape (n_entries,)
        Bottom series, 0 to n_bottom - 1, none twice in a node.
    n_bottom : int
        Bottom series, 1 or more; each must be a node by itself.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above, or a bottom series has no node of its own.
    """

    offsets: Longs
    members: Longs
    n_bottom: int

    def __post_init__(self) -> None:
        members = arrays.check_vector(self.members, field="members", dtype=np.int64)
        offsets = arrays.check_offsets(self.offsets, field="offsets", n_values=members.size)
        known = (members >= 0) & (members < self.n_bottom)
        wanted = f"a bottom series from 0 to {self.n_bottom - 1} is allowed"
        arrays.check_all(known, members, field="members", wanted=wanted, offsets=offsets)
        lengths = np.diff(offsets)
        arrays.check_all(lengths > 0, lengths, field="length", wanted="a node sums one bottom series or more")
        object.__setattr__(self, "members", members)
        object.__setattr__(self, "offsets", offsets)
        own = self.find_bottom_nodes()
        arrays.check_all(own >= 0, own, field="members", wanted="each bottom series is a node by itself")
        entries = np.repeat(np.arange(lengths.size), lengths) * self.n_bottom + members
        if np.unique(entries).size < entries.size:
            raise arrays.InvalidProblem("members", "a node lists a bottom series twice", "list it once")

    @property
    def n_nodes(self) -> int:
        """Number of nodes, bottom series among them."""
        return self.offsets.size - 1

    def sum_matrix(self) -> sparse.csr_array:
        """Return the summing matrix, shape (n_nodes, n_bottom)."""
        ones = np.ones(self.members.size)
        return sparse.csr_array((ones, self.members, self.offsets), shape=(self.n_nodes, self.n_bottom))

    def find_bottom_nodes(self) -> Longs:
        """Return the first node that is each bottom series alone, shape (n_bottom,); -1 for none."""
        found = np.full(self.n_bottom, -1, dtype=np.int64)
        single = np.flatnonzero(np.diff(self.offsets) == 1)[::-1]
        found[self.members[self.offsets[single]]] = single
        return found


def reconcile(
    hierarchy: Hierarchy, base: Floats, *, way: Way, variance: Floats | None = None, share: Floats | None = None
) -> Floats:
    """Return forecasts that add up and are nowhere below 0.

    Parameters
    ----------
    hierarchy : Hierarchy
    base : ndarray, shape (n_nodes, horizon)
        Forecast of each node by itself, units/bucket, finite.
    way : str
        ``bottom_up`` keeps the bottom series; ``top_down`` splits each node that no other holds by `share`;
        ``variance`` moves every node in proportion to its error variance (MinT with diagonal weights, WLS).
    variance : ndarray, shape (n_nodes,), for ``variance``
        One bucket's forecast error variance of each node, above 0.
    share : ndarray, shape (n_bottom,), for ``top_down``
        Weight of each bottom series in its top node, 0 or more, such as mean demand of the last year.

    Returns
    -------
    ndarray, shape (n_nodes, horizon)
        Every node is the sum of its bottom series to the last bit of one summing.

    Raises
    ------
    InvalidProblem
        If a shape is wrong, base is not finite, what the way needs is missing, or top nodes overlap.

    Notes
    -----
    Source: Wickramasuriya, Athanasopoulos & Hyndman (2019), equation 9 with W diagonal, solved in the form
    y - W C' (C W C')^-1 C y, where C y = 0 says that the nodes add up: one unknown an aggregate instead of one a
    bottom series. Below 0 is met as in Wickramasuriya, Turlach & Hyndman (2020) by an active set: bottom series
    that fall below are held at 0 and the rest solved again, twelve rounds at most; what is then still below 0 is
    cut. Diagonal weights leave out that errors of nodes go together. Up to 1,500 aggregates are solved by
    factoring, more by conjugate gradients to 1e-10.

    Examples
    --------
    >>> family = Hierarchy(offsets=np.array([0, 2, 3, 4]), members=np.array([0, 1, 0, 1]), n_bottom=2)
    >>> reconcile(family, np.array([[12.0], [4.0], [5.0]]), way="variance", variance=np.ones(3)).ravel()
    array([11.,  5.,  6.])
    """
    n = hierarchy.n_nodes
    if base.ndim != 2 or base.shape[0] != n:
        raise arrays.InvalidProblem("base", f"its shape is {base.shape}", f"pass ({n}, horizon)")
    sums = np.asarray(base.sum(axis=1), dtype=np.float64)
    arrays.check_all(np.isfinite(sums), sums, field="base", wanted="finite forecasts are allowed")
    summing = hierarchy.sum_matrix()
    if way == "bottom_up":
        bottom = np.maximum(base[hierarchy.find_bottom_nodes()], 0.0)
    elif way == "top_down":
        bottom = _split(hierarchy, base, _check_weights(share, "share", hierarchy.n_bottom, above=False))
    elif way == "variance":
        bottom = _weigh(hierarchy, base, _check_weights(variance, "variance", n, above=True))
    else:
        raise arrays.InvalidProblem("way", f"it is {way!r}", "allowed is bottom_up, top_down or variance")
    found: Floats = summing @ bottom
    return found


def find_top_nodes(hierarchy: Hierarchy) -> Longs:
    """Return the nodes, largest first, that together hold every bottom series once.

    Raises
    ------
    InvalidProblem
        If the largest nodes overlap without one holding the other: no way from the top is right then.
    """
    top: list[int] = []
    held = np.zeros(hierarchy.n_bottom, dtype=np.bool_)
    for node in np.argsort(-np.diff(hierarchy.offsets), kind="stable"):
        mine = hierarchy.members[hierarchy.offsets[node] : hierarchy.offsets[node + 1]]
        if held[mine].all():
            continue
        if held[mine].any():
            raise arrays.InvalidProblem("members", "two top nodes overlap", "give one node above both", row=int(node))
        held[mine] = True
        top.append(int(node))
    return np.array(top, dtype=np.int64)


def _check_weights(weights: Floats | None, field: str, size: int, *, above: bool) -> Floats:
    if weights is None:
        raise arrays.InvalidProblem(field, "it is missing", f"this way needs {size} of them")
    found = arrays.check_vector(weights, field=field, dtype=np.float64, size=size)
    good = np.isfinite(found) & (found > 0 if above else found >= 0)
    arrays.check_all(good, found, field=field, wanted="above 0 is allowed" if above else "0 or more is allowed")
    return found


def _split(hierarchy: Hierarchy, base: Floats, share: Floats) -> Floats:
    """Split top nodes by share; in equal parts where a node's shares are all 0."""
    bottom = np.zeros((hierarchy.n_bottom, base.shape[1]))
    for node in find_top_nodes(hierarchy):
        mine = hierarchy.members[hierarchy.offsets[node] : hierarchy.offsets[node + 1]]
        weights = share[mine] if share[mine].sum() > 0 else np.ones(mine.size)
        bottom[mine] = weights[:, None] / weights.sum() * np.maximum(base[node], 0.0)
    return bottom


def _weigh(hierarchy: Hierarchy, base: Floats, variance: Floats) -> Floats:
    nodes = hierarchy.find_bottom_nodes()
    is_bottom = np.zeros(hierarchy.n_nodes, dtype=np.bool_)
    is_bottom[nodes] = True
    above = hierarchy.sum_matrix()[np.flatnonzero(~is_bottom)]
    own, own_variance = base[nodes], variance[nodes]
    tops, top_variance = base[~is_bottom], variance[~is_bottom]
    bottom = _adjust(above, own, tops, own_variance, top_variance)
    for column in np.flatnonzero((bottom < 0).any(axis=0)):
        free = bottom[:, column] >= 0
        for _ in range(_ROUNDS):
            held = np.where(free, own[:, column], 0.0)[:, None]
            held_variance = np.where(free, own_variance, 0.0)
            found = _adjust(above, held, tops[:, column : column + 1], held_variance, top_variance)[:, 0]
            if (found[free] >= 0).all():
                break
            free &= found >= 0
        bottom[:, column] = np.where(free, np.maximum(found, 0.0), 0.0)
    return bottom


def _adjust(above: sparse.csr_array, own: Floats, tops: Floats, own_variance: Floats, top_variance: Floats) -> Floats:
    """Return bottom series moved by W A' (W_top + A W A')^-1 (tops - A own)."""
    if above.shape[0] == 0:
        return own.copy()
    gap = tops - above @ own
    scale = 1.0 / max(float(top_variance.max()), float(own_variance.max()))
    spread = above @ sparse.diags_array(own_variance * scale)
    system = sparse.csr_array(spread @ above.T) + sparse.diags_array(top_variance * scale)
    if above.shape[0] <= _DENSE_BELOW:
        pull = np.linalg.solve(system.toarray(), gap)
    else:
        pull = np.column_stack([_solve_large(system, gap[:, k]) for k in range(gap.shape[1])])
    moved: Floats = own + spread.T @ pull
    return moved


def _solve_large(system: sparse.csr_array, gap: Floats) -> Floats:
    diagonal = sparse.diags_array(1.0 / system.diagonal())
    found, failed = linalg.cg(system, gap, rtol=_RELATIVE, maxiter=20 * gap.size, M=diagonal)
    if failed:
        raise arrays.InvalidProblem("variance", "the nodes' variances differ too widely to solve", "raise the smallest")
    answer: Floats = found
    return answer
