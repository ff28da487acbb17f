"""Bring past demand in bulk: staged rows become readable at once, when their run is made current."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from rantai.iscm import messages
from rantai.iscm.demand import states
from rantai.iscm.demand.models import HistoryRun, PastDemand
from rantai.kernel import changes
from rantai.kernel.transactions import require_transaction

_INSERT = (
    "INSERT INTO iscm_demand_pastdemand (run_id, item_id, location_id, day, units, order_lines)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)


class NoSuchRun(LookupError):
    """A run of which no rows were staged."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(_("No history was read under '%(key)s'. Read it first.") % {"key": key})


def stage_history(history: messages.DemandHistory, *, at: datetime) -> int:
    """Add rows to a run that nobody reads yet; return how many. A run that is current is left alone."""
    require_transaction()
    run, _created = HistoryRun.objects.get_or_create(key=history.run_key, defaults={"started_at": at})
    if run.state == "current":
        return 0
    if run.state == "removed":
        states.history_run.move(run, "staged")
    rows = [
        (run.pk, item, place, day.isoformat(), units, lines)
        for item, place, day, units, lines in zip(
            history.item_ids, history.location_ids, history.days, history.units, history.order_lines, strict=True
        )
    ]
    # model objects would take eight times as long, and hold the one writer of SQLite for it
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
    return len(rows)


def publish_history(key: str) -> int:
    """Let readers see a whole run; return its rows. A second time changes nothing. Raises NoSuchRun."""
    require_transaction()
    run = HistoryRun.objects.filter(key=key).exclude(state="removed").first()
    if run is None:
        raise NoSuchRun(key)
    if run.state == "staged":
        run.rows = PastDemand.objects.filter(run=run).count()
        states.history_run.move(run, "current")
        HistoryRun.objects.filter(pk=run.pk).update(rows=run.rows, changed_seq=changes.next_change())
    return run.rows


def remove_history(key: str) -> bool:
    """Take a run away, staged or current, as if it had never been read; return whether there was one."""
    require_transaction()
    run = HistoryRun.objects.filter(key=key).exclude(state="removed").first()
    if run is None:
        return False
    states.history_run.move(run, "removed")
    HistoryRun.objects.filter(pk=run.pk).update(rows=0, changed_seq=changes.next_change())
    PastDemand.objects.filter(run=run).delete()
    return True
