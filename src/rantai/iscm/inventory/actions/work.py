"""Tie identified stock to work of our own: components of a production order, lines of a transfer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from rantai.iscm.inventory import queries
from rantai.iscm.inventory.actions import moves
from rantai.iscm.inventory.models import StockBalance, StockMove, WorkReservation
from rantai.kernel import changes, increments
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_GUARD = "t.on_hand >= t.reserved + d.c0 AND t.reserved + d.c0 >= 0"


def hold_stock(holder: DocRef, *, item_id: int, location_id: int, units: int, at: datetime) -> list[WorkReservation]:
    """Hold free stock for a holder, first expired then first in, as far as it goes.

    Balances are locked in ascending id order. Raises NotEnoughStock where another took the stock a moment ago.
    """
    require_transaction()
    rows: list[WorkReservation] = []
    rest = units
    for balance in queries.list_free([item_id], [location_id]):
        count = min(rest, balance.on_hand - balance.reserved)
        if count <= 0:
            break
        rest -= count
        rows.append(
            WorkReservation(
                balance=balance, holder_kind=holder.kind, holder_id=holder.id, holder_line=holder.line, units=count,
                made_at=at,
            )
        )  # fmt: skip
    _change_reserved({row.balance_id: row.units for row in rows})
    return WorkReservation.objects.bulk_create(rows)


def free_stock(holder: DocRef, *, at: datetime) -> int:
    """Give back what is held for a holder; return the units."""
    require_transaction()
    rows = list_held(holder)
    _move_all(rows, old="held", new="ended", ended_at=at)
    _change_reserved(_by_balance(rows, sign=-1))
    return sum(row.units for row in rows)


def issue_stock(
    holder: DocRef, *, target: moves.Account, reason: str, company_id: int, unit_cost: int | None = None, at: datetime,
    by: str,
) -> list[StockMove]:  # fmt: skip
    """Move what is held for a holder to an account of the ledger, at the item's standard cost or the one given."""
    require_transaction()
    rows = list_held(holder)
    _move_all(rows, old="held", new="issued")
    return moves.post_moves(
        [_to_move(row, target=target, reason=reason, holder=holder, unit_cost=unit_cost) for row in rows],
        company_id=company_id,
        at=at,
        by=by,
    )


def take_back(holder: DocRef, *, reason: str, company_id: int, at: datetime, by: str) -> int:
    """Reverse what was issued to a holder: it is on hand again, and free. Return the units."""
    require_transaction()
    rows = list(_of(holder).filter(state="issued").order_by("id"))
    _move_all(rows, old="issued", new="ended", ended_at=at)
    whole = DocRef(holder.kind, holder.id)
    posted = [move for move in queries.list_unreversed_moves(whole, reason=reason) if move.ref_line == holder.line]
    moves.post_moves([moves.reverse(move) for move in posted], company_id=company_id, at=at, by=by)
    return sum(row.units for row in rows)


def list_held(holder: DocRef) -> list[WorkReservation]:
    """Return what is held for a holder, by balance."""
    return list(_of(holder).filter(state="held").select_related("balance__item").order_by("balance_id", "id"))


def list_issued(holder: DocRef) -> list[WorkReservation]:
    """Return what was issued to a holder, in the order in which it was held."""
    return list(_of(holder).filter(state="issued").select_related("balance__item").order_by("id"))


def _of(holder: DocRef):  # type: ignore[no-untyped-def]
    return WorkReservation.objects.filter(holder_kind=holder.kind, holder_id=holder.id, holder_line=holder.line)


def _to_move(
    row: WorkReservation, *, target: moves.Account, reason: str, holder: DocRef, unit_cost: int | None
) -> moves.Move:
    balance = row.balance
    return moves.Move(
        item_id=balance.item_id,
        units=row.units,
        source=moves.Account.of(balance),
        target=target,
        lot_id=balance.lot_id,
        serial=balance.serial,
        unit_cost=balance.item.standard_cost if unit_cost is None else unit_cost,
        reason=reason,
        ref=holder,
        source_reserved=row.units,
    )


def _move_all(rows: Sequence[WorkReservation], *, old: str, new: str, ended_at: datetime | None = None) -> None:
    """Change the state of all: the caller holds the lock of their document."""
    changed = WorkReservation.objects.filter(pk__in=[row.pk for row in rows], state=old)
    count = changed.update(state=new, ended_at=ended_at)
    assert count == len(rows), "the holder was not locked"


def _by_balance(rows: Iterable[WorkReservation], *, sign: int) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for row in rows:
        sums[row.balance_id] += sign * row.units
    return dict(sums)


def _change_reserved(deltas: dict[int, int]) -> None:
    wanted = {pk: (units,) for pk, units in deltas.items() if units}
    changed = increments.add(
        StockBalance, wanted, columns=("reserved",), guard=_GUARD, changed_seq=changes.next_change()
    )
    for pk in sorted(wanted.keys() - changed):
        moves.refuse(pk, asked=deltas[pk])
