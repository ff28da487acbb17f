"""Reconciled forecasts add up, stay above 0, and are the textbook's least squares."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rantai_engines.arrays import InvalidProblem
from rantai_engines.forecasting import hierarchy as hierarchies
from rantai_engines.forecasting.hierarchy import Hierarchy, find_top_nodes, reconcile

Floats = NDArray[np.float64]


def make_hierarchy(nodes: list[list[int]], n_bottom: int) -> Hierarchy:
    return Hierarchy(
        offsets=np.cumsum([0, *map(len, nodes)]).astype(np.int64),
        members=np.array([member for node in nodes for member in node], dtype=np.int64),
        n_bottom=n_bottom,
    )


TREE = make_hierarchy([[0, 1, 2, 3], [0, 1], [2, 3], [0], [1], [2], [3]], 4)
CROSSED = make_hierarchy([[0, 1, 2, 3], [0, 1], [2, 3], [0, 2], [1, 3], [0], [1], [2], [3]], 4)
figures = st.lists(st.floats(0.1, 1e4), min_size=9, max_size=9)


def by_the_book(hierarchy: Hierarchy, base: Floats, variance: Floats) -> Floats:
    """Wickramasuriya et al. (2019), S (S' W^-1 S)^-1 S' W^-1 y."""
    s, w = hierarchy.sum_matrix().toarray(), np.diag(1 / variance)
    return np.asarray(s @ np.linalg.solve(s.T @ w @ s, s.T @ w @ base))


@settings(max_examples=80, deadline=None)
@given(base=figures, variance=figures)
def test_by_variance_is_the_least_squares_of_the_book(base: list[float], variance: list[float]) -> None:
    for hierarchy in (TREE, CROSSED):
        y, w = np.array(base[: hierarchy.n_nodes])[:, None], np.array(variance[: hierarchy.n_nodes])
        wanted = by_the_book(hierarchy, y, w)

        found = reconcile(hierarchy, y, way="variance", variance=w)

        if (wanted >= 0).all():
            assert found == pytest.approx(wanted, rel=1e-6, abs=1e-6 * y.max())
        assert (found >= 0).all()
        bottom = found[hierarchy.find_bottom_nodes()]
        assert found == pytest.approx(hierarchy.sum_matrix() @ bottom, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(base=st.lists(st.floats(0, 100), min_size=4, max_size=4), variance=figures)
def test_what_adds_up_already_stays(base: list[float], variance: list[float]) -> None:
    y = TREE.sum_matrix() @ np.array(base)[:, None]

    for way in ("bottom_up", "variance"):
        found = reconcile(TREE, y, way=way, variance=np.array(variance[:7]))
        assert found == pytest.approx(y, rel=1e-9, abs=1e-9)


def test_a_bottom_series_that_would_fall_below_nought_is_held_there() -> None:
    y = np.array([[10.0], [1.0], [9.0], [1.0], [30.0], [5.0], [4.0]])

    found = reconcile(TREE, y, way="variance", variance=np.array([0.1, 0.1, 0.1, 50.0, 90.0, 1.0, 1.0]))

    assert by_the_book(TREE, y, np.array([0.1, 0.1, 0.1, 50.0, 90.0, 1.0, 1.0]))[3] < 0
    assert found[3, 0] == 0
    assert (found >= 0).all()
    assert found[0, 0] == pytest.approx(found[1, 0] + found[2, 0])


def test_top_down_splits_by_share_and_equally_without_any() -> None:
    y = np.array([[100.0], [1], [1], [1], [1], [1], [1]])

    found = reconcile(TREE, y, way="top_down", share=np.array([1.0, 3, 0, 0]))

    assert found.ravel().tolist() == [100, 100, 0, 25, 75, 0, 0]
    assert reconcile(TREE, y, way="top_down", share=np.zeros(4)).ravel()[3:].tolist() == [25.0] * 4


def test_bottom_up_keeps_the_bottom() -> None:
    y = np.arange(7.0)[:, None]

    assert reconcile(TREE, y, way="bottom_up").ravel().tolist() == [18, 7, 11, 3, 4, 5, 6]


def test_many_aggregates_are_solved_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(3)
    y, w = chance.gamma(2, 50, (9, 3)), chance.gamma(2, 5, 9)
    few = reconcile(CROSSED, y, way="variance", variance=w)

    monkeypatch.setattr(hierarchies, "_DENSE_BELOW", 0)

    assert reconcile(CROSSED, y, way="variance", variance=w) == pytest.approx(few, rel=1e-6)


def test_reconciling_halves_an_error_that_its_parent_does_not_share() -> None:
    chance = np.random.default_rng(8)
    truth = TREE.sum_matrix() @ chance.gamma(3, 30, (4, 500))
    std = np.array([8.0, 8, 8, 8, 8, 8, 8])
    base = truth + chance.normal(0, 1, truth.shape) * std[:, None]

    found = reconcile(TREE, base, way="variance", variance=std**2)

    assert np.abs(found - truth).mean() < 0.85 * np.abs(base - truth).mean()


def test_bad_hierarchies_are_named() -> None:
    with pytest.raises(InvalidProblem, match="members of row 1: the value is -1; each bottom series is a node"):
        make_hierarchy([[0, 1], [0]], 2)
    with pytest.raises(InvalidProblem, match="members of row 0: the value is 2; a bottom series from 0 to 1"):
        make_hierarchy([[2], [0], [1]], 2)
    with pytest.raises(InvalidProblem, match="a node lists a bottom series twice"):
        make_hierarchy([[0, 0], [0]], 1)
    with pytest.raises(InvalidProblem, match="two top nodes overlap"):
        find_top_nodes(make_hierarchy([[0, 1], [1, 2], [0], [1], [2]], 3))
    with pytest.raises(InvalidProblem, match="variance: it is missing"):
        reconcile(TREE, np.ones((7, 1)), way="variance")
    with pytest.raises(InvalidProblem, match=r"base: its shape is \(2, 1\)"):
        reconcile(TREE, np.ones((2, 1)), way="bottom_up")
