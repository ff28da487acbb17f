"""Lay changes of all customers and of single ones over each other: each holds at its own level (ADR 25)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.demand.queries import overrides
from rantai.iscm.demand.queries.accounts import OTHERS, Accounts, Split
from rantai.iscm.demand.queries.levels import ALL_CUSTOMERS, Rows
from rantai.iscm.demand.queries.overrides import Change
from rantai.kernel.quantities import SCALE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NO_TOTAL = -1


class Table:
    """Means of item-locations, told apart by customer where a change asks for it, while changes are laid on them.

    A customer's figure that a person gave is held when a total comes after it, and a total is held when a figure of
    a customer comes after it that reaches as far: other customers share what is left. Where nothing is left, the
    later one holds.
    """

    def __init__(
        self, mean: Floats, rows: Rows, weights: Floats, *, accounts: Accounts, changes: Iterable[Change]
    ) -> None:
        asked = [change for change in changes if change.reach.party]
        accounts, told_apart = _find_told_apart(rows, accounts, asked)
        split = accounts.lay_out(told_apart, rows.item_ids[told_apart])
        whole = np.setdiff1d(np.arange(rows.item_ids.size), told_apart)
        of_row = np.concatenate([whole, split.rows])
        parties = np.concatenate([np.full(whole.size, ALL_CUSTOMERS, dtype=np.int64), split.party_ids])
        shares = np.concatenate([np.ones((whole.size, mean.shape[1])), split.shares])
        order = np.lexsort((parties, of_row))
        self.of_row: Ints = of_row[order]
        self.told_apart = told_apart
        shares = shares[order]
        self.mean: Floats = mean[self.of_row] * shares
        self.rows = Rows(rows.item_ids[self.of_row], rows.location_ids[self.of_row], parties[order])
        self._row_weights: Floats = weights[self.of_row]
        self._weights: Floats = self._row_weights * shares.mean(axis=1)
        self._is_held: Flags = np.zeros(self.mean.shape, dtype=np.bool_)
        self._total_of = np.full(self.mean.shape, NO_TOTAL, dtype=np.int64)
        """Which total holds in a cell: number of the rows that it was laid on."""
        self._totals: list[Ints] = []

    def lay(self, change: Change) -> None:
        """Lay one change over the means."""
        touched, span = self.rows.find(change.reach), slice(change.start, change.end)
        if touched.size and change.reach.party:
            self._lay_of_customer(change, touched, span)
        elif touched.size and change.quantity is not None:
            self._lay_total(change, touched, span)
        elif touched.size:
            self._lay_factor(change, touched, span)

    def sum_rows(self) -> Floats:
        """Return means by item-location, of all customers together."""
        starts = np.flatnonzero(np.diff(self.of_row, prepend=-1))
        found: Floats = np.add.reduceat(self.mean, starts, axis=0) if starts.size else self.mean
        return found

    def sum_touched(self, touched: Ints, span: slice) -> tuple[Ints, Floats]:
        """Return the item-locations of some rows that stand together, and what those rows add up to in some weeks."""
        starts = np.flatnonzero(np.diff(self.of_row[touched], prepend=-1))
        return self.of_row[touched][starts], np.add.reduceat(self.mean[touched, span], starts, axis=0)

    def split(self) -> Split:
        """Return the customers' parts of the item-locations that were told apart."""
        mine = np.flatnonzero(self.rows.party_ids != ALL_CUSTOMERS)
        rows, parties = self.of_row[mine], self.rows.party_ids[mine]  # type: ignore[index]
        total = self.sum_rows()[rows]
        rest = np.repeat((parties == OTHERS)[:, None].astype(np.float64), self.mean.shape[1], axis=1)
        return Split(rows=rows, party_ids=parties, shares=np.divide(self.mean[mine], total, out=rest, where=total > 0))

    def _lay_total(self, change: Change, touched: Ints, span: slice) -> None:
        assert change.quantity is not None
        before, held = self.mean[touched, span], self._is_held[touched, span]
        weights = np.repeat(self._weights[touched][:, None], before.shape[1], axis=1)
        shape = before.shape
        if change.is_span:
            before, held, weights = before.reshape(-1, 1), held.reshape(-1, 1), weights.reshape(-1, 1)
        found, still = (part.reshape(shape) for part in share_out(before, held, change.quantity, weights))
        self.mean[touched, span], self._is_held[touched, span] = found, still
        self._total_of[touched, span] = len(self._totals)
        self._totals.append(touched)

    def _lay_factor(self, change: Change, touched: Ints, span: slice) -> None:
        """Move each item-location by the factor; figures of customers that were given stand, the others move more."""
        assert change.factor is not None
        held = self._is_held[touched, span]
        if not held.any():
            self.mean[touched, span] *= change.factor
            return
        of_row = self.of_row[touched]
        starts = np.flatnonzero(np.diff(of_row, prepend=-1))
        place = np.cumsum(np.diff(of_row, prepend=-1) != 0) - 1
        before = self.mean[touched, span]
        whole = np.add.reduceat(before, starts, axis=0)
        fixed = np.add.reduceat(before * held, starts, axis=0)
        free, room = whole - fixed, change.factor * whole - fixed
        can = (room >= 0) & (free > 0)
        moved = np.where(can, np.divide(room, free, out=np.ones_like(room), where=free > 0), change.factor)
        still = held & can[place]
        self.mean[touched, span] = before * np.where(still, 1.0, moved[place])
        self._is_held[touched, span] = still

    def _lay_of_customer(self, change: Change, touched: Ints, span: slice) -> None:
        before = self.mean[touched, span].copy()
        if change.quantity is None:
            assert change.factor is not None
            after = np.rint(before * change.factor * SCALE) / SCALE
        else:
            own = self._weights[touched]
            after = overrides.spread(
                before, change.quantity, own if own.sum() > 0 else self._row_weights[touched], is_span=change.is_span
            )
        self.mean[touched, span], self._is_held[touched, span] = after, True
        holds = self._find_totals(self.rows.find_whole(change.reach))
        for place, row in enumerate(touched.tolist()):
            columns = np.arange(change.start, change.end)
            kept = np.isin(self._total_of[row, span], holds)
            if kept.any():
                self._make_room(row, columns[kept], (after - before)[place, kept])

    def _find_totals(self, reached: Ints) -> list[int]:
        """Return the totals of which every row is reached: a total that reaches further moves by what comes on top."""
        inside = np.zeros(self.of_row.size, dtype=np.bool_)
        inside[reached] = True
        return [number for number, rows in enumerate(self._totals) if inside[rows].all()]

    def _make_room(self, row: int, columns: Ints, more: Floats) -> None:
        """Let the other customers of a row's item-location, whose figures nobody gave, take or give the difference."""
        low, high = np.searchsorted(self.of_row, [self.of_row[row], self.of_row[row] + 1])
        cells = np.ix_(np.arange(low, high), columns)
        free = np.where(self._is_held[cells], 0.0, self.mean[cells])
        total = free.sum(axis=0)
        left = np.maximum(total - more, 0.0)
        scaled = self.mean[cells] + free * (np.divide(left, total, out=np.ones_like(left), where=total > 0) - 1.0)
        scaled[0] += np.where(total > 0, 0.0, left)  # everybody else stands first and is never held
        self.mean[cells] = scaled


def share_out(before: Floats, held: Flags, quantity: float, weights: Floats) -> tuple[Floats, Flags]:
    """Return `(rows, columns)` whose columns add up to a quantity, and which cells are still held.

    Held cells stand where something else is there to move and they are not more than the quantity.
    """
    units = np.full(before.shape[1], round(quantity * SCALE), dtype=np.float64)
    fixed = np.rint((before * held).sum(axis=0) * SCALE)
    still = held & ((fixed <= units) & ~held.all(axis=0))
    kept = np.where(still, before, 0.0)
    fallback = np.where(still, 0.0, weights)
    even = ~still / np.maximum((~still).sum(axis=0), 1)
    total = fallback.sum(axis=0)
    fallback = np.divide(fallback, total, out=even.astype(np.float64), where=total > 0)
    room = units - np.rint(kept.sum(axis=0) * SCALE)
    return kept + overrides.divide(np.where(still, 0.0, before), room, fallback), still


def _find_told_apart(rows: Rows, accounts: Accounts, changes: Sequence[Change]) -> tuple[Accounts, Ints]:
    """Return the accounts with customers that only people foresee, and the item-locations that changes tell apart."""
    found, named = [np.zeros(0, dtype=np.int64)], set()
    for change in changes:
        reached = rows.find_whole(change.reach)
        takers = accounts.item_ids[accounts.party_ids == change.reach.party]
        taken = reached[np.isin(rows.item_ids[reached], takers)]
        if not taken.size and change.quantity:
            taken = reached
            named |= {(item, change.reach.party) for item in np.unique(rows.item_ids[reached]).tolist()}
        found.append(taken)
    return accounts.with_missing(named), np.unique(np.concatenate(found))
