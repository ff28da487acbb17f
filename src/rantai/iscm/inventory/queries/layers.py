"""Which arrivals a unit came with: by its lot, else first in, first out.

Stock without lots keeps no thread from a receipt to a shipment. First in, first out draws one, exactly: the units on
hand at any time are the newest arrivals that add up to them, and what leaves is the oldest of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Sum

from rantai.iscm.inventory.models import StockBalance, StockMove


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """Units of one arrival (or, seen from an arrival, of one departure)."""

    move: StockMove
    units: int


def list_behind(move: StockMove) -> list[Layer]:
    """Return the arrivals that the units of a departure came with."""
    place = move.from_location_id
    before = _moves(move.item_id).filter(pk__lt=move.pk)
    if move.serial:
        arrival = before.filter(to_location=place, serial=move.serial).order_by("-pk").first()
        return [Layer(move=arrival, units=move.units)] if arrival else []
    on_hand = _sum(before.filter(to_location=place)) - _sum(before.filter(from_location=place))
    return list(_oldest(before.filter(to_location=place), on_hand=on_hand, skip=0, units=move.units))


def list_on_hand(item_id: int, location_id: int, *, skip: int, units: int) -> list[Layer]:
    """Return the arrivals that units on hand came with, after the `skip` units that leave before them."""
    balances = StockBalance.objects.filter(item_id=item_id, location_id=location_id, lot=None, is_account=False)
    on_hand = balances.aggregate(units=Sum("on_hand"))["units"] or 0
    arrivals = _moves(item_id).filter(to_location=location_id)
    return list(_oldest(arrivals, on_hand=on_hand, skip=skip, units=units))


def list_ahead(move: StockMove) -> list[Layer]:
    """Return the departures that took the units of an arrival, the first first; what is still here is left out."""
    place = move.to_location_id
    before = _moves(move.item_id).filter(pk__lt=move.pk)
    if move.serial:
        taken = _moves(move.item_id).filter(from_location=place, serial=move.serial, pk__gt=move.pk)
        return [Layer(move=departure, units=move.units) for departure in taken.order_by("pk")[:1]]
    older = _sum(before.filter(to_location=place)) - _sum(before.filter(from_location=place))
    leaving = _moves(move.item_id).filter(from_location=place, pk__gt=move.pk).order_by("pk")
    return list(_cut(leaving.iterator(chunk_size=200), skip=older, units=move.units))


def list_of_lot(lot_id: int, *, location_id: int) -> list[Layer]:
    """Return the departures of a lot from a place."""
    moves = StockMove.objects.filter(lot_id=lot_id, from_location=location_id, reversed_by=None, reverses=None)
    moves = moves.exclude(to_location=F("from_location")).order_by("pk")
    return [Layer(move=move, units=move.units) for move in moves]


def _moves(item_id: int) -> QuerySet[StockMove]:
    """Return the moves that changed what is on hand somewhere without a lot; what was taken back never happened."""
    rows = StockMove.objects.filter(item_id=item_id, lot=None, reversed_by=None, reverses=None)
    return rows.filter(~Q(from_location=F("to_location")))


def _sum(moves: QuerySet[StockMove]) -> int:
    return moves.aggregate(units=Sum("units"))["units"] or 0


def _oldest(arrivals: QuerySet[StockMove], *, on_hand: int, skip: int, units: int) -> Iterator[Layer]:
    """Yield the oldest units of what is on hand: the newest arrivals are walked until they add up to it."""
    held: list[Layer] = []
    left = on_hand
    for move in arrivals.order_by("-pk").iterator(chunk_size=50):
        if left <= 0:
            break
        held.append(Layer(move=move, units=min(move.units, left)))
        left -= move.units
    for layer in reversed(held):
        passed = min(skip, layer.units)
        skip -= passed
        count = min(units, layer.units - passed)
        units -= count
        if count:
            yield Layer(move=layer.move, units=count)


def _cut(moves: Iterator[StockMove], *, skip: int, units: int) -> Iterator[Layer]:
    for move in moves:
        if not units:
            return
        passed = min(skip, move.units)
        skip -= passed
        count = min(units, move.units - passed)
        units -= count
        if count:
            yield Layer(move=move, units=count)
