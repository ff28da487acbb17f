"""Fold what many net changes say of a block into one: whoever reads it then reads little more than the block."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm.supply.models import ChangedPlace, PlanChange, PlanRun
from rantai.iscm.supply.queries import changes, columns, folds
from rantai.kernel import bulk
from rantai.kernel.transactions import require_transaction


def fold_block(run: PlanRun, fold: folds.Fold, *, at: datetime) -> bool:
    """Let the item-locations of a block name one change; false where somebody else was there, or the plan is gone."""
    require_transaction()
    is_current = PlanRun.objects.select_for_update().filter(pk=run.pk, state="current").exists()
    if not is_current or folds.list_latest(run, fold.block, limit=fold.limit) != fold.latest:
        return False
    steps = [step for _block, step, _change in fold.latest.values()]
    row = PlanChange.objects.create(
        run=run, block=fold.block, watermark=0, codec=columns.CODEC, bytes=changes.pack(fold.tables),
        places=len(fold.latest), demands=0, published_at=at,
    )  # fmt: skip
    ChangedPlace.objects.filter(run=run, block=fold.block, step__lte=fold.limit).delete()
    bulk.add(
        ChangedPlace,
        {"run_id": run.pk, "change_id": row.pk, "step": steps, "block": fold.block, "place": list(fold.latest)},
    )
    return True


def forget_folded(run: PlanRun, *, limit: int, at: datetime) -> None:
    """Note which changes nobody cites, and drop the bytes of those that nobody can be reading any more."""
    require_transaction()
    uncited = folds.list_uncited(run)
    uncited.filter(step__lte=limit).update(uncited_at=at)
    uncited.filter(step=None).update(uncited_at=at)
    old = folds.list_over(run, at=at)
    old.filter(step=None).delete()
    old.update(codec="", bytes=b"")
