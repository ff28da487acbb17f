"""Tie identified stock to demands, hand it out, give it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rantai.iscm.inventory import queries
from rantai.iscm.inventory.actions import moves
from rantai.iscm.inventory.models import Reservation, StockBalance, StockMove
from rantai.kernel import changes, increments
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_GUARD = "t.on_hand >= t.reserved + d.c0 AND t.reserved + d.c0 >= 0"


class ReservationChanged(Exception):
    """Somebody else handed out or freed the same stock a moment ago."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Units of a balance for a demand."""

    balance_id: int
    demand_id: int
    units: int


def reserve(holds: Sequence[Hold], *, at: datetime) -> list[Reservation]:
    """Reserve identified stock in bulk; raises NotEnoughStock before anything is written."""
    require_transaction()
    wanted: dict[int, int] = defaultdict(int)
    for hold in holds:
        wanted[hold.balance_id] += hold.units
    _change_reserved(wanted)
    return Reservation.objects.bulk_create(
        [
            Reservation(balance_id=hold.balance_id, demand_id=hold.demand_id, units=hold.units, made_at=at)
            for hold in holds
        ],
        batch_size=1000,
    )


def free(reservations: Sequence[Reservation], *, at: datetime) -> None:
    """Give held stock back; the demands still count the units until they are told. Raises ReservationChanged."""
    require_transaction()
    _move_all(reservations, old="held", new="freed", ended_at=at)
    given: dict[int, int] = defaultdict(int)
    for row in reservations:
        given[row.balance_id] -= row.units
    _change_reserved(given)


def end_freed(demand_ids: Sequence[int]) -> int:
    """Forget the freed reservations of demands that have been told; return how many there were."""
    require_transaction()
    return Reservation.objects.filter(demand_id__in=demand_ids, state="freed").update(state="ended")


def split(reservation: Reservation, *, keep: int) -> Reservation:
    """Keep `keep` units on the reservation and return a second one that holds the rest."""
    require_transaction()
    rest = reservation.units - keep
    assert 0 < keep < reservation.units
    if not Reservation.objects.filter(pk=reservation.pk, state="held", units=reservation.units).update(units=keep):
        raise ReservationChanged
    reservation.units = keep
    return Reservation.objects.create(
        balance_id=reservation.balance_id,
        demand_id=reservation.demand_id,
        units=rest,
        made_at=reservation.made_at,
    )


def issue(
    reservations: Sequence[Reservation], *, lines: Mapping[int, int], customer_location_id: int, company_id: int,
    ref: DocRef, at: datetime, by: str,
) -> list[StockMove]:  # fmt: skip
    """Move held stock to the customers' account; the reservations remain as what fulfils the demands.

    `lines` names the document's line of each reservation.
    """
    require_transaction()
    _move_all(reservations, old="held", new="issued")
    return moves.post_moves(
        [
            _issue_move(row, customer_location_id, DocRef(ref.kind, ref.id, lines[row.pk]))
            for row in queries.with_balances(reservations)
        ],
        company_id=company_id,
        at=at,
        by=by,
    )


def take_back(
    reservations: Sequence[Reservation], *, company_id: int, ref: DocRef, at: datetime, by: str
) -> list[StockMove]:
    """Reverse the issue of stock that has not reached its customer: it is on hand and held for its demand again."""
    require_transaction()
    _move_all(reservations, old="issued", new="held")
    issued = queries.list_unreversed_moves(ref, reason="shipment")
    return moves.post_moves(
        [moves.reverse(move, reserved=move.units) for move in issued], company_id=company_id, at=at, by=by
    )


def _issue_move(row: Reservation, customer_location_id: int, ref: DocRef) -> moves.Move:
    balance = row.balance
    return moves.Move(
        item_id=balance.item_id,
        units=row.units,
        source=moves.Account.of(balance),
        target=moves.Account(location_id=customer_location_id),
        lot_id=balance.lot_id,
        serial=balance.serial,
        unit_cost=balance.item.standard_cost,
        reason="shipment",
        ref=ref,
        source_reserved=row.units,
    )


def _move_all(reservations: Sequence[Reservation], *, old: str, new: str, ended_at: datetime | None = None) -> None:
    """Change the state of all or raise ReservationChanged: the update names the old state."""
    changed = Reservation.objects.filter(pk__in=[row.pk for row in reservations], state=old)
    if changed.update(state=new, ended_at=ended_at) != len(reservations):
        raise ReservationChanged
    for row in reservations:
        row.state = new


def _change_reserved(deltas: dict[int, int]) -> None:
    wanted = {pk: (units,) for pk, units in deltas.items()}
    changed = increments.add(
        StockBalance, wanted, columns=("reserved",), guard=_GUARD, changed_seq=changes.next_change()
    )
    for pk in sorted(wanted.keys() - changed):
        moves.refuse(pk, asked=deltas[pk])
