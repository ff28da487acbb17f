"""Do the same work on many parts: in turn, in threads, in processes or on other machines; results keep their order.

Kernels release the interpreter's lock, so threads share the arrays and cost nothing; processes are for what is
Python at heart, a cluster for what one machine is too small for. Measured on the forecasts of 2,000 daily series:
11.6 CPU seconds in turn, 11.8 in two threads, 18.7 in two fresh processes, each of which loads every kernel.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from typing import Any

Spread = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
"""Takes work and parts, gives the result of each part in their order; raises what the first failing part raised."""


class NoCluster(RuntimeError):
    """Work was to be spread over a cluster by a program that was installed without it."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(
            f"Work cannot be spread over the cluster at {address}: Dask is not installed. "
            "Install rantai[cluster] here and on its workers, or leave RANTAI_CLUSTER empty."
        )


def count_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_turn(work: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
    """Do one part after the other."""
    return [work(part) for part in parts]


def in_threads(count: int) -> Spread:
    """Return a way to work on `count` parts at once in this process."""

    def spread(work: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
        if count < 2 or len(parts) < 2:
            return in_turn(work, parts)
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(work, parts))

    return spread


def in_processes(count: int) -> Spread:
    """Return a way to work on `count` parts at once in fresh processes; work and parts must be picklable."""

    def spread(work: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
        if count < 2 or len(parts) < 2:
            return in_turn(work, parts)
        with ProcessPoolExecutor(min(count, len(parts)), mp_context=get_context("spawn")) as pool:
            return list(pool.map(work, parts))

    return spread


def in_cluster(address: str) -> Spread:
    """Return a way to work on parts on the workers of a Dask scheduler; they need this program installed, too.

    Work and parts must be picklable. Raises NoCluster where Dask is not installed, OSError where nobody answers.
    """

    def spread(work: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
        if len(parts) < 2:
            return in_turn(work, parts)
        try:
            distributed = import_module("distributed")
        except ModuleNotFoundError as missing:
            raise NoCluster(address) from missing
        with distributed.Client(address, set_as_default=False) as client:
            # what was worked on before may have been planned from other parts of the same name: nothing is reused
            return list(client.gather(client.map(work, list(parts), pure=False)))

    return spread


def choose(cluster: str) -> Spread:
    """Return the way that suits kernels: on the cluster at an address, without one in a thread for each core."""
    return in_cluster(cluster) if cluster else in_threads(count_cores())
