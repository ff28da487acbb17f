"""Take supply slots for demands, all or nothing, and give them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rantai.iscm import events, messages
from rantai.iscm.promising.actions import keeping, planned
from rantai.iscm.promising.models import Allocation, SlotTake, SupplySlot
from rantai.iscm.promising.queries import asks
from rantai.kernel import changes, increments, outbox, rows
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_GUARD = "t.available >= t.promised + t.moving + d.c0 + d.c1 AND t.promised + d.c0 >= 0 AND t.moving + d.c1 >= 0"
_OPEN = "t.available >= t.promised + d.c0 + t.kept + d.c1 + t.moving + d.c2 AND t.kept + d.c1 >= 0"
"""What is taken leaves untouched what is kept for others."""
_KEPT = "t.units >= t.promised + d.c0"
_COLUMNS = ("promised", "kept", "moving")
_NOTHING = (0, 0, 0)


@dataclass(kw_only=True, slots=True)
class Wish:
    """A line that wants units, with the offer that it holds or will get."""

    ask: messages.AskLine
    offer: messages.OfferLine
    is_changed: bool = False
    """Another offer had to be taken, with other dates or fewer units."""


def take(wishes: Sequence[Wish], *, company_id: int, demand_class: str, as_of: datetime, seq: int) -> None:
    """Take the slots of each wish's offer: what is refused is asked once more, then what is left is offered.

    Every slot is changed by one conditional UPDATE, in ascending id order; of a line whose slots were refused
    nothing stays taken. What is kept for another class is left alone. What the plan brings is refused where somebody
    took of the same item and place after it was offered, or where another plan is current. Afterwards each wish holds
    the offer that was taken.
    """
    require_transaction()
    pending = list(wishes)
    for again in (asks.promise_alone, asks.promise_without_slots):
        pending = take_once(pending, seq=seq)
        if not pending:
            return
        ask = messages.Ask(
            company_id=company_id, lines=tuple(wish.ask for wish in pending), demand_class=demand_class, as_of=as_of
        )
        for wish, line in zip(pending, again(ask).lines, strict=True):
            wish.is_changed = wish.is_changed or _dates(line) != _dates(wish.offer)
            wish.offer = line


def give_back(takes: Iterable[SlotTake], *, seq: int) -> bool:
    """Let go of takes: their slots are free for others, their rows are gone.

    Returns whether some of it had been kept for a class: then the caller lays anew what is kept.
    """
    require_transaction()
    held = list(takes)
    given: dict[int, int] = defaultdict(int)
    for row in held:
        if row.slot_id is not None:
            given[row.slot_id] -= row.units
    kept: dict[int, int] = defaultdict(int)
    for row in held:
        if row.allocation_id is not None:
            kept[row.allocation_id] += row.units
    moved = _sum_moved((row, row.units) for row in held)
    add_promised(given, moving=moved, seq=seq)
    _announce_freed(moved)
    SlotTake.objects.filter(pk__in=[row.pk for row in held]).delete()
    if kept:
        keeping.give_up(kept)
    return bool(kept)


def add_promised(units: Mapping[int, int], *, moving: Mapping[int, int] | None = None, seq: int) -> None:
    """Change how much of slots is promised, here and to be moved elsewhere; the caller knows that it fits."""
    away = moving or {}
    wanted = {pk: (units.get(pk, 0), away.get(pk, 0)) for pk in {**units, **away}}
    deltas = {pk: counts for pk, counts in wanted.items() if any(counts)}
    changed = increments.add(SupplySlot, deltas, columns=("promised", "moving"), guard=_GUARD, changed_seq=seq)
    assert changed == set(deltas), f"slots {set(deltas) - changed} do not hold what their takes say"


def shorten(takes: Iterable[tuple[SlotTake, int]]) -> None:
    """Take units off takes that have no slot; one without any left is gone."""
    cuts = list(takes)
    moved = _sum_moved(cuts)
    if moved:
        add_promised({}, moving=moved, seq=changes.next_change())
        _announce_freed(moved)
    for row, units in cuts:
        row.units -= units
    SlotTake.objects.filter(pk__in=[row.pk for row, _units in cuts if not row.units]).delete()
    SlotTake.objects.bulk_update([row for row, _units in cuts if row.units], ["units"], batch_size=500)


def _sum_moved(takes: Iterable[tuple[SlotTake, int]]) -> dict[int, int]:
    """Return by slot how much less of it is to be moved to another site."""
    given: dict[int, int] = defaultdict(int)
    for row, units in takes:
        if row.moved_from_id is not None:
            given[row.moved_from_id] -= units
    return given


def _announce_freed(slot_ids: Collection[int]) -> None:
    """Tell those who wait at the sites from which units are moved no more."""
    if slot_ids:
        slots = SupplySlot.objects.filter(pk__in=slot_ids).order_by("item_id", "location_id").distinct()
        pairs = slots.values_list("item_id", "location_id")
        outbox.record(*(events.SupplyFreed(item_id=item, location_id=place) for item, place in pairs))


def to_takes(demand_id: int, offer: messages.OfferLine) -> list[SlotTake]:
    """Return the rows of an offer that was taken."""
    return [
        rows.make(
            SlotTake,
            demand_id=demand_id,
            slot_id=part.slots[0].slot_id if part.slots else None,
            moved_from_id=part.moved.slot_id if part.moved else None,
            allocation_id=part.slots[0].kept[0].allocation_id if part.slots and part.slots[0].kept else None,
            units=part.units.amount,
            basis=part.basis,
            source_id=part.source_id,
            location_id=part.location_id,
            ship_on=part.ship_on,
            promised_on=part.promised_on,
            p50_on=part.p50_on,
            p80_on=part.p80_on,
            p90_on=part.p90_on,
        )
        for part in (single for whole in offer.slices for single in _by_slot(whole))
    ]


def list_relied(offer: messages.OfferLine) -> list[DocRef]:
    """Return the supplies that an offer leans on."""
    return [ref for part in offer.slices for ref in part.relies_on]


def _by_slot(part: messages.OfferSlice) -> list[messages.OfferSlice]:
    """Cut a slice so that each piece leans on one supply, and on one allocation of it or on none."""
    if len(part.slots) <= 1 and not any(share.kept for share in part.slots):
        return [part]
    pieces = [piece for share in part.slots for piece in _by_allocation(share)]
    return [replace(part, units=share.units, slots=(share,)) for share in pieces]


def _by_allocation(share: messages.SlotShare) -> list[messages.SlotShare]:
    rest = share.units.amount - sum(kept.units.amount for kept in share.kept)
    open_share = [replace(share, units=Quantity(rest), kept=())] if rest else []
    return [*(replace(share, units=kept.units, kept=(kept,)) for kept in share.kept), *open_share]


def take_once(wishes: Sequence[Wish], *, seq: int) -> list[Wish]:
    """Take what the offers name and return the wishes that were refused: of these nothing stays taken."""
    late = planned.list_overtaken([wish.offer for wish in wishes], seq=seq)
    overtaken = [wish for wish, is_late in zip(wishes, late, strict=True) if is_late]
    wishes = [wish for wish, is_late in zip(wishes, late, strict=True) if not is_late]
    wanted = _sum_shares(wishes)
    deltas = {pk: (units, -kept, moving) for pk, (units, kept, moving) in wanted.items()}
    taken = increments.add(SupplySlot, deltas, columns=_COLUMNS, guard=_OPEN, changed_seq=seq)
    refused = [wish for wish in wishes if not _list_slot_ids(wish.offer) <= taken]
    refused += _take_kept([wish for wish in wishes if wish not in refused], seq=seq)
    wrong = _sum_shares(refused)
    back = {pk: (-units, kept, -moving) for pk, (units, kept, moving) in wrong.items() if pk in taken}
    increments.add(SupplySlot, back, columns=_COLUMNS, changed_seq=seq)
    return [*overtaken, *refused]


def _take_kept(wishes: Sequence[Wish], *, seq: int) -> list[Wish]:
    """Take of what is kept for classes, which costs a statement where some is; return the wishes that were refused."""
    wanted: dict[int, int] = defaultdict(int)
    for kept in (kept for wish in wishes for share in _list_shares(wish.offer) for kept in share.kept):
        wanted[kept.allocation_id] += kept.units.amount
    if not wanted:
        return []
    deltas = {pk: (units,) for pk, units in wanted.items()}
    taken = increments.add(Allocation, deltas, columns=("promised",), guard=_KEPT)
    refused = [wish for wish in wishes if not _list_kept(wish.offer) <= taken]
    back: dict[int, tuple[int]] = {}
    for kept in (kept for wish in refused for share in _list_shares(wish.offer) for kept in share.kept):
        if kept.allocation_id in taken:
            back[kept.allocation_id] = (back.get(kept.allocation_id, (0,))[0] - kept.units.amount,)
    increments.add(Allocation, back, columns=("promised",))
    return refused


def _sum_shares(wishes: Sequence[Wish]) -> dict[int, tuple[int, int, int]]:
    """Return by slot how much is wanted of it, how much of that is kept for the asker, and what is to be moved."""
    wanted: dict[int, tuple[int, int, int]] = {}
    for part in (part for wish in wishes for part in wish.offer.slices):
        for share in part.slots:
            units, kept, moving = wanted.get(share.slot_id, _NOTHING)
            more = sum(row.units.amount for row in share.kept)
            wanted[share.slot_id] = (units + share.units.amount, kept + more, moving)
        if part.moved is not None:
            units, kept, moving = wanted.get(part.moved.slot_id, _NOTHING)
            wanted[part.moved.slot_id] = (units, kept, moving + part.moved.units.amount)
    return wanted


def _list_slot_ids(offer: messages.OfferLine) -> set[int]:
    here = {share.slot_id for share in _list_shares(offer)}
    return here | {part.moved.slot_id for part in offer.slices if part.moved is not None}


def _list_shares(offer: messages.OfferLine) -> list[messages.SlotShare]:
    return [share for part in offer.slices for share in part.slots]


def _list_kept(offer: messages.OfferLine) -> set[int]:
    return {kept.allocation_id for share in _list_shares(offer) for kept in share.kept}


def _dates(offer: messages.OfferLine) -> list[tuple[object, int]]:
    return sorted((part.promised_on, part.units.amount) for part in offer.slices)
