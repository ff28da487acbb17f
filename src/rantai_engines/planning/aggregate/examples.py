"""Give small aggregate problems: a textbook's, and chains from a seed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rantai_engines.planning.aggregate.problem import AggregateProblem

NONE = np.zeros(0, np.int64)


def state_problem(demand: NDArray[np.float64], **given: Any) -> AggregateProblem:
    """Return a problem in which whatever is not given is nothing, free or without limit."""
    n, t = demand.shape
    sources = len(given.get("source_place", NONE))
    lines, loads = len(given.get("line_source", NONE)), len(given.get("load_source", NONE))
    resources = len(given.get("capacity", ()))
    shapes = {
        "receipts": (n, t), "target": (n, t), "on_hand": n, "opening_backlog": n, "holding_cost": n, "backlog_cost": n,
        "target_cost": n, "short_cost": n, "unit_cost": sources, "setup_cost": sources, "minimum": sources,
        "line_per": lines, "load_hours": loads, "load_setup_hours": loads, "capacity": (resources, t),
        "overtime_limit": (resources, t), "overtime_cost": resources, "opening_hours": resources,
        "hour_cost": resources, "raise_cost": resources, "cut_cost": resources, "overtime_share": resources,
    }  # fmt: skip
    whole = ("source_place", "source_lead", "line_source", "line_place", "load_source", "load_resource")
    empty: dict[str, Any] = {name: np.zeros(shape) for name, shape in shapes.items()}
    empty |= {name: np.zeros(sources if name == "source_lead" else 0, np.int64) for name in whole}
    empty |= {"maximum": np.full((sources, t), np.inf), "is_staffed": np.zeros(resources, np.bool_)}
    return AggregateProblem(demand=demand, **(empty | given))


def state_red_tomato(demand: list[float]) -> AggregateProblem:
    """Return Red Tomato Tools (Chopra and Meindl, Supply Chain Management, aggregate planning): a worker is 160 hours.

    80 workers at 4 a regular and 6 an overtime hour, 4 hours a tool, 300 to hire, 500 to lay off; material 10, 30 by
    a subcontractor; 2 a tool and month on stock, 5 for one that waits; 1,000 at the start and 500 at the end.
    """
    months = len(demand)
    return state_problem(
        np.array([demand], float),
        target=np.array([[0.0] * (months - 1) + [500.0]]),
        on_hand=np.array([1000.0]),
        holding_cost=np.array([2.0]),
        backlog_cost=np.array([5.0]),
        target_cost=np.array([1e5]),
        short_cost=np.array([1e5]),
        source_place=np.array([0, 0]),
        unit_cost=np.array([10.0, 30.0]),
        load_source=np.array([0]),
        load_resource=np.array([0]),
        load_hours=np.array([4.0]),
        capacity=np.full((1, months), 1e6),
        overtime_limit=np.full((1, months), 1e6),
        overtime_cost=np.array([6.0]),
        is_staffed=np.array([True]),
        opening_hours=np.array([80 * 160.0]),
        hour_cost=np.array([4.0]),
        raise_cost=np.array([300 / 160]),
        cut_cost=np.array([500 / 160]),
        overtime_share=np.array([10 / 160]),
    )


def random_problem(
    seed: int, *, places: int = 4, buckets: int = 3, setups: int = 2, resources: int = 2
) -> AggregateProblem:
    """Return chains of four item-locations that each take from the next, tight on the hours that they share."""
    random = np.random.default_rng(seed)
    sources = places + 1
    place = np.append(np.arange(places), random.integers(0, places))
    above = np.flatnonzero((place[:places] < places - 1) & (place[:places] % 4 != 3))
    own = random.random((places, buckets)) < np.resize([0.9, 0.7, 0.4, 0.2], places)[:, None]
    has_setup = np.arange(sources) < setups
    loads = random.integers(0, resources, sources)
    return state_problem(
        random.integers(5, 40, (places, buckets)) * own.astype(float),
        receipts=random.integers(0, 6, (places, buckets)).astype(float),
        target=random.integers(0, 8, (places, buckets)).astype(float),
        on_hand=random.integers(0, 30, places).astype(float),
        opening_backlog=random.integers(0, 4, places).astype(float),
        holding_cost=random.uniform(0.5, 2, places),
        backlog_cost=random.uniform(3, 9, places),
        target_cost=random.uniform(1, 4, places),
        short_cost=random.uniform(20, 90, places),
        source_place=place.astype(np.int64),
        source_lead=random.integers(0, 2, sources),
        unit_cost=random.uniform(1, 6, sources),
        setup_cost=np.where(has_setup, random.uniform(10, 60, sources), 0.0),
        minimum=np.where(has_setup, random.integers(0, 12, sources), 0).astype(float),
        maximum=np.where(random.random((sources, 1)) < 0.3, 45.0, np.inf) * np.ones((sources, buckets)),
        line_source=above,
        line_place=np.minimum(above + 1, places - 1),
        line_per=random.integers(1, 3, len(above)).astype(float),
        load_source=np.arange(sources),
        load_resource=loads,
        load_hours=random.uniform(0.2, 1.2, sources),
        load_setup_hours=np.where(has_setup, random.uniform(0, 4, sources), 0.0),
        capacity=random.uniform(15, 45, (resources, buckets)) * places / 4 * 2 / resources,
        overtime_limit=random.uniform(0, 12, (resources, buckets)),
        overtime_cost=random.uniform(2, 8, resources),
        is_staffed=random.random(resources) < 0.4,
        opening_hours=random.uniform(10, 30, resources),
        hour_cost=random.uniform(0.5, 2, resources),
        raise_cost=random.uniform(0.5, 3, resources),
        cut_cost=random.uniform(0.5, 3, resources),
        overtime_share=random.uniform(0.1, 0.5, resources),
    )
