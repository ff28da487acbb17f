"""How long item-locations wait for goods: the source's lead time and what its arrivals taught, in weeks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, stdev
from typing import NamedTuple

from django.db.models import Q

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.items.models import Source
from rantai.srm import facade as srm

ENOUGH_ARRIVALS = 5
"""Fewer say little about how much a lead time varies."""
_CHUNK = 5_000
_FIELDS = (
    "item_id", "location_id", "kind", "supplier_id", "rank", "id", "lead_time_days", "lead_time_sd_days", "minimum",
    "multiple", "maximum", "calendar_id",
)  # fmt: skip


class SourceRow(NamedTuple):
    """What is read of a source."""

    item_id: int
    location_id: int | None
    kind: str
    supplier_id: int | None
    rank: int
    id: int
    lead_time_days: int
    lead_time_sd_days: float
    minimum: int
    multiple: int
    maximum: int
    calendar_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadTime:
    """The wait for goods of one item-location; sizes in 1/10,000 base units."""

    source_id: int | None = None
    mean_weeks: float = 0.0
    std_weeks: float = 0.0
    basis: str = "none"
    """item or supplier: learnt from arrivals; source: as its master says; none: no source is known."""
    samples: tuple[float, ...] = ()
    """Observed lead times of this item, weeks."""
    arrivals: int = 0
    minimum: int = 0
    multiple: int = 0
    maximum: int = 0


NO_SOURCE = LeadTime()


def list_lead_times(pairs: Sequence[tuple[int, int]], *, on: date) -> list[LeadTime]:
    """Return the lead time of each (item, location), in their order: of its first source that brings goods there.

    A quoted lead time is moved by how late arrivals were on average. With few arrivals of the item those of all
    the supplier's items count, with few of those the deviation that the source states.
    """
    sources = _list_sources({item for item, _place in pairs}, on)
    late = _read_lateness(on)
    week_days: dict[int | None, float] = {}
    found = []
    for item, place in pairs:
        source = _pick(sources.get(item, []), place)
        if source is None:
            found.append(NO_SOURCE)
            continue
        if source.calendar_id not in week_days:
            week_days[source.calendar_id] = _count_week(source.calendar_id, on)
        found.append(_learn(source, late, week_days[source.calendar_id]))
    return found


def find_lead_time(item_id: int, location_id: int, *, on: date) -> LeadTime:
    """Return the lead time of one item-location."""
    return list_lead_times([(item_id, location_id)], on=on)[0]


def _list_sources(item_ids: set[int], on: date) -> dict[int, list[SourceRow]]:
    found: dict[int, list[SourceRow]] = {}
    for low, high in _ranges(sorted(item_ids)):
        rows = (
            Source.objects.filter(item_id__gte=low, item_id__lte=high, archived_at=None)
            .exclude(kind="dropship")
            .filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gt=on))
        )
        for row in rows.values_list(*_FIELDS):
            source = SourceRow(*row)
            found.setdefault(source.item_id, []).append(source)
    return found


def _ranges(ids: list[int]) -> Iterator[tuple[int, int]]:
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        yield chunk[0], chunk[-1]


def _pick(sources: list[SourceRow], place: int) -> SourceRow | None:
    reaching = [row for row in sources if row.location_id in (None, place)]
    return min(reaching, key=lambda row: (row.location_id is None, row.rank, row.id), default=None)


def _count_week(calendar_id: int | None, on: date) -> float:
    """Return working days a week, over a quarter so that one holiday weighs little."""
    days = calendars.get_working_days(calendar_id).count(on, on + timedelta(weeks=13)) / 13
    return days or 7.0


def _read_lateness(on: date) -> dict[tuple[int, int | None], list[int]]:
    days: dict[tuple[int, int | None], list[int]] = {}
    for row in srm.list_lateness(until=on):
        if row.item_id is not None:
            days.setdefault((row.supplier_id, row.item_id), []).extend(row.days)
        days.setdefault((row.supplier_id, None), []).extend(row.days)
    return days


def _learn(source: SourceRow, late: dict[tuple[int, int | None], list[int]], week: float) -> LeadTime:
    basis, days = "source", []
    for name, item_id in (("item", source.item_id), ("supplier", None)):
        known = late.get((source.supplier_id, item_id), []) if source.supplier_id else []
        if len(known) >= ENOUGH_ARRIVALS:
            basis, days = name, known
            break
    waits = [max(0, source.lead_time_days + extra) for extra in days]
    return LeadTime(
        source_id=source.id,
        mean_weeks=(fmean(waits) if waits else source.lead_time_days) / week,
        std_weeks=(stdev(waits) if waits else source.lead_time_sd_days) / week,
        basis=basis,
        samples=tuple(wait / week for wait in waits) if basis == "item" else (),
        arrivals=len(waits),
        minimum=source.minimum,
        multiple=source.multiple,
        maximum=source.maximum,
    )
