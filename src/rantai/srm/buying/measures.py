"""Supplier figures by the formulas of the glossary, each with numerator and denominator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import fmean, stdev

from rantai.kernel.measures import Kpi
from rantai.srm.buying import states
from rantai.srm.buying.models import PurchaseOrder, PurchaseReceipt, PurchaseScheduleLine
from rantai.srm.buying.queries import figures, lateness
from rantai.srm.suppliers import queries as suppliers

EARLY_DAYS, LATE_DAYS = 5, 0
"""Window of Supplier OTD in working days: so much before and after the first committed date is on time."""
WINDOW = timedelta(days=90)


def list_kpis(*, day: date) -> list[Kpi]:
    """Return every supplier's figures of the ninety days before `day`."""
    since = day - WINDOW
    found = []
    for supplier_id in PurchaseOrder.objects.values_list("supplier_id", flat=True).distinct().order_by("supplier_id"):
        found += [
            measure_otd(supplier_id, since=since, until=day),
            measure_commit_reliability(supplier_id, since=since, until=day),
            *measure_lead_time(supplier_id, since=since, until=day),
            *count_lines(supplier_id, on=day),
        ]
    return found


def measure_otd(supplier_id: int, *, since: date, until: date, early: int = EARLY_DAYS, late: int = LATE_DAYS) -> Kpi:
    """Return schedules received in full within the window of their first committed date ÷ schedules due.

    Due in the half-open period [since, until) by the first commit; open overdue ones count as failed, units beyond
    the order count for nothing, a schedule without any commit or with all units cancelled is not due.
    """
    calendar = suppliers.get_working_days(supplier_id)
    due = _list_due(supplier_id, since, until)
    came = {arrival.schedule_id: arrival for arrival in lateness.list_arrivals([supplier_id], until=until)}
    met = 0
    for row in due:
        arrival = came.get(row.pk)
        if arrival is not None:
            days = lateness.count_late_days(calendar, due_on=arrival.due_on, came_on=arrival.received_on)
            met += -early <= days <= late
    return _ratio("supplier_otd", met, len(due), supplier_id)


def measure_commit_reliability(supplier_id: int, *, since: date, until: date) -> Kpi:
    """Return units delivered by their first committed date ÷ units committed, of commits due in [since, until)."""
    due = _list_due(supplier_id, since, until)
    by_schedule: dict[int, int] = defaultdict(int)
    rows = PurchaseReceipt.objects.filter(schedule__in=[row.pk for row in due]).select_related("schedule", "reverses")
    for row in rows:
        day = row.reverses.received_on if row.reverses else row.received_on
        if row.schedule.first_committed_on and day <= row.schedule.first_committed_on:
            by_schedule[row.schedule_id] += row.units
    committed = sum(row.coming for row in due)
    delivered = sum(min(row.coming, by_schedule[row.pk]) for row in due)
    return _ratio("supplier_commit_reliability", delivered, committed, supplier_id)


def measure_lead_time(supplier_id: int, *, since: date, until: date) -> tuple[Kpi, Kpi, Kpi]:
    """Return mean, deviation and variation of working days from order to receipt, of arrivals in [since, until).

    The mean is days ÷ receipts, the deviation needs two receipts, the variation is deviation ÷ mean.
    """
    calendar = suppliers.get_working_days(supplier_id)
    arrivals = lateness.list_arrivals([supplier_id], until=until - timedelta(days=1), since=since)
    days = [calendar.count(arrival.ordered_on, arrival.received_on) for arrival in arrivals]
    deviation = stdev(days) if len(days) > 1 else None
    subject = _subject(supplier_id)
    return (
        _ratio("supplier_lead_time", sum(days), len(days), supplier_id),
        Kpi(
            code="supplier_lead_time_sd",
            numerator=deviation,
            denominator=1 if deviation is not None else None,
            subject=subject,
        ),
        Kpi(
            code="supplier_lead_time_cv",
            numerator=deviation,
            denominator=fmean(days) if days else None,
            subject=subject,
        ),
    )


def count_lines(supplier_id: int, *, on: date) -> tuple[Kpi, Kpi]:
    """Return late ÷ open schedules, and orders without an answer ÷ open orders."""
    open_rows = figures.list_awaited().filter(line__order__supplier_id=supplier_id)
    late_rows = figures.list_late(on=on).filter(line__order__supplier_id=supplier_id)
    orders = PurchaseOrder.objects.filter(supplier_id=supplier_id, state__in=states.AWAITED)
    return (
        _ratio("supplier_late_lines", late_rows.count(), open_rows.count(), supplier_id),
        _ratio("supplier_unanswered", orders.filter(answered_at=None).count(), orders.count(), supplier_id),
    )


def _list_due(supplier_id: int, since: date, until: date) -> Sequence[PurchaseScheduleLine]:
    rows = PurchaseScheduleLine.objects.filter(
        line__order__supplier_id=supplier_id, first_committed_on__gte=since, first_committed_on__lt=until
    )
    return [row for row in rows.exclude(line__order__state="cancelled") if row.asked > 0]


def _ratio(code: str, numerator: float, denominator: float, supplier_id: int) -> Kpi:
    if not denominator:
        return Kpi(code=code, numerator=None, denominator=None, subject=_subject(supplier_id))
    return Kpi(code=code, numerator=numerator, denominator=denominator, subject=_subject(supplier_id))


def _subject(supplier_id: int) -> str:
    return f"supplier:{supplier_id}"
