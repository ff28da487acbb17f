"""Take supply slots for demands, all or nothing, and give them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rantai.iscm import messages
from rantai.iscm.promising.actions import planned
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.iscm.promising.queries import asks
from rantai.kernel import increments
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_GUARD = "t.available >= t.promised + d.c0 AND t.promised + d.c0 >= 0"


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
    nothing stays taken. What the plan brings is refused where somebody took of the same item and place after it was
    offered, or where another plan is current. Afterwards each wish holds the offer that was taken.
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


def give_back(takes: Iterable[SlotTake], *, seq: int) -> None:
    """Let go of takes: their slots are free for others, their rows are gone."""
    require_transaction()
    rows = list(takes)
    given: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.slot_id is not None:
            given[row.slot_id] -= row.units
    add_promised(given, seq=seq)
    SlotTake.objects.filter(pk__in=[row.pk for row in rows]).delete()


def add_promised(units: dict[int, int], *, seq: int) -> None:
    """Change how much of slots is promised; the caller knows that it fits."""
    deltas = {pk: (count,) for pk, count in units.items() if count}
    changed = increments.add(SupplySlot, deltas, columns=("promised",), guard=_GUARD, changed_seq=seq)
    assert changed == set(deltas), f"slots {set(deltas) - changed} do not hold what their takes say"


def to_takes(demand_id: int, offer: messages.OfferLine) -> list[SlotTake]:
    """Return the rows of an offer that was taken."""
    return [
        SlotTake(
            demand_id=demand_id,
            slot_id=part.slots[0].slot_id if part.slots else None,
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
    if len(part.slots) <= 1:
        return [part]
    return [replace(part, units=share.units, slots=(share,)) for share in part.slots]


def take_once(wishes: Sequence[Wish], *, seq: int) -> list[Wish]:
    """Take what the offers name and return the wishes that were refused: of these nothing stays taken."""
    late = planned.list_overtaken([wish.offer for wish in wishes], seq=seq)
    overtaken = [wish for wish, is_late in zip(wishes, late, strict=True) if is_late]
    wanted: dict[int, int] = defaultdict(int)
    wishes = [wish for wish, is_late in zip(wishes, late, strict=True) if not is_late]
    for wish in wishes:
        for slot_id, units in _shares(wish.offer):
            wanted[slot_id] += units
    deltas = {pk: (units,) for pk, units in wanted.items()}
    taken = increments.add(SupplySlot, deltas, columns=("promised",), guard=_GUARD, changed_seq=seq)
    missing = wanted.keys() - taken
    refused = [wish for wish in wishes if any(pk in missing for pk, _units in _shares(wish.offer))]
    back: dict[int, int] = defaultdict(int)
    for wish in refused:
        for slot_id, units in _shares(wish.offer):
            if slot_id in taken:
                back[slot_id] -= units
    add_promised(back, seq=seq)
    return [*overtaken, *refused]


def _shares(offer: messages.OfferLine) -> list[tuple[int, int]]:
    return [(share.slot_id, share.units.amount) for part in offer.slices for share in part.slots]


def _dates(offer: messages.OfferLine) -> list[tuple[object, int]]:
    return sorted((part.promised_on, part.units.amount) for part in offer.slices)
