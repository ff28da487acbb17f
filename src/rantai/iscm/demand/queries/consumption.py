"""How much of the forecast is used up, by whom, and by which rule: gross, consumed and remaining of each week."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import F, Q, QuerySet
from numpy.typing import NDArray

from rantai.foundation.items.models import Category, Item
from rantai.iscm.demand.models import Demand
from rantai.iscm.demand.models.consumption import ConsumptionPolicy, ForecastBalance, ForecastConsumption
from rantai.iscm.demand.queries import weeks
from rantai.iscm.demand.queries.forecasts import WeeklyOrders
from rantai.kernel.compiled import Compiled
from rantai.kernel.invariants import Violation, rows
from rantai.kernel.quantities import SCALE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEEKS_BACK, WEEKS_FORWARD = 1, 1
"""How far an order may consume where nobody said anything."""
NOBODY = 0
"""Stands for no customer: the balance of everybody without one of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """How far from its own week an order may consume, and where that was said."""

    weeks_back: int = WEEKS_BACK
    weeks_forward: int = WEEKS_FORWARD
    level: str = "default"
    """item, category, all or default."""
    policy: ConsumptionPolicy | None = None


class Windows:
    """Every policy of consumption, read once: the item's, else its category's or one above, else everybody's."""

    def __init__(self) -> None:
        policies = list(ConsumptionPolicy.objects.order_by("id"))
        self._items = {row.item_id: row for row in policies if row.item_id}
        self._categories = {row.category_id: row for row in policies if row.category_id}
        self._all = next((row for row in policies if not row.item_id and not row.category_id), None)
        self._above = dict(Category.objects.values_list("id", "parent_id")) if self._categories else {}

    def find(self, item_id: int, category_id: int | None) -> Window:
        """Return what holds for an item."""
        if item_id in self._items:
            return _to_window(self._items[item_id], "item")
        seen: set[int] = set()
        while category_id is not None and category_id not in seen:
            if category_id in self._categories:
                return _to_window(self._categories[category_id], "category")
            seen.add(category_id)
            category_id = self._above.get(category_id)
        return _to_window(self._all, "all") if self._all else Window()


def find_window(item_id: int) -> Window:
    """Return how far from its own week an order for an item may consume."""
    category_id = Item.objects.values_list("category_id", flat=True).get(pk=item_id)
    return Windows().find(item_id, category_id)


def lock_balances(item_ids: Sequence[int], party_id: int) -> list[ForecastBalance]:
    """Return the balances that a customer's orders of items may consume, locked in ascending id order."""
    return _OF_ORDER.read(sorted(set(item_ids)), party_id)


_OF_ORDER = Compiled(
    lambda item_ids, party_id: (
        ForecastBalance.objects.select_for_update()
        .filter(Q(party=None) | Q(party_id=party_id), item_id__in=item_ids)
        .order_by("id")
    )
)


def lock_items(item_ids: Iterable[int]) -> list[ForecastBalance]:
    """Return every balance of items, locked in ascending id order."""
    return list(ForecastBalance.objects.select_for_update().filter(item_id__in=set(item_ids)).order_by("id"))


def list_netted(item_ids: Iterable[int]) -> list[int]:
    """Return items that have a balance or should have one."""
    return sorted({*item_ids, *ForecastBalance.objects.values_list("item_id", flat=True).distinct()})


def list_consumers(item_ids: Iterable[int], *, since: date, until: date) -> list[Demand]:
    """Return the demands of items that are wanted in a time and not cancelled, in the order they were recorded."""
    found = Demand.objects.filter(item_id__in=set(item_ids), requested_on__gte=since, requested_on__lt=until)
    return list(found.exclude(units=F("cancelled")).order_by("id"))


def read_units(packed: bytes | memoryview) -> Ints:
    """Return the weeks of a packed column."""
    return np.frombuffer(packed, dtype="<i8").astype(np.int64)


def pack_units(values: Ints) -> bytes:
    """Return weeks as a packed column."""
    return values.astype("<i8").tobytes()


def to_units(means: Floats) -> Ints:
    """Return a forecast in whole 1/10,000 of the base unit, as it is consumed and planned."""
    return np.maximum(np.rint(means * SCALE), 0).astype(np.int64)


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekBalance:
    """Of one week's forecast what was foreseen, what orders have consumed, and what is still expected."""

    week: date
    gross: int
    consumed: int

    @property
    def remaining(self) -> int:
        """What no order has asked for yet."""
        return self.gross - self.consumed


def list_weeks(item_id: int, location_id: int | None = None) -> list[WeekBalance]:
    """Return gross and consumed of an item by week, at one location or at all together; empty before a forecast."""
    found = ForecastBalance.objects.filter(item_id=item_id)
    if location_id:
        found = found.filter(location_id=location_id)
    sums: dict[int, list[int]] = {}
    for row in found:
        first = weeks.number_of(row.first_week)
        for place, (gross, taken) in enumerate(
            zip(read_units(row.gross).tolist(), read_units(row.consumed).tolist(), strict=True)
        ):
            cell = sums.setdefault(first + place, [0, 0])
            cell[0] += gross
            cell[1] += taken
    return [
        WeekBalance(week=weeks.monday_of(number), gross=gross, consumed=taken)
        for number, (gross, taken) in sorted(sums.items())
    ]


def list_of_demand(demand_id: int) -> QuerySet[ForecastConsumption]:
    """Return which weeks' forecast a demand has consumed."""
    return ForecastConsumption.objects.filter(demand_id=demand_id).order_by("week", "balance_id")


def is_netted() -> bool:
    """Tell whether the current forecast has been netted against orders."""
    return ForecastBalance.objects.filter(run__state="current").exists()


def load_consumed(first_week: date, horizon: int, *, item_id: int | None = None) -> WeeklyOrders:
    """Return what orders have consumed in `horizon` weeks from `first_week`: one row a pair and week, sorted."""
    found = ForecastBalance.objects.filter(consumed_units__gt=0)
    if item_id is not None:
        found = found.filter(item_id=item_id)
    parts = [np.zeros((0, 4), dtype=np.int64)]
    start = weeks.number_of(first_week)
    columns = found.values_list("item_id", "location_id", "first_week", "consumed")
    for item, place, monday, packed in columns.iterator(chunk_size=2000):
        taken = read_units(packed)
        week = np.flatnonzero(taken)
        offset = weeks.number_of(monday) - start
        rows_of = np.stack([np.full(week.size, item), np.full(week.size, place), week + offset, taken[week]], axis=1)
        parts.append(rows_of[(week + offset >= 0) & (week + offset < horizon)])
    return _sum_cells(np.concatenate(parts))


def _sum_cells(cells: Ints) -> WeeklyOrders:
    """Add up balances of one item-location: customers' own and everybody else's."""
    order = np.lexsort((cells[:, 2], cells[:, 1], cells[:, 0]))
    cells = cells[order]
    changes = (np.diff(cells[:, :3], axis=0) != 0).any(axis=1)
    starts = np.flatnonzero(np.concatenate([[True], changes])) if len(cells) else np.zeros(0, dtype=np.int64)
    units = np.add.reduceat(cells[:, 3], starts) if len(cells) else np.zeros(0, dtype=np.int64)
    return WeeklyOrders(item_ids=cells[starts, 0], location_ids=cells[starts, 1], week=cells[starts, 2], units=units)


def list_violations() -> Iterator[Violation]:
    """Check that no week is overdrawn, that balances say what the ledger says, and no demand consumes beyond itself."""
    ledger: dict[int, dict[int, int]] = {}
    for balance_id, week, units in ForecastConsumption.objects.values_list("balance_id", "week", "units"):
        number = weeks.number_of(week)
        cell = ledger.setdefault(balance_id, {})
        cell[number] = cell.get(number, 0) + units
    for row in ForecastBalance.objects.order_by("id").iterator(chunk_size=2000):
        yield from _check_balance(row, ledger.get(row.pk, {}))
    beyond = rows(
        "SELECT d.id, SUM(c.units), d.units - d.cancelled FROM iscm_demand_forecastconsumption c"
        " JOIN iscm_demand_demand d ON d.id = c.demand_id GROUP BY d.id, d.units, d.cancelled"
        " HAVING SUM(c.units) > d.units - d.cancelled"
    )
    for pk, taken, wanted in beyond:
        text = f"consumes {taken} of the forecast and wants {wanted}"
        yield Violation(rule="forecast.consumed_by_what_is_wanted", subject=f"demand {pk}", message=text)


def _check_balance(row: ForecastBalance, ledger: dict[int, int]) -> Iterator[Violation]:
    gross, taken, first = read_units(row.gross), read_units(row.consumed), weeks.number_of(row.first_week)
    told = dict(enumerate(taken.tolist(), start=first))
    subject = f"forecast balance {row.pk}"
    if gross.size != taken.size or (taken < 0).any() or (taken > gross[: taken.size]).any():
        text = "a week has more consumed than was foreseen"
        yield Violation(rule="forecast.week_not_overdrawn", subject=subject, message=text)
    if int(gross.sum()) != row.gross_units or int(taken.sum()) != row.consumed_units:
        text = (
            f"its weeks add up to {gross.sum()} and {taken.sum()}, it says {row.gross_units} and {row.consumed_units}"
        )
        yield Violation(rule="forecast.weeks_add_up", subject=subject, message=text)
    wrong = [number for number in told.keys() | ledger.keys() if told.get(number, 0) != ledger.get(number, 0)]
    if wrong:
        week = weeks.monday_of(min(wrong))
        text = f"week of {week} counts {told.get(min(wrong), 0)}, its orders say {ledger.get(min(wrong), 0)}"
        yield Violation(rule="forecast.consumed_by_orders", subject=subject, message=text)


def _to_window(row: ConsumptionPolicy, level: str) -> Window:
    return Window(weeks_back=row.weeks_back, weeks_forward=row.weeks_forward, level=level, policy=row)
