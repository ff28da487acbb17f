"""Work in the background, and the facts that could not be told."""

from __future__ import annotations

from django.db.models import QuerySet

from rantai.kernel.models import Delivery, Job


def list_jobs() -> QuerySet[Job]:
    """Return all jobs."""
    return Job.objects.all()


def list_parked() -> QuerySet[Delivery]:
    """Return the deliveries that failed as often as they may, the oldest first."""
    return Delivery.objects.filter(state="parked").select_related("event").order_by("id")
