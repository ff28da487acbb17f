"""What the desk shows, gathered from the houses' front doors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.crm import facade as crm
from rantai.foundation.access.models import User
from rantai.iscm import facade as iscm
from rantai.kernel.models import Delivery, Job
from rantai.kernel.needs import Figure, Need
from rantai.srm import facade as srm

Lister = Callable[[datetime], tuple[Need, ...]]
_SOURCES: tuple[Lister, ...] = (srm.list_needs, iscm.list_needs, crm.list_needs)


def list_needs(user: User, *, as_of: datetime) -> list[Need]:
    """Return what waits for this person, what hurts a customer first, then by what is at stake."""
    allowed = [
        need
        for needs in (*(source(as_of) for source in _SOURCES), tuple(_own(user)))
        for need in needs
        if user.has_perm(need.permission)
    ]
    return sorted(allowed, key=lambda need: (not need.is_hurt, -(need.stake.amount if need.stake else 0), need.title))


def list_figures(as_of: datetime) -> dict[str, tuple[Figure, ...]]:
    """Return each house's figures of the loop, upstream first."""
    return {
        "suppliers": srm.list_figures(as_of),
        "operations": iscm.list_figures(as_of),
        "customers": crm.list_figures(as_of),
    }


def _own(user: User) -> Iterator[Need]:
    parked = Delivery.objects.filter(state="parked").count()
    if parked:
        yield Need(
            kind="parked",
            house="",
            title=ngettext("%(n)s fact was not told", "%(n)s facts were not told", parked) % {"n": parked},
            why=_("A handler failed ten times. What waits behind it waits too."),
            permission="desk.jobs",
            url=reverse("desk:jobs"),
        )
    failed = Job.objects.filter(state="failed", cancel_asked=False).count()
    if failed:
        yield Need(
            kind="failed_job",
            house="",
            title=ngettext("%(n)s job failed", "%(n)s jobs failed", failed) % {"n": failed},
            why=_("It was tried as often as its kind allows."),
            permission="desk.jobs",
            url=reverse("desk:jobs"),
        )


def list_jobs() -> QuerySet[Job]:
    """Return all jobs."""
    return Job.objects.all()
