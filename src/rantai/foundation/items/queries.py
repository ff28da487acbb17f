"""Read items and how they come to be: units, bills, routings, sources, substitutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import Protocol, TypeVar

from django.db.models import Case, Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from rantai.foundation.items.models import (
    BillOfMaterials,
    BomLine,
    Category,
    Item,
    ItemUnit,
    Operation,
    Routing,
    Source,
    SubstitutionRule,
    Unit,
)
from rantai.kernel.texts import FALLBACKS

Row = TypeVar("Row", BillOfMaterials, Routing, Source, SubstitutionRule)


class BillLine(Protocol):
    """What decides whether a line of a bill is taken: a row of the database, or one that a planner read."""

    @property
    def choice(self) -> int:
        """Lines of one number above zero are alternates."""

    @property
    def rank(self) -> int:
        """Place among its alternates."""

    @property
    def valid_from(self) -> date | None:
        """First day on which it is taken."""

    @property
    def valid_to(self) -> date | None:
        """First day on which it is taken no more."""


Line = TypeVar("Line", bound=BillLine)

BLOCKED = Q(is_blocked=True)
UNSOURCED = Q(source_count=0, kind="stocked")
ASSUMED = Q(assumed_count__gt=0)
"""What lists filter by, over `list_items_with_sources`."""


class UnknownUnit(LookupError):
    """A unit in which an item is not counted."""

    def __init__(self, item: Item, unit_code: str, known: list[str]) -> None:
        self.item, self.unit_code, self.known = item, unit_code, known
        super().__init__(
            _("%(item)s is not counted in '%(unit)s'. Use one of: %(known)s.")
            % {"item": item.code, "unit": unit_code, "known": ", ".join(known)}
        )


def search_items(text: str, *, limit: int) -> list[Item]:
    """Return items whose code begins as typed, then those in whose name, in any language, every typed word stands."""
    rows, typed = Item.objects.filter(archived_at=None), text.strip()
    found = list(rows.filter(code__gte=typed.upper(), code__lt=f"{typed.upper()}~").order_by("code")[:limit])
    inside = Q()
    for word in typed.split():
        named = [Q(**{f"name__{language}__icontains": word}) for language in FALLBACKS]
        inside &= reduce(or_, named, Q(code__icontains=word))
    others = rows.filter(inside).exclude(pk__in=[row.pk for row in found])
    return found + list(others.order_by("code")[: limit - len(found)])


def get_item(item_id: int) -> Item:
    """Return an item with its unit."""
    return Item.objects.select_related("base_unit", "category").get(pk=item_id)


def find_item(code: str) -> Item | None:
    """Return the item of a code, or None."""
    return Item.objects.select_related("base_unit").filter(code=code).first()


def list_items() -> QuerySet[Item]:
    """Return the items that are not archived."""
    return Item.objects.filter(archived_at=None).select_related("base_unit")


def list_items_with_sources() -> QuerySet[Item]:
    """Return the items in use with how many sources each has, and how many of them are assumed."""
    mine = Source.objects.filter(item=OuterRef("pk"), archived_at=None).order_by().values("item")
    total = Subquery(mine.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    assumed = Subquery(
        mine.filter(is_placeholder=True).annotate(n=Count("pk")).values("n"), output_field=IntegerField()
    )
    return Item.objects.filter(archived_at=None).annotate(
        source_count=Coalesce(total, 0), assumed_count=Coalesce(assumed, 0)
    )


def list_all_sources(item_id: int) -> QuerySet[Source]:
    """Return every source in use of an item, whatever its period, by rank."""
    rows = Source.objects.filter(item_id=item_id, archived_at=None)
    return rows.select_related("supplier", "origin", "location", "bill", "routing").order_by("rank", "id")


def list_bills(item_id: int) -> QuerySet[BillOfMaterials]:
    """Return the bills in use of an item with their lines, by rank."""
    lines = Prefetch("lines", BomLine.objects.select_related("component__base_unit").order_by("position"))
    rows = BillOfMaterials.objects.filter(item_id=item_id, archived_at=None)
    return rows.select_related("location").prefetch_related(lines).order_by("rank", "id")


def list_routings(item_id: int) -> QuerySet[Routing]:
    """Return the routings in use of an item with their steps, by rank."""
    steps = Prefetch("operations", Operation.objects.select_related("resource").order_by("step"))
    rows = Routing.objects.filter(item_id=item_id, archived_at=None)
    return rows.select_related("location").prefetch_related(steps).order_by("rank", "id")


def list_substitution_rules(item_id: int) -> QuerySet[SubstitutionRule]:
    """Return every substitution for an item, whatever its period."""
    return SubstitutionRule.objects.filter(item_id=item_id).select_related("substitute").order_by("scope", "rank", "id")


def list_codes(limit: int = 1000) -> list[str]:
    """Return item codes for completion while typing; none where there are too many to be of help."""
    codes = list(Item.objects.filter(archived_at=None).order_by("code").values_list("code", flat=True)[: limit + 1])
    return codes if len(codes) <= limit else []


def name_codes(ids: Iterable[int]) -> dict[int, str]:
    """Return the codes of items by id."""
    return dict(Item.objects.filter(pk__in=list(ids)).values_list("pk", "code"))


def get_unit_factor(item_id: int, unit_code: str) -> Fraction:
    """Return how many base units one `unit_code` of the item holds; '' is the base unit. Raises UnknownUnit."""
    item = Item.objects.select_related("base_unit").get(pk=item_id)
    if unit_code in ("", item.base_unit.code):
        return Fraction(1)
    row = ItemUnit.objects.filter(item=item, unit__code=unit_code).first()
    if row is None:
        others = ItemUnit.objects.filter(item=item).values_list("unit__code", flat=True)
        raise UnknownUnit(item, unit_code, [item.base_unit.code, *others])
    return Fraction(row.numerator, row.denominator)


def find_unit(text: str) -> Unit | None:
    """Return the unit of a code or of a name in any language, or None."""
    wanted = text.strip()
    by_code = Unit.objects.filter(code__iexact=wanted).first()
    if by_code:
        return by_code
    folded = wanted.casefold()
    return next((unit for unit in Unit.objects.order_by("id") if folded in map(str.casefold, unit.name.values())), None)


def list_sources(item_ids: Iterable[int], location_id: int | None, on: date) -> list[Source]:
    """Return the sources that hold on a day: of the location first, then of any; by rank. None: of every location."""
    rows = _valid(Source.objects.filter(item_id__in=list(item_ids), archived_at=None), on)
    if location_id is not None:
        rows = rows.filter(Q(location=None) | Q(location_id=location_id))
    return list(_specific_first(rows, "item_id"))


def find_bill(item_id: int, location_id: int | None, on: date) -> BillOfMaterials | None:
    """Return the bill by which a location makes an item on a day, or None."""
    rows = _valid(BillOfMaterials.objects.filter(item_id=item_id, archived_at=None), on)
    return _of_location(rows, location_id).first()


def find_routing(item_id: int, location_id: int | None, on: date) -> Routing | None:
    """Return the routing by which a location makes an item on a day, or None."""
    rows = _valid(Routing.objects.filter(item_id=item_id, archived_at=None), on)
    return _of_location(rows, location_id).first()


def list_substitutes(item_id: int, on: date, *, scope: str = "sales") -> QuerySet[SubstitutionRule]:
    """Return what may serve a need for an item, by rank."""
    rows = _valid(SubstitutionRule.objects.filter(item_id=item_id, scope=scope), on)
    return rows.select_related("substitute").order_by("rank", "id")


def low_level_codes() -> dict[int, int]:
    """Return the longest way down from a finished item, by item of any bill; items in no bill are level 0."""
    below = read_structure()
    parents: dict[int, int] = defaultdict(int)
    for components in below.values():
        for component in components:
            parents[component] += 1
    levels = dict.fromkeys((item for item in below if not parents[item]), 0)
    waiting = list(levels)
    while waiting:
        item = waiting.pop()
        for component in below.get(item, ()):
            levels[component] = max(levels.get(component, 0), levels[item] + 1)
            parents[component] -= 1
            if not parents[component]:
                waiting.append(component)
    return levels


def read_structure(*, without_bills: Iterable[int] = ()) -> dict[int, set[int]]:
    """Return item → components over all bills in use, but for those named."""
    lines = BomLine.objects.filter(bill__archived_at=None).exclude(bill_id__in=list(without_bills))
    found: dict[int, set[int]] = defaultdict(set)
    for item, component in lines.values_list("bill__item_id", "component_id"):
        found[item].add(component)
    return dict(found)


def find_circle(structure: Mapping[int, set[int]], start: int) -> list[int] | None:
    """Return a way from an item down to itself, ends included, or None."""
    came_from: dict[int, int] = {}
    waiting = [start]
    while waiting:
        item = waiting.pop()
        for component in structure.get(item, ()):
            if component == start:
                return _walk_back(came_from, item, start)
            if component not in came_from:
                came_from[component] = item
                waiting.append(component)
    return None


def choose_lines(lines: Sequence[Line], on: date) -> list[Line]:
    """Return what a bill takes on a day: the lines in force, of the lines of one choice the first by rank."""
    held = [
        line
        for line in lines
        if (line.valid_from is None or line.valid_from <= on) and (line.valid_to is None or line.valid_to > on)
    ]
    best: dict[int, Line] = {}
    for line in held:
        if line.choice and (line.choice not in best or line.rank < best[line.choice].rank):
            best[line.choice] = line
    return [line for line in held if not line.choice or best[line.choice] is line]


def list_where_used(item_id: int) -> QuerySet[BomLine]:
    """Return the lines of bills in use that need an item."""
    rows = BomLine.objects.filter(component_id=item_id, bill__archived_at=None)
    return rows.select_related("bill__item").order_by("bill__item__code")


def _walk_back(came_from: dict[int, int], item: int, start: int) -> list[int]:
    way = [start, item]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1] if item != start else [start, start]


def _valid(rows: QuerySet[Row], on: date) -> QuerySet[Row]:
    return rows.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gt=on))


def _of_location(rows: QuerySet[Row], location_id: int | None) -> QuerySet[Row]:
    return _specific_first(rows.filter(Q(location=None) | Q(location_id=location_id)))


def _specific_first(rows: QuerySet[Row], *before: str) -> QuerySet[Row]:
    everywhere = Case(When(location=None, then=Value(1)), default=Value(0), output_field=IntegerField())
    return rows.order_by(*before, everywhere, "rank", "id")


def list_categories() -> QuerySet[Category]:
    """Return the categories by code, each with how many items in use it has."""
    count = Count("item", filter=Q(item__archived_at=None))
    return Category.objects.select_related("parent").annotate(item_count=count).order_by("code")
