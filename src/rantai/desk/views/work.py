"""The work in the background."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rantai.desk import tables
from rantai.desk.queries import work as queries
from rantai.desk.shapes.work import show_job
from rantai.foundation.access import rules as access
from rantai.foundation.access.rules import StaffRequest
from rantai.kernel import jobs as work
from rantai.kernel import relay
from rantai.kernel.models import Job
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_GET
@access.permission_required("desk.jobs")
def jobs(request: StaffRequest) -> HttpResponseBase:
    """Show the work in the background and the facts that could not be told."""
    table = tables.JobTable(queries.list_jobs(), request=request)
    parked = queries.list_parked()
    context = {
        "running": Job.objects.filter(state="running").count(),
        "failed": Job.objects.filter(state="failed").count(),
        "parked": parked[:50],
        "parked_count": parked.count(),
    }
    return table.respond("desk/jobs.html", context)


@require_GET
@access.permission_required("desk.jobs")
def job(request: StaffRequest, job_id: int) -> HttpResponse:
    """Show one job: what it does, how far it is, how it ended."""
    row = get_object_or_404(Job, pk=job_id)
    # A task that only counts what it did answers with a number, which its note says already.
    result = row.result if isinstance(row.result, dict) else {}
    return render(request, "desk/job.html", {"row": row, "job": show_job(row), "result": result.items()})


@require_GET
@access.permission_required("desk.jobs")
def job_progress(request: StaffRequest, job_id: int) -> HttpResponse:
    """Answer the polling of a job's bar."""
    row = get_object_or_404(Job, pk=job_id)
    return render(request, "ui/job.html", {"job": show_job(row), "url": request.path})


@require_POST
@access.permission_required("desk.jobs")
def stop_job(request: StaffRequest, job_id: int) -> HttpResponse:
    """Ask a job to stop where that is safe: at its next report."""
    run_atomic(lambda: work.ask_to_cancel(job_id))
    toasts.say(request, _("The job stops at its next step"))
    return redirect("desk:job", job_id)


@require_POST
@access.permission_required("desk.jobs")
def retry_delivery(request: StaffRequest, delivery_id: int) -> HttpResponse:
    """Tell a parked fact again."""
    run_atomic(lambda: relay.retry_parked(delivery_id))
    toasts.say(request, _("The fact is told again"))
    return redirect("desk:jobs")


for view in (jobs, job):
    view.house = ""  # type: ignore[attr-defined]
