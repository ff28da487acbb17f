"""Whom a plan serves and when: units by demand, on time or not, from the tables of a problem and its solution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.days import NEVER, Ints
from rantai.iscm.supply.queries.snapshot import Tables

Bools = NDArray[np.bool_]
ORDER, FORECAST = 0, 1
_DAY = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """Demands of one kind, sorted by key; units in 1/10,000, days counted from the day on which they should leave."""

    keys: Ints
    places: Ints
    due: Ints
    units: Ints
    on_time: Ints
    """Units that are there by the promised instant, or the wanted one where none was promised."""
    given: Ints
    late_days: Ints
    """Of the last unit that is given at all."""

    @property
    def demand_ids(self) -> Ints:
        """The ids of orders' demands; of what is expected there are none."""
        return keys.untag(self.keys)[0]  # type: ignore[arg-type,return-value]  # of one or of many

    @property
    def short(self) -> Ints:
        """Units without a date."""
        return self.units - self.given

    @property
    def is_kept(self) -> Bools:
        """Whole and on time."""
        found: Bools = self.on_time >= self.units
        return found


def measure(problem: Tables, solution: Tables, kind: int) -> Served:
    """Return how the demands of a kind are served; those without a unit are left out."""
    demands, slices = problem["demands"], solution["deliveries"]
    wanted = demands["wanted_at"] if "wanted_at" in demands else demands["due"]
    target = np.where(demands["promised_at"] < NEVER, demands["promised_at"], wanted)
    count = len(demands["key"])
    given, on_time = np.zeros(count, np.int64), np.zeros(count, np.int64)
    last = np.full(count, -1, np.int64)
    np.add.at(given, slices["demand"], slices["quantity"])
    np.maximum.at(last, slices["demand"], slices["time"])
    punctual = slices["time"] <= target[slices["demand"]]
    np.add.at(on_time, slices["demand"][punctual], slices["quantity"][punctual])
    late = np.where(last > target, -(-(last - target) // _DAY), 0)
    rows = np.flatnonzero((demands["kind"] == kind) & (demands["quantity"] > 0))
    rows = rows[np.argsort(demands["key"][rows], kind="stable")]
    return Served(
        keys=demands["key"][rows], places=demands["place"][rows], due=wanted[rows],
        units=demands["quantity"][rows], on_time=on_time[rows], given=given[rows], late_days=late[rows],
    )  # fmt: skip
