"""What a published plan does not know: orders recorded after it, and what was promised of stock and receipts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db.models import F

from rantai.iscm.demand.models import Demand
from rantai.iscm.supply import bridge
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.sites import Sites

_STOCK = -1
_EVERYTHING = 10**15


@dataclass(kw_only=True, slots=True)
class News:
    """Read for one question, after whoever asks has read what guards its answer."""

    reach: frozenset[int]
    """The item-locations (keys) that the asked items lean on."""
    newer: list[bridge.Wanted]
    """Units that orders want beyond what the plan counted and beyond what supplies of their own give them."""
    spoken: list[bridge.Spoken]

    @staticmethod
    def read(plan: planning.Plan, question: dict[str, Any], sites: Sites) -> News:
        """Read what concerns the items of a question, in two queries."""
        asked = [keys.pair_of(line["item_id"], place) for line in question["lines"] for place in line["location_ids"]]
        reach = frozenset(bridge.list_leaned_on(plan.problem, asked).tolist())
        items = {keys.split(place)[0] for place in reach}
        gone = set(question.get("without", ()))
        spoken = [*_list_spoken(items, gone), *list_held(question)]
        held = _sum_by_demand(spoken)
        newer = list(_list_newer(plan, items, gone, held, sites))
        let_go = [_let_go(pk) for pk in sorted(gone)]
        return News(reach=reach, newer=newer, spoken=[*let_go, *spoken])


def list_held(question: dict[str, Any]) -> Iterator[bridge.Spoken]:
    """Yield what an asker takes of supplies for units of which it does not ask."""
    return (_to_spoken(*row) for row in question.get("held", ()))


def _list_spoken(items: Collection[int], gone: Collection[int]) -> Iterator[bridge.Spoken]:
    """Yield what open demands hold of supplies: promises of the floor above, seen from the demand."""
    rows = Demand.objects.filter(state="open", takes__slot__item_id__in=items).exclude(pk__in=gone)
    names = ("item_id", "location_id", "kind", "supply_id", "supply_line")
    columns = (*(f"takes__slot__{name}" for name in names), "takes__units", "pk")
    for row in rows.values_list(*columns):
        yield _to_spoken(*row)


def _to_spoken(
    item_id: int, location_id: int, kind: str, supply_id: int, supply_line: int, units: int, demand_id: int = 0
) -> bridge.Spoken:
    receipt = {
        "purchase": (supply_line, keys.SCHEDULE),
        "production": (supply_id, keys.PRODUCTION),
        "transfer": (supply_line, keys.TRANSFER),
    }.get(kind)
    return bridge.Spoken(
        place=keys.pair_of(item_id, location_id),
        receipt_key=int(keys.tag(*receipt)) if receipt else _STOCK,
        demand_key=int(keys.tag(demand_id, keys.ORDER)) if demand_id else -1,
        units=units,
    )


def _let_go(demand_id: int) -> bridge.Spoken:
    """Take a demand that its asker is about to change out of the plan; its supply is free again."""
    return bridge.Spoken(
        place=0, receipt_key=_EVERYTHING, demand_key=int(keys.tag(demand_id, keys.ORDER)), units=_EVERYTHING
    )


def _sum_by_demand(spoken: list[bridge.Spoken]) -> dict[int, int]:
    held: dict[int, int] = {}
    for row in spoken:
        held[row.demand_key] = held.get(row.demand_key, 0) + row.units
    return held


def _list_newer(
    plan: planning.Plan, items: Collection[int], gone: Collection[int], held: dict[int, int], sites: Sites
) -> Iterator[bridge.Wanted]:
    """Yield what orders recorded or changed after the plan want beyond what it counted."""
    rows = Demand.objects.filter(state="open", item_id__in=items, changed_seq__gt=plan.run.solved_watermark)
    left = rows.exclude(pk__in=gone).annotate(left=F("units") - F("fulfilled") - F("cancelled") - F("reserved"))
    demands = plan.problem["demands"]
    names = ("pk", "item_id", "location_id", "left", "requested_on")
    for pk, item_id, location_id, units, requested_on in left.filter(left__gt=0).order_by("pk").values_list(*names):
        key = int(keys.tag(np.int64(pk), keys.ORDER))
        counted = int(demands["quantity"][demands["key"] == key].sum())
        more = units - max(counted, held.get(key, 0))
        if more > 0:
            place = location_id or sites.default_id
            due = days.midnight(requested_on - timedelta(days=1), sites.zone(place))
            yield bridge.Wanted(place=keys.pair_of(item_id, place), quantity=more, due=due)
