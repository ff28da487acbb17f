"""Work on parts may be done on other machines, and gives the same."""

import sys
from functools import partial

import pytest

from rantai.bench import chains
from rantai_engines import spreading
from rantai_engines.planning.side_by_side import solve_in_parts
from rantai_engines.planning.solve import Params
from tests.rantai_engines.planning.test_parts import list_differences


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="Dask is not installed (the extra `cluster`)")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as running:
        yield running.scheduler_address


def test_a_cluster_keeps_the_order_of_the_parts(cluster):
    assert spreading.choose(cluster)(abs, [-3, -1, -2]) == [3, 1, 2]


def test_a_part_that_fails_on_a_cluster_is_heard(cluster):
    with pytest.raises(ZeroDivisionError):
        spreading.in_cluster(cluster)(partial(divmod, 10), [1, 0])


def test_a_cluster_gives_the_same_plan(cluster):
    problem = chains.make_problem(item_locations=3_000)

    alone = solve_in_parts(problem, params=Params(), least_work=500)
    beside = solve_in_parts(problem, params=Params(), least_work=500, spread=spreading.in_cluster(cluster))

    assert list_differences(alone, beside) == []


def test_without_dask_a_cluster_is_refused_in_words(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(spreading.NoCluster, match=r"tcp://there:8786.*rantai\[cluster\]"):
        spreading.in_cluster("tcp://there:8786")(abs, [1, 2])
