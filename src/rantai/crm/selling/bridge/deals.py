"""Lay out open deals by item, and learn from earlier ones how they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.crm.insight import bridge as insight
from rantai.crm.insight.bridge import Rhythms
from rantai.crm.selling.bridge import agreements
from rantai.crm.selling.bridge.agreements import SCALE, Book
from rantai.crm.selling.queries.behaviour import Told
from rantai.crm.selling.queries.known import PIPELINE, Known
from rantai_engines.forecasting.announced import DealProblem

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEAR_DAYS = 28
"""So near to the day on which a deal was won is the purchase that it became."""
SAME_DAYS = 7
"""So near to a planned call-off a deal speaks of it."""
TAKEN_DAYS = 14
"""What was bought since a deal was noted, so near to its day, has been taken for it."""
LEAST_AHEAD_DAYS = 7
"""What was written later than so before its day tells nothing of how far days slip."""
_WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Deals:
    """Open deals by item; `told` are the purchases that were told ahead, `weeks_ahead` and `volume` of each of them."""

    pairs: Longs
    problem: DealProblem
    told: Flags
    weeks_ahead: Longs
    volume: Floats


def read_deals(known: Known, told: Told, seen: Rhythms, book: Book, until_day: int) -> Deals:
    """Return open deals, and how those came that were won."""
    lines: dict[tuple[int, int], list[int]] = {}
    for row, line in enumerate(zip(told.document_id, told.item_id, strict=True)):
        lines.setdefault(line, []).append(row)
    purchases = Purchases(seen)
    late, ratio, announced, ahead = [], [], [], []
    for rows in lines.values():
        last = rows[-1]
        if told.stage[last] != "won":
            continue
        found = purchases.find_nearest(told.party_id[last], told.item_id[last], told.day[last])
        if found is None:
            continue
        announced.append(found)
        ahead.append((int(seen.days[found]) - told.told_on[rows[0]]) // _WEEK)
        for row in rows:
            if told.stage[row] != "won" and told.day[row] - told.told_on[row] >= LEAST_AHEAD_DAYS:
                late.append(int(seen.days[found]) - told.day[row])
                ratio.append(float(seen.units[found]) * SCALE / told.units[row])
    marks = np.zeros(seen.days.size, dtype=np.bool_)
    marks[announced] = True
    open_lines = _list_open(known, told, lines, purchases, book, until_day)
    return Deals(
        pairs=_longs([pair for pair, _day, _units, _chance in open_lines]),
        problem=DealProblem(
            days=_longs([day for _pair, day, _units, _chance in open_lines]),
            units=np.array([units for _pair, _day, units, _chance in open_lines], dtype=np.float64),
            chance=np.array([chance for _pair, _day, _units, chance in open_lines], dtype=np.float64),
            late=_longs(late),
            ratio=np.array(ratio, dtype=np.float64),
            until_day=until_day,
        ),
        told=marks,
        weeks_ahead=_longs(ahead),
        volume=seen.units[announced] if announced else np.zeros(0),
    )


def _list_open(
    known: Known,
    told: Told,
    lines: Mapping[tuple[int, int], list[int]],
    purchases: Purchases,
    book: Book,
    until_day: int,
) -> list[tuple[int, int, float, float]]:
    """Return pair, day, units and probability of what open deals still bring."""
    planned = agreements.list_planned(book)
    found: list[tuple[int, int, float, float]] = []
    columns = zip(
        known.party_id, known.item_id, known.day, known.units, known.probability, known.basis, known.document_id,
        strict=True,
    )  # fmt: skip
    for party, item, day, units, chance, basis, document in columns:
        rows = lines.get((document, item), [])
        if basis != PIPELINE or item not in purchases.stocked or not rows:
            continue
        pair = (party << 31) + item
        if told.stage[rows[-1]] == "won" and day <= until_day:
            continue
        if any(abs(day - other) <= SAME_DAYS for other in planned.get(pair, ())):
            continue
        left = units / SCALE - purchases.sum_since(party, item, told.told_on[rows[0]], day)
        if left > 0:
            found.append((pair, day, left, chance))
    return found


def measure_reach(deals: Deals, weeks: int) -> Floats:
    """Return which share of what is told ahead at all is told so many weeks ahead; `(weeks,)`."""
    if not deals.volume.size:
        return np.zeros(weeks)
    known = deals.weeks_ahead[:, None] > np.arange(weeks)[None, :]
    share: Floats = np.minimum((known * deals.volume[:, None]).sum(axis=0) / deals.volume.sum(), 1.0)
    return share


class Purchases:
    """Looks up purchases of a customer and item."""

    def __init__(self, seen: Rhythms) -> None:
        self._days, self._units = seen.days, seen.units
        self._pairs = insight.to_keys(np.stack([seen.party_ids, seen.item_ids], axis=1))
        self.stocked = set(seen.stocked.tolist())

    def find_nearest(self, party: int, item: int, day: int) -> int | None:
        """Return the row of the purchase nearest to a day, or None if there is none near it."""
        low, high = self._span(party, item)
        if low == high:
            return None
        off = np.abs(self._days[low:high] - day)
        best = int(off.argmin())
        return low + best if off[best] <= NEAR_DAYS else None

    def sum_since(self, party: int, item: int, noted: int, day: int) -> float:
        """Return what was bought after a deal was noted and near to its day."""
        low, high = self._span(party, item)
        days = self._days[low:high]
        return float(self._units[low:high][(days > noted) & (np.abs(days - day) <= TAKEN_DAYS)].sum())

    def _span(self, party: int, item: int) -> tuple[int, int]:
        low, high = np.searchsorted(self._pairs, [(party << 31) + item, (party << 31) + item + 1])
        return int(low), int(high)


def _longs(values: object) -> Longs:
    return np.array(values, dtype=np.int64)
