"""Say when units could be made: bills and routings walked from what is there and not promised to others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime

from rantai.foundation.items.models import Source
from rantai.iscm.production.queries import orders, walk
from rantai.iscm.production.queries.structure import Ways
from rantai.iscm.promising.models import SupplySlot
from rantai.iscm.promising.queries import quantiles
from rantai.kernel import clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """By the end of which days units could be finished at P50, P80 and P90, and what is left of the components."""

    due_on: tuple[date, date, date]
    left: walk.Supply


class Making:
    """What an ask needs to promise things that are made; nothing is read while nothing has to be made.

    Each unit of a component is counted once over the lines of an ask: `use` what was chosen.
    """

    def __init__(
        self, item_ids: Collection[int], *, as_of: datetime, samples: Callable[[int | None, int], Sequence[int]]
    ) -> None:
        self._item_ids, self._as_of, self._samples = item_ids, as_of, samples
        self._ways: Ways | None = None
        self._supply = walk.Supply()

    def arrive(self, source: Source, *, location_id: int, units: int) -> Made | None:
        """Return when a source of the kind 'make' could have finished units; None where a component never comes."""
        ways = self._read()
        way = ways.to_way(source, location_id)
        now, own = int(self._as_of.timestamp()), quantiles.of_source(source, ())
        days: list[date] = []
        left = self._supply
        for quantile in range(3):
            supply = deepcopy(self._supply)
            at = walk.make(way, ways, supply, location_id=location_id, units=units, now=now, quantile=quantile)
            if at is None:
                return None
            left = left if quantile else supply
            days.append(_add(way, walk.day_of(at, way.zone), own[quantile]))
        return Made(due_on=(days[0], max(days[:2]), max(days)), left=left)

    def use(self, made: Made) -> None:
        """Count the components of an answer as taken."""
        self._supply = made.left

    def _read(self) -> Ways:
        if self._ways is None:
            self._ways = Ways(self._item_ids, on=clock.business_date(self._as_of, "UTC"), lateness=self._list_late_days)
            self._supply = read_supply(self._ways.item_ids - set(self._item_ids))
        return self._ways

    def _list_late_days(self, source: Source) -> tuple[int, int, int]:
        return quantiles.of_source(source, self._samples(source.supplier_id, source.item_id))


def read_supply(item_ids: Iterable[int]) -> walk.Supply:
    """Return what is there and comes of components and is neither promised to customers nor wanted by open orders."""
    wanted = sorted(set(item_ids))
    supply = walk.Supply()
    for slot in SupplySlot.objects.filter(item_id__in=wanted, is_firm=True).select_related("location").order_by("id"):
        free = slot.available - slot.promised - slot.moving
        place = (slot.item_id, slot.location_id)
        if slot.available_on is None:
            supply.free[place] = supply.free.get(place, 0) + free
        elif free:
            at = walk.midnight(slot.available_on, slot.location.zone) + 1
            supply.arrivals.setdefault(place, []).append((at, free))
    for place, units in orders.sum_unreserved(wanted).items():
        supply.free[place] = supply.free.get(place, 0) - units
    for rows in supply.arrivals.values():
        rows.sort()
    return supply


def _add(way: walk.Way, day: date, late_days: int) -> date:
    return way.working.add(day, late_days) if late_days else day
