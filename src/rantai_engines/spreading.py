"""Do the same work on many parts: one after the other, in threads, or in processes; the results keep their order.

Kernels release the interpreter's lock, so threads share the arrays and cost nothing; processes are for what is
Python at heart. A cluster is one more function of the same shape.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

Spread = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
"""Takes work and parts, gives the result of each part in their order; raises what the first failing part raised."""


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
