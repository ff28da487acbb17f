"""How late goods came against the first date that their supplier committed to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from rantai.foundation.calendars.queries import WorkingDays
from rantai.srm.buying.models import PurchaseReceipt, PurchaseScheduleLine
from rantai.srm.messages import Lateness
from rantai.srm.suppliers import queries as suppliers


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """The day on which the asked units of a schedule were complete."""

    schedule_id: int
    supplier_id: int
    item_id: int
    source_id: int | None
    ordered_on: date
    due_on: date
    received_on: date


def list_arrivals(
    supplier_ids: Iterable[int] | None = None, *, until: date, since: date | None = None
) -> tuple[Arrival, ...]:
    """Return schedules with a committed date whose units have all come, oldest arrival first.

    A schedule counts once, on the day that completed it; receipts that were taken back count for nothing.
    """
    rows = PurchaseReceipt.objects.filter(received_on__lte=until, schedule__first_committed_on__isnull=False)
    if supplier_ids is not None:
        rows = rows.filter(schedule__line__order__supplier_id__in=list(supplier_ids))
    found = [arrival for arrival in _complete(rows) if since is None or arrival.received_on >= since]
    return tuple(sorted(found, key=lambda arrival: (arrival.received_on, arrival.schedule_id)))


def list_lateness(supplier_ids: Iterable[int] | None = None, *, until: date) -> tuple[Lateness, ...]:
    """Return working days of lateness by supplier and item, early ones negative."""
    calendars: dict[int, WorkingDays] = {}
    days: dict[tuple[int, int], list[int]] = {}
    for arrival in list_arrivals(supplier_ids, until=until):
        if arrival.supplier_id not in calendars:
            calendars[arrival.supplier_id] = suppliers.get_working_days(arrival.supplier_id)
        late = count_late_days(calendars[arrival.supplier_id], due_on=arrival.due_on, came_on=arrival.received_on)
        days.setdefault((arrival.supplier_id, arrival.item_id), []).append(late)
    return tuple(
        Lateness(supplier_id=supplier, item_id=item, days=tuple(values)) for (supplier, item), values in days.items()
    )


def count_late_days(calendar: WorkingDays, *, due_on: date, came_on: date) -> int:
    """Return working days from the due day to the arrival; a closed day counts as the next open one."""
    return calendar.count(calendar.on_or_after(due_on), calendar.on_or_after(came_on))


def _complete(rows: QuerySet[PurchaseReceipt]) -> Iterator[Arrival]:
    receipts = list(rows.select_related("schedule__line__order").order_by("received_on", "id"))
    kept = {row.pk: row.units for row in receipts if not row.reverses_id}
    for row in receipts:
        if row.reverses_id in kept:
            kept[row.reverses_id] += row.units
    came: dict[int, int] = {}
    for row in receipts:
        units, schedule = kept.get(row.pk, 0), row.schedule
        before = came.get(schedule.pk, 0)
        came[schedule.pk] = before + units
        if units and before < schedule.asked <= came[schedule.pk]:
            yield _read(schedule, row.received_on)


def _read(schedule: PurchaseScheduleLine, received_on: date) -> Arrival:
    order = schedule.line.order
    assert schedule.first_committed_on is not None
    return Arrival(
        schedule_id=schedule.pk,
        supplier_id=order.supplier_id,
        item_id=schedule.line.item_id,
        source_id=schedule.line.source_id,
        ordered_on=(order.sent_at or order.created_at).date(),
        due_on=schedule.first_committed_on,
        received_on=received_on,
    )
