"""Read from a solved plan what each demand is given and when."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from rantai.bench.formats.planning.expected import Delivered
from rantai.bench.formats.planning.model import INFINITE, Model
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


def list_wished(model: Model) -> dict[str, tuple[Delivered, ...]]:
    """Return the rows of a plan that nothing limits: all on the due date, in pieces of the delivery's sizes."""
    found: dict[str, tuple[Delivered, ...]] = {}
    for want in model.wants:
        quantity, most = max(want.quantity, want.min_shipment), INFINITE
        if want.operation >= 0:
            delivery = model.operations[want.operation]
            quantity, most = max(quantity, delivery.minimum), max(delivery.maximum, delivery.minimum)
            quantity = (
                math.ceil(quantity / delivery.multiple) * delivery.multiple if delivery.multiple > 0 else quantity
            )
        pieces = [min(most, quantity)] * math.floor(quantity / most) if most < quantity else []
        rest = quantity - sum(pieces)
        rows = [Delivered(at=want.due, quantity=piece) for piece in (*pieces, *([rest] if rest > 0 else []))]
        found[want.name] = tuple(sorted(rows, key=lambda row: row.quantity))
    return found


def _list_direct(translated: Translated, solution: Solution) -> Iterator[tuple[int, Delivered]]:
    """Yield what demands without a delivery operation are given, one row for each date."""
    deliveries, sums = solution.deliveries, dict[tuple[int, int], int]()
    for demand, at, quantity in zip(
        deliveries.demand.tolist(), deliveries.time.tolist(), deliveries.quantity.tolist(), strict=True
    ):
        if demand < len(translated.demands) and translated.delivery_places[demand] < 0:
            sums[demand, at] = sums.get((demand, at), 0) + quantity
    for (demand, at), quantity in sums.items():
        yield demand, Delivered(at=at, quantity=quantity / UNIT)
