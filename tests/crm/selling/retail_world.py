"""A retailer that sells by the week and orders when its shelf is low, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from rantai.crm.insight.bridge import Rhythms
from rantai.crm.selling.bridge.composing import Knowledge
from rantai.crm.selling.queries.behaviour import Terms, Told
from rantai.crm.selling.queries.known import Known
from rantai.crm.selling.queries.retail import RetailWeeks
from tests.crm.selling.known_world import fill

ITEM, SCALE = 1, 10_000
MONDAY = date(2026, 11, 23).toordinal()


@dataclass(frozen=True, kw_only=True)
class Retailer:
    """Weekly sales, shelf and orders of (s, S); week 0 begins so many weeks before MONDAY."""

    sold: np.ndarray
    shelf: np.ndarray
    ordered: np.ndarray
    first: int

    def read_rhythms(self, *, party: int = 1) -> Rhythms:
        """Orders on Wednesdays."""
        weeks = np.flatnonzero(self.ordered)
        return Rhythms(
            party_ids=np.full(weeks.size, party),
            item_ids=np.full(weeks.size, ITEM),
            days=self.first + 7 * weeks + 2,
            units=self.ordered[weeks].astype(np.float64),
            stocked=np.array([ITEM]),
        )

    def know(self, *, upto: int, shelf: bool = True, party: int = 1) -> Knowledge:
        """Retail sales of the weeks before `upto`, and nothing else."""
        empty = {kind: fill(kind, []) for kind in (Known, Terms, Told)}
        return Knowledge(
            known=empty[Known],
            terms=empty[Terms],
            told=empty[Told],
            retail=RetailWeeks(
                party_ids=np.full(upto, party),
                item_ids=np.full(upto, ITEM),
                mondays=self.first + 7 * np.arange(upto),
                sold=self.sold[:upto] * SCALE,
                on_shelf=self.shelf[:upto] * SCALE if shelf else np.full(upto, np.nan),
            ),
        )


def simulate(seed: int, *, weeks: int = 78, lag: int = 1, reorder: float = 120, level: float = 400) -> Retailer:
    """Sales of about fifty a week that run hot and cold; an order fills up to a level and arrives weeks later."""
    draws = np.random.default_rng(seed)
    mood, shocks = np.zeros(weeks), draws.normal(0, 0.2, weeks)
    for week in range(1, weeks):
        mood[week] = 0.9 * mood[week - 1] + shocks[week]
    sold, shelf, ordered = np.zeros((3, weeks))
    stock = float(level)
    for week in range(weeks):
        stock += ordered[week - lag] if week >= lag else 0.0
        on_its_way = ordered[max(0, week - lag + 1) : week].sum()
        wanted = min(stock, float(draws.poisson(50 * np.exp(mood[week]))))
        position = stock + on_its_way - wanted * 2 / 7
        if position <= reorder + draws.normal(0, 10):
            ordered[week] = round(level - position)
        if lag == 0:
            stock += ordered[week]
        stock -= wanted
        sold[week], shelf[week] = wanted, stock
    return Retailer(sold=sold, shelf=shelf, ordered=ordered, first=MONDAY - 7 * weeks)
