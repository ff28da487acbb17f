"""Take in what retailers sell and have on their shelves, as it became known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rantai.crm.selling.models import RetailSale
from rantai.kernel import inserts
from rantai.kernel.transactions import require_transaction

Slot = tuple[int, int, date, int]
Stands = tuple[int, int | None]
"""Units sold and on the shelf, as told last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RetailLine:
    """What a customer sold of an item in a day or a week, in 1/10,000 of its base unit."""

    party_id: int
    item_id: int
    first_on: date
    days: int
    sold: int
    on_shelf: int | None
    """None leaves what was told of the shelf before."""
    recorded_on: date

    @property
    def slot(self) -> Slot:
        """Name what the line is about."""
        return self.party_id, self.item_id, self.first_on, self.days


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedRetail:
    """Places of the lines that tell something new, and of those that correct what was told."""

    new: frozenset[int]
    corrected: frozenset[int]


def record_retail_sales(lines: Sequence[RetailLine], *, company_id: int, import_id: int | None) -> RecordedRetail:
    """Write what retailers sold where it is not what we knew on that day already; earlier knowledge is kept."""
    require_transaction()
    known = _read_known(lines, company_id)
    rows: list[RetailSale] = []
    new: set[int] = set()
    corrected: set[int] = set()
    for place, line in sorted(enumerate(lines), key=lambda pair: pair[1].recorded_on):
        told = known.setdefault(line.slot, [])
        stands = next((each for on, each in reversed(told) if on <= line.recorded_on), None)
        shelf = stands[1] if line.on_shelf is None and stands else line.on_shelf
        if stands == (line.sold, shelf):
            continue
        (corrected if stands else new).add(place)
        told.append((line.recorded_on, (line.sold, shelf)))
        told.sort(key=lambda pair: pair[0])
        rows.append(
            RetailSale(
                company_id=company_id,
                party_id=line.party_id,
                item_id=line.item_id,
                first_on=line.first_on,
                days=line.days,
                sold=line.sold,
                on_shelf=shelf,  # type: ignore[misc]  # may be empty
                recorded_on=line.recorded_on,
                import_id=import_id,
            )
        )
    inserts.send(rows)
    return RecordedRetail(new=frozenset(new), corrected=frozenset(corrected))


def remove_retail_sales(import_id: int) -> int:
    """Take back what came with a file, what was known before holds again; return how many rows."""
    require_transaction()
    count, _by_model = RetailSale.objects.filter(import_id=import_id).delete()
    return count


def _read_known(lines: Sequence[RetailLine], company_id: int) -> dict[Slot, list[tuple[date, Stands]]]:
    """Return what was told of the lines' slots, oldest first."""
    if not lines:
        return {}
    asked = {line.slot for line in lines}
    days = [line.first_on for line in lines]
    rows = RetailSale.objects.filter(
        company_id=company_id,
        party_id__in={line.party_id for line in lines},
        item_id__in={line.item_id for line in lines},
        first_on__gte=min(days),
        first_on__lte=max(days),
    ).order_by("recorded_on", "id")
    known: dict[Slot, list[tuple[date, Stands]]] = {}
    for party, item, first, length, sold, shelf, on in rows.values_list(
        "party_id", "item_id", "first_on", "days", "sold", "on_shelf", "recorded_on"
    ):
        slot = party, item, first, length
        if slot in asked:
            known.setdefault(slot, []).append((on, (sold, shelf)))
    return known
