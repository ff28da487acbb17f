"""Name units that came together."""

from __future__ import annotations

from datetime import date, datetime

from rantai.iscm.inventory.models import Lot
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_NOWHERE = DocRef("", 0)


def find_or_add_lot(
    item_id: int, code: str, *, at: datetime, origin: DocRef = _NOWHERE, expires_on: date | None = None
) -> Lot | None:
    """Return the lot of an item by its code, made where it is new; None without a code."""
    require_transaction()
    if not code:
        return None
    lot, _created = Lot.objects.get_or_create(
        item_id=item_id,
        code=code,
        defaults={
            "created_at": at,
            "expires_on": expires_on,
            "origin_kind": origin.kind,
            "origin_id": origin.id or None,
            "origin_line": origin.line,
        },
    )
    return lot
