"""One import: its preview, its progress, what it found, and its undoing."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.kernel import clock, jobs
from rantai.kernel.models import Job
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import toasts
from rantai.wires.imports import actions, shapes
from rantai.wires.imports.forms import OptionsForm, show_options
from rantai.wires.imports.models import ImportRun


@require_safe
@access.permission_required("imports.use")
def show(request: access.StaffRequest, import_id: int) -> HttpResponse:
    """Show an import where it stands: read, ready, running, in, or taken back."""
    run = _get(import_id)
    return render(request, "wires/imports/import.html", _describe(run, _options_form(run)))


@require_safe
@access.permission_required("imports.use")
def progress(request: access.StaffRequest, import_id: int) -> HttpResponse:
    """Answer the polling of the bar; when the work is over the page is loaded anew."""
    run = _get(import_id)
    response = render(request, "ui/job.html", {"job": shapes.show_job(run), "url": request.path})
    if run.job is None or run.job.state not in ("queued", "running"):
        response["HX-Refresh"] = "true"
    return response


@require_POST
@access.permission_required("imports.use")
def settle(request: access.StaffRequest, import_id: int) -> HttpResponse:
    """Keep columns and options, then judge again or import."""
    run = _get(import_id)
    form = _options_form(run, request.POST)
    mapping, twice = shapes.read_mapping(run, request.POST)
    if twice or (form is not None and not form.is_valid()):
        if twice:
            toasts.hurt(request, _("%(field)s is named for two columns. Choose one of them.") % {"field": twice})
        return render(request, "wires/imports/import.html", _describe(run, form), status=422)
    options = {**run.options, **form.read_options()} if form is not None else run.options
    go = actions.start if request.POST.get("do") == "import" else actions.ask_preview

    def work() -> None:
        actions.settle(run, mapping=mapping, options=options)
        go(run, by=request.user.actor)

    return _do(request, run, work)


@require_POST
@access.permission_required("imports.use")
def undo(request: access.StaffRequest, import_id: int) -> HttpResponse:
    """Take an import back."""
    run = _get(import_id)
    return _do(request, run, partial(actions.ask_undo, run, by=request.user.actor))


@require_POST
@access.permission_required("imports.use")
def drop(request: access.StaffRequest, import_id: int) -> HttpResponse:
    """Leave a file."""
    run = _get(import_id)
    _do(request, run, partial(actions.drop, run))
    return redirect("wires_imports:imports")


@require_POST
@access.permission_required("imports.use")
def stop(request: access.StaffRequest, import_id: int) -> HttpResponse:
    """Stop the work at its next step."""
    run = _get(import_id)
    return _do(request, run, partial(actions.stop, run))


@require_POST
@access.permission_required("imports.use")
def turn(request: access.StaffRequest, import_id: int) -> HttpResponse:
    """Value customers, forecast and plan with what came in."""
    asked = partial(jobs.enqueue, "desk.turn", {"as_of": clock.now().isoformat()}, key="turn", actor=request.user.actor)
    job: Job = run_atomic(asked)
    if request.user.has_perm("desk.jobs"):
        return redirect("desk:job", job.pk)
    toasts.say(request, _("The loop turns; the plan is new in about a minute"))
    return redirect("wires_imports:import", import_id)


def _get(import_id: int) -> ImportRun:
    rows = ImportRun.objects.select_related("company", "file", "aside", "job")
    return get_object_or_404(rows, pk=import_id)


def _do(request: access.StaffRequest, run: ImportRun, work: Any) -> HttpResponse:
    try:
        run_atomic(work)
    except IllegalTransition as refusal:
        toasts.hurt(request, str(refusal))
    return redirect("wires_imports:import", run.pk)


def _options_form(run: ImportRun, data: Any = None) -> OptionsForm | None:
    if run.kind != "orders":
        return None
    first = show_options(run.options, currency=run.company.currency, zone=run.company.zone)
    return OptionsForm(data, initial=first)


def _describe(run: ImportRun, form: OptionsForm | None) -> dict[str, Any]:
    is_working = run.job is not None and run.job.state in ("queued", "running")
    return {
        "house": "",
        "run": run,
        "stage": shapes.find_stage(run),
        "steps": shapes.list_steps(run),
        "job": shapes.show_job(run) if is_working else None,
        "progress_url": reverse("wires_imports:progress", args=[run.pk]),
        "preview": shapes.show_preview(run),
        "result": shapes.show_result(run),
        "form": form,
        "size": run.file.size,
    }
