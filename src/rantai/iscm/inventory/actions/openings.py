"""Bring the stock of a start in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.locations.models import Location
from rantai.iscm import messages
from rantai.iscm.inventory import queries
from rantai.iscm.inventory.actions import moves
from rantai.iscm.inventory.models import Lot, OpeningRun
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_LotKey = tuple[int, str]


def set_opening_stock(opening: messages.OpeningStock, *, at: datetime, by: str) -> bool:
    """Post opening stock from the history account; return whether anything was posted.

    The same run key twice changes nothing. No fact for each item: the stock was there before we looked.
    """
    require_transaction()
    run, created = OpeningRun.objects.get_or_create(key=opening.run_key, defaults={"at": at})
    if not created:
        return False
    companies = dict(Location.objects.filter(pk__in=set(opening.location_ids)).values_list("pk", "company_id"))
    costs = _read_costs(opening.item_ids)
    lots = _read_lots(opening, at=at)
    sources = {company: locations.get_account(company, "history") for company in set(companies.values())}
    for company, source in sorted(sources.items()):
        rows = [
            _to_move(row, cost=costs[row[0]], lots=lots, source=source, run=run)
            for row in _rows(opening)
            if companies[row[1]] == company and row[2] > 0
        ]
        moves.post_moves(rows, company_id=company, at=at, by=by)
    return True


def remove_opening_stock(key: str, *, at: datetime, by: str) -> bool:
    """Take opening stock back while it is still there; raises NotEnoughStock where it was used."""
    require_transaction()
    run = OpeningRun.objects.filter(key=key, undone_at=None).first()
    if run is None:
        return False
    posted = queries.list_unreversed_moves(DocRef("import", run.pk), reason="opening")
    for company in sorted({move.company_id for move in posted}):
        rows = [moves.reverse(move) for move in posted if move.company_id == company]
        moves.post_moves(rows, company_id=company, at=at, by=by)
    OpeningRun.objects.filter(pk=run.pk).update(undone_at=at, key=f"{key[:90]} undone {run.pk}")
    return True


def list_pairs(key: str) -> list[tuple[int, int]]:
    """Return the items and locations that a run gave stock to."""
    run = OpeningRun.objects.filter(key=key, undone_at=None).first()
    posted = queries.list_unreversed_moves(DocRef("import", run.pk), reason="opening") if run else []
    return [(move.item_id, move.to_location_id) for move in posted]


def _rows(opening: messages.OpeningStock) -> list[tuple[int, int, int, str]]:
    lots = opening.lots or ("",) * len(opening.units)
    return list(zip(opening.item_ids, opening.location_ids, opening.units, lots, strict=True))


def _read_costs(item_ids: Sequence[int]) -> dict[int, int]:
    wanted = sorted(set(item_ids))
    costs: dict[int, int] = {}
    for start in range(0, len(wanted), 900):
        rows = Item.objects.filter(pk__in=wanted[start : start + 900])
        costs.update(rows.values_list("pk", "standard_cost"))
    return costs


def _read_lots(opening: messages.OpeningStock, *, at: datetime) -> dict[_LotKey, int]:
    wanted = {(item, lot) for item, _place, _units, lot in _rows(opening) if lot}
    if not wanted:
        return {}
    Lot.objects.bulk_create(
        [Lot(item_id=item, code=code, created_at=at, origin_kind="import") for item, code in sorted(wanted)],
        batch_size=1000,
        ignore_conflicts=True,
    )
    rows = Lot.objects.filter(item_id__in={item for item, _code in wanted}).values_list("item_id", "code", "pk")
    return {(item, code): pk for item, code, pk in rows}


def _to_move(
    row: tuple[int, int, int, str], *, cost: int, lots: dict[_LotKey, int], source: int, run: OpeningRun
) -> moves.Move:
    item_id, location_id, units, lot = row
    return moves.Move(
        item_id=item_id,
        units=units,
        source=moves.Account(location_id=source),
        target=moves.Account(location_id=location_id),
        lot_id=lots.get((item_id, lot)),
        unit_cost=cost,
        reason="opening",
        ref=DocRef("import", run.pk),
    )
