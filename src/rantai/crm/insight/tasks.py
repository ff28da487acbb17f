"""Value all customers in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.utils.translation import gettext as _

from rantai.crm.insight import actions, bridge, queries
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm import messages
from rantai.kernel import clock, jobs
from rantai.kernel.transactions import run_atomic

CYCLES = "purchase_cycle"
HORIZON, TESTED_WEEKS = 26, 8
"""Weeks ahead, and weeks back over which operations measure how far to trust."""
PAIRS_AT_ONCE = 4000


@jobs.task("crm.value_customers")
def value_customers(run: jobs.Run, *, company_id: int | None = None, as_of: str = "") -> dict[str, object]:
    """Value every customer as of a day (today where none is named) and tell operations; again gives the same.

    Readers see the old valuation until the new one is whole.
    """
    company = parties.get_company(company_id)
    day = _read_day(as_of, zone=company.zone)
    run.progress(0, note=_("reading purchases"))
    held = bridge.snapshot(company, as_of=day)
    run.progress(0, note=_("valuing"))
    solution = bridge.solve(held)
    valuation = run_atomic(lambda: actions.begin_valuation(company, described=bridge.describe(held, solution)))
    rows = bridge.to_rows(held, solution, valuation)
    for start in range(0, len(rows), actions.CHUNK):
        chunk = rows[start : start + actions.CHUNK]
        run_atomic(lambda chunk=chunk: actions.stage_values(chunk))  # type: ignore[misc]
        run.progress(min(start + actions.CHUNK, len(rows)), len(rows), note=_("writing values"))
    run_atomic(lambda: actions.make_current(valuation))
    for start in range(0, len(rows), actions.CHUNK):
        chunk = rows[start : start + actions.CHUNK]
        run_atomic(lambda chunk=chunk: actions.note_worth(valuation, chunk))  # type: ignore[misc]
    stakes = _tell_operations([row.account_id for row in rows])
    signals = _signal_demand(company, day, key=f"{CYCLES} {valuation.pk}")
    while run_atomic(lambda: actions.delete_old(company)):
        pass
    run.progress(len(rows), len(rows))
    return {
        "valuation": valuation.pk,
        "customers": valuation.customers,
        "value": valuation.value,
        "at_risk": valuation.at_risk,
        "currency": valuation.currency,
        "method": valuation.method,
        "stakes": stakes,
        "signals": signals,
    }


def _signal_demand(company: Company, day: date, *, key: str) -> int:
    """Tell operations what customers' rhythms foretell; return the pairs of customer and item.

    The last weeks are told as they were expected before they began, so that operations can measure how far to trust.
    """
    monday = day - timedelta(days=day.weekday())
    rhythms = bridge.read_rhythms(company, until=monday - timedelta(days=1))
    alive = queries.read_alive(company.pk)
    tested = monday - timedelta(weeks=TESTED_WEEKS)
    parts = [
        (monday, bridge.expect(rhythms, alive, until_day=monday.toordinal() - 1, weeks=HORIZON)),
        # Who is alive today was not known then: the rhythm alone says.
        (tested, bridge.expect(rhythms, {}, until_day=tested.toordinal() - 1, weeks=TESTED_WEEKS)),
    ]
    told = 0
    for signals in _join_signals(parts, key=key, tested=tested):
        told += run_atomic(lambda signals=signals: actions.submit_signals(signals))  # type: ignore[misc]
    return run_atomic(lambda: actions.publish_signals(CYCLES, key)) if told else 0


def _join_signals(
    parts: Sequence[tuple[date, bridge.Expected]], *, key: str, tested: date
) -> Iterator[messages.DemandSignals]:
    """Yield pairs over all weeks from the first tested one, some at a time; what a pair was not expected is nothing."""
    length = TESTED_WEEKS + HORIZON
    pairs = np.unique(np.concatenate([expected.list_pairs() for _begins, expected in parts]), axis=0)
    means, variances, likely = np.zeros((3, len(pairs), length))
    for begins, expected in parts:
        start = (begins - tested).days // 7
        rows, weeks = bridge.find_rows(pairs, expected.list_pairs()), slice(start, start + expected.mean.shape[1])
        means[rows, weeks], variances[rows, weeks] = expected.mean, expected.variance
        likely[rows, weeks] = expected.likely
    for first in range(0, len(pairs), PAIRS_AT_ONCE):
        chunk = slice(first, first + PAIRS_AT_ONCE)
        yield messages.DemandSignals(
            source=CYCLES,
            run_key=key,
            party_ids=tuple(pairs[chunk, 0].tolist()),
            item_ids=tuple(pairs[chunk, 1].tolist()),
            first_week=tested,
            means=tuple(map(tuple, means[chunk].tolist())),
            variances=tuple(map(tuple, variances[chunk].tolist())),
            likely=tuple(map(tuple, likely[chunk].tolist())),
        )


def _tell_operations(account_ids: list[int]) -> int:
    known = 0
    for place in range(0, len(account_ids), actions.CHUNK):
        lines = queries.list_open_schedule(account_ids[place : place + actions.CHUNK])
        for start in range(0, len(lines), actions.STAKES_AT_ONCE):
            chunk = lines[start : start + actions.STAKES_AT_ONCE]
            known += run_atomic(lambda chunk=chunk: actions.update_stakes(chunk))  # type: ignore[misc]
    return known


def _read_day(as_of: str, *, zone: str) -> date:
    """Return the day of an instant (as the turn names it) or a date, in a zone; today where none is named."""
    if not as_of:
        return clock.business_date(clock.now(), zone)
    moment = datetime.fromisoformat(as_of)
    return clock.business_date(moment, zone) if moment.tzinfo else moment.date()
