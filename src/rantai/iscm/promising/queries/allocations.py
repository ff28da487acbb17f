"""What is kept of supplies for classes of demand, and who may take of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Min, Q, QuerySet, Subquery, Sum

from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.models import Allocation, AllocationRule, SupplySlot

NOBODYS = 1_000
"""Priority of a class without a rule: below all others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who asks, as rules see it."""

    demand_class: str
    priority: int
    today: date


@dataclass(kw_only=True, slots=True)
class Kept:
    """What is left of an allocation; `left` shrinks as the lines of an ask are served."""

    allocation_id: int
    demand_class: str
    priority: int
    starts_on: date
    ends_on: date
    released_on: date
    releases_to: str
    left: int

    def is_for(self, asker: Asker, wanted_on: date) -> bool:
        """Tell whether an asker may take of it for a day: its own period, or one that was released to it."""
        day = max(wanted_on, asker.today)
        if asker.demand_class == self.demand_class and self.starts_on <= day < self.ends_on:
            return True
        return asker.today >= self.ends_on or (asker.today >= self.released_on and self._is_released_to(asker))

    def is_own(self, asker: Asker) -> bool:
        """Tell whether it is kept for the asker's class."""
        return asker.demand_class == self.demand_class

    def _is_released_to(self, asker: Asker) -> bool:
        if self.releases_to == "all" or self.is_own(asker):
            return True
        return asker.priority > self.priority if self.releases_to == "lower" else asker.priority < self.priority


class Keeping:
    """What is kept of the supplies of an ask; where no rule keeps anything nothing is read."""

    def __init__(self, slots: Iterable[SupplySlot], *, demand_class: str, today: date) -> None:
        wanted = [slot.pk for slot in slots if slot.kept]
        self._by_slot: dict[int, list[Kept]] = defaultdict(list)
        self.asker = Asker(demand_class=demand_class, priority=NOBODYS, today=today)
        rows = list(_read(wanted, demand_class)) if wanted else []
        for slot_id, priority, kept in rows:
            self._by_slot[slot_id].append(kept)
            self.asker = Asker(demand_class=demand_class, priority=priority or NOBODYS, today=today)

    def count_for(self, slot_id: int, wanted_on: date) -> int:
        """Return how much of what is kept of a supply the asker may take."""
        return sum(kept.left for kept in self._by_slot.get(slot_id, ()) if kept.is_for(self.asker, wanted_on))

    def count_barred(self, slot_id: int, wanted_on: date) -> int:
        """Return how much of a supply is kept from the asker."""
        return sum(kept.left for kept in self.list_barred([slot_id], wanted_on))

    def list_barred(self, slot_ids: Iterable[int], wanted_on: date) -> list[Kept]:
        """Return what is kept of supplies for others than the asker, the lowest class first."""
        if not self._by_slot:
            return []
        rows = [kept for pk in slot_ids for kept in self._by_slot.get(pk, ()) if kept.left]
        barred = [kept for kept in rows if not kept.is_for(self.asker, wanted_on)]
        return sorted(barred, key=lambda kept: (-kept.priority, kept.starts_on))

    def draw(self, slot_id: int, units: int, *, free: int, wanted_on: date) -> list[tuple[int, int]]:
        """Take units of a supply: of the asker's own first, then what is free, then what was released, then a floor's.

        Returns (allocation, units) of what was kept.
        """
        if slot_id not in self._by_slot:
            return []
        usable = [kept for kept in self._by_slot.get(slot_id, ()) if kept.is_for(self.asker, wanted_on)]
        own = sorted((kept for kept in usable if kept.is_own(self.asker)), key=lambda kept: kept.starts_on)
        others = sorted((kept for kept in usable if not kept.is_own(self.asker)), key=lambda kept: -kept.priority)
        drawn = list(_draw(own, units))
        rest = units - sum(count for _pk, count in drawn) - free
        drawn += _draw([*others, *self.list_barred([slot_id], wanted_on)], rest)
        return drawn


def _draw(rows: Sequence[Kept], units: int) -> Iterator[tuple[int, int]]:
    for kept in rows:
        count = min(kept.left, units)
        if count > 0:
            kept.left -= count
            units -= count
            yield kept.allocation_id, count


def _read(slot_ids: Sequence[int], demand_class: str) -> Iterator[tuple[int, int | None, Kept]]:
    mine = AllocationRule.objects.filter(demand_class=demand_class, archived_at=None).order_by()
    rows = Allocation.objects.filter(slot_id__in=slot_ids, units__gt=F("promised")).select_related("rule")
    best = Subquery(mine.values("demand_class").annotate(best=Min("priority")).values("best"))
    for row in rows.annotate(best=best).order_by("starts_on", "id"):
        yield row.slot_id, row.best, Kept(
            allocation_id=row.pk, demand_class=row.rule.demand_class, priority=row.rule.priority,
            starts_on=row.starts_on, ends_on=row.ends_on, released_on=release_day(row.rule, row.starts_on, row.ends_on),
            releases_to=row.rule.releases_to, left=row.units - row.promised,
        )  # fmt: skip


def release_day(rule: AllocationRule, starts_on: date, ends_on: date) -> date:
    """Return from which day on others may take what is left of a period."""
    return ends_on if rule.release_days is None else starts_on - timedelta(days=rule.release_days)


def list_rules(company_id: int) -> QuerySet[AllocationRule]:
    """Return the rules in force, the highest class first."""
    rows = AllocationRule.objects.filter(company_id=company_id, archived_at=None)
    return rows.select_related("item__base_unit", "category", "location").order_by("priority", "demand_class", "id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """What a rule keeps in a period, over all supplies: units of it taken, and left."""

    starts_on: date
    ends_on: date
    kept: int
    taken: int

    @property
    def left(self) -> int:
        """Return what nobody took yet."""
        return self.kept - self.taken


def list_uses(rule_ids: Iterable[int], *, today: date) -> dict[int, list[Use]]:
    """Return what rules keep in periods that are not over, soonest first; one query."""
    rows = Allocation.objects.filter(rule_id__in=list(rule_ids), ends_on__gt=today)
    sums = rows.values("rule_id", "starts_on", "ends_on").annotate(kept=Sum("units"), taken=Sum("promised"))
    found: dict[int, list[Use]] = defaultdict(list)
    for row in sums.order_by("starts_on"):
        use = Use(starts_on=row["starts_on"], ends_on=row["ends_on"], kept=row["kept"], taken=row["taken"])
        found[row["rule_id"]].append(use)
    return found


def list_kept_items() -> list[int]:
    """Return the items of which something is or may have to be kept: all that have supply where there are rules."""
    slots = SupplySlot.objects.filter(Q(available__gt=0) | Q(kept__gt=0))
    return list(slots.order_by("item_id").values_list("item_id", flat=True).distinct()) if are_kept(()) else []


def list_classes() -> list[str]:
    """Return the classes of demand that are known, for people to choose from."""
    rules = AllocationRule.objects.filter(archived_at=None).values_list("demand_class", flat=True)
    return sorted({*rules.distinct(), *Demand.objects.order_by().values_list("demand_class", flat=True).distinct()})


def are_kept(item_ids: Collection[int]) -> bool:
    """Tell whether anything is kept of items (none named: of any), or a rule might keep some."""
    rows = Allocation.objects.filter(units__gt=F("promised"))
    mine = rows.filter(slot__item_id__in=list(item_ids)) if item_ids else rows
    return AllocationRule.objects.filter(archived_at=None).exists() or mine.exists()
