"""Put together what rhythms, agreements, deals and shelves foretell of customers, nothing twice; writes nothing.

Each source tells its own part. An agreement stands for its customer and item while it runs; a deal stands for the next
purchase of a rhythm, and is itself the call-off where an agreement plans one then; where retail sales are known, the
shelf stands for the rhythm; everybody else is expected without what was told ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from rantai.crm.insight import bridge as insight
from rantai.crm.insight.bridge import Expected, Rhythms
from rantai.crm.selling.bridge import agreements
from rantai.crm.selling.bridge.deals import Deals, measure_reach, read_deals
from rantai.crm.selling.bridge.retail import expect_shelves
from rantai.crm.selling.queries import behaviour, known, retail
from rantai.crm.selling.queries.behaviour import Terms, Told
from rantai.crm.selling.queries.known import AGREEMENT, PIPELINE, Known
from rantai.crm.selling.queries.retail import NOTHING, RETAIL, RetailWeeks
from rantai.foundation.parties.models import Company
from rantai_engines.forecasting.announced import DealForecast, forecast_deals
from rantai_engines.forecasting.calloffs import CallOffForecast, forecast_call_offs

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

CYCLES = "purchase_cycle"
SOURCES = (CYCLES, AGREEMENT, PIPELINE, RETAIL)
PAST_DAYS = 3 * 365
"""Call-offs from which habits are learnt."""
_WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Knowledge:
    """What sales people knew at the end of a day, and what retailers had told them."""

    known: Known
    """With what is past: call-offs gone by, deals that are overdue."""
    terms: Terms
    told: Told
    retail: RetailWeeks = NOTHING


def read_knowledge(company: Company, *, as_of: date, weeks: int) -> Knowledge:
    """Read what was known at the end of a day of the weeks after it, and of what went before."""
    since, until = as_of - timedelta(days=PAST_DAYS), as_of + timedelta(weeks=weeks)
    return Knowledge(
        known=known.read_known(company.pk, as_of=as_of, until=until, since=since),
        terms=behaviour.read_terms(company.pk, as_of=as_of),
        told=behaviour.read_told(company.pk, as_of=as_of),
        retail=retail.read_retail(company.pk, as_of=as_of),
    )


def expect(
    rhythms: Rhythms, alive: Mapping[int, float], held: Knowledge, *, until_day: int, weeks: int
) -> dict[str, Expected]:
    """Return by source what is expected of customers in the weeks after a Sunday, seen what was known on it."""
    seen = rhythms.take((rhythms.days <= until_day) & np.isin(rhythms.item_ids, rhythms.stocked))
    book = agreements.read_book(held.known, held.terms, seen, until_day)
    agreed = forecast_call_offs(book.problem, weeks=weeks) if book.lines.size else None
    taken = agreements.find_taken(book, agreed, seen, until_day)
    deals = read_deals(held.known, held.told, seen, book, until_day)
    came = forecast_deals(deals.problem, weeks=weeks)
    agreement = _sum_pairs(book.lines, agreed, weeks)
    planned = insight.to_keys(agreement.list_pairs())[agreement.mean.sum(axis=1) > 0]
    rest, told = seen.take(~taken), deals.told[~taken]
    shelves = expect_shelves(held.retail, rest, planned=planned, until_day=until_day, weeks=weeks)
    elsewhere = insight.Elsewhere(
        told=told[~shelves.taken],
        reach=measure_reach(deals, weeks),
        item_ids=np.unique(
            np.concatenate([np.concatenate([book.lines, deals.pairs]) & (2**31 - 1), shelves.expected.item_ids])
        ),
    )
    cycles = insight.expect(rest.take(~shelves.taken), alive, until_day=until_day, weeks=weeks, elsewhere=elsewhere)
    return {
        CYCLES: _give_way(cycles, deals, came, until_day),
        AGREEMENT: agreement,
        PIPELINE: _sum_pairs(deals.pairs, came, weeks),
        RETAIL: _give_way(shelves.expected, deals, came, until_day),
    }


def _give_way(cycles: Expected, deals: Deals, came: DealForecast, until_day: int) -> Expected:
    """Take out of each rhythm or shelf the purchase of which a deal speaks, as likely as the deal comes."""
    mean, variance, likely = cycles.mean.copy(), cycles.variance.copy(), cycles.likely.copy()
    place = {key: row for row, key in enumerate(insight.to_keys(cycles.list_pairs()).tolist())}
    middle = _WEEK * np.arange(mean.shape[1]) + until_day + (_WEEK + 1) / 2
    for number, pair in enumerate(deals.pairs.tolist()):
        row = place.get(pair)
        if row is None:
            continue
        off = np.abs(middle - max(int(deals.problem.days[number]), until_day + 1))
        near = off <= max(cycles.interval[row], _WEEK) / 2
        left = 1 - came.chance[number]
        mean[row, near] *= left
        variance[row, near] *= left
        if came.chance[number] > 0.5:
            likely[row, near] = 0.0
    return replace(cycles, mean=mean, variance=variance, likely=likely)


def _sum_pairs(keys: Longs, found: CallOffForecast | DealForecast | None, weeks: int) -> Expected:
    """Return what lines of one customer and item foretell together."""
    pairs, place = np.unique(keys, return_inverse=True)
    sums = np.zeros((3, pairs.size, weeks))
    if found is not None:
        for total, part in zip(sums, (found.mean, found.variance, found.likely), strict=True):
            np.add.at(total, place.reshape(-1), part)
    return Expected(
        party_ids=pairs >> 31,
        item_ids=pairs & (2**31 - 1),
        mean=sums[0],
        variance=sums[1],
        likely=sums[2],
        interval=np.zeros(pairs.size),
    )
