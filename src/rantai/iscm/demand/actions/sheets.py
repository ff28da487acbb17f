"""Keep what a forecast grid that came back in a file changed."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm.demand.actions import overrides
from rantai.iscm.demand.queries.returned import Judged
from rantai.kernel.transactions import require_transaction


def set_cells(judged: Judged, *, batch: str, by: str, at: datetime) -> int:
    """Lay every changed cell over the forecast as one batch; return how many hold. Twice changes nothing."""
    require_transaction()
    if judged.sheet.kept:
        return judged.sheet.kept
    for level, cell in judged.cells:
        overrides.set_override(
            item_id=level.item or None,
            category_id=level.category or None,
            location_id=level.location or None,
            territory_id=level.territory or None,
            starts_on=cell.starts_on,
            ends_on=cell.ends_on,
            quantity=cell.units,
            factor=None,
            is_span=(cell.ends_on - cell.starts_on).days > 7,
            reason=cell.reason[:300],
            batch=batch,
            by=by,
            at=at,
        )
    return len(judged.cells)
