"""Let takes lean on another supply than before, or on none: each unit stays counted once, on the slot that has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet

from rantai.iscm.promising.actions import takes
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.iscm.promising.queries import parts, sheets


def list_takes(slot: SupplySlot) -> QuerySet[SlotTake]:
    """Return what leans on a slot, here or to be moved from there, the first to leave first."""
    rows = SlotTake.objects.filter(Q(slot=slot) | Q(moved_from=slot)).select_related("demand")
    return rows.order_by("ship_on", "demand__due_at", "id")


def displace(slot: SupplySlot, excess: int, *, most: int, seq: int) -> list[SlotTake]:
    """Give back so many units of a slot, the last to leave first; return what was given back, `most` takes."""
    lost = []
    for take in list_takes(slot).reverse()[:most]:
        if excess <= 0:
            break
        excess -= take.units
        lost.append(take)
    takes.give_back(lost, seq=seq)
    for take in lost:
        _count(slot, take, -take.units)
    return lost


def pass_on(slot: SupplySlot, target: SupplySlot, *, units: int, seq: int) -> list[SlotTake]:
    """Let the first to leave lean on what their supply has become, as far as units and its room go.

    Returns those that lean on `target` where they ship from; what is to be moved goes on to be moved from it.
    """
    room = min(units, target.available - target.promised - target.moving)
    here: list[SlotTake] = []
    away: list[SlotTake] = []
    for take, count in draw(list(list_takes(slot)), room):
        moved = split(take, count)
        (away if moved.slot_id is None else here).append(moved)
        _count(slot, moved, -count)
        _count(target, moved, count)
    for moved in away:
        moved.moved_from = target
    for moved in here:
        moved.slot, moved.basis = target, "stock"
    _save([*here, *away])
    gone, going = sum(take.units for take in here), sum(take.units for take in away)
    moving = {slot.pk: -going, target.pk: going}
    takes.add_promised({slot.pk: -gone, target.pk: gone}, moving=moving, seq=seq)
    return here


def attach(loose: Sequence[tuple[SlotTake, int]], slot: SupplySlot, *, seq: int) -> list[SlotTake]:
    """Let units of takes without slot lean on one that is to come, as far as its room goes.

    Returns those that ship from where it comes; the others are to be moved on from there.
    """
    room = slot.available - slot.promised - slot.moving
    attached: list[SlotTake] = []
    moving: dict[int, int] = defaultdict(int)
    for take, wanted in loose:
        count = min(wanted, room)
        if count <= 0:
            continue
        room -= count
        moved = split(take, count)
        if moved.moved_from_id is not None:
            moving[moved.moved_from_id] -= count
        if moved.location_id == slot.location_id:
            moved.slot, moved.moved_from, moved.basis = slot, None, "receipt"
            attached.append(moved)
        else:
            moved.moved_from = slot
            moving[slot.pk] += count
        _count(slot, moved, count)
        moved.save()
    takes.add_promised({slot.pk: sum(take.units for take in attached)}, moving=moving, seq=seq)
    return attached


def draw(rows: Sequence[SlotTake], units: int) -> Iterator[tuple[SlotTake, int]]:
    """Yield takes, in their order, with how many of so many units each has."""
    for take in rows:
        count = min(take.units, units)
        if count <= 0:
            return
        units -= count
        yield take, count


def split(take: SlotTake, units: int) -> SlotTake:
    """Return a take of so many of its units, to be saved; the others stay as they were."""
    if units < take.units:
        SlotTake.objects.filter(pk=take.pk).update(units=take.units - units)
        take.pk = None
        take._state.adding = True
    take.units = units
    return take


def redate(take: SlotTake, slot: SupplySlot, sheet: sheets.Sheet) -> bool:
    """Set a take's dates from its slot's; return whether what was promised is lost with them."""
    routes = sheet.routes[take.demand.address_id, None]
    route = next((way for way in routes if way.location_id == slot.location_id), None)
    if route is None:
        return True
    wanted_on = route.destination.on_or_before(take.demand.requested_on)
    dates = parts.date_slot(slot, route, wanted_on=wanted_on, sheet=sheet)
    take.ship_on, take.p50_on, take.p80_on, take.p90_on = dates.ship_on, dates.p50_on, dates.p80_on, dates.p90_on
    return dates.p80_on > take.promised_on


def _save(moved: Sequence[SlotTake]) -> None:
    """Write what leans on another supply now: parts of takes as new rows, the others together."""
    SlotTake.objects.bulk_create([take for take in moved if take._state.adding])
    kept = [take for take in moved if not take._state.adding]
    SlotTake.objects.bulk_update(kept, ["slot", "moved_from", "basis", "units"], batch_size=500)


def _count(slot: SupplySlot, take: SlotTake, units: int) -> None:
    """Count units in the row at hand as in the table."""
    if take.slot_id is None:
        slot.moving += units
    else:
        slot.promised += units
