"""Lay changes of all customers, segments and single customers over each other: each holds at its own level (ADR 25)."""

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
"""Of a cell that no total reaches, or no figure of a segment."""


class Table:
    """Means of item-locations, told apart by customer where a change asks for it, while changes are laid on them.

    A figure of a customer or a segment that a person gave is held when a wider one comes after it: a segment's or a
    total. A wider figure is held when a narrower one comes after it that reaches as far: others in it share what is
    left. Where nothing is left, the later one holds.
    """

    def __init__(
        self, mean: Floats, rows: Rows, weights: Floats, *, accounts: Accounts, changes: Iterable[Change]
    ) -> None:
        asked = [change for change in changes if change.reach.is_of_some]
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
        self._segment_of = np.full(self.mean.shape, NO_TOTAL, dtype=np.int64)
        """Which figure of a segment holds in a cell: number of the rows that it was laid on."""
        self._laid: list[Ints] = []

    def lay(self, change: Change) -> None:
        """Lay one change over the means."""
        touched, span = self.rows.find(change.reach), slice(change.start, change.end)
        if touched.size and change.reach.party:
            self._lay_of_customer(change, touched, span)
        elif touched.size and change.reach.segment:
            self._lay_of_segment(change, touched, span)
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

    def list_takers(self, touched: Ints) -> dict[int, list[int]]:
        """Return the customers that stand in some rows by item."""
        found: dict[int, list[int]] = {}
        if self.rows.party_ids is not None:
            pairs = np.stack([self.rows.item_ids[touched], self.rows.party_ids[touched]], axis=1)
            for item, party in np.unique(pairs, axis=0).tolist():
                found.setdefault(item, []).append(party)
        return found

    def split(self) -> Split:
        """Return the customers' parts of the item-locations that were told apart."""
        mine = np.flatnonzero(self.rows.party_ids != ALL_CUSTOMERS)
        rows, parties = self.of_row[mine], self.rows.party_ids[mine]  # type: ignore[index]
        total = self.sum_rows()[rows]
        rest = np.repeat((parties == OTHERS)[:, None].astype(np.float64), self.mean.shape[1], axis=1)
        return Split(rows=rows, party_ids=parties, shares=np.divide(self.mean[mine], total, out=rest, where=total > 0))

    def _lay_total(self, change: Change, touched: Ints, span: slice) -> None:
        cells = (touched, span)
        held = self._is_held[cells] | (self._segment_of[cells] != NO_TOTAL)
        self.mean[cells], still = self._share_out(change, touched, held)
        self._let_go(touched, span, still)
        self._total_of[cells] = self._number(touched)

    def _lay_factor(self, change: Change, touched: Ints, span: slice) -> None:
        held = self._is_held[touched, span] | (self._segment_of[touched, span] != NO_TOTAL)
        self.mean[touched, span], still = self._scale(change, touched, held)
        self._let_go(touched, span, still)

    def _let_go(self, touched: Ints, span: slice, still: Flags) -> None:
        """Figures that a wider change has cut are held no more."""
        self._is_held[touched, span] &= still
        self._segment_of[touched, span] = np.where(still, self._segment_of[touched, span], NO_TOTAL)

    def _lay_of_segment(self, change: Change, touched: Ints, span: slice) -> None:
        """Lay a change on the customers of a segment: those whose figures were given stand in it."""
        before, held = self.mean[touched, span].copy(), self._is_held[touched, span]
        if change.quantity is None:
            after, still = self._scale(change, touched, held)
            after = np.rint(after * SCALE) / SCALE
        else:
            after, still = self._share_out(change, touched, held)
        self.mean[touched, span], self._is_held[touched, span] = after, still
        self._segment_of[touched, span] = self._number(touched)
        self._hold_totals(change, touched, after - before)

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
        self._hold_totals(change, touched, self._hold_segments(change, touched, after - before))

    def _share_out(self, change: Change, touched: Ints, held: Flags) -> tuple[Floats, Flags]:
        """Return what some rows are when their sum is set, and which cells are still held."""
        assert change.quantity is not None
        before = self.mean[touched, change.start : change.end]
        own = self._weights[touched]
        own = own if own.sum() > 0 else self._row_weights[touched]
        weights, shape = np.repeat(own[:, None], before.shape[1], axis=1), before.shape
        if change.is_span:
            before, held, weights = before.reshape(-1, 1), held.reshape(-1, 1), weights.reshape(-1, 1)
        found, still = share_out(before, held, change.quantity, weights)
        return found.reshape(shape), still.reshape(shape)

    def _scale(self, change: Change, touched: Ints, held: Flags) -> tuple[Floats, Flags]:
        """Move the rows of each item-location by a factor; figures that were given stand, the others move more."""
        assert change.factor is not None
        before = self.mean[touched, change.start : change.end]
        if not held.any():
            return before * change.factor, held
        starts, place = self._find_groups(touched)
        whole = np.add.reduceat(before, starts, axis=0)
        fixed = np.add.reduceat(before * held, starts, axis=0)
        free, room = whole - fixed, change.factor * whole - fixed
        can = (room >= 0) & (free > 0)
        moved = np.where(can, np.divide(room, free, out=np.ones_like(room), where=free > 0), change.factor)
        still = held & can[place]
        return before * np.where(still, 1.0, moved[place]), still

    def _find_groups(self, touched: Ints) -> tuple[Ints, Ints]:
        """Return where each item-location begins among some rows, and which one each row belongs to."""
        begins = np.diff(self.of_row[touched], prepend=-1) != 0
        return np.flatnonzero(begins), np.cumsum(begins) - 1

    def _number(self, touched: Ints) -> int:
        self._laid.append(touched)
        return len(self._laid) - 1

    def _find_reached(self, change: Change) -> Ints:
        """Return the wider figures of which every row is reached: others move by what comes on top."""
        inside = np.zeros(self.of_row.size, dtype=np.bool_)
        inside[self.rows.find_whole(change.reach)] = True
        return np.array([number for number, rows in enumerate(self._laid) if inside[rows].all()], dtype=np.int64)

    def _hold_segments(self, change: Change, touched: Ints, more: Floats) -> Floats:
        """Let others of a customer's segment take the difference where its figure holds; return what is left of it."""
        holds, left = self._find_reached(change), more.copy()
        for place, row in enumerate(touched.tolist() if holds.size else ()):
            segments = self._segment_of[row, change.start : change.end]
            for number in np.intersect1d(segments, holds).tolist():
                mine = np.flatnonzero(segments == number)
                pool = self._find_near(row)
                free = ~self._is_held[np.ix_(pool, change.start + mine)]
                free &= self._segment_of[np.ix_(pool, change.start + mine)] == number
                left[place, mine] = self._make_room(pool, change.start + mine, free, more[place, mine])
        return left

    def _hold_totals(self, change: Change, touched: Ints, more: Floats) -> None:
        """Let everybody whose figure nobody gave take the difference where a total holds."""
        holds, (starts, _place) = self._find_reached(change), self._find_groups(touched)
        together = np.add.reduceat(more, starts, axis=0)
        for place, row in enumerate(touched[starts].tolist() if holds.size else ()):
            kept = np.flatnonzero(np.isin(self._total_of[row, change.start : change.end], holds))
            if kept.size:
                pool, columns = self._find_near(row), change.start + kept
                cells = np.ix_(pool, columns)
                free = ~self._is_held[cells] & (self._segment_of[cells] == NO_TOTAL)
                self._make_room(pool, columns, free, together[place, kept])

    def _find_near(self, row: int) -> Ints:
        """Return the rows of a row's item-location, everybody else, who is never held, first."""
        low, high = np.searchsorted(self.of_row, [self.of_row[row], self.of_row[row] + 1])
        return np.arange(low, high)

    def _make_room(self, pool: Ints, columns: Ints, free: Flags, more: Floats) -> Floats:
        """Let free cells take or give a difference as they stand to each other; return what they could not."""
        cells = np.ix_(pool, columns)
        movable = np.where(free, self.mean[cells], 0.0)
        total = movable.sum(axis=0)
        left = np.maximum(total - more, 0.0)
        scaled = self.mean[cells] + movable * (np.divide(left, total, out=np.ones_like(left), where=total > 0) - 1.0)
        # where nothing is expected of any of them, the first of them takes it: everybody else, if he is free
        first, is_any = free.argmax(axis=0), free.any(axis=0)
        scaled[first, np.arange(columns.size)] += np.where((total > 0) | ~is_any, 0.0, left)
        self.mean[cells] = scaled
        rest: Floats = np.where(is_any, more - (total - left), more)
        return rest


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
        takers = accounts.item_ids[change.reach.match(accounts.party_ids)]
        taken = reached[np.isin(rows.item_ids[reached], takers)]
        if not taken.size and change.quantity and change.reach.party:
            taken = reached
            named |= {(item, change.reach.party) for item in np.unique(rows.item_ids[reached]).tolist()}
        found.append(taken)
    return accounts.with_missing(named), np.unique(np.concatenate(found))
