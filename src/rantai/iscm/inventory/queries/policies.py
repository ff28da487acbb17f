"""Read what people want of stock, the nearest rule first: item and location, item, category and those above, all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rantai.foundation.items.models import Category, Item
from rantai.foundation.parties import queries as parties
from rantai.iscm.inventory.models import StockPolicy

SERVICE_LEVEL = 9_500
REVIEW_DAYS = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a policy asks for; `policy_id` None is the company's default."""

    service_level: int
    service_kind: str
    review_days: int
    safety_stock: int | None
    policy_id: int | None
    level: str
    """place, item, category or all: where it was set."""


class Policies:
    """Every policy, read once, answering for many item-locations."""

    def __init__(self) -> None:
        self._by_subject = {
            (row.category_id, row.item_id, row.location_id): row for row in StockPolicy.objects.order_by("id")
        }
        self._above = dict(Category.objects.values_list("id", "parent_id"))
        company = parties.find_company()
        self._settings = company.settings if company else {}

    def find(self, item_id: int, location_id: int | None, category_id: int | None) -> Wanted:
        """Return what is wanted of an item at a location."""
        for key, level in self._keys(item_id, location_id, category_id):
            row = self._by_subject.get(key)
            if row is not None:
                return Wanted(
                    service_level=row.service_level,
                    service_kind=row.service_kind,
                    review_days=row.review_days,
                    safety_stock=row.safety_stock,
                    policy_id=row.pk,
                    level=level,
                )
        return self.default

    @property
    def default(self) -> Wanted:
        """What holds where nobody said anything: the company's settings."""
        return Wanted(
            service_level=int(self._settings.get("service_level", SERVICE_LEVEL)),
            service_kind="cycle",
            review_days=int(self._settings.get("review_days", REVIEW_DAYS)),
            safety_stock=None,
            policy_id=None,
            level="all",
        )

    @property
    def order_cost(self) -> int:
        """Cost of placing an order, in 1/10,000 of the company's currency; 0 where nobody gave it."""
        return int(self._settings.get("order_cost", 0))

    @property
    def holding_rate(self) -> int:
        """Cost of holding stock for a year as a share of its cost, in 1/10,000; 0 where nobody gave it."""
        return int(self._settings.get("holding_rate", 0))

    def _keys(
        self, item_id: int, location_id: int | None, category_id: int | None
    ) -> Iterable[tuple[tuple[int | None, int | None, int | None], str]]:
        yield (None, item_id, location_id), "place"
        yield (None, item_id, None), "item"
        seen: set[int] = set()
        while category_id is not None and category_id not in seen:
            seen.add(category_id)
            yield (category_id, None, None), "category"
            category_id = self._above.get(category_id)
        yield (None, None, None), "all"


def find_policy(item_id: int, location_id: int | None) -> Wanted:
    """Return what is wanted of one item at a location."""
    category_id = Item.objects.values_list("category_id", flat=True).get(pk=item_id)
    return Policies().find(item_id, location_id, category_id)


def find_own(item_id: int, location_id: int | None) -> StockPolicy | None:
    """Return the policy set for exactly this item and location, or None."""
    rows = StockPolicy.objects.filter(category=None, item_id=item_id)
    return (rows.filter(location_id=location_id) if location_id else rows.filter(location=None)).first()
