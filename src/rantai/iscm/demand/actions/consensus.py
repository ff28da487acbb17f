"""Freeze the running forecast under a name, approve it for the plan, and go back to working without."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from rantai.iscm.demand import states
from rantai.iscm.demand.actions import renewal
from rantai.iscm.demand.actions.forecasts import SNAPSHOT_CODEC, compress
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.models.consensus import ConsensusBlock, ConsensusVersion
from rantai.iscm.demand.queries.steps import Steps
from rantai.kernel import audit, changes
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

SERIES_A_BLOCK = 4_000
WORTH_WEEKS = 13


class BadConsensus(ValueError):
    """An agreement that cannot be made."""


def pack(steps: Steps) -> list[ConsensusBlock]:
    """Return the running forecast as blocks that belong to no version yet: the slow part, outside a transaction."""
    return [
        ConsensusBlock(
            block=block,
            codec=SNAPSHOT_CODEC,
            item_ids=steps.item_ids[start : start + SERIES_A_BLOCK].astype("<i8").tobytes(),
            location_ids=steps.location_ids[start : start + SERIES_A_BLOCK].astype("<i8").tobytes(),
            mean=compress(steps.final[start : start + SERIES_A_BLOCK]),
        )
        for block, start in enumerate(range(0, steps.item_ids.size, SERIES_A_BLOCK))
    ]


def freeze(
    run: ForecastRun, steps: Steps, blocks: list[ConsensusBlock], *, name: str, note: str, by: str, at: datetime
) -> ConsensusVersion:
    """Keep the running forecast as it stands under a name; nothing counts on it before it is approved."""
    require_transaction()
    if not name.strip() or not note.strip():
        raise BadConsensus(_("Give the version a name and a note of what was agreed."))
    if not blocks:
        raise BadConsensus(_("Nothing is forecast, so there is nothing to agree on."))
    version = ConsensusVersion.objects.create(
        name=name.strip(),
        note=note.strip(),
        run=run,
        first_week=run.first_week,
        horizon=run.horizon,
        series_count=int(steps.item_ids.size),
        units=float(steps.final[:, :WORTH_WEEKS].sum()),
        frozen_at=at,
        frozen_by=by,
        changed_seq=changes.next_change(),
    )
    for block in blocks:
        block.version = version
    ConsensusBlock.objects.bulk_create(blocks, batch_size=10)
    audit.record(DocRef("consensus", version.pk), action="consensus_frozen", by=by)
    return version


def approve(version_id: int, *, by: str, at: datetime) -> ConsensusVersion:
    """Let the plan count on a version from now on; the one before is replaced."""
    require_transaction()
    version = ConsensusVersion.objects.select_for_update().get(pk=version_id)
    for old in ConsensusVersion.objects.select_for_update().filter(state="approved").exclude(pk=version_id):
        _end(old, "replaced", by, at)
    states.consensus.move(version, "approved")
    ConsensusVersion.objects.filter(pk=version.pk).update(
        approved_at=at, approved_by=by, changed_seq=changes.next_change()
    )
    audit.record(DocRef("consensus", version.pk), action="consensus_approved", by=by)
    renewal.net_soon(by=by)
    version.refresh_from_db()
    return version


def withdraw(version_id: int, *, by: str, at: datetime) -> ConsensusVersion:
    """Take a version away; where the plan counted on it, it counts on the running forecast again."""
    require_transaction()
    version = ConsensusVersion.objects.select_for_update().get(pk=version_id)
    was_approved = version.state == "approved"
    _end(version, "withdrawn", by, at)
    audit.record(DocRef("consensus", version.pk), action="consensus_withdrawn", by=by)
    if was_approved:
        renewal.net_soon(by=by)
    return version


def _end(version: ConsensusVersion, state: str, by: str, at: datetime) -> None:
    states.consensus.move(version, state)
    ConsensusVersion.objects.filter(pk=version.pk).update(ended_at=at, ended_by=by, changed_seq=changes.next_change())
