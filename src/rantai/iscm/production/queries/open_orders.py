"""Open production orders in bulk, as the planner reads them: what they will bring, what they still take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import F
from numpy.typing import NDArray

from rantai.iscm.production import states
from rantai.iscm.production.models import ProductionComponent, ProductionOrder

Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenOrders:
    """Parallel columns. Receipts (n,): one row an order; requirements (m,): one row a component. Units in 1/10,000.

    Orders that are only planned are no receipts and need nothing here: a plan makes them again, unless a customer's
    demand caused them; these are receipts that are not firm.
    """

    order_ids: Ints
    item_ids: Ints
    location_ids: Ints
    units: Ints
    due_on: tuple[date, ...]
    is_firm: NDArray[np.bool_]
    numbers: tuple[str, ...]
    changed_seqs: Ints
    component_ids: Ints
    component_orders: Ints
    component_items: Ints
    component_locations: Ints
    component_units: Ints
    """Neither held nor issued: what is held is not in the free stock that a plan reads."""
    needed_on: tuple[date, ...]


def load() -> OpenOrders:
    """Return what live orders bring and take, in two queries, by id."""
    rows = ProductionOrder.objects.filter(state__in=states.LIVE, units__gt=F("good")).order_by("id")
    orders = list(
        rows.values_list("pk", "item_id", "location_id", "units", "good", "due_on", "state", "number", "changed_seq")
    )
    wants = ProductionComponent.objects.filter(
        order__state__in=states.LIVE, needed__gt=F("reserved") + F("issued")
    ).order_by("id")
    parts = list(
        wants.values_list(
            "pk", "order_id", "item_id", "order__location_id", "needed", "reserved", "issued", "needed_on"
        )
    )
    return OpenOrders(
        order_ids=_ints([row[0] for row in orders]),
        item_ids=_ints([row[1] for row in orders]),
        location_ids=_ints([row[2] for row in orders]),
        units=_ints([row[3] - row[4] for row in orders]),
        due_on=tuple(row[5] for row in orders),
        is_firm=np.array([row[6] in states.OPEN for row in orders], np.bool_),
        numbers=tuple(row[7] or f"M-{row[0]}" for row in orders),
        changed_seqs=_ints([row[8] for row in orders]),
        component_ids=_ints([row[0] for row in parts]),
        component_orders=_ints([row[1] for row in parts]),
        component_items=_ints([row[2] for row in parts]),
        component_locations=_ints([row[3] for row in parts]),
        component_units=_ints([row[4] - row[5] - row[6] for row in parts]),
        needed_on=tuple(row[7] for row in parts),
    )


def _ints(values: list[int]) -> Ints:
    return np.array(values, np.int64)
