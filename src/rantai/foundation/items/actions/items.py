"""Keep items and their units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from rantai.foundation import events
from rantai.foundation.items import rules
from rantai.foundation.items.models import Category, Item, ItemUnit, Unit
from rantai.kernel import audit, changes, clock, externals, inserts, outbox, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_BATCH = 500


class CodeInUse(ValueError):
    """An item code that another item has."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_("There is an item %(code)s already. Open it, or choose another code.") % {"code": code})


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemRow:
    """An item as a file or an API names it by `key`; the code is the key where none is given."""

    key: str
    name: dict[str, str]
    code: str = ""
    kind: str = "stocked"
    unit: str = "PCE"
    gtin: str = ""
    category: str = ""
    is_sold: bool = True
    is_placeholder: bool = False
    standard_cost: int = 0
    weight_g: int = 0
    decoupling: str = "stock"
    tracking: str = "none"
    custom: dict[str, Any] = field(default_factory=dict)


def add_units() -> None:
    """Add the units that every company begins with; those that exist are left alone."""
    require_transaction()
    Unit.objects.bulk_create([Unit(code=code, name=name) for code, name in rules.UNITS.items()], ignore_conflicts=True)


def add_item(code: str, *, name: Mapping[str, str] | str, unit: str = "PCE", by: str = "system", **facts: Any) -> Item:
    """Add an item counted in `unit`; `facts` holds other fields of Item. Raises CodeInUse."""
    require_transaction()
    if Item.objects.filter(code=code).exists():
        raise CodeInUse(code)
    item = Item.objects.create(
        code=code,
        name={"en": name} if isinstance(name, str) else dict(name),
        base_unit=_get_unit(unit),
        changed_seq=changes.next_change(),
        **facts,
    )
    audit.record(DocRef("item", item.pk), action="added", by=by)
    announce([item.pk])
    return item


def edit_item(item: Item, *, values: Mapping[str, Any], expected_revision: int, by: str) -> Item:
    """Change an item; raises RevisionConflict."""
    before = {name: getattr(item, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    revisions.take(item, expected=expected_revision, changed_seq=changes.next_change(), **changed)
    noted = {name: [str(before[name]), str(value)] for name, value in changed.items()}
    audit.record(DocRef("item", item.pk), action="changed", by=by, changes=noted)
    announce([item.pk])
    return item


def archive_item(item: Item, *, by: str) -> None:
    """Hide an item that is no longer used; what cites it keeps it."""
    require_transaction()
    Item.objects.filter(pk=item.pk).update(archived_at=clock.now(), is_sold=False, changed_seq=changes.next_change())
    audit.record(DocRef("item", item.pk), action="archived", by=by)
    announce([item.pk])


def set_units(item: Item, *, factors: Mapping[str, Fraction], by: str = "system") -> None:
    """Let an item be counted in exactly these other units: code → base units in one."""
    require_transaction()
    ItemUnit.objects.filter(item=item).exclude(unit__code__in=factors).delete()
    for code, factor in factors.items():
        ItemUnit.objects.update_or_create(
            item=item,
            unit=_get_unit(code),
            defaults={"numerator": factor.numerator, "denominator": factor.denominator},
        )
    Item.objects.filter(pk=item.pk).update(changed_seq=changes.next_change())
    audit.record(
        DocRef("item", item.pk), action="units", by=by, changes={code: [None, str(f)] for code, f in factors.items()}
    )
    announce([item.pk])


def announce(item_ids: Iterable[int]) -> None:
    """Tell the houses that items changed."""
    outbox.record(*(events.ItemChanged(item_id=pk) for pk in dict.fromkeys(item_ids)))


def upsert_items(rows: Sequence[ItemRow], *, source: str) -> dict[str, int]:
    """Add or change items in bulk by the key under which `source` knows them; return key → item id.

    An item with the row's code that `source` has not named before is taken for the same item.
    The same rows twice change nothing: only items that differ are written.
    """
    require_transaction()
    by_key = {row.key: row for row in rows}
    known = externals.find_external(source, "item", by_key)
    met = _find_codes([row.code or row.key for key, row in by_key.items() if key not in known])
    adopted = {
        key: met[row.code or key] for key, row in by_key.items() if key not in known and (row.code or key) in met
    }
    lookups = _Lookups(rows)
    changed = _change_known({**known, **adopted}, by_key, lookups)
    added = _add_rows({key: row for key, row in by_key.items() if key not in known and key not in adopted}, lookups)
    externals.bind_external(source, "item", added | adopted)
    announce([*changed, *added.values()])
    return known | adopted | added


class _Lookups:
    """Units and categories of a batch by code, made where they are new."""

    def __init__(self, rows: Sequence[ItemRow]) -> None:
        self.units = {code: _get_unit(code).pk for code in {row.unit for row in rows}}
        wanted = {row.category for row in rows if row.category}
        Category.objects.bulk_create([Category(code=code, name={"en": code}) for code in wanted], ignore_conflicts=True)
        self.categories = dict(Category.objects.filter(code__in=wanted).values_list("code", "id"))

    def fields(self, row: ItemRow) -> dict[str, Any]:
        """Return the model fields of a row."""
        names = ("name", "kind", "gtin", "is_sold", "is_placeholder", "standard_cost", "weight_g", "decoupling")
        plain = {name: getattr(row, name) for name in (*names, "tracking", "custom")}
        links = {"base_unit_id": self.units[row.unit], "category_id": self.categories.get(row.category)}
        return {"code": row.code or row.key, **plain, **links}


def _get_unit(code: str) -> Unit:
    return Unit.objects.get_or_create(code=code, defaults={"name": rules.UNITS.get(code, {"en": code})})[0]


def _find_codes(codes: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(codes), 900):
        found.update(Item.objects.filter(code__in=codes[start : start + 900]).values_list("code", "id"))
    return found


def _add_rows(by_key: Mapping[str, ItemRow], lookups: _Lookups) -> dict[str, int]:
    if not by_key:
        return {}
    seq = changes.next_change()
    new = [Item(**lookups.fields(row), changed_seq=seq) for row in by_key.values()]
    return {key: item.pk for key, item in zip(by_key, inserts.add(new), strict=True)}


def _change_known(known: Mapping[str, int], by_key: Mapping[str, ItemRow], lookups: _Lookups) -> list[int]:
    ids = list(known.values())
    stored: dict[int, Item] = {}
    for start in range(0, len(ids), _BATCH):
        stored |= Item.objects.in_bulk(ids[start : start + _BATCH])
    changed: list[Item] = []
    for key, pk in known.items():
        item, wanted = stored[pk], lookups.fields(by_key[key])
        if any(getattr(item, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(item, name, value)
            item.revision += 1
            changed.append(item)
    if changed:
        seq = changes.next_change()
        for item in changed:
            item.changed_seq = seq
        names = [name.removesuffix("_id") for name in lookups.fields(next(iter(by_key.values())))]
        Item.objects.bulk_update(changed, [*names, "revision", "changed_seq"], batch_size=200)
    return [item.pk for item in changed]
