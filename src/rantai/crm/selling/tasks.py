"""Tell operations in the background what customers are expected to order: by rhythms, agreements and deals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from rantai.crm.insight import actions as signals
from rantai.crm.insight import bridge as insight
from rantai.crm.insight import queries
from rantai.crm.selling.bridge import composing
from rantai.crm.selling.bridge.composing import SOURCES
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm import messages
from rantai.kernel import clock, jobs
from rantai.kernel.transactions import run_atomic

HORIZON, TESTED_WEEKS = 26, 8
"""Weeks ahead, and weeks back over which operations measure how far to trust."""
PAIRS_AT_ONCE = 4000

Part = tuple[date, Mapping[str, insight.Expected]]


@jobs.task("crm.signal_demand")
def signal_demand(run: jobs.Run, *, company_id: int | None = None, as_of: str = "") -> dict[str, object]:
    """Tell operations what customers are expected to order after a day (today where none is named), by source.

    The last weeks are told as they were expected before they began, from what was known then, so that operations can
    measure how far to trust. Sources are told whole and made to count together: what one leaves to another is in one of
    them only.
    """
    company = parties.get_company(company_id)
    day = clock.read_business_date(as_of, company.zone)
    run.progress(0, len(SOURCES), note=_("reading purchases"))
    parts = list(_expect(company, day))
    tested = day - timedelta(days=day.weekday(), weeks=TESTED_WEEKS)
    key = f"{day} {run.job_id} {clock.now().isoformat()}"
    told = {}
    for place, source in enumerate(SOURCES):
        run.progress(place, len(SOURCES), note=_("telling operations"))
        found = [(begins, expected[source]) for begins, expected in parts]
        told[source] = sum(
            run_atomic(lambda chunk=chunk: signals.submit_signals(chunk))  # type: ignore[misc]
            for chunk in _join(found, source=source, key=key, tested=tested)
        )
    run_atomic(lambda: [signals.publish_signals(source, key) for source in SOURCES])
    run.progress(len(SOURCES), len(SOURCES))
    return {"signals": sum(told.values()), **told}


def _expect(company: Company, day: date) -> Iterator[Part]:
    """Yield first week and what is expected from it: of the weeks ahead, and of those gone by."""
    monday = day - timedelta(days=day.weekday())
    rhythms = insight.read_rhythms(company, until=monday - timedelta(days=1))
    # Who is alive today was not known then: of the weeks gone by the rhythm alone says.
    for begins, weeks, alive in (
        (monday, HORIZON, queries.read_alive(company.pk)),
        (monday - timedelta(weeks=TESTED_WEEKS), TESTED_WEEKS, {}),
    ):
        eve = begins - timedelta(days=1)
        held = composing.read_knowledge(company, as_of=eve, weeks=weeks)
        yield begins, composing.expect(rhythms, alive, held, until_day=eve.toordinal(), weeks=weeks)


def _join(
    parts: Sequence[tuple[date, insight.Expected]], *, source: str, key: str, tested: date
) -> Iterator[messages.DemandSignals]:
    """Yield pairs over all weeks from the first tested one, some at a time; what a pair was not expected is nothing.

    A source that tells of nobody says so, once: what it told before counts no more.
    """
    length = TESTED_WEEKS + HORIZON
    pairs = np.unique(np.concatenate([expected.list_pairs() for _begins, expected in parts]), axis=0)
    means, variances, likely = np.zeros((3, len(pairs), length))
    for begins, expected in parts:
        start = (begins - tested).days // 7
        rows, weeks = insight.find_rows(pairs, expected.list_pairs()), slice(start, start + expected.mean.shape[1])
        means[rows, weeks], variances[rows, weeks] = expected.mean, expected.variance
        likely[rows, weeks] = expected.likely
    for first in range(0, max(1, len(pairs)), PAIRS_AT_ONCE):
        chunk = slice(first, first + PAIRS_AT_ONCE)
        yield messages.DemandSignals(
            source=source,
            run_key=key,
            party_ids=tuple(pairs[chunk, 0].tolist()),
            item_ids=tuple(pairs[chunk, 1].tolist()),
            first_week=tested,
            means=tuple(map(tuple, means[chunk].tolist())),
            variances=tuple(map(tuple, variances[chunk].tolist())),
            likely=tuple(map(tuple, likely[chunk].tolist())),
        )
