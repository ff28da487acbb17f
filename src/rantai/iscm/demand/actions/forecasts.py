"""Stage a forecast that nobody reads yet, make it current at once, and take old ones away."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from rantai.iscm.demand import states
from rantai.iscm.demand.models import ForecastRun, ForecastSeries, ForecastSnapshot
from rantai.iscm.demand.models.accounts import AccountForecast, AccountSegments
from rantai.iscm.demand.models.signals import AccountSnapshot, CustomerTerm
from rantai.iscm.demand.queries import forecasts
from rantai.iscm.demand.queries.steps import Steps
from rantai.kernel import changes, clock, inserts
from rantai.kernel.transactions import require_transaction

Floats = NDArray[np.float64]

DEAD_AFTER = timedelta(hours=1)
SNAPSHOT_WEEKS = 80
"""Frozen copies are kept so long: more than a year back at the longest lead time that is usual."""
SNAPSHOT_CODEC = "f4le+zlib"
FROZEN = (ForecastSnapshot, AccountSnapshot, AccountForecast, AccountSegments)
"""What a run keeps of itself; of each week one run's copies stay."""


class RunWithdrawn(RuntimeError):
    """Another run took this one's place before it was published."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        super().__init__(
            _("Forecast %(id)s was taken away while it was made: another one began. Start it again.") % {"id": run_id}
        )


def begin_run(
    *, as_of: datetime, first_week: date, horizon: int, methods: list[str], engine: str, key: str
) -> ForecastRun:
    """Open a run that nobody reads yet."""
    require_transaction()
    return ForecastRun.objects.create(
        key=key,
        as_of=as_of,
        first_week=first_week,
        horizon=horizon,
        codec=forecasts.CODEC,
        methods=methods,
        engine=engine,
        started_at=clock.now(),
    )


def stage_series(rows: Sequence[ForecastSeries]) -> None:
    """Add rows to a run that is not published."""
    require_transaction()
    ForecastSeries.objects.bulk_create(rows, batch_size=500)


def freeze_block(run: ForecastRun, block: int, steps: Steps, part: slice) -> None:
    """Keep the steps of some series as they were published; a step equal to the one before is left empty."""
    require_transaction()
    ForecastSnapshot.objects.create(
        run=run,
        block=block,
        codec=SNAPSHOT_CODEC,
        item_ids=steps.item_ids[part].astype("<i8").tobytes(),
        location_ids=steps.location_ids[part].astype("<i8").tobytes(),
        statistical=compress(steps.statistical[part]),
        terms=None if steps.terms is steps.statistical else compress(steps.terms[part]),
        events=None if steps.events is steps.terms else compress(steps.events[part]),
        final=compress(steps.final[part]),
        consensus=compress(steps.plan[part]) if steps.is_agreed else None,
        last_year=compress(steps.last_year[part]),
    )


def compress(means: Floats) -> bytes:
    """Return means as they are kept in frozen copies."""
    return zlib.compress(forecasts.pack(means), 1)


def keep_terms(rows: Sequence[CustomerTerm]) -> None:
    """Keep what customers' signals add to the series of a run, and by which weights."""
    require_transaction()
    inserts.add(rows)


def freeze_accounts(
    run: ForecastRun, block: int, *, item_ids: NDArray[np.int64], party_ids: NDArray[np.int64],
    mean: NDArray[np.float64],
) -> None:  # fmt: skip
    """Keep what is expected of a part of the customers as it is published; party 0 is everybody else."""
    require_transaction()
    AccountSnapshot.objects.create(
        run=run,
        block=block,
        codec=SNAPSHOT_CODEC,
        item_ids=item_ids.astype("<i8").tobytes(),
        party_ids=party_ids.astype("<i8").tobytes(),
        mean=zlib.compress(forecasts.pack(mean), 1),
    )


def publish_run(run: ForecastRun, *, series_count: int, figures: dict[str, Any], seconds: float) -> None:
    """Make a staged run the one that everybody reads; raises RunWithdrawn where it was taken away meanwhile."""
    require_transaction()
    if not ForecastRun.objects.select_for_update().filter(pk=run.pk, state="staged").exists():
        raise RunWithdrawn(run.pk)
    for old in ForecastRun.objects.select_for_update().filter(state="current"):
        states.forecast_run.move(old, "past")
    states.forecast_run.move(run, "current")
    ForecastRun.objects.filter(pk=run.pk).update(
        series_count=series_count,
        figures=figures,
        seconds=seconds,
        published_at=clock.now(),
        changed_seq=changes.next_change(),
    )
    for copies in FROZEN:
        copies._default_manager.filter(run__first_week=run.first_week).exclude(run=run).delete()


def list_dead_runs() -> QuerySet[ForecastRun]:
    """Return runs that were left unfinished; one that began a moment ago may still be at work elsewhere."""
    return ForecastRun.objects.filter(state="staged", started_at__lt=clock.now() - DEAD_AFTER).order_by("id")


def list_spent_runs() -> QuerySet[ForecastRun]:
    """Return published runs whose rows nobody needs: a reader may still be inside the last one before the current."""
    past = ForecastRun.objects.filter(state="past").order_by("-id")
    last = past.first()
    left = Exists(ForecastSeries.objects.filter(run=OuterRef("pk")))
    return past.filter(left).exclude(pk=last.pk if last else 0)


def clear_series(run: ForecastRun, *, at_once: int = 1000) -> int:
    """Take some rows of a run away; return how many there were, 0 when none is left."""
    require_transaction()
    ids = list(run.series.order_by("id").values_list("id", flat=True)[:at_once])
    if ids:
        run.series.filter(pk__gte=ids[0], pk__lte=ids[-1]).delete()
    return len(ids)


def drop_run(run: ForecastRun) -> None:
    """Forget an unfinished run whose series are cleared."""
    require_transaction()
    for copies in FROZEN:
        copies._default_manager.filter(run=run).delete()
    run.terms.all().delete()
    ForecastRun.objects.filter(pk=run.pk, state="staged").delete()


def drop_terms(run: ForecastRun) -> None:
    """Forget what signals added to a run that nobody reads any more."""
    require_transaction()
    run.terms.all().delete()


def drop_old_snapshots(first_week: date) -> None:
    """Forget frozen copies that no lag reaches any more."""
    require_transaction()
    for copies in FROZEN:
        copies._default_manager.filter(run__first_week__lt=first_week - timedelta(weeks=SNAPSHOT_WEEKS)).delete()
