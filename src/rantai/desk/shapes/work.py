"""Turn jobs into what the components draw."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rantai.kernel import clock
from rantai.kernel.models import Job

TITLES = {
    "imports.run": _("Import"),
    "desk.turn": _("Turn of the loop"),
    "crm.value_customers": _("Value customers"),
    "mail.send": _("Send a message"),
}
_STATES = {"queued": "wait", "running": "run", "done": "done", "failed": "hurt", "cancelled": "end"}


def show_job(job: Job) -> dict[str, object]:
    """Return a job as its bar: what it does, how far it is, how long it may take."""
    return {
        "title": str(TITLES.get(job.task, job.task)),
        "doing": job.note,
        "done": job.done,
        "total": job.total,
        "left": describe_left(job),
        "state": _STATES[job.state],
        "stop_url": reverse("desk:stop_job", args=[job.pk]) if job.state in ("queued", "running") else "",
        "error": job.error,
    }


def describe_left(job: Job) -> str:
    """Return an honest estimate from the pace so far, empty where there is none."""
    if job.state != "running" or not job.total or not job.done or not job.started_at:
        return ""
    spent = (clock.now() - job.started_at).total_seconds()
    left = timedelta(seconds=spent * (job.total - job.done) / job.done)
    return say_left(left.total_seconds())


def say_left(seconds: float) -> str:
    """Return a stretch of time in words, with no more figures than are known."""
    if seconds >= 90:
        minutes = round(seconds / 60)
        return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}
    whole = max(1, int(seconds))
    return ngettext("about %(n)s second", "about %(n)s seconds", whole) % {"n": whole}
