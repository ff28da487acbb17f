"""Keep what an order's header says of its lines: dates, lateness, milestone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries.stages import rank_of
from rantai.kernel import updates
from rantai.kernel.compiled import Compiled
from rantai.kernel.transactions import require_transaction


class _Row(NamedTuple):
    """What the header needs of a schedule line."""

    units: int
    cancelled: int
    fulfilled: int
    requested_on: object
    promised_on: object
    expected_on: object
    p80_on: object
    milestone: str

    @property
    def counts(self) -> bool:
        return self.units > self.cancelled

    @property
    def is_late(self) -> bool:
        known = self.expected_on or self.promised_on
        return self.units > self.cancelled + self.fulfilled and bool(known) and known > self.requested_on  # type: ignore[operator]


def refresh(order_id: int) -> None:
    """Copy the latest dates, whether a line is late, and the stage of the line furthest behind."""
    require_transaction()
    rows = [_Row(*row) for row in _ROWS.read(order_id)]
    live = [row for row in rows if row.counts] or rows
    if not live:
        return
    said = {
        "requested_on": _latest(live, "requested_on"),
        "promised_on": _latest(live, "promised_on") if all(row.promised_on for row in live) else None,
        "p80_on": _latest(live, "p80_on"),
        "is_late": any(row.is_late for row in live),
        "milestone": min((row.milestone for row in live), key=rank_of),
    }
    updates.change(SalesOrder, where={"id": order_id}, to=said)


_ROWS = Compiled(lambda order_id: ScheduleLine.objects.filter(order_id=order_id).values_list(*_Row._fields))


def _latest(rows: Sequence[_Row], name: str) -> object:
    return max((getattr(row, name) for row in rows if getattr(row, name)), default=None)
