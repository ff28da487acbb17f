"""What the sales people of a demonstration world knew on a day, without a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import numpy as np

from rantai.crm.insight.bridge import Rhythms
from rantai.crm.selling import rules
from rantai.crm.selling.bridge.agreements import SCALE
from rantai.crm.selling.bridge.composing import Knowledge
from rantai.crm.selling.queries.behaviour import Terms, Told
from rantai.crm.selling.queries.known import AGREEMENT, PIPELINE, Known, say_probability
from rantai.crm.selling.queries.retail import NOTHING, RetailWeeks, sum_weeks
from rantai.crm.selling.states import OPEN_STAGES
from rantai.demo.pipeline import Contract, Deal
from rantai.demo.world import World


class Market:
    """A world with numbers for its customers and items, and all that was bought in it."""

    def __init__(
        self, world: World, *, parties: dict[str, int] | None = None, items: dict[str, int] | None = None
    ) -> None:
        self.world = world
        self.parties = parties or {customer.key: number for number, customer in enumerate(world.customers, 1)}
        self.items = items or {item.code: number for number, item in enumerate(world.catalogue.items, 1)}
        bought: Counter[tuple[int, int, int]] = Counter()
        for line in world.history:
            if line.units > 0:
                key = self.parties[line.customer.key], self.items[line.item.code]
                bought[(*key, line.at.date().toordinal())] += line.units
        for order in world.orders:
            for row in order.lines:
                if row.requested_on <= world.as_of:
                    key = self.parties[order.customer.key], self.items[row.item.code]
                    bought[(*key, row.requested_on.toordinal())] += row.units
        self.purchases = np.array([(*key, units) for key, units in sorted(bought.items())], dtype=np.int64)

    def read_rhythms(self) -> Rhythms:
        return Rhythms(
            party_ids=self.purchases[:, 0],
            item_ids=self.purchases[:, 1],
            days=self.purchases[:, 2],
            units=self.purchases[:, 3].astype(np.float64),
            stocked=np.array(sorted(self.items.values()), dtype=np.int64),
        )

    def know(self, as_of: date, *, agreements: bool = True, deals: bool = True, retail: bool = True) -> Knowledge:
        """Return what was on paper at the end of a day, and nothing that came later."""
        contracts = [row for row in self.world.contracts if row.signed_on <= as_of] if agreements else []
        told = list(self._list_told(as_of)) if deals else []
        rates = self._measure_rates(as_of)
        newest = {row[0]: row for row in told}
        known = list(self._list_planned(contracts))
        known += [
            (party, item, day, units, say_probability(rates, stage, None), PIPELINE, document)
            for document, party, item, on, day, units, stage in told
            if stage != "lost" and newest[document][3] == on and newest[document][6] == stage
        ]
        return Knowledge(
            known=fill(Known, known),
            terms=fill(Terms, list(list_terms(contracts))),
            told=fill(Told, told),
            retail=self._sum_retail(as_of) if retail else NOTHING,
        )

    def _sum_retail(self, as_of: date) -> RetailWeeks:
        rows = [
            (
                self.parties[row.customer.key], self.items[row.item.code], row.monday.toordinal(), 7,
                row.sold * SCALE, row.on_shelf * SCALE,
            )
            for row in self.world.sell_outs
            if row.told_on <= as_of
        ]  # fmt: skip
        return sum_weeks(np.array(rows, dtype=np.int64)) if rows else NOTHING

    def _list_planned(self, contracts: list[Contract]) -> Iterator[tuple[object, ...]]:
        for row in contracts:
            for item, dates in row.plan:
                for day, units in dates:
                    yield (
                        self.parties[row.customer.key], self.items[item.code], day.toordinal(), units * SCALE,
                        1.0, AGREEMENT, number_of(row.key),
                    )  # fmt: skip

    def _list_told(self, as_of: date) -> Iterator[tuple[int, int, int, int, int, int, str]]:
        for deal in self.world.deals:
            for step in deal.steps:
                for item, units in deal.lines if step.on <= as_of else ():
                    yield (
                        number_of(deal.key), self.parties[deal.customer.key], self.items[item.code],
                        step.on.toordinal(), step.expected_on.toordinal(), units * SCALE, step.stage,
                    )  # fmt: skip

    def _measure_rates(self, as_of: date) -> dict[str, rules.WinRate]:
        closed = (find_passage(deal) for deal in self.world.deals if deal.steps[-1].on <= as_of)
        return rules.measure_win_rates(passage for passage in closed if passage)


def find_passage(deal: Deal) -> rules.Passage | None:
    stages = [step.stage for step in deal.steps if step.stage in OPEN_STAGES]
    if deal.steps[-1].stage in OPEN_STAGES:
        return None
    return rules.Passage(first=stages[0], last=stages[-1], is_won=deal.steps[-1].stage == "won", deals=1)


def list_terms(contracts: list[Contract]) -> Iterator[tuple[int, int, float]]:
    signed = {row.renews: row.signed_on for row in contracts if row.renews}
    for row in contracts:
        ahead = float((row.ends - signed[row.key]).days) if row.key in signed else float("nan")
        yield number_of(row.key), row.ends.toordinal(), ahead


def number_of(key: str) -> int:
    return int(key.split("-")[1])


def fill(kind, rows):
    columns = tuple(zip(*rows, strict=True)) or ((),) * len(kind.__slots__)
    return kind(**dict(zip(kind.__slots__, columns, strict=True)))
