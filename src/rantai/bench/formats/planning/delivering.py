"""Read from a solved plan what each demand is given and when."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rantai.bench.formats.planning.expected import Delivered
from rantai.bench.formats.planning.translating import Translated
from rantai_engines.planning.problem import UNIT
from rantai_engines.planning.solution import Solution


def list_delivered(translated: Translated, solution: Solution) -> dict[str, tuple[Delivered, ...]]:
    """Return the rows of every demand, in order of date.

    A demand that an operation delivers is given what the orders of that operation end with, order by order. What is
    shipped from one place on one date is one row.
    """
    own = {place: row for row, place in enumerate(translated.delivery_places) if place >= 0}
    found: dict[int, list[Delivered]] = {row: [] for row in range(len(translated.demands))}
    for row, delivered in _list_direct(translated, solution):
        found[row].append(delivered)
    orders = solution.orders
    for order in np.flatnonzero(np.isin(orders.item_location, list(own))):
        quantity = int(orders.quantity[order]) / UNIT
        found[own[int(orders.item_location[order])]].append(Delivered(at=int(orders.end[order]), quantity=quantity))
    return {
        translated.demands[row]: tuple(sorted(rows, key=lambda row: (row.at, row.quantity)))
        for row, rows in found.items()
    }


def _list_direct(translated: Translated, solution: Solution) -> Iterator[tuple[int, Delivered]]:
    """Yield what demands without a delivery operation are given, one row for each date and place."""
    deliveries, pooled = solution.deliveries, translated.problem.item_locations.pool >= 0
    sums: dict[tuple[int, int, int], int] = {}
    for number, (demand, at, quantity) in enumerate(
        zip(deliveries.demand.tolist(), deliveries.time.tolist(), deliveries.quantity.tolist(), strict=True)
    ):
        if demand < len(translated.demands) and translated.delivery_places[demand] < 0:
            # A demand of a pool is given each of its deliveries from another place.
            apart = number if pooled[translated.problem.demands.item_location[demand]] else -1
            sums[demand, at, apart] = sums.get((demand, at, apart), 0) + quantity
    for (demand, at, _apart), quantity in sums.items():
        yield demand, Delivered(at=at, quantity=quantity / UNIT)
