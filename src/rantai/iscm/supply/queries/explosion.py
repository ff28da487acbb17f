"""Turn forecast of what is made to order into forecast of the parts that are kept on stock, down the bills."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from rantai.iscm.supply.queries import keys, sourcing
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.stocked import Stocked

_MOST_LEVELS = 40
_WHOLE_YIELD = 10_000


def to_stocked(pairs: Ints, net: Ints, *, stocked: Stocked, on: date) -> tuple[Ints, Ints]:
    """Return item-locations of items of stock and their weeks: their own forecast and what others need of them.

    `pairs` has one key a row of `net` (rows × weeks, 1/10,000 units). A part is wanted in the week of what it goes
    into. What no bill leads to a part of stock asks for nothing.
    """
    is_stocked = stocked.mask(pairs)
    sums: dict[int, Ints] = {int(pair): row for pair, row in zip(pairs[is_stocked], net[is_stocked], strict=True)}
    wanted = np.flatnonzero(~is_stocked & net.any(axis=1))
    if len(wanted):
        bills = Bills(stocked, on)
        for row in wanted.tolist():
            for part, per in bills.list_parts(int(pairs[row])).items():
                units = -(-net[row] * per.numerator // per.denominator)
                sums[part] = sums.get(part, np.zeros_like(units)) + units
    found = np.array(sorted(sums), np.int64)
    rows = [sums[int(pair)] for pair in found]
    return found, np.array(rows, np.int64).reshape(len(rows), net.shape[1])


class Bills:
    """The parts of stock of item-locations, each worked out once."""

    def __init__(self, stocked: Stocked, on: date) -> None:
        self._stocked, self._makes, self._sources = stocked, sourcing.Makes(on), sourcing.read_sources()
        self._known: dict[int, dict[int, Fraction]] = {}
        self._below: dict[int, dict[int, Fraction]] = {}

    def list_all_parts(self, pair: int, level: int = 0) -> dict[int, Fraction]:
        """Return base units of the parts of stock for one base unit, and of the parts of those, down to the last."""
        if pair not in self._below and level < _MOST_LEVELS:
            found: dict[int, Fraction] = defaultdict(Fraction)
            for part, per in self.list_parts(pair).items():
                found[part] += per
                for lower, each in self.list_all_parts(part, level + 1).items():
                    found[lower] += per * each
            self._below[pair] = dict(found)
        return self._below.get(pair, {})

    def list_parts(self, pair: int, level: int = 0) -> dict[int, Fraction]:
        """Return base units of each part of stock (item-location) for one base unit."""
        if pair not in self._known and level < _MOST_LEVELS:
            self._known[pair] = self._work_out(pair, level)
        return self._known.get(pair, {})

    def _work_out(self, pair: int, level: int) -> dict[int, Fraction]:
        item, place = keys.split(pair)
        source = self._find_source(item, place)
        if source is None or source["kind"] not in ("make", "move"):
            return {}
        if source["kind"] == "move":
            return self.list_parts(keys.pair_of(item, source["origin_id"]), level + 1)
        found: dict[int, Fraction] = defaultdict(Fraction)
        for _bill, component, quantity, yield_share, _operation, batch in self._makes.lines(source, item, place):
            part = keys.pair_of(component, place)
            below = {part: Fraction(1)} if self._stocked.holds(part) else self.list_parts(part, level + 1)
            for lower, per in below.items():
                found[lower] += per * Fraction(quantity * _WHOLE_YIELD, batch * yield_share)
        return dict(found)

    def _find_source(self, item: int, place: int) -> dict[str, Any] | None:
        rows = [row for row in self._sources.get(item, ()) if sourcing.fits(row, place)]
        return min(rows, key=lambda row: (row["location_id"] is None, row["rank"], row["pk"]), default=None)
