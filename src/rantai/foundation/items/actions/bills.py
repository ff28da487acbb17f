"""Keep bills of materials; none may contain itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rantai.foundation.items import queries
from rantai.foundation.items.actions import items
from rantai.foundation.items.models import BillOfMaterials, BomLine, Item
from rantai.kernel import audit, changes, clock, externals, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_LINE = ("quantity", "yield_share", "operation", "choice", "rank", "valid_from", "valid_to")


class BillContainsItself(ValueError):
    """A bill by which an item would need itself, over other items or at once."""

    def __init__(self, path: Sequence[str]) -> None:
        self.path = tuple(path)
        super().__init__(
            _("This bill would contain itself: %(path)s. Take one of these components out.")
            % {"path": " → ".join(path)}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """One component: units of it for the bill's batch, both in 1/10,000 base units.

    Components of one `choice` above zero are alternates: one of them is taken, by `rank`.
    """

    item_id: int
    quantity: int
    yield_share: int = 10_000
    operation: int = 0
    choice: int = 0
    rank: int = 1
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BillRow:
    """A bill as a file names it by `key`."""

    key: str
    item_id: int
    components: tuple[Component, ...]
    location_id: int | None = None
    code: str = ""
    batch: int = 10_000
    rank: int = 1
    valid_from: date | None = None
    valid_to: date | None = None


def add_bill(
    item_id: int, *, components: Sequence[Component], batch: int = 10_000, by: str = "system", **facts: Any
) -> BillOfMaterials:
    """Add a bill; `facts` holds other fields of it such as location_id and rank. Raises BillContainsItself."""
    require_transaction()
    bill = BillOfMaterials.objects.create(item_id=item_id, batch=batch, changed_seq=changes.next_change(), **facts)
    _write_lines(bill, components)
    _refuse_circles([item_id])
    _note(bill, "added", by)
    return bill


def edit_bill(
    bill: BillOfMaterials,
    *,
    values: Mapping[str, Any],
    components: Sequence[Component],
    expected_revision: int,
    by: str,
) -> BillOfMaterials:
    """Replace a bill's facts and lines; raises RevisionConflict or BillContainsItself."""
    revisions.take(bill, expected=expected_revision, changed_seq=changes.next_change(), **values)
    BomLine.objects.filter(bill=bill).delete()
    _write_lines(bill, components)
    _refuse_circles([bill.item_id])
    _note(bill, "changed", by)
    return bill


def archive_bill(bill: BillOfMaterials, *, by: str) -> None:
    """Take a bill out of use."""
    require_transaction()
    BillOfMaterials.objects.filter(pk=bill.pk).update(archived_at=clock.now(), changed_seq=changes.next_change())
    _note(bill, "archived", by)


def upsert_bills(rows: Sequence[BillRow], *, source: str) -> dict[str, int]:
    """Add or change bills in bulk by the key of `source`; return key → bill id. Raises BillContainsItself."""
    require_transaction()
    known = externals.find_external(source, "bill", [row.key for row in rows])
    added = {row.key: _create(row) for row in rows if row.key not in known}
    changed = [row for row in rows if row.key in known and _replace(known[row.key], row)]
    externals.bind_external(source, "bill", added)
    touched = [row.item_id for row in rows if row.key in added] + [row.item_id for row in changed]
    _refuse_circles(touched)
    items.announce(touched)
    return known | added


def _create(row: BillRow) -> int:
    bill = BillOfMaterials.objects.create(changed_seq=changes.next_change(), **_facts(row))
    _write_lines(bill, row.components)
    return bill.pk


def _replace(bill_id: int, row: BillRow) -> bool:
    bill = BillOfMaterials.objects.get(pk=bill_id)
    stored = [
        Component(item_id=line.component_id, **{name: getattr(line, name) for name in _LINE})
        for line in BomLine.objects.filter(bill=bill).order_by("position")
    ]
    facts = _facts(row)
    if stored == list(row.components) and all(getattr(bill, name) == value for name, value in facts.items()):
        return False
    revisions.take(bill, expected=bill.revision, changed_seq=changes.next_change(), **facts)
    BomLine.objects.filter(bill=bill).delete()
    _write_lines(bill, row.components)
    return True


def _facts(row: BillRow) -> dict[str, Any]:
    names = ("item_id", "location_id", "code", "batch", "rank", "valid_from", "valid_to")
    return {name: getattr(row, name) for name in names}


def _write_lines(bill: BillOfMaterials, components: Sequence[Component]) -> None:
    BomLine.objects.bulk_create(
        [
            BomLine(
                bill=bill,
                component_id=component.item_id,
                position=position,
                **{name: getattr(component, name) for name in _LINE},
            )
            for position, component in enumerate(components)
        ]
    )


def _refuse_circles(item_ids: Sequence[int]) -> None:
    """Look at the structure as it is now written: the caller's transaction ends with the error."""
    structure = queries.read_structure()
    for item_id in item_ids:
        circle = queries.find_circle(structure, item_id)
        if circle:
            codes = dict(Item.objects.filter(pk__in=circle).values_list("id", "code"))
            raise BillContainsItself([codes[pk] for pk in circle])


def _note(bill: BillOfMaterials, action: str, by: str) -> None:
    audit.record(DocRef("item", bill.item_id), action=f"bill_{action}", by=by, changes={"bill": [None, bill.pk]})
    items.announce([bill.item_id])
