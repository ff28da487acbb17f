"""Say when units could be here from another site: what is free there, what comes there, else that site's sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rantai.foundation.items.models import Source
from rantai.iscm.promising.models import SupplySlot
from rantai.iscm.promising.queries import quantiles
from rantai.iscm.promising.queries.making import Made
from rantai.iscm.promising.queries.sheets import Sheet

LEVELS = 5
"""Sites in a row through which units are looked for: what comes from farther away is promised to nobody."""

Days = tuple[date, date, date]
"""At P50, P80 and P90."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Portion:
    """Units that would be there by the end of these days at P50, P80 and P90, and the supply that they lean on."""

    units: int
    due_on: Days
    slot: SupplySlot | None = None
    made: Made | None = None


def list_portions(
    source: Source, units: int, sheet: Sheet, *, location_id: int, used: Mapping[int, int]
) -> list[Portion]:  # fmt: skip
    """Return what a source of the kind 'move' could bring to a site: fewer units where its origin cannot send them all.

    Looks at what nobody was promised at the origin, soonest first, then at the origin's own sources, through other
    sites if need be; no site is passed twice. `used` says by slot what the same line has of it already.
    """
    return _Search(sheet, used).move(source, units, (location_id,))


class _Search:
    """One walk up the sites: what it found of a slot is not found again."""

    def __init__(self, sheet: Sheet, used: Mapping[int, int]) -> None:
        self._sheet = sheet
        self._used = defaultdict(int, used)

    def move(self, source: Source, units: int, passed: tuple[int, ...]) -> list[Portion]:
        place = source.origin_id
        if place is None or place in passed or len(passed) > LEVELS:
            return []
        return [self._travel(found, source) for found in self._find(source.item_id, place, units, (*passed, place))]

    def _find(self, item_id: int, place: int, units: int, passed: tuple[int, ...]) -> Iterator[Portion]:
        for slot in sorted(self._sheet.list_slots(item_id, place), key=lambda slot: slot.available_on or date.min):
            count = min(units, self._sheet.count_free(slot) - self._used[slot.pk])
            if count > 0:
                units -= count
                self._used[slot.pk] += count
                yield Portion(units=count, due_on=self._date(slot), slot=slot)
        for source in self._sheet.replenishment.list_sources(item_id, place):
            for found in self._bring(source, place, units, passed) if units > 0 else ():
                units -= found.units
                yield found

    def _bring(self, source: Source, place: int, units: int, passed: tuple[int, ...]) -> list[Portion]:
        if source.kind == "move":
            return self.move(source, units, passed)
        if source.kind == "make":
            made = self._sheet.making.arrive(source, location_id=place, units=units)
            return [] if made is None else [Portion(units=units, due_on=made.due_on, made=made)]
        sources = self._sheet.replenishment
        working, earliest = sources.get_working_days(source), sources.arrive(source)
        p50, p80, p90 = (working.add(earliest, days) for days in self._list_late_days(source))
        return [Portion(units=units, due_on=(p50, p80, p90))]

    def _travel(self, found: Portion, source: Source) -> Portion:
        """Let units leave for the next site on the day on which they are there."""
        sources = self._sheet.replenishment
        working, today = sources.get_working_days(source), sources.find_today(source)
        late = self._list_late_days(source)
        p50, p80, p90 = (
            working.add(max(day, today), source.lead_time_days + days)
            for day, days in zip(found.due_on, late, strict=True)
        )
        return replace(found, due_on=(p50, p80, p90))

    def _date(self, slot: SupplySlot) -> Days:
        """Return when a supply is there; what is here is there before anybody can send it on."""
        day = slot.available_on
        if day is None:
            return date.min, date.min, date.min
        samples = self._sheet.lateness.days(slot.supplier_id, slot.item_id)
        p50, p80, p90 = (day + timedelta(days=late) for late in quantiles.of_samples(samples) or (0, 0, 0))
        return p50, p80, p90

    def _list_late_days(self, source: Source) -> tuple[int, int, int]:
        return quantiles.of_source(source, self._sheet.lateness.days(source.supplier_id, source.item_id))
