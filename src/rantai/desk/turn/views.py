"""Turn the loop by a button, watch it, and see what it changed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rantai.desk.turn import queries, shapes
from rantai.desk.turn.tasks import TASK
from rantai.foundation.access import rules as access
from rantai.foundation.access.rules import StaffRequest
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, jobs
from rantai.kernel.models import Job
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts

SHOWN = 20


@require_GET
@access.permission_required("desk.turn")
def turns(request: StaffRequest) -> HttpResponse:
    """Answer when the loop turned last and when it turns next, by whom."""
    company = parties.find_company()
    rows = [{"turn": turn, "steps": len(turn.steps.all())} for turn in queries.list_turns()[:SHOWN]]
    context = {
        "rows": rows,
        "last": rows[0]["turn"] if rows else None,
        "running": queries.find_running(),
        "due": queries.find_due(clock.now(), zone=company.zone) if company else None,
    }
    return render(request, "desk/turn/turns.html", context)


@require_POST
@access.permission_required("desk.turn")
def start(request: StaffRequest) -> HttpResponse:
    """Turn the loop now; while it turns, a second click leads to the same turn."""
    if parties.find_company() is None:
        toasts.warn(request, _("There is nothing to turn before there is a company."))
        return redirect("desk:loop")
    payload = {"as_of": clock.now().isoformat()}
    job = run_atomic(lambda: jobs.enqueue(TASK, payload, key="turn", actor=request.user.actor))
    return redirect("desk_turn:turn", job.pk)


@require_GET
@access.permission_required("desk.turn")
def turn(request: StaffRequest, job_id: int) -> HttpResponse:
    """Show a turn while it runs, and what it changed when it is done."""
    job = get_object_or_404(Job, pk=job_id, task=TASK)
    record = queries.find_turn(job)
    before = queries.find_before(record) if record else None
    context = {
        "job": job,
        "bar": shapes.show_bar(job),
        "is_over": job.state not in ("queued", "running"),
        "is_done": job.state == "done",
        "record": record,
        "before": before,
        "steps": shapes.list_steps(record, before) if record else [],
    }
    return render(request, "desk/turn/turn.html", context)


@require_GET
@access.permission_required("desk.turn")
def progress(request: StaffRequest, job_id: int) -> HttpResponse:
    """Answer the polling of a turn's bar."""
    job = get_object_or_404(Job, pk=job_id, task=TASK)
    return render(request, "ui/job.html", {"job": shapes.show_bar(job), "url": request.path})


for view in (turns, turn):
    view.house = ""  # type: ignore[attr-defined]
