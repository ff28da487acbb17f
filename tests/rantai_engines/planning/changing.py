"""Random events for held plans, and what a held plan says of itself."""

from dataclasses import fields, replace
from typing import Any

import numpy as np

from rantai_engines.planning._held_state import TOLD, HeldState, plain_rows
from rantai_engines.planning._laying import lay_down
from rantai_engines.planning._layout import (
    C_LOG,
    C_ORDERS,
    C_RUNS,
    G_FIRST,
    G_ROWS,
    P_END,
    P_HOST,
    P_QUANTITY,
    P_RUN,
    P_RUNS,
    P_SOURCE,
    R_KIND,
    SETUPS,
)
from rantai_engines.planning.changes import (
    AddDemand,
    AddOccupation,
    AddReceipt,
    CancelDemand,
    CancelReceipt,
    Change,
    ChangeDemand,
    ChangeLeadTime,
    ChangeMaximum,
    ChangeOccupations,
    ChangeReceipt,
    ChangeStock,
    Work,
)
from rantai_engines.planning.held import HeldPlan
from rantai_engines.planning.problem import UNIT
from rantai_engines.planning.solution import Solution

from .chains import DAY, NOW


def random_change(rng: np.random.Generator, held: HeldPlan, step: int) -> Change:
    """Draw an event: most of demands, then receipts, stock, lead times and capacity."""
    facts, what = held.facts, int(rng.integers(0, 14))
    places = len(facts.places.key)
    demands, receipts = list(facts.demands.rows), list(facts.receipts.rows)
    due, units = NOW + int(rng.integers(-3, 50)) * DAY, int(rng.integers(0, 12)) * UNIT
    if what <= 1:
        return random_demand(rng, places, key=10_000 + step)
    if what <= 3:
        some = rng.random(2) < 0.6
        return ChangeDemand(
            key=int(rng.choice(demands)), due=due if some[0] else None, quantity=units if some[1] else None
        )
    if what == 5:
        return AddReceipt(key=10_000 + step, item_location=int(rng.integers(places)), time=due, quantity=units)
    if what <= 7 and receipts:
        some = rng.random(2) < 0.6
        return ChangeReceipt(
            key=int(rng.choice(receipts)), time=due if some[0] else None, quantity=units if some[1] else None
        )
    if what == 8 and receipts:
        return CancelReceipt(key=int(rng.choice(receipts)))
    if what == 9:
        return ChangeStock(item_location=int(rng.integers(places)), on_hand=units)
    if what == 10 and len(facts.sources.key):
        source = int(rng.integers(len(facts.sources.key)))
        return ChangeLeadTime(source=source, lead_time=int(rng.integers(1, 12)) * DAY // 4)
    loaded = held.plan.net.loads[:, 0]
    if what == 11 and len(loaded):
        start = NOW + int(rng.integers(0, 60)) * DAY // 2
        end = start + int(rng.integers(0, 8)) * DAY // 2
        return AddOccupation(resource=int(rng.choice(loaded)), start=start, end=end, quantity=UNIT)
    if what == 12 and len(loaded):
        return ChangeMaximum(resource=int(rng.choice(loaded)), maximum=int(rng.integers(0, 4)) * UNIT)
    if what == 13 and len(loaded):
        return random_occupations(rng, held, int(rng.choice(loaded)))
    return CancelDemand(key=int(rng.choice(demands)))


def random_occupations(rng: np.random.Generator, held: HeldPlan, resource: int) -> ChangeOccupations:
    """Let open orders begin, get on and end on a resource: some of what they occupied stays.

    Each lasts longer than a weekend: what lies in a night meets nothing that works by the calendar.
    """
    works = [work for work in held.facts.works.get(resource, ()) if rng.random() < 0.5]
    for _ in range(int(rng.integers(0, 4))):
        start, setup = NOW + int(rng.integers(0, 60)) * DAY // 2, int(rng.integers(-1, 3))
        works.append(Work(start, start + int(rng.integers(6, 12)) * DAY // 2, UNIT, setup))
    return ChangeOccupations(resource=resource, works=tuple(works))


def random_demand(rng: np.random.Generator, places: int, *, key: int) -> AddDemand:
    """Draw a new order or forecast."""
    return AddDemand(
        key=key,
        item_location=int(rng.integers(places)),
        due=NOW + int(rng.integers(-3, 50)) * DAY,
        quantity=int(rng.integers(1, 12)) * UNIT,
        kind=int(rng.integers(0, 2)),
        class_rank=int(rng.integers(1, 4)),
        partial=bool(rng.random() < 0.7),
    )


def list_profiles(held: HeldState) -> list[list[tuple[int, ...]]]:
    """List (instant, balance, entries) of each item-location and each counted resource."""
    state = held.state
    return [
        list(
            zip(
                state.pool_time[first : first + rows].tolist(),
                state.pool_balance[first : first + rows].tolist(),
                state.pool_count[first : first + rows].tolist(),
                strict=True,
            )
        )
        for first, rows in zip(state.segments[:, G_FIRST].tolist(), state.segments[:, G_ROWS].tolist(), strict=True)
    ]


def list_busy(held: HeldState) -> list[list[list[int]]]:
    """List when each resource is busy, with its set-ups where it has them."""
    state, kinds = held.state, held.net.resources[:, R_KIND].tolist()
    return [
        [
            array[first : first + rows].tolist()
            for array in (state.busy_start, state.busy_end, state.busy_setup, state.busy_change)[
                : 4 if kind == SETUPS else 2
            ]
        ]
        for (first, _, rows, _), kind in zip(state.busy.tolist(), kinds, strict=False)
    ]


def tell(held: HeldState) -> dict[str, Any]:
    """Everything that a held state says, whatever lies behind the ends of its arrays."""
    state = held.state
    tables = {name: getattr(state, name)[: state.counters[counter]].tolist() for name, (counter, _) in TOLD.items()}
    return {
        "profiles": list_profiles(held),
        "busy": list_busy(held),
        "buckets": state.bucket_left.tolist(),
        "used": state.used.tolist(),
        "orders": state.orders[: state.counters[C_ORDERS]].tolist(),
        "runs": state.runs[: state.counters[C_RUNS]].tolist(),
        "last_order": state.last_order.tolist(),
        "last_run": state.last_run.tolist(),
        "log": int(state.counters[C_LOG]),
        "told": {name: {demand: list(rows) for demand, rows in own.items()} for name, own in held.told.items()},
        "network": (held.net.sources.tolist(), held.net.resources.tolist()),
        **tables,
    }


def tell_both(held: HeldPlan) -> list[dict[str, Any]]:
    return [tell(held.plan), tell(held.firm)]


def list_orders(held: HeldState) -> dict[int, Any]:
    """Each live order by number: its source, end, quantity and runs."""
    state = held.state
    orders = state.orders[: state.counters[C_ORDERS]]
    return {
        number: (
            orders[number, [P_SOURCE, P_END, P_QUANTITY]].tolist(),
            state.runs[orders[number, P_RUN] : orders[number, P_RUN] + orders[number, P_RUNS], :4].tolist(),
        )
        for number in np.flatnonzero(orders[:, P_QUANTITY] > 0).tolist()
    }


def list_deliveries(held: HeldState) -> dict[int, list[list[int]]]:
    """What each demand gets and when."""
    table = held.state.deliveries
    return {demand: sorted(table[rows, 1:3].tolist()) for demand, rows in held.told["deliveries"].items()}


def laid_anew(held: HeldPlan, state: HeldState) -> HeldState | None:
    """Lay the plan of a held state down anew; None where orders ride on others, which no plan tells apart."""
    if (state.state.orders[: state.state.counters[C_ORDERS], P_HOST] >= 0).any():
        return None
    problem = held.facts.problem()
    rows = plain_rows(problem, state)
    deliveries, count = rows.deliveries.copy(), len(problem.demands.key)
    deliveries[deliveries[:, 0] >= count, 0] = count - 1 - deliveries[deliveries[:, 0] >= count, 0]
    network = state.network_now()
    return HeldState(network, state.net, lay_down(problem, network, replace(rows, deliveries=deliveries)))


def list_differences(one: Solution, other: Solution) -> list[str]:
    """Name the columns in which two plans differ."""
    found = []
    for table in fields(one):
        left, right = getattr(one, table.name), getattr(other, table.name)
        if isinstance(left, np.ndarray):
            found += [table.name] * bool(not np.array_equal(left, right))
            continue
        for column in fields(left):
            if not np.array_equal(getattr(left, column.name), getattr(right, column.name)):
                found.append(f"{table.name}.{column.name}")
    return found
