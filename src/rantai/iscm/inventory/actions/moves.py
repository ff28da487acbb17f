"""Post moves to the stock ledger and keep the balances that are their sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from rantai.foundation.items.models import Item
from rantai.foundation.locations import rules as locations
from rantai.foundation.locations.models import Location
from rantai.iscm.inventory.models import StockBalance, StockMove
from rantai.kernel import changes, increments, inserts
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_GUARD = "t.is_account OR (t.on_hand + d.c0 >= t.reserved + d.c1 AND t.reserved + d.c1 >= 0)"
_CHUNK = 500


class NotEnoughStock(Exception):
    """A move or a reservation of more units than are free."""

    def __init__(self, *, item_id: int, location_id: int, asked: int, free: int) -> None:
        self.item_id, self.location_id, self.asked, self.free = item_id, location_id, asked, free
        super().__init__(
            _("Cannot take %(asked)s of %(item)s: %(free)s are free at %(place)s. Take %(free)s or less.")
            % {
                "asked": Quantity(asked),
                "item": Item.objects.values_list("code", flat=True).get(pk=item_id),
                "free": Quantity(max(free, 0)),
                "place": Location.objects.values_list("name", flat=True).get(pk=location_id),
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One side of a move: a place, and what tells units apart there."""

    location_id: int
    status: str = "available"
    owner_id: int | None = None
    bin_id: int | None = None
    logistic_unit: str = ""

    @classmethod
    def of(cls, balance: StockBalance) -> Account:
        """Return the side that stands for a balance."""
        return cls(
            location_id=balance.location_id,
            status=balance.status,
            owner_id=balance.owner_id,
            bin_id=balance.bin_id,
            logistic_unit=balance.logistic_unit,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """Units to be moved; `source_reserved` of them were reserved where they leave, `target_reserved` will be."""

    item_id: int
    units: int
    source: Account
    target: Account
    reason: str
    ref: DocRef
    lot_id: int | None = None
    serial: str = ""
    unit_cost: int = 0
    reverses_id: int | None = None
    source_reserved: int = 0
    target_reserved: int = 0


BalanceKey = tuple[int, int, int, str, int, str, int, str]


def post_moves(moves: Sequence[Move], *, company_id: int, at: datetime, by: str) -> list[StockMove]:
    """Write moves and change both balances of each; raises NotEnoughStock before anything is written.

    Locks the balances in ascending id order. Stock is last in the lock order: take other documents before.
    """
    require_transaction()
    if not moves:
        return []
    deltas = _sum_deltas(moves)
    seq = changes.next_change()
    ids = find_or_add(deltas, company_id=company_id, at=at)
    wanted = {ids[key]: (on_hand, reserved) for key, (on_hand, reserved) in deltas.items()}
    changed = increments.add(StockBalance, wanted, columns=("on_hand", "reserved"), guard=_GUARD, changed_seq=seq)
    for key, pk in sorted(ids.items(), key=lambda pair: pair[1]):
        if pk not in changed:
            refuse(pk, asked=-deltas[key][0] or deltas[key][1])
    return list(inserts.add([_to_row(move, company_id=company_id, at=at, by=by, seq=seq) for move in moves]))


def reverse(move: StockMove, *, reserved: int = 0) -> Move:
    """Return the move that undoes a posted one; `reserved` of its units are held where they come back."""
    source = Account(
        location_id=move.to_location_id, status=move.to_status, owner_id=move.to_owner_id,
        bin_id=move.to_bin_id, logistic_unit=move.to_logistic_unit,
    )  # fmt: skip
    target = Account(
        location_id=move.from_location_id, status=move.from_status, owner_id=move.from_owner_id,
        bin_id=move.from_bin_id, logistic_unit=move.from_logistic_unit,
    )  # fmt: skip
    return Move(
        item_id=move.item_id,
        units=move.units,
        source=source,
        target=target,
        lot_id=move.lot_id,
        serial=move.serial,
        unit_cost=move.unit_cost,
        reason="reversal",
        ref=DocRef(move.ref_kind, move.ref_id, move.ref_line),
        reverses_id=move.pk,
        target_reserved=reserved,
    )


def refuse(balance_id: int, *, asked: int) -> None:
    """Raise NotEnoughStock for a balance that could not give what was asked."""
    balance = StockBalance.objects.get(pk=balance_id)
    raise NotEnoughStock(
        item_id=balance.item_id,
        location_id=balance.location_id,
        asked=asked,
        free=balance.on_hand - balance.reserved,
    )


def key_of(balance: StockBalance) -> BalanceKey:
    """Return what makes a balance unique."""
    return (
        balance.item_id,
        balance.location_id,
        balance.lot_id or 0,
        balance.serial,
        balance.owner_id or 0,
        balance.status,
        balance.bin_id or 0,
        balance.logistic_unit,
    )


def find_or_add(keys: Iterable[BalanceKey], *, company_id: int, at: datetime) -> dict[BalanceKey, int]:
    """Return the balances of keys, made empty where they are missing."""
    wanted = set(keys)
    found = _find(wanted)
    missing = wanted - found.keys()
    if missing:
        accounts = set(
            Location.objects.filter(pk__in={key[1] for key in missing}, kind__in=locations.ACCOUNTS).values_list(
                "pk", flat=True
            )
        )
        # Another transaction may add the same balance: the unique constraint lets one of them win, and we read it.
        inserts.add_missing(
            [_new_balance(key, company_id=company_id, at=at, is_account=key[1] in accounts) for key in sorted(missing)]
        )
        found |= _find(missing)
    return found


def _side(move: Move, account: Account) -> BalanceKey:
    return (
        move.item_id,
        account.location_id,
        move.lot_id or 0,
        move.serial,
        account.owner_id or 0,
        account.status,
        account.bin_id or 0,
        account.logistic_unit,
    )


def _sum_deltas(moves: Iterable[Move]) -> dict[BalanceKey, tuple[int, int]]:
    sums: dict[BalanceKey, tuple[int, int]] = {}
    for move in moves:
        for key, units, reserved in (
            (_side(move, move.source), -move.units, -move.source_reserved),
            (_side(move, move.target), move.units, move.target_reserved),
        ):
            on_hand, held = sums.get(key, (0, 0))
            sums[key] = (on_hand + units, held + reserved)
    return sums


def _find(keys: set[BalanceKey]) -> dict[BalanceKey, int]:
    items = sorted({key[0] for key in keys})
    places = {key[1] for key in keys}
    found: dict[BalanceKey, int] = {}
    for start in range(0, len(items), _CHUNK):
        rows = StockBalance.objects.filter(item_id__in=items[start : start + _CHUNK], location_id__in=places)
        found.update((key_of(row), row.pk) for row in rows)
    return {key: pk for key, pk in found.items() if key in keys}


def _new_balance(key: BalanceKey, *, company_id: int, at: datetime, is_account: bool) -> StockBalance:
    item_id, location_id, lot_id, serial, owner_id, status, bin_id, logistic_unit = key
    return StockBalance(
        company_id=company_id,
        item_id=item_id,
        location_id=location_id,
        lot_id=lot_id or None,
        serial=serial,
        owner_id=owner_id or None,
        status=status,
        bin_id=bin_id or None,
        logistic_unit=logistic_unit,
        is_account=is_account,
        first_in_at=at,
    )


def _to_row(move: Move, *, company_id: int, at: datetime, by: str, seq: int) -> StockMove:
    return StockMove(
        company_id=company_id,
        item_id=move.item_id,
        lot_id=move.lot_id,
        serial=move.serial,
        from_location_id=move.source.location_id,
        from_owner_id=move.source.owner_id,
        from_status=move.source.status,
        from_bin_id=move.source.bin_id,
        from_logistic_unit=move.source.logistic_unit,
        to_location_id=move.target.location_id,
        to_owner_id=move.target.owner_id,
        to_status=move.target.status,
        to_bin_id=move.target.bin_id,
        to_logistic_unit=move.target.logistic_unit,
        units=move.units,
        unit_cost=move.unit_cost,
        reason=move.reason,
        ref_kind=move.ref.kind,
        ref_id=move.ref.id,
        ref_line=move.ref.line,
        reverses_id=move.reverses_id,
        at=at,
        by=by,
        changed_seq=seq,
    )
