"""Stage stock targets that nobody reads yet, make them current at once, and take old ones away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from rantai.iscm.inventory import states
from rantai.iscm.inventory.models import StockTarget, StockTargetRun
from rantai.kernel import changes, clock
from rantai.kernel.transactions import require_transaction

DEAD_AFTER = timedelta(hours=1)


class TargetsWithdrawn(RuntimeError):
    """Another run took this one's place before it was published."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        super().__init__(
            _("Stock targets %(id)s were taken away while they were made: others began. Start them again.")
            % {"id": run_id}
        )


def begin_run(*, as_of: datetime, forecast_run_id: int, engine: str, key: str) -> StockTargetRun:
    """Open a run that nobody reads yet."""
    require_transaction()
    return StockTargetRun.objects.create(
        key=key, as_of=as_of, forecast_run_id=forecast_run_id, engine=engine, started_at=clock.now()
    )


def stage_targets(rows: Sequence[StockTarget]) -> None:
    """Add rows to a run that is not published."""
    require_transaction()
    StockTarget.objects.bulk_create(rows, batch_size=500)


def publish_run(run: StockTargetRun, *, targets_count: int, figures: dict[str, Any], seconds: float) -> None:
    """Make a staged run the one that everybody reads; raises TargetsWithdrawn where it was taken away meanwhile."""
    require_transaction()
    if not StockTargetRun.objects.select_for_update().filter(pk=run.pk, state="staged").exists():
        raise TargetsWithdrawn(run.pk)
    for old in StockTargetRun.objects.select_for_update().filter(state="current"):
        states.stock_target_run.move(old, "past")
    states.stock_target_run.move(run, "current")
    StockTargetRun.objects.filter(pk=run.pk).update(
        targets_count=targets_count,
        figures=figures,
        seconds=seconds,
        published_at=clock.now(),
        changed_seq=changes.next_change(),
    )


def list_dead_runs() -> QuerySet[StockTargetRun]:
    """Return runs that were left unfinished; one that began a moment ago may still be at work elsewhere."""
    return StockTargetRun.objects.filter(state="staged", started_at__lt=clock.now() - DEAD_AFTER).order_by("id")


def list_spent_runs() -> QuerySet[StockTargetRun]:
    """Return published runs whose rows nobody needs: a reader may still be inside the last one before the current."""
    past = StockTargetRun.objects.filter(state="past").order_by("-id")
    last = past.first()
    left = Exists(StockTarget.objects.filter(run=OuterRef("pk")))
    return past.filter(left).exclude(pk=last.pk if last else 0)


def clear_targets(run: StockTargetRun, *, at_once: int = 1000) -> int:
    """Take some rows of a run away; return how many there were, 0 when none is left."""
    require_transaction()
    ids = list(run.targets.order_by("id").values_list("id", flat=True)[:at_once])
    if ids:
        run.targets.filter(pk__gte=ids[0], pk__lte=ids[-1]).delete()
    return len(ids)


def drop_run(run: StockTargetRun) -> None:
    """Forget an unfinished run whose rows are cleared."""
    require_transaction()
    StockTargetRun.objects.filter(pk=run.pk, state="staged").delete()
