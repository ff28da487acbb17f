"""What the plan expects to move within the horizon, in money at standard cost, by place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time

import numpy as np
from django.core.cache import cache
from django.db.models import Count, F, Sum

from rantai.foundation.items.models import Item
from rantai.iscm.supply.models import PlannedOrder, PlanRun
from rantai.iscm.supply.queries import keys, plans, sourcing
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.reading import PlanReader
from rantai.kernel.flows import DIRECT, Window

_KEPT, _FOLLOWED = 86_400, 900
"""Seconds that the sums of a plan are kept: a plan as it was made never changes, one that follows what happens does."""
_UNIT = 10_000.0

Way = tuple[str, str]


@dataclass(kw_only=True, slots=True)
class PlannedFlows:
    """Sums of one plan for one day: worth and rows by way, orders to make and forecast demand by place."""

    ways: dict[Way, tuple[int, int]] = field(default_factory=dict)
    makes: dict[int, int] = field(default_factory=dict)
    expected: dict[int, int] = field(default_factory=dict)
    expected_rows: dict[int, int] = field(default_factory=dict)


def read_planned(window: Window) -> PlannedFlows | None:
    """Return what the current plan still wants to buy, make and move, and the demand it expects; None without a plan.

    What somebody accepted meanwhile is an order and counts there.
    """
    run = plans.find_run()
    if run is None:
        return None
    key = f"iscm.flows.3.{run.pk}.{run.solution_hash[:12]}.{min(run.step, 1)}.{window.today.isoformat()}"
    found: PlannedFlows | None = cache.get(key)
    if found is None:
        found = _read_plan(run, window)
        cache.set(key, found, _FOLLOWED if run.step else _KEPT)
    return _without_decided(found, run, window)


def _read_plan(run: PlanRun, window: Window) -> PlannedFlows:
    reader = PlanReader(run)
    costs = _Costs()
    until = int(datetime.combine(window.until, time(), UTC).timestamp())
    expected, expected_rows = _sum_expected(reader, costs, until)
    found = PlannedFlows(expected=expected, expected_rows=expected_rows)
    orders, sources = reader.whole("orders"), reader.whole("sources")
    if not orders or not len(orders["source"]):
        return found
    soon = orders["end"] < until
    source = orders["source"][soon]
    places = reader.places[orders["item_location"][soon]]
    worth = costs.of(places, orders["quantity"][soon])
    kinds, suppliers, origins = (sources[name][source] for name in ("kind", "supplier", "origin"))
    ways: dict[Way, list[int]] = defaultdict(lambda: [0, 0])
    for kind, supplier, origin, place, amount in zip(
        kinds.tolist(), suppliers.tolist(), origins.tolist(), keys.places_of(places).tolist(), worth.tolist(),
        strict=True,
    ):  # fmt: skip
        if kind == sourcing.MAKE:
            found.makes[place] = found.makes.get(place, 0) + 1
            continue
        begins = f"site:{keys.split(reader.pair(origin))[1]}" if kind == sourcing.MOVE else f"supplier:{supplier}"
        way = ways[begins, f"site:{place}" if place else DIRECT]
        way[0] += int(amount)
        way[1] += 1
    found.ways = {way: (amount, rows) for way, (amount, rows) in ways.items()}
    return found


class _Costs:
    """Standard costs of all items, read once."""

    def __init__(self) -> None:
        rows = list(Item.objects.order_by("pk").values_list("pk", "standard_cost"))
        self._ids = np.array([pk for pk, _cost in rows] or [0], np.int64)
        self._costs = np.array([cost for _pk, cost in rows] or [0], np.float64)

    def of(self, places: Ints, units: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return what units of item-locations cost, in 1/10,000 of the currency."""
        at = np.minimum(np.searchsorted(self._ids, keys.items_of(places)), len(self._ids) - 1)
        known = self._ids[at] == keys.items_of(places)
        return np.where(known, self._costs[at], 0.0) * units / _UNIT


def _sum_expected(reader: PlanReader, costs: _Costs, until: int) -> tuple[dict[int, int], dict[int, int]]:
    """Sum forecast demand that no order has used up, and count its items, by place."""
    demands = reader.whole("demands")
    if not demands or not len(demands["kind"]):
        return {}, {}
    mine = (demands["kind"] == keys.FORECAST) & (demands["due"] < until)
    worth = costs.of(demands["place"][mine], demands["quantity"][mine])
    places = keys.places_of(demands["place"][mine])
    where, rows = np.unique(keys.places_of(np.unique(demands["place"][mine])), return_counts=True)
    sums = {int(place): int(worth[places == place].sum()) for place in where}
    return sums, dict(zip(where.tolist(), rows.tolist(), strict=True))


def _without_decided(found: PlannedFlows, run: PlanRun, window: Window) -> PlannedFlows:
    rows = PlannedOrder.objects.filter(run=run, due_on__lt=window.until).exclude(state="proposed")
    sums = rows.order_by().values("kind", "supplier_id", "origin_id", "location_id")
    ways, makes = dict(found.ways), dict(found.makes)
    for row in sums.annotate(worth=Sum(F("proposed_units") / 10_000 * F("item__standard_cost")), n=Count("pk")):
        place = row["location_id"]
        if row["kind"] == "production":
            makes[place] = max(0, makes.get(place, 0) - row["n"])
            continue
        origin = f"site:{row['origin_id']}" if row["kind"] == "transfer" else f"supplier:{row['supplier_id'] or 0}"
        way = (origin, f"site:{place}" if place else DIRECT)
        amount, count = ways.get(way, (0, 0))
        ways[way] = (max(0, amount - int(row["worth"] or 0)), max(0, count - row["n"]))
    return replace(found, ways=ways, makes=makes)
