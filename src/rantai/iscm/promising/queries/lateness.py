"""How late the suppliers behind a sheet were, read when the first date needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from rantai.iscm.promising.queries.replenishment import Replenishment
from rantai.srm import facade as srm


class SupplierLateness:
    """Working days late by supplier and item; nothing is read while only stock is promised."""

    def __init__(self, supplier_ids: Collection[int], replenishment: Replenishment, *, until: date) -> None:
        self._supplier_ids, self._replenishment, self._until = supplier_ids, replenishment, until
        self._days: dict[tuple[int, int | None], list[int]] | None = None

    def days(self, supplier_id: int | None, item_id: int) -> list[int]:
        """Return how late a supplier's lines of an item came, else those of all its items."""
        if supplier_id is None:
            return []
        found = self._read()
        return found.get((supplier_id, item_id)) or found.get((supplier_id, None), [])

    def _read(self) -> dict[tuple[int, int | None], list[int]]:
        if self._days is None:
            self._days = defaultdict(list)
            wanted = {*self._supplier_ids, *self._replenishment.list_suppliers()}
            for row in srm.list_lateness(sorted(wanted), until=self._until) if wanted else ():
                if row.item_id is not None:
                    self._days[row.supplier_id, row.item_id].extend(row.days)
                self._days[row.supplier_id, None].extend(row.days)
        return self._days
