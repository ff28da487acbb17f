"""Keep what a forecast grid that came back in a file changed."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm.demand.actions import overrides
from rantai.iscm.demand.queries.returned import Judged, count_kept
from rantai.kernel.transactions import require_transaction


def draft_cells(judged: Judged, *, batch: str, by: str, at: datetime) -> overrides.Drafted:
    """Put the changed cells together as one batch, outside a transaction."""
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
    return overrides.draft_overrides(wanted, batch=batch, by=by, at=at)


def keep_cells(drafted: overrides.Drafted, *, batch: str) -> int:
    """Lay drafted cells over the forecast; return how many changes of the batch hold. Twice changes nothing."""
    require_transaction()
    return count_kept(batch) or overrides.keep_overrides(drafted)
