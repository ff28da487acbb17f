"""Which demand classes order an item at a place, and how much of its orders they are."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import F, Sum

from rantai.iscm.demand.models import Demand
from rantai.iscm.demand.queries.history import NOWHERE, find_places

Pair = tuple[int, int]
LOOK_BACK = timedelta(weeks=52)


def list_classes(*, on: date, least_share: float) -> dict[Pair, tuple[str, ...]]:
    """Return the classes with at least a share of an item-location's orders of the last year, by name.

    Orders without a site of ours count at the company's first site, as their demand does.
    """
    places = find_places()
    first_site, known = (int(places[0]) if places.size else NOWHERE), set(places.tolist())
    rows = (
        Demand.objects.filter(requested_on__gte=on - LOOK_BACK)
        .order_by()
        .values_list("item_id", "location_id", "demand_class")
        .annotate(asked=Sum(F("units") - F("cancelled")))
    )
    sums: dict[Pair, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item, place, name, asked in rows:
        sums[item, place if place in known else first_site][name] += max(0, asked)
    return {
        pair: tuple(sorted(name for name, units in asked.items() if units >= least_share * sum(asked.values()) > 0))
        for pair, asked in sums.items()
    }
