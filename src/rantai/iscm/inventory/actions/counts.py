"""Change the books to what was counted, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import actions as parties
from rantai.iscm import events
from rantai.iscm.inventory.actions import lots, moves
from rantai.iscm.inventory.models import StockBalance, StockCount, StockCountLine
from rantai.kernel import audit, outbox
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

REASONS = ("count", "damage", "loss", "found", "expired", "correction")


class CountedBelowReserved(Exception):
    """Fewer units on the shelf than shipments hold."""

    def __init__(self, balance: StockBalance, counted: int) -> None:
        self.balance, self.counted = balance, counted
        super().__init__(
            _(
                "%(counted)s of %(item)s were counted, but %(reserved)s are held for shipments."
                " Pick these shipments short or cancel them first, then count again."
            )
            % {"counted": Quantity(counted), "item": balance.item.code, "reserved": Quantity(balance.reserved)}
        )


class StockMovedMeanwhile(Exception):
    """The books changed between the look and the count."""

    def __init__(self, balance: StockBalance, seen: int) -> None:
        self.balance, self.seen = balance, seen
        super().__init__(
            _(
                "%(item)s had %(seen)s by the books when you began and has %(now)s now."
                " Look whether what moved was counted, then enter it again."
            )
            % {"item": balance.item.code, "seen": Quantity(seen), "now": Quantity(balance.on_hand)}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedLine:
    """What was counted of an item at the place; `balance_id` None where the books know of none."""

    item_id: int
    counted: int
    balance_id: int | None = None
    seen: int = 0
    """On-hand by the books when the counter looked."""
    lot_code: str = ""
    status: str = "available"


def count_stock(
    location_id: int, *, company_id: int, lines: Sequence[CountedLine], reason: str, note: str = "",
    at: datetime, by: str,
) -> StockCount:  # fmt: skip
    """Write a count and move the differences from or to the adjustment account.

    Locks balances in ascending id order. Raises StockMovedMeanwhile or CountedBelowReserved before anything is
    written. Records StockChanged for each difference.
    """
    require_transaction()
    assert reason in REASONS
    pairs = [(line, _find_balance(line, location_id, company_id=company_id, at=at)) for line in lines]
    for line, balance in pairs:
        _check(line, balance)
    count = StockCount.objects.create(
        company_id=company_id,
        location_id=location_id,
        number=parties.next_number(company_id, "stock_count"),
        reason=reason,
        note=note,
        counted_at=at,
        counted_by=by,
    )
    StockCountLine.objects.bulk_create(
        [
            StockCountLine(count=count, balance=balance, expected=balance.on_hand, counted=line.counted)
            for line, balance in pairs
        ]
    )
    audit.record(DocRef("stock_count", count.pk), action="counted", by=by)
    _post(count, pairs, at=at, by=by)
    return count


def change_status(balance: StockBalance, *, units: int, to: str, at: datetime, by: str) -> None:
    """Move units of a balance to another status: release from quarantine, block. Raises NotEnoughStock.

    Records StockChanged.
    """
    require_transaction()
    here = moves.Account.of(balance)
    there = moves.Account(
        location_id=here.location_id, status=to, owner_id=here.owner_id, bin_id=here.bin_id,
        logistic_unit=here.logistic_unit,
    )  # fmt: skip
    move = moves.Move(
        item_id=balance.item_id,
        units=units,
        source=here,
        target=there,
        lot_id=balance.lot_id,
        serial=balance.serial,
        reason="status",
        ref=DocRef("item", balance.item_id),
    )
    moves.post_moves([move], company_id=balance.company_id, at=at, by=by)
    outbox.record(
        events.StockChanged(item_id=balance.item_id, location_id=balance.location_id, reason="status", units=units)
    )


def _find_balance(line: CountedLine, location_id: int, *, company_id: int, at: datetime) -> StockBalance:
    rows = StockBalance.objects.select_for_update(of=("self",)).select_related("item")
    if line.balance_id is not None:
        return rows.get(pk=line.balance_id, location_id=location_id, item_id=line.item_id)
    lot = lots.find_or_add_lot(line.item_id, line.lot_code, at=at)
    key = (line.item_id, location_id, lot.pk if lot else 0, "", 0, line.status, 0, "")
    return rows.get(pk=moves.find_or_add([key], company_id=company_id, at=at)[key])


def _check(line: CountedLine, balance: StockBalance) -> None:
    if line.balance_id is not None and balance.on_hand != line.seen:
        raise StockMovedMeanwhile(balance, line.seen)
    if line.counted < balance.reserved:
        raise CountedBelowReserved(balance, line.counted)


def _post(count: StockCount, pairs: Sequence[tuple[CountedLine, StockBalance]], *, at: datetime, by: str) -> None:
    books = moves.Account(location_id=locations.get_account(count.company_id, "adjustment"))
    posted = []
    for line, balance in pairs:
        difference = line.counted - balance.on_hand
        if difference:
            shelf = moves.Account.of(balance)
            posted.append(
                moves.Move(
                    item_id=balance.item_id,
                    units=abs(difference),
                    source=books if difference > 0 else shelf,
                    target=shelf if difference > 0 else books,
                    lot_id=balance.lot_id,
                    serial=balance.serial,
                    unit_cost=balance.item.standard_cost,
                    reason=count.reason,
                    ref=DocRef("stock_count", count.pk),
                )
            )
            outbox.record(
                events.StockChanged(
                    item_id=balance.item_id, location_id=balance.location_id, reason=count.reason, units=difference
                )
            )
    moves.post_moves(posted, company_id=count.company_id, at=at, by=by)
