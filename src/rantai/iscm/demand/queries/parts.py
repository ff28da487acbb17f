"""What a grid adds up: item-locations of all customers together, or each customer's part of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.models.consumption import ForecastBalance
from rantai.iscm.demand.queries import accounts, consumption, history, steps, weeks
from rantai.iscm.demand.queries.accounts import OTHERS
from rantai.iscm.demand.queries.steps import Steps
from rantai.kernel.quantities import SCALE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Item-locations of the steps, whole or (with `party_ids`) by customer."""

    found: Steps
    rows: Ints
    """Of the steps."""
    party_ids: Ints | None = None
    before: Floats | None = None
    """Share of the row's forecast before people changed it, (n, horizon)."""
    after: Floats | None = None

    @property
    def item_ids(self) -> Ints:
        """The item of each."""
        return self.found.item_ids[self.rows]

    @property
    def location_ids(self) -> Ints:
        """The location of each."""
        return self.found.location_ids[self.rows]

    def take(self, chosen: Ints | NDArray[np.bool_]) -> Parts:
        """Return some of them."""
        if self.before is None or self.after is None or self.party_ids is None:
            return Parts(found=self.found, rows=self.rows[chosen])
        return Parts(
            found=self.found, rows=self.rows[chosen], party_ids=self.party_ids[chosen], before=self.before[chosen],
            after=self.after[chosen],
        )  # fmt: skip

    def of_step(self, name: str, span: slice = slice(None)) -> Floats:
        """Return the means of a step, `(n, weeks)`."""
        means: Floats = getattr(self.found, name)[self.rows, span]
        shares = self.after if name in ("final", "plan") else self.before
        return means if shares is None else means * shares[:, span]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sayings:
    """What is known of customers and items beside the forecast, `(n, horizon)` by sorted key."""

    signal_keys: Ints
    signal: Floats
    likely_keys: Ints
    likely: Floats
    order_keys: Ints
    orders: Floats

    def add_up(self, part: Parts) -> tuple[Floats, Floats, Floats]:
        """Return by week what signals said of some parts, what most likely comes, and what orders ask for."""
        assert part.party_ids is not None
        keys = np.unique(accounts.to_keys(part.item_ids, part.party_ids))
        told = (
            (self.signal_keys, self.signal), (self.likely_keys, self.likely), (self.order_keys, self.orders),
        )  # fmt: skip
        signal, likely, orders = (accounts.look_up(known, values, keys).sum(axis=0) for known, values in told)
        return signal, likely, orders


def read_by_customer(run: ForecastRun, found: Steps, rows: Ints, *, also: Iterable[tuple[int, int]] = ()) -> Parts:
    """Return item-locations as the parts of their customers and of everybody else."""
    told = None if found.split is None else found.split.take(np.isin(found.split.rows, rows))
    known = accounts.load(run).with_missing(also)
    if told is not None:
        own = told.take(told.party_ids != OTHERS)
        known = known.with_missing(zip(found.item_ids[own.rows].tolist(), own.party_ids.tolist(), strict=True))
    before = known.lay_out(rows, found.item_ids[rows])
    after = before.shares
    if told is not None and told.rows.size:
        after = np.where(np.isin(before.rows, told.rows)[:, None], 0.0, before.shares)
        keys = accounts.to_keys(before.rows, before.party_ids)
        after[np.searchsorted(keys, accounts.to_keys(told.rows, told.party_ids))] = told.shares
    return Parts(found=found, rows=before.rows, party_ids=before.party_ids, before=before.shares, after=after)


def read_used(run: ForecastRun, part: Parts) -> Floats | None:
    """Return units of each week's forecast that orders have used up, by part; None without any."""
    if part.party_ids is None:
        return _read_used_whole(run, part)
    keys = (part.rows << 31) + part.party_ids
    used, pairs = np.zeros((keys.size, run.horizon)), steps.to_keys(part.found.item_ids, part.found.location_ids)
    first = weeks.number_of(run.first_week)
    held = ForecastBalance.objects.filter(consumed_units__gt=0)
    columns = held.values_list("item_id", "location_id", "party_id", "first_week", "consumed")
    for item, place, party, monday, packed in columns.iterator(chunk_size=2000):
        pair = (item << 31) + place
        row = int(np.searchsorted(pairs, pair))
        if row >= pairs.size or pairs[row] != pair:
            continue
        at = int(np.searchsorted(keys, (row << 31) + (party or OTHERS)))
        if at < keys.size and keys[at] == (row << 31) + (party or OTHERS):
            taken = consumption.read_units(packed) / SCALE
            week = np.arange(taken.size) + weeks.number_of(monday) - first
            inside = (week >= 0) & (week < run.horizon)
            used[at, week[inside]] += taken[inside]
    return used


def read_sayings(run: ForecastRun, part: Parts) -> Sayings:
    """Return what signals, likely amounts and orders say of customers; who has no part of an item is everybody else."""
    assert part.party_ids is not None
    signal_keys, signal = accounts.read_means(run.pk, run.horizon)
    likely_keys, likely = accounts.read_likely(run.pk, run.horizon)
    first = weeks.number_of(run.first_week)
    cells = history.load_customers(first_week=first, last_week=first + run.horizon - 1)
    known = np.unique(accounts.to_keys(part.item_ids, part.party_ids))
    keys = accounts.to_keys(cells.item_ids, cells.party_ids)
    keys = np.where(np.isin(keys, known), keys, accounts.to_keys(cells.item_ids, np.zeros_like(cells.item_ids)))
    order_keys, place = np.unique(keys, return_inverse=True)
    orders = np.zeros((order_keys.size, run.horizon))
    np.add.at(orders, (place, cells.weeks - first), cells.units)
    return Sayings(
        signal_keys=signal_keys, signal=signal, likely_keys=likely_keys, likely=likely, order_keys=order_keys,
        orders=orders,
    )  # fmt: skip


def _read_used_whole(run: ForecastRun, part: Parts) -> Floats | None:
    cells = consumption.load_consumed(run.first_week, run.horizon)
    keys = steps.to_keys(part.item_ids, part.location_ids)
    if not cells.units.size or not keys.size:
        return None
    wanted, used = steps.to_keys(cells.item_ids, cells.location_ids), np.zeros((keys.size, run.horizon))
    at = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    known = keys[at] == wanted
    used[at[known], cells.week[known]] = cells.units[known] / SCALE
    return used
