"""Learn lead times from receipts and say where a source tells another one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from statistics import fmean, stdev

from rantai.foundation.items.models import Source
from rantai.kernel import clock, outbox
from rantai.kernel.transactions import require_transaction
from rantai.srm import events
from rantai.srm.buying.models import LeadTimeObservation
from rantai.srm.buying.queries import lateness
from rantai.srm.suppliers import queries as suppliers

WINDOW = timedelta(days=365)
FEWEST = 5
"""Receipts that a mean needs before it is worth telling."""


def revise_lead_times(*, on: date) -> int:
    """Record LeadTimeRevised for sources whose receipts of a year show another mean; return how many.

    A difference below a working day or a tenth is noise. What was said once is not said again until it moves.
    """
    require_transaction()
    told = 0
    days = _days_by_source(on)
    sources = Source.objects.in_bulk(list(days))
    for source_id, values in sorted(days.items()):
        if len(values) >= FEWEST and source_id in sources:
            told += _revise(sources[source_id], values)
    return told


def _days_by_source(on: date) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for arrival in lateness.list_arrivals(until=on, since=on - WINDOW):
        if arrival.source_id is not None:
            calendar = suppliers.get_working_days(arrival.supplier_id)
            found[arrival.source_id].append(calendar.count(arrival.ordered_on, arrival.received_on))
    return found


def _revise(source: Source, values: list[int]) -> bool:
    mean, deviation = fmean(values), stdev(values)
    known = LeadTimeObservation.objects.filter(source=source).first()
    said = known.mean_days if known else float(source.lead_time_days)
    noise = max(1.0, source.lead_time_days / 10)
    if abs(mean - said) < noise or abs(mean - source.lead_time_days) < noise:
        return False
    LeadTimeObservation.objects.update_or_create(
        source=source,
        defaults={"receipts": len(values), "mean_days": mean, "sd_days": deviation, "observed_at": clock.now()},
    )
    outbox.record(
        events.LeadTimeRevised(
            source_id=source.pk,
            item_id=source.item_id,
            was_days=source.lead_time_days,
            mean_days=mean,
            sd_days=deviation,
        )
    )
    return True
