"""Hold the stages of a chain, what they add and what they must promise, as checked arrays."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

MAX_STAGES = 20_000
MAX_ARCS = 100_000
MAX_TIME = 2_000
LARGEST = 1e15
ANY = -1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacementProblem:
    """Stages that each take time and may hold stock, and the arcs along which they supply each other.

    Attributes
    ----------
    lead_time : ndarray of int64, shape (n_stages,)
        Buckets that a stage takes once all that it needs is there; processing, transport and waiting.
    holding_cost : ndarray, shape (n_stages,)
        Money/(unit bucket) of stock that has passed the stage; ``accumulate_cost`` gives it from the cost added.
    demand_mean, demand_std : ndarray, shape (n_stages,)
        Of customers outside, units/bucket; 0 for a stage that serves stages only.
    service_level : ndarray, shape (n_stages,)
        Share of time that demand keeps within what the stage's stock is meant for, .5 to 1, 1 excluded.
    service_time : ndarray of int64, shape (n_stages,)
        Longest time that customers may be asked to wait, buckets; ``ANY`` (-1) only where there are none.
    inbound_time : ndarray of int64, shape (n_stages,)
        Time that suppliers outside take, buckets.
    origin, destination : ndarray of int64, shape (n_arcs,)
        The stage that supplies, and the one that is supplied.
    quantity : ndarray, shape (n_arcs,)
        Units of the origin in a unit of the destination, above 0.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above; an arc leads nowhere or in a circle; a stage that customers
        see has no longest wait; over 20,000 stages, 100,000 arcs, or 2,000 buckets along any way.
    """

    lead_time: Ints
    holding_cost: Floats
    demand_mean: Floats
    demand_std: Floats
    service_level: Floats
    service_time: Ints
    inbound_time: Ints
    origin: Ints
    destination: Ints
    quantity: Floats

    def __post_init__(self) -> None:
        n, m = np.asarray(self.lead_time).size, np.asarray(self.origin).size
        arrays.check_size(n, field="stages", limit=MAX_STAGES)
        arrays.check_size(m, field="arcs", limit=MAX_ARCS)
        whole = ("lead_time", "service_time", "inbound_time", "origin", "destination")
        for name in (field.name for field in fields(self)):
            size = m if name in ("origin", "destination", "quantity") else n
            dtype = np.int64 if name in whole else np.float64
            view = arrays.check_vector(getattr(self, name), field=name, dtype=dtype, size=size)
            object.__setattr__(self, name, view)
            low, high = _RANGES.get(name, (0.0, LARGEST))
            good = (view >= low) & (view <= high)
            arrays.check_all(good, view, field=name, wanted=f"a number from {low:g} to {high:g} is wanted")
        for name in ("origin", "destination"):
            view = getattr(self, name)
            arrays.check_all(view < n, view, field=name, wanted=f"a stage from 0 to {n - 1} is wanted")
        serves = (self.demand_mean > 0) | (self.demand_std > 0)
        good = ~serves | (self.service_time >= 0)
        wanted = "customers must be told a longest wait of 0 or more"
        arrays.check_all(good, self.service_time, field="service_time", wanted=wanted)
        longest = list_longest_times(self)
        wanted = f"lead times along a way are at most {MAX_TIME:,} buckets together, use longer buckets"
        arrays.check_all(longest <= MAX_TIME, longest, field="lead_time", wanted=wanted)

    @property
    def n_stages(self) -> int:
        """Number of stages."""
        return self.lead_time.size


_RANGES: dict[str, tuple[float, float]] = {
    "lead_time": (0, MAX_TIME),
    "service_time": (ANY, MAX_TIME),
    "inbound_time": (0, MAX_TIME),
    "service_level": (0.5, 1 - 1e-12),
    "quantity": (1e-12, LARGEST),
    "origin": (0, MAX_STAGES),
    "destination": (0, MAX_STAGES),
}


def sort_stages(n_stages: int, *, origin: Ints, destination: Ints) -> Ints:
    """Return the stages so that suppliers come first; raises InvalidProblem naming a stage of a circle.

    Source: Kahn (1962). Stages that could come next do so in order of number.
    """
    waits = np.bincount(destination, minlength=n_stages)
    after: list[list[int]] = [[] for _ in range(n_stages)]
    for start, end in zip(origin.tolist(), destination.tolist(), strict=True):
        after[start].append(end)
    found = [stage for stage in range(n_stages) if waits[stage] == 0]
    for stage in found:
        for end in after[stage]:
            waits[end] -= 1
            if waits[end] == 0:
                found.append(end)
    if len(found) < n_stages:
        row = int(np.flatnonzero(waits > 0)[0])
        raise arrays.InvalidProblem("origin", "the stage supplies itself, directly or not", "break the circle", row=row)
    return np.array(found, dtype=np.int64)


def list_longest_times(problem: PlacementProblem) -> Ints:
    """Return the longest time from the first supplier to the end of each stage, without any stock; buckets."""
    order = sort_stages(problem.n_stages, origin=problem.origin, destination=problem.destination)
    longest = problem.inbound_time + problem.lead_time
    arcs = np.argsort(np.argsort(order)[problem.origin], kind="stable")
    for arc in arcs.tolist():
        start, end = problem.origin[arc], problem.destination[arc]
        longest[end] = max(longest[end], longest[start] + problem.lead_time[end])
    return longest


def accumulate_cost(cost_added: Floats, *, origin: Ints, destination: Ints, quantity: Floats) -> Floats:
    """Return the cost of a unit after each stage: what it adds, and what came in.

    Parameters
    ----------
    cost_added : ndarray, shape (n_stages,)
        Money/unit.
    origin, destination, quantity : ndarray, shape (n_arcs,)
        As in ``PlacementProblem``.

    Returns
    -------
    ndarray, shape (n_stages,)
        Money/unit; times the holding rate of a bucket it is a problem's `holding_cost`.
    """
    total = cost_added.astype(np.float64)
    place = np.argsort(sort_stages(total.size, origin=origin, destination=destination))
    for arc in np.argsort(place[origin], kind="stable").tolist():
        total[destination[arc]] += quantity[arc] * total[origin[arc]]
    return total
