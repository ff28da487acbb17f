"""What the shell says around every page: whose house this is, how fresh, what runs."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.desk.turn.models import TurnRun
from rantai.foundation.documents import queries as documents
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.models import Job
from rantai.ui import formats
from rantai.ui.nav import Status

_SECONDS = 10


def show_status(request: HttpRequest) -> Status:
    """Return the company, the last turn, running jobs and unseen notices; figures are at most ten seconds old."""
    company, turned_at, jobs = cache.get_or_set("desk.status", _read, _SECONDS) or _read()
    fresh = _("Turn, %(at)s") % {"at": formats.moment(turned_at, now=clock.now())} if turned_at else ""
    return Status(
        company=company,
        fresh=fresh,
        jobs=jobs,
        jobs_url=reverse("desk:jobs") if request.user.has_perm("desk.jobs") else "",
        notices=documents.count_unseen(request.user) if request.user.is_authenticated else 0,
        notices_url=reverse("foundation_documents:notifications"),
    )


def _read() -> tuple[str, datetime | None, int]:
    company = parties.find_company()
    turn = TurnRun.objects.filter(state="done").order_by("-as_of").first()
    jobs = Job.objects.filter(state="running").count()
    return (company.party.name if company else "", turn.ended_at if turn else None, jobs)
