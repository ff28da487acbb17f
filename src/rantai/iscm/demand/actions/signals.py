"""Take what customers are expected to order from the house that knows them: staged in parts, published whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from rantai.iscm import messages
from rantai.iscm.demand import states
from rantai.iscm.demand.models.signals import DemandSignal, SignalRun
from rantai.iscm.demand.queries import forecasts
from rantai.kernel import bulk, changes
from rantai.kernel.transactions import require_transaction

MOST_WEEKS = 400
DEAD_AFTER = timedelta(hours=1)


class BadSignals(ValueError):
    """A telling that cannot be read: weeks with gaps, figures below zero or no figures at all."""


class NoSuchTelling(LookupError):
    """Nothing was submitted under a key."""

    def __init__(self, source: str, key: str) -> None:
        self.source, self.key = source, key
        super().__init__(_("Nothing was told by %(source)s under '%(key)s'.") % {"source": source, "key": key})


def stage(told: messages.DemandSignals, *, at: datetime) -> int:
    """Add a part to a telling that nobody reads yet; return its pairs of customer and item. Raises BadSignals."""
    require_transaction()
    run, _made = SignalRun.objects.get_or_create(source=told.source, key=told.run_key, defaults={"started_at": at})
    if run.state != "staged":
        return 0
    count = bulk.add(DemandSignal, _to_columns(run, told))
    SignalRun.objects.filter(pk=run.pk).update(signals=run.signals + count)
    return count


def publish(source: str, key: str, *, at: datetime) -> int:
    """Make a telling the one that counts; the source's last one is forgotten. Twice changes nothing."""
    require_transaction()
    run = SignalRun.objects.select_for_update().filter(source=source, key=key).first()
    if run is None:
        raise NoSuchTelling(source, key)
    if run.state == "staged":
        for old in SignalRun.objects.select_for_update().filter(source=source, state="current"):
            states.signal_run.move(old, "past")
        states.signal_run.move(run, "current")
        SignalRun.objects.filter(pk=run.pk).update(published_at=at, changed_seq=changes.next_change())
    return run.signals


def clear_spent(*, at: datetime, at_once: int = 1000) -> int:
    """Forget some rows of tellings that count no more or were never finished; return how many, 0 when none is left."""
    require_transaction()
    dead = Q(state="past") | Q(state="staged", started_at__lt=at - DEAD_AFTER)
    spent = SignalRun.objects.filter(dead)
    ids = list(DemandSignal.objects.filter(run__in=spent).order_by("id").values_list("id", flat=True)[:at_once])
    DemandSignal.objects.filter(pk__in=ids).delete()
    if not ids:
        spent.delete()
    return len(ids)


def _to_columns(run: SignalRun, told: messages.DemandSignals) -> dict[str, Any]:
    """Return the rows of a telling as columns; raises BadSignals."""
    count = len(told.party_ids)
    if {len(told.item_ids), len(told.means), len(told.variances)} != {count}:
        raise BadSignals(_("Signals need as many customers as items, means and variances."))
    if len(set(zip(told.party_ids, told.item_ids, strict=True))) != count:
        raise BadSignals(_("Each customer and item is told of once."))
    if told.likely and len(told.likely) != count:
        raise BadSignals(_("Signals need as many customers as items, means and variances."))
    lengths = {len(row) for rows in (told.means, told.variances, told.likely) for row in rows}
    if len(lengths) > 1 or max(lengths, default=0) > MOST_WEEKS or told.first_week.weekday():
        raise BadSignals(_("All customers and items are told of the same weeks, from a Monday on."))
    return {
        "run_id": run.pk,
        "item_id": told.item_ids,
        "party_id": [party or None for party in told.party_ids],
        "first_week": told.first_week,
        "mean": _pack(told.means),
        "variance": _pack(told.variances),
        "likely": _pack(told.likely) if told.likely else None,
    }


def _pack(rows: Sequence[Sequence[float]]) -> list[bytes]:
    figures = np.array(rows, dtype=np.float64)
    if not (np.isfinite(figures) & (figures >= 0)).all():
        raise BadSignals(_("Means and variances are numbers, zero or more."))
    return [forecasts.pack(row) for row in figures]
