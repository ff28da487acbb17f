"""Give supply that is there or coming to those who wait without any, a few in each transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from rantai.iscm import events
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.actions import leaning, promises, records, takes
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.iscm.promising.queries import bought
from rantai.kernel import changes, outbox
from rantai.kernel.transactions import require_transaction

WAITING = ("lead_time", "make", "plan")
"""Bases of units that no supply of ours or of a supplier stands behind yet."""


def cover(
    pair: tuple[int, int], *, cause: str, as_of: datetime, most: int, first: Collection[int] = (),
    behind: int = 0, units: int | None = None,
) -> int:  # fmt: skip
    """Give free units of an item at a location to demands that wait without supply: `first`, then the most urgent.

    Looks at `most` of them: of those behind the demand `behind`, with no more than so many `units`. What waits for a
    plan keeps its promise if the supply is in time. Returns how many were looked at; records SupplyLeft where others
    are to be looked at.
    """
    require_transaction()
    free = _count_free(pair)
    free = free if units is None else min(free, units)
    rows = _list_waiting(pair, first=first, behind=behind) if free > 0 else []
    looked: list[int] = []
    for demand_id, wanted in rows[:most]:
        if free <= 0:
            break
        looked.append(demand_id)
        free -= _cover(demand_id, pair[1], cause=cause, as_of=as_of) or min(wanted, free)
    if free > 0 and len(rows) > most:
        _announce_left(pair, looked, units=free, first=first, behind=behind, cause=cause)
    return len(looked)


def go_on(fact: events.SupplyLeft, *, as_of: datetime, most: int) -> None:
    """Look at those who come behind whom the last transaction looked at."""
    cover(
        (fact.item_id, fact.location_id), cause=fact.cause, as_of=as_of, most=most, first=fact.first_ids,
        behind=fact.after_demand_id, units=fact.units,
    )  # fmt: skip


def _announce_left(
    pair: tuple[int, int], looked: Sequence[int], *, units: int, first: Collection[int], behind: int, cause: str
) -> None:
    last = looked[-1] if looked and looked[-1] not in first else behind
    left = tuple(sorted(set(first) - set(looked)))
    outbox.record(
        events.SupplyLeft(
            item_id=pair[0], location_id=pair[1], units=units, after_demand_id=last, first_ids=left, cause=cause
        )
    )


def _count_free(pair: tuple[int, int]) -> int:
    firm = SupplySlot.objects.filter(item_id=pair[0], location_id=pair[1], is_firm=True)
    return sum(slot.available - slot.promised - slot.moving for slot in firm)


def _cover(demand_id: int, location_id: int, *, cause: str, as_of: datetime) -> int:
    """Back a waiting demand with supply that is there or coming; return the units that found one."""
    demand = demands.lock([demand_id])[0]
    waiting = SlotTake.objects.filter(demand=demand, slot=None, basis__in=WAITING, location_id=location_id)
    loose = list(waiting.order_by("id"))
    standing = promises.read_standings([demand])[0]
    units = sum(take.units for take in loose) + standing.unpromised
    keeps_day = not standing.unpromised and bought.is_awaited(demand, loose)
    not_after = max(take.promised_on for take in loose) if keeps_day else None
    seq = changes.next_change()
    backed = records.find_backed(demand, units, not_after=not_after, as_of=as_of, seq=seq)
    if not backed:
        return 0
    found = sum(take.units for take in backed)
    floor = min((take.promised_on for take in loose), default=None)
    takes.shorten(leaning.draw(loose, found))
    for take in backed:
        take.promised_on = max(take.promised_on, floor or take.promised_on)
    SlotTake.objects.bulk_create(backed)
    promises.revise(promises.read_standings([demand]), cause=cause, cause_ref="", at=as_of)
    return found


def _list_waiting(pair: tuple[int, int], *, first: Collection[int], behind: int) -> list[tuple[int, int]]:
    """Return open demands of an item with the units that no supply stands behind at a location: `first`, the urgent.

    Of the others only those that are less urgent than `behind`.
    """
    loose = SlotTake.objects.filter(
        slot=None, basis__in=WAITING, location_id=pair[1], demand__item_id=pair[0], demand__state="open"
    )
    found: dict[int, int] = defaultdict(int)
    for demand_id, units in loose.values_list("demand_id", "units"):
        found[demand_id] += units
    rows = Demand.objects.filter(item_id=pair[0], state="open", promise__unpromised__gt=0)
    for demand_id, units in rows.values_list("pk", "promise__unpromised"):
        found[demand_id] += units
    urgency = _read_urgency([*found, behind])
    begin = urgency.get(behind)
    wanted = [pk for pk in found if pk in first or begin is None or urgency[pk] > begin]
    return [(pk, found[pk]) for pk in sorted(wanted, key=lambda pk: (pk not in first, urgency[pk]))]


def _read_urgency(demand_ids: Sequence[int]) -> dict[int, tuple[datetime, int, int, int]]:
    """Return by demand what the most urgent has the least of."""
    found = {}
    for start in range(0, len(demand_ids), 900):
        rows = Demand.objects.filter(pk__in=demand_ids[start : start + 900])
        for pk, due_at, penalty, margin in rows.values_list("pk", "due_at", "penalty_per_day", "margin_per_unit"):
            found[pk] = (due_at, -penalty, -margin, pk)
    return found
