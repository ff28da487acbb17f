"""Keep supply for classes of demand as rules say: guard rows by rule, period and supply, laid anew when these move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rantai.foundation.items.models import Category, Item
from rantai.iscm.promising.models import Allocation, AllocationRule, SupplySlot
from rantai.iscm.promising.queries import allocations
from rantai.kernel.transactions import require_transaction

ITEMS_AT_ONCE = 100
"""So that SQLite's one writer is not held for long."""
UNIT = 10_000
"""Of a share whole base units are kept."""
HORIZON_DAYS = 56
"""Periods that begin within so many days are kept for."""

Key = tuple[int, int, date]
"""Rule, supply and the period's first day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Period:
    starts_on: date
    ends_on: date


def keep_items(item_ids: Collection[int], *, today: date) -> int:
    """Lay anew what is kept of the supplies of items; return how many guard rows changed. Idempotent.

    What a class has taken stays taken. Higher classes are served first, sooner periods before later ones, each from
    the supply that comes last and still in its period, so that what is here stays free for whoever wants it sooner.
    Locks the items' slots in ascending id order, then the allocations.
    """
    require_transaction()
    if not item_ids or not allocations.are_kept(item_ids):
        return 0
    slots = list(SupplySlot.objects.select_for_update().filter(item_id__in=item_ids).order_by("id"))
    known = {
        (row.rule_id, row.slot_id, row.starts_on): row
        for row in Allocation.objects.select_for_update().filter(slot__in=slots).order_by("id")
    }
    wanted = _share_out(slots, known, today)
    changed = _write(known, wanted)
    _write_kept(slots, wanted)
    return changed


def give_up(allocation_units: dict[int, int]) -> None:
    """Forget what takes held under allocations: the units are neither taken nor kept until supply is laid anew."""
    rows = Allocation.objects.select_for_update().filter(pk__in=allocation_units).order_by("id")
    for row in rows:
        row.units, row.promised = row.units - allocation_units[row.pk], row.promised - allocation_units[row.pk]
        row.save(update_fields=["units", "promised"])


def _share_out(
    slots: Sequence[SupplySlot], known: dict[Key, Allocation], today: date
) -> dict[Key, tuple[date, int]]:  # fmt: skip
    """Return what is left to keep by rule, supply and period, with the period's end."""
    free = {slot.pk: slot.available - slot.promised - slot.moving for slot in slots if slot.is_firm}
    by_item: dict[int, list[SupplySlot]] = defaultdict(list)
    for slot in slots:
        by_item[slot.item_id].append(slot)
    taken: dict[tuple[int, int, date], int] = defaultdict(int)
    item_of = {slot.pk: slot.item_id for slot in slots}
    for (rule_id, slot_id, starts_on), row in known.items():
        taken[rule_id, item_of[slot_id], starts_on] += row.promised
    wanted: dict[Key, tuple[date, int]] = {}
    for item_id, rule, sites in _list_due(by_item):
        mine = [slot for slot in by_item[item_id] if slot.location_id in sites and slot.is_firm]
        for period in list_periods(rule, today):
            units = _count_wanted(rule, mine, period, today) - taken[rule.pk, item_id, period.starts_on]
            for slot in _latest_first(mine, period):
                count = min(units, free[slot.pk])
                if count > 0:
                    free[slot.pk] -= count
                    units -= count
                    wanted[rule.pk, slot.pk, period.starts_on] = (period.ends_on, count)
    return wanted


def _list_due(by_item: dict[int, list[SupplySlot]]) -> Iterator[tuple[int, AllocationRule, set[int]]]:
    """Yield items with the rules that hold for them and at which sites, the highest class first.

    Of a class the closest rule holds: of the item before its category, of the site before all sites.
    """
    rules = list(AllocationRule.objects.filter(archived_at=None).order_by("priority", "id"))
    categories = _list_ancestors(by_item)
    held: dict[tuple[int, int], set[int]] = defaultdict(set)
    for item_id, slots in by_item.items():
        for site in {slot.location_id for slot in slots}:
            best: dict[str, tuple[tuple[int, int], AllocationRule]] = {}
            for rule in rules:
                close = _closeness(rule, item_id, site, categories[item_id])
                if close and (rule.demand_class not in best or close > best[rule.demand_class][0]):
                    best[rule.demand_class] = (close, rule)
            for _close, rule in best.values():
                held[item_id, rule.pk].add(site)
    for rule in rules:
        for item_id in by_item:
            if held.get((item_id, rule.pk)):
                yield item_id, rule, held[item_id, rule.pk]


def _closeness(rule: AllocationRule, item_id: int, site: int, categories: Sequence[int]) -> tuple[int, int] | None:
    if rule.location_id not in (None, site):
        return None
    at = int(rule.location_id is not None)
    if rule.item_id is not None:
        return (1_000, at) if rule.item_id == item_id else None
    if rule.category_id is not None:
        return (999 - categories.index(rule.category_id), at) if rule.category_id in categories else None
    return (0, at)


def _list_ancestors(item_ids: Collection[int]) -> dict[int, list[int]]:
    """Return each item's category and those above it, the closest first."""
    above = dict(Category.objects.values_list("pk", "parent_id"))
    found: dict[int, list[int]] = {}
    for item_id, category_id in Item.objects.filter(pk__in=item_ids).values_list("pk", "category_id"):
        way: list[int] = []
        closest: int | None = category_id
        while closest is not None and closest not in way:
            way.append(closest)
            closest = above.get(closest)
        found[item_id] = way
    return found


def list_periods(rule: AllocationRule, today: date) -> list[_Period]:
    """Return the periods of a rule from the one that runs today on."""
    found = []
    starts_on = _begin(rule, today)
    last = today + timedelta(days=HORIZON_DAYS)
    while starts_on <= last and (rule.valid_to is None or starts_on < rule.valid_to):
        ends_on = _begin(rule, starts_on + timedelta(days=7 if rule.period == "week" else 31))
        if rule.valid_from is None or ends_on > rule.valid_from:
            found.append(_Period(starts_on=starts_on, ends_on=ends_on))
        starts_on = ends_on
    return found


def _begin(rule: AllocationRule, day: date) -> date:
    return day - timedelta(days=day.weekday()) if rule.period == "week" else day.replace(day=1)


def _count_wanted(rule: AllocationRule, slots: Sequence[SupplySlot], period: _Period, today: date) -> int:
    """Return how much is kept in a period; a share is of what is here (now) or comes in it, promised or not."""
    if rule.measure == "units":
        return rule.units
    days = ((slot, slot.available_on or today) for slot in slots)
    supply = sum(
        slot.available for slot, day in days if period.starts_on <= max(day, today) < period.ends_on
    )  # fmt: skip
    return supply * rule.share // 10_000 // UNIT * UNIT


def _latest_first(slots: Sequence[SupplySlot], period: _Period) -> list[SupplySlot]:
    usable = [slot for slot in slots if slot.available_on is None or slot.available_on < period.ends_on]
    return sorted(usable, key=lambda slot: (slot.available_on or date.min, slot.pk), reverse=True)


def _write(known: dict[Key, Allocation], wanted: dict[Key, tuple[date, int]]) -> int:
    changed, gone = [], []
    for key, row in known.items():
        units = row.promised + wanted.get(key, (None, 0))[1]
        if not units:
            gone.append(row.pk)
        elif units != row.units:
            row.units = units
            changed.append(row)
    fresh = [
        Allocation(rule_id=rule_id, slot_id=slot_id, starts_on=starts_on, ends_on=ends_on, units=units)
        for (rule_id, slot_id, starts_on), (ends_on, units) in wanted.items()
        if (rule_id, slot_id, starts_on) not in known
    ]
    Allocation.objects.filter(pk__in=gone).delete()
    Allocation.objects.bulk_update(changed, ["units"], batch_size=500)
    Allocation.objects.bulk_create(fresh, batch_size=500)
    return len(changed) + len(gone) + len(fresh)


def _write_kept(slots: Sequence[SupplySlot], wanted: dict[Key, tuple[date, int]]) -> None:
    kept: dict[int, int] = defaultdict(int)
    for (_rule, slot_id, _starts_on), (_ends_on, units) in wanted.items():
        kept[slot_id] += units
    moved = [slot for slot in slots if slot.kept != kept[slot.pk]]
    for slot in moved:
        slot.kept = kept[slot.pk]
    SupplySlot.objects.bulk_update(moved, ["kept"], batch_size=500)
