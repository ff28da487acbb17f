"""What happened since the plan was made and stands in it already."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm.supply.models import PlanChange, PlanRun


def find_last_change(run: PlanRun) -> datetime | None:
    """Return when the plan followed the last thing that happened, or None while it stands as it was made."""
    found = PlanChange.objects.filter(run=run, step=run.step) if run.step else PlanChange.objects.none()
    return found.values_list("published_at", flat=True).first()
