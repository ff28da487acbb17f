"""Keep what a forecast grid that came back in a file changed."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm.demand.actions import overrides
from rantai.iscm.demand.queries.returned import Judged
from rantai.kernel.transactions import require_transaction


def set_cells(judged: Judged, *, batch: str, by: str, at: datetime) -> int:
    """Lay every changed cell over the forecast as one batch; return how many hold. Twice changes nothing."""
    require_transaction()
    if judged.kept:
        return judged.kept
    wanted = [
        overrides.Wanted(
            level=level,
            starts_on=cell.starts_on,
            ends_on=cell.ends_on,
            quantity=cell.units,
            is_span=(cell.ends_on - cell.starts_on).days > 7,
            reason=cell.reason[:300],
        )
        for level, cell in judged.cells
    ]
    return overrides.set_overrides(wanted, batch=batch, by=by, at=at)
