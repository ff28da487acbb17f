"""Customers' parts of the forecast: frozen with each run, laid out under the item-locations that they belong to."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.models.accounts import AccountForecast
from rantai.iscm.demand.models.signals import AccountSnapshot

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

OTHERS = 0
"""Everybody without a rhythm of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accounts:
    """Customers with a rhythm of their own, sorted by item and customer: their part of an item's forecast by week."""

    item_ids: Ints
    party_ids: Ints
    shares: Floats
    """(n, horizon), 0 to 1; what those of one item leave is everybody else's."""

    @property
    def keys(self) -> Ints:
        """One sortable number for each item and customer."""
        return to_keys(self.item_ids, self.party_ids)

    def with_missing(self, pairs: Iterable[tuple[int, int]]) -> Accounts:
        """Return them with customers of items of whom nothing was expected."""
        extra = np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)
        if not extra.size:
            return self
        extra = extra[~np.isin(to_keys(extra[:, 0], extra[:, 1]), self.keys)]
        if not extra.size:
            return self
        none = np.zeros((len(extra), self.shares.shape[1]))
        return _sort(
            np.concatenate([self.item_ids, extra[:, 0]]),
            np.concatenate([self.party_ids, extra[:, 1]]),
            np.concatenate([self.shares, none]),
        )

    def lay_out(self, rows: Ints, item_ids: Ints) -> Split:
        """Return each of some item-locations, by their number and item, as its customers and everybody else."""
        low = np.searchsorted(self.item_ids, item_ids, side="left")
        count = np.searchsorted(self.item_ids, item_ids, side="right") - low
        starts = np.cumsum(count + 1) - (count + 1)
        places = np.repeat(low - starts - 1, count + 1) + np.arange(int((count + 1).sum()))
        is_rest = np.zeros(places.size, dtype=np.bool_)
        is_rest[starts] = True
        shares = np.zeros((places.size, self.shares.shape[1]))
        shares[~is_rest] = self.shares[places[~is_rest]]
        if starts.size:
            shares[starts] = np.maximum(0.0, 1.0 - np.add.reduceat(shares, starts, axis=0))
        parties = np.full(places.size, OTHERS, dtype=np.int64)
        parties[~is_rest] = self.party_ids[places[~is_rest]]
        return Split(rows=np.repeat(rows, count + 1), party_ids=parties, shares=shares)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """Item-locations by customer, everybody else (0) first: shares of one row of the steps add up to one."""

    rows: Ints
    """Of the steps, ascending."""
    party_ids: Ints
    shares: Floats
    """(m, horizon)"""

    def take(self, chosen: NDArray[np.bool_] | Ints) -> Split:
        """Return some of its rows."""
        return Split(rows=self.rows[chosen], party_ids=self.party_ids[chosen], shares=self.shares[chosen])

    def replace(self, other: Split | None) -> Split:
        """Return it with another's word on the item-locations that the other has, wherever they are in this."""
        if other is None:
            return self
        told = other.take(np.isin(other.rows, self.rows))
        kept = self.take(~np.isin(self.rows, told.rows))
        rows, parties = (np.concatenate(pair) for pair in ((kept.rows, told.rows), (kept.party_ids, told.party_ids)))
        order = np.lexsort((parties, rows))
        return Split(rows=rows, party_ids=parties, shares=np.concatenate([kept.shares, told.shares])).take(order)


_kept: tuple[tuple[int, datetime], Accounts] | None = None
"""The last frozen accounts that were read in this process, under their run: they never change."""


def load(run: ForecastRun) -> Accounts:
    """Return the customers' parts of a run's forecast as it froze them, before people changed any."""
    global _kept
    if _kept is None or _kept[0] != (run.pk, run.started_at):
        keys, mean = read_means(run.pk, run.horizon)
        _kept = ((run.pk, run.started_at), to_shares(keys >> 31, keys & (2**31 - 1), mean))
    return _kept[1]


def list_parts(run: ForecastRun, rows: Ints, item_ids: Ints, changed: Split | None) -> Split:
    """Return item-locations of a run by customer, as people left them."""
    return load(run).lay_out(rows, item_ids).replace(changed)


def to_shares(item_ids: Ints, party_ids: Ints, mean: Floats) -> Accounts:
    """Return each customer's part of what all signals of its item expect; everybody else's (0) is what is left."""
    item_ids, party_ids, mean = merge(item_ids, party_ids, mean)
    items, of_item = np.unique(item_ids, return_inverse=True)
    total = np.zeros((items.size, mean.shape[1]))
    np.add.at(total, of_item, mean)
    whole = total[of_item]
    shares = np.divide(mean, whole, out=np.zeros_like(mean), where=whole > 0)
    own = (party_ids != OTHERS) & shares.any(axis=1)
    return _sort(item_ids[own], party_ids[own], shares[own])


def merge(item_ids: Ints, party_ids: Ints, values: Floats) -> tuple[Ints, Ints, Floats]:
    """Return each customer and item once, sorted; what several sources tell of one adds up."""
    keys, places = np.unique(to_keys(item_ids, party_ids), return_inverse=True)
    total = np.zeros((keys.size, values.shape[1]))
    np.add.at(total, places, values)
    return keys >> 31, keys & (2**31 - 1), total


def read_likely(run_id: int, horizon: int) -> tuple[Ints, Floats]:
    """Return sorted keys of items and customers, and what most likely comes of each in a run's weeks."""
    blocks = list(AccountSnapshot.objects.filter(run_id=run_id).order_by("block"))
    if not blocks:
        return np.zeros(0, dtype=np.int64), np.zeros((0, horizon))
    return _join(blocks, horizon)


def read_means(run_id: int, horizon: int) -> tuple[Ints, Floats]:
    """Return sorted keys of items and customers, and what their signals said of a run's weeks."""
    blocks = list(AccountForecast.objects.filter(run_id=run_id).order_by("block"))
    if not blocks:
        return np.zeros(0, dtype=np.int64), np.zeros((0, horizon))
    return _join(blocks, horizon)


def to_keys(item_ids: Ints, party_ids: Ints) -> Ints:
    """Return one sortable number for each item and customer; ids stay far below 2^31."""
    return (item_ids << 31) + party_ids


def look_up(keys: Ints, values: Floats, wanted: Ints) -> Floats:
    """Return the rows of some keys, zeros where one is not known."""
    found = np.zeros((wanted.size, values.shape[1]))
    if keys.size:
        place = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
        known = keys[place] == wanted
        found[known] = values[place[known]]
    return found


def _join(blocks: list[AccountForecast] | list[AccountSnapshot], horizon: int) -> tuple[Ints, Floats]:
    items, parties = (
        np.concatenate([np.frombuffer(getattr(block, name), dtype="<i8") for block in blocks])
        for name in ("item_ids", "party_ids")
    )
    packed = b"".join(zlib.decompress(block.mean) for block in blocks)
    mean = np.frombuffer(packed, dtype="<f4").astype(np.float64).reshape(-1, horizon)
    items, parties, mean = merge(items, parties, mean)
    return to_keys(items, parties), mean


def _sort(item_ids: Ints, party_ids: Ints, shares: Floats) -> Accounts:
    order = np.lexsort((party_ids, item_ids))
    return Accounts(item_ids=item_ids[order], party_ids=party_ids[order], shares=shares[order])
