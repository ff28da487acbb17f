"""The loop, what needs me now, and the work in the background."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rantai.desk import queries, tables
from rantai.desk.shapes import show_job, show_need
from rantai.foundation.access import rules as access
from rantai.foundation.access.rules import StaffRequest
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, relay
from rantai.kernel import jobs as work
from rantai.kernel.models import Delivery, Job
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_GET
@access.permission_required("desk.loop")
def loop(request: StaffRequest) -> HttpResponse:
    """Show suppliers, own sites and customers as one chain, in numbers that can be followed."""
    now, company = clock.now(), parties.find_company()
    if company is None:
        return render(request, "desk/loop.html", {"today": now.date()})
    figures = queries.list_figures(now)
    context = {
        "company": company,
        "today": clock.business_date(now, company.zone),
        "figures": figures,
        "late": next((figure for figure in figures["customers"] if figure.is_hurt), None),
        "first": [show_need(need) for need in queries.list_needs(request.user, as_of=now)[:3]],
    }
    return render(request, "desk/loop.html", context)


@require_GET
@access.permission_required("desk.needs")
def needs(request: StaffRequest) -> HttpResponse:
    """Show what waits for this person, the costliest first."""
    found = queries.list_needs(request.user, as_of=clock.now())
    context = {"proposals": [show_need(need) for need in found], "hurt": sum(need.is_hurt for need in found)}
    return render(request, "desk/needs.html", context)


@require_GET
@access.permission_required("desk.jobs")
def jobs(request: StaffRequest) -> HttpResponseBase:
    """Show the work in the background and the facts that could not be told."""
    table = tables.JobTable(queries.list_jobs(), request=request)
    context = {
        "running": Job.objects.filter(state="running").count(),
        "failed": Job.objects.filter(state="failed").count(),
        "parked": Delivery.objects.filter(state="parked").select_related("event").order_by("id")[:50],
    }
    return table.respond("desk/jobs.html", context)


@require_GET
@access.permission_required("desk.jobs")
def job(request: StaffRequest, job_id: int) -> HttpResponse:
    """Show one job: what it does, how far it is, how it ended."""
    row = get_object_or_404(Job, pk=job_id)
    return render(request, "desk/job.html", {"row": row, "job": show_job(row), "result": (row.result or {}).items()})


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


for view in (loop, needs, jobs, job):
    view.house = ""  # type: ignore[attr-defined]
