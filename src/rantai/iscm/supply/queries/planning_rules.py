"""Read how item-locations are planned: what is frozen of them, and how their sources are chosen."""

from __future__ import annotations

import numpy as np

from rantai.foundation.items.models import PlanningRule
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import Columns, fetch
from rantai.iscm.supply.queries.sites import Sites

SPLIT = 2
_SEARCHES = {"rank": 0, "cost": 1, "split": SPLIT}


def read(places: Ints, sites: Sites) -> Columns:
    """Return time fence and search of item-locations: a place's own rule, else the item's; one query.

    A fence of n working days ends as the day after them begins: nothing new is due before.
    """
    fence, search = np.zeros(len(places), np.int64), np.zeros(len(places), np.int64)
    rows = PlanningRule.objects.order_by("id").values_list("item_id", "location_id", "fence_days", "search")
    rules = {(item, place): (fenced, how) for item, place, fenced, how in fetch(rows)}
    if not rules:
        return {"fence_until": fence, "search": search}
    wanted = {item for item, _place in rules}
    items = keys.items_of(places)
    for row in np.flatnonzero(np.isin(items, np.array(sorted(wanted), np.int64))).tolist():
        item, place = keys.split(int(places[row]))
        fenced, how = rules.get((item, place)) or rules.get((item, None), (0, "rank"))
        search[row] = _SEARCHES[how]
        if fenced:
            until = sites.calendar(place).add(sites.today(place), fenced)
            fence[row] = days.midnight(until, sites.zone(place)) + days.TICK
    return {"fence_until": fence, "search": search}
