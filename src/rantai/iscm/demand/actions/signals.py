"""Take what customers are expected to order from the house that knows them: staged in parts, published whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from rantai.iscm import messages
from rantai.iscm.demand import states
from rantai.iscm.demand.models.signals import DemandSignal, SignalRun
from rantai.iscm.demand.queries import forecasts, weeks
from rantai.kernel import changes, inserts
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
    rows = [_to_row(run, told, places) for places in _list_pairs(told)]
    inserts.add(rows)
    SignalRun.objects.filter(pk=run.pk).update(signals=run.signals + len(rows))
    return len(rows)


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


def _list_pairs(told: messages.DemandSignals) -> list[list[int]]:
    """Return the places of each customer and item, by week; raises BadSignals where a week is missing or twice."""
    columns = (told.party_ids, told.item_ids, told.bucket_starts, told.means, told.variances)
    if len({len(column) for column in columns}) != 1:
        raise BadSignals(_("Signals need as many customers as items, weeks, means and variances."))
    order = sorted(range(len(told.means)), key=lambda i: (told.item_ids[i], told.party_ids[i], told.bucket_starts[i]))
    pairs = [list(places) for _key, places in groupby(order, key=lambda i: (told.item_ids[i], told.party_ids[i]))]
    for places in pairs:
        found = [weeks.number_of(told.bucket_starts[place]) for place in places]
        if found != list(range(found[0], found[0] + len(found))) or len(found) > MOST_WEEKS:
            raise BadSignals(_("Weeks of one customer and item follow one another, each once."))
    return pairs


def _to_row(run: SignalRun, told: messages.DemandSignals, places: list[int]) -> DemandSignal:
    mean = np.array([told.means[place] for place in places], dtype=np.float64)
    variance = np.array([told.variances[place] for place in places], dtype=np.float64)
    if not (np.isfinite(mean) & np.isfinite(variance) & (mean >= 0) & (variance >= 0)).all():
        raise BadSignals(_("Means and variances are numbers, zero or more."))
    first = told.bucket_starts[places[0]]
    return DemandSignal(
        run=run,
        item_id=told.item_ids[places[0]],
        party_id=told.party_ids[places[0]] or None,
        first_week=weeks.monday_of(weeks.number_of(first)),
        mean=forecasts.pack(mean),
        variance=forecasts.pack(variance),
    )
