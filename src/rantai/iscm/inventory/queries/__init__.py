"""Read stock: what is where, what is free, and how it came to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import F, QuerySet, Sum

from rantai.iscm.inventory.models import Reservation, StockBalance, StockMove
from rantai.kernel.invariants import Violation, rows
from rantai.kernel.refs import DocRef

_CHUNK = 900


def usable() -> QuerySet[StockBalance]:
    """Return the balances that may serve a demand: ours, at our sites, not held back."""
    return StockBalance.objects.filter(is_account=False, owner=None, status="available")


def list_free(item_ids: Iterable[int], location_ids: Iterable[int]) -> list[StockBalance]:
    """Return usable balances with free units: first expired first, then first in first."""
    found: list[StockBalance] = []
    wanted, places = sorted(set(item_ids)), sorted(set(location_ids))
    for start in range(0, len(wanted), _CHUNK):
        found += (
            usable()
            .filter(item_id__in=wanted[start : start + _CHUNK], location_id__in=places, on_hand__gt=F("reserved"))
            .annotate(expires_on=F("lot__expires_on"))
            .order_by("item_id", "location_id", F("lot__expires_on").asc(nulls_last=True), "first_in_at", "id")
        )
    return found


def sum_free(item_ids: Iterable[int], location_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """Return free units (on hand and not reserved) by item and location, zero where there is no balance."""
    wanted, places = sorted(set(item_ids)), sorted(set(location_ids))
    free = {(item, place): 0 for item in wanted for place in places}
    for start in range(0, len(wanted), _CHUNK):
        sums = (
            usable()
            .filter(item_id__in=wanted[start : start + _CHUNK], location_id__in=places)
            .values_list("item_id", "location_id")
            .annotate(free=Sum(F("on_hand") - F("reserved")))
        )
        free.update({(item, place): units for item, place, units in sums})
    return free


def with_balances(reservations: Sequence[Reservation]) -> list[Reservation]:
    """Return the reservations anew with balance and item, by id."""
    ids = [row.pk for row in reservations]
    return list(Reservation.objects.filter(pk__in=ids).select_related("balance__item").order_by("id"))


def list_unreversed_moves(ref: DocRef, *, reason: str) -> list[StockMove]:
    """Return the moves of a document that nothing has reversed yet, by id."""
    moves = StockMove.objects.filter(ref_kind=ref.kind, ref_id=ref.id, reason=reason, reversed_by=None)
    return list(moves.order_by("id"))


def list_live_reservations(demand_ids: Iterable[int]) -> QuerySet[Reservation]:
    """Return the reservations that hold stock for demands, newest first."""
    return Reservation.objects.filter(demand_id__in=list(demand_ids), state="held").order_by("-id")


def count_held() -> int:
    """Count the balances that wait for somebody to look at them."""
    return StockBalance.objects.filter(is_account=False, status="quarantine", on_hand__gt=0).count()


def list_violations() -> Iterator[Violation]:
    """Check that balances are the sums of their moves and cover what is reserved."""
    yield from _balances_off()
    yield from _reserved_off()
    yield from _negative()


_SIDES = """
    SELECT item_id, {s}_location_id AS location_id, COALESCE(lot_id, 0) AS lot_id, serial,
        COALESCE({s}_owner_id, 0) AS owner_id, {s}_status AS status, COALESCE({s}_bin_id, 0) AS bin_id,
        {s}_logistic_unit AS logistic_unit, {sign}units AS units
    FROM iscm_inventory_stockmove
"""


def _balances_off() -> Iterator[Violation]:
    sides = _SIDES.format(s="from", sign="-") + " UNION ALL " + _SIDES.format(s="to", sign="")
    booked = (
        "SELECT item_id, location_id, COALESCE(lot_id, 0) AS lot_id, serial, COALESCE(owner_id, 0) AS owner_id, status,"
        " COALESCE(bin_id, 0) AS bin_id, logistic_unit, -on_hand AS units FROM iscm_inventory_stockbalance"
    )
    found = rows(
        f"SELECT item_id, location_id, lot_id, SUM(units) FROM ({sides} UNION ALL {booked}) x"  # noqa: S608 (constants)
        " GROUP BY item_id, location_id, lot_id, serial, owner_id, status, bin_id, logistic_unit HAVING SUM(units) <> 0"
    )
    for item, place, lot, off in found:
        text = f"the moves add up to {off} more than the balance (1/10,000 units)"
        yield Violation(rule="stock.balance_is_sum_of_moves", subject=f"item {item} at {place} lot {lot}", message=text)


def _reserved_off() -> Iterator[Violation]:
    found = rows(
        "SELECT b.id, b.reserved, COALESCE(r.units, 0) FROM iscm_inventory_stockbalance b LEFT JOIN"
        " (SELECT balance_id, SUM(units) AS units FROM (SELECT balance_id, units FROM iscm_inventory_reservation"
        " WHERE state = 'held' UNION ALL SELECT balance_id, units FROM iscm_inventory_workreservation"
        " WHERE state = 'held') h GROUP BY balance_id) r ON r.balance_id = b.id"
        " WHERE b.reserved <> COALESCE(r.units, 0)"
    )
    for pk, reserved, held in found:
        text = f"reserved {reserved}, but its reservations hold {held}"
        yield Violation(rule="stock.reserved_is_sum_of_reservations", subject=f"balance {pk}", message=text)


def _negative() -> Iterator[Violation]:
    found = rows(
        "SELECT id, on_hand, reserved FROM iscm_inventory_stockbalance"
        " WHERE NOT is_account AND (on_hand < reserved OR reserved < 0)"
    )
    for pk, on_hand, reserved in found:
        text = f"on hand {on_hand}, reserved {reserved}"
        yield Violation(rule="stock.never_negative", subject=f"balance {pk}", message=text)
