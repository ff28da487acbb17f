"""What customers' own signals make of the forecast: added to an item's by measured weight, and each one's share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.models.signals import CustomerTerm, DemandSignal
from rantai.iscm.demand.queries import weeks
from rantai.iscm.demand.queries.forecasts import CODEC, pack, unpack
from rantai.iscm.demand.queries.history import WeeklyHistory

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TESTED_WEEKS = 8
LEAST_TESTED = 6
"""Weeks over which signals must have been tested before they weigh anything."""
OTHERS = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Signals:
    """Current signals in bulk over one range of weeks, sorted by item and customer; base units a week."""

    first_week: int
    item_ids: Ints
    party_ids: Ints
    """0: everybody without a rhythm."""
    mean: Floats
    """(n, length); NaN where nothing was told."""
    variance: Floats
    likely: Floats
    """What most likely comes in a week, by which customers' forecasts are judged."""

    def sum_items(self) -> tuple[Ints, Floats]:
        """Return items and what all their customers together are expected to order, `(items, length)`."""
        items, rows = np.unique(self.item_ids, return_inverse=True)
        total = np.zeros((items.size, self.mean.shape[1]))
        np.add.at(total, rows, self.mean)
        return items, total


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """What signals add to one series, and why so much."""

    row: int
    share: float
    weight: float
    signals_error: float
    statistics_error: float
    tested_weeks: int
    added: Floats


def load_signals(*, first_week: int, length: int, item_ids: Collection[int] | None = None) -> Signals:
    """Return the current signals over `length` weeks from `first_week`; what sources tell of a customer adds up."""
    found = DemandSignal.objects.filter(run__state="current")
    if item_ids is not None:
        found = found.filter(item_id__in=list(item_ids))
    keys: list[tuple[int, int]] = []
    sums: list[list[Floats]] = []
    columns = found.order_by("item_id", "party_id", "id").values_list(
        "item_id", "party_id", "first_week", "mean", "variance", "likely"
    )
    for item, party, monday, mean, variance, usual in columns.iterator(chunk_size=2000):
        offset = weeks.number_of(monday) - first_week
        laid = [
            _lay(unpack(packed, CODEC), offset, length) for packed in (mean, variance, mean if usual is None else usual)
        ]
        if keys and keys[-1] == (item, party or OTHERS):
            sums[-1] = [_add(one, other) for one, other in zip(sums[-1], laid, strict=True)]
        else:
            keys.append((item, party or OTHERS))
            sums.append(laid)
    pairs = np.array(keys, dtype=np.int64).reshape(-1, 2)
    table = np.array(sums).reshape(-1, 3, length)
    return Signals(
        first_week=first_week,
        item_ids=pairs[:, 0],
        party_ids=pairs[:, 1],
        mean=table[:, 0],
        variance=table[:, 1],
        likely=table[:, 2],
    )


def weigh(past: WeeklyHistory, statistical: Floats, error_std: Floats, *, tested: int) -> list[Term]:
    """Return what signals add to the series of a forecast that begins after `past`.

    Both are weighed by the inverse of their mean squared error of a week at the item's level: the statistics' by
    their tests (errors of locations do not depend on each other), the signals' by the last `tested` weeks, told
    before they began. What signals expect of an item is shared among its locations as the statistics are.
    """
    horizon = statistical.shape[1]
    first = past.last_week + 1
    signals = load_signals(first_week=first - tested, length=tested + horizon)
    items, expected = signals.sum_items()
    found: list[Term] = []
    for item, whole in zip(items.tolist(), expected, strict=True):
        rows = np.flatnonzero(past.item_ids == item)
        before, ahead = whole[:tested], whole[tested:]
        actual = _read_last(past, rows, tested)
        known = np.isfinite(before) & np.isfinite(actual)
        if not rows.size or known.sum() < LEAST_TESTED or not np.isfinite(ahead).all():
            continue
        off = float(np.mean((before - actual)[known] ** 2))
        own = float(np.sum(error_std[rows] ** 2))
        weight = own / (own + off) if own + off > 0 else 0.0
        total = statistical[rows].sum(axis=0)
        even = np.full((rows.size, horizon), 1.0 / rows.size)
        shares = np.divide(statistical[rows], total, out=even, where=total > 0)
        for row, share in zip(rows.tolist(), shares, strict=True):
            found.append(
                Term(
                    row=row,
                    share=float(share.mean()),
                    weight=weight,
                    signals_error=off,
                    statistics_error=own,
                    tested_weeks=int(known.sum()),
                    added=weight * (ahead * share - statistical[row]),
                )
            )
    return found


def to_row(run: ForecastRun, past: WeeklyHistory, term: Term) -> CustomerTerm:
    """Return a term as it is kept."""
    return CustomerTerm(
        run=run,
        item_id=int(past.item_ids[term.row]),
        location_id=int(past.location_ids[term.row]) or None,
        share=term.share,
        weight=term.weight,
        signals_error=term.signals_error,
        statistics_error=term.statistics_error,
        tested_weeks=term.tested_weeks,
        added=pack(term.added),
    )


def list_terms(run_id: int, item_id: int) -> list[CustomerTerm]:
    """Return what signals added to an item's series, and by which weights."""
    return list(CustomerTerm.objects.filter(run_id=run_id, item_id=item_id).order_by("location_id"))


def share_by_source(item_id: int, *, run: ForecastRun) -> dict[str, float]:
    """Return which share of all that customers are expected to take of an item in a run's weeks each source tells.

    Everybody of whom nothing is told apart stands under no source ('').
    """
    found: dict[str, float] = {}
    first_week, length = weeks.number_of(run.first_week), run.horizon
    rows = DemandSignal.objects.filter(run__state="current", item_id=item_id).order_by("id")
    for source, party, monday, mean in rows.values_list("run__source", "party_id", "first_week", "mean"):
        units = float(np.nansum(_lay(unpack(mean, CODEC), weeks.number_of(monday) - first_week, length)))
        name = source if party else ""
        found[name] = found.get(name, 0.0) + units
    total = sum(found.values())
    return {name: units / total for name, units in found.items() if units > 0}


def _lay(values: Floats, offset: int, length: int) -> Floats:
    """Return a range of weeks of values that begin `offset` weeks after it; NaN where there are none."""
    found = np.full(length, np.nan)
    start, end = max(0, offset), min(length, offset + values.size)
    if start < end:
        found[start:end] = values[start - offset : end - offset]
    return found


def _add(one: Floats, other: Floats) -> Floats:
    """Return what two sources tell of the same customer together; NaN where neither does."""
    both: Floats = np.where(np.isnan(one), other, np.where(np.isnan(other), one, one + other))
    return both


def _read_last(past: WeeklyHistory, rows: Ints, count: int) -> Floats:
    """Return what was asked for of some series together in the last weeks; a week before their first is none."""
    total = np.zeros(count)
    for row in rows.tolist():
        values = past.values[past.offsets[row] : past.offsets[row + 1]][-count:]
        total[count - values.size :] += values
    return total
