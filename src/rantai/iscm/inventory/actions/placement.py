"""Stage where safety stock should stand, make it current, and take a planner's word on each place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from rantai.iscm.inventory import states
from rantai.iscm.inventory.actions import decoupling, policies
from rantai.iscm.inventory.models import PlacementChoice, PlacementRun
from rantai.kernel import clock
from rantai.kernel.transactions import require_transaction


def begin_run(*, as_of: datetime, target_run_id: int) -> PlacementRun:
    """Open a run that nobody reads yet."""
    require_transaction()
    return PlacementRun.objects.create(as_of=as_of, target_run_id=target_run_id, started_at=clock.now())


def stage_choices(rows: Sequence[PlacementChoice]) -> None:
    """Add rows to a run that is not published."""
    require_transaction()
    PlacementChoice.objects.bulk_create(rows, batch_size=500)


def publish_run(run: PlacementRun, *, figures: dict[str, Any]) -> None:
    """Make a staged run the one that everybody reads; those before it keep what was decided and lose the rest."""
    require_transaction()
    for old in PlacementRun.objects.select_for_update().filter(state="current"):
        states.placement_run.move(old, "past")
    states.placement_run.move(run, "current")
    PlacementRun.objects.filter(pk=run.pk).update(figures=figures, published_at=clock.now())


def clear_choices(run: PlacementRun, *, at_once: int = 1000) -> int:
    """Take some undecided rows of a run away; return how many."""
    require_transaction()
    ids = list(run.choices.filter(state="proposed").order_by("id").values_list("id", flat=True)[:at_once])
    run.choices.filter(pk__in=ids).delete()
    return len(ids)


def accept_choices(ids: Iterable[int], *, by: str, at: datetime) -> int:
    """Store what is proposed as the policies of its places; return how many were open. It holds from the next targets.

    A place that keeps no stock today and should is made a decoupling point.
    """
    require_transaction()
    rows = list(_lock(ids))
    for row in rows:
        reason = _say_reason(row)
        if not row.is_stocked and row.covered_days:
            decoupling.set_decoupling(row.item_id, row.location_id, decoupling="stock", reason=reason, by=by, at=at)
        if row.is_stocked or row.covered_days:
            policies.cover_place(
                row.item_id, row.location_id, covered_days=row.covered_days, reason=reason, by=by, at=at
            )
        states.placement_choice.move(row, "accepted")
    PlacementChoice.objects.filter(pk__in=[row.pk for row in rows]).update(decided_at=at, decided_by=by)
    return len(rows)


def dismiss_choices(ids: Iterable[int], *, by: str, at: datetime) -> int:
    """Leave places as they are; return how many were open."""
    require_transaction()
    rows = list(_lock(ids))
    for row in rows:
        states.placement_choice.move(row, "dismissed")
    PlacementChoice.objects.filter(pk__in=[row.pk for row in rows]).update(decided_at=at, decided_by=by)
    return len(rows)


def _lock(ids: Iterable[int]) -> Iterable[PlacementChoice]:
    rows = PlacementChoice.objects.select_for_update(of=("self",)).filter(pk__in=list(ids), state="proposed")
    return rows.filter(run__state="current").order_by("id")


def _say_reason(row: PlacementChoice) -> str:
    """Return the reason that the policy keeps, in the language of the record."""
    with override("en"):
        text = _("Placement: waits %(inbound)s, takes %(lead)s, promises %(service)s days, so covers %(covered)s.")
    return text % {
        "inbound": row.inbound_days, "lead": row.lead_days, "service": row.service_days, "covered": row.covered_days,
    }  # fmt: skip
