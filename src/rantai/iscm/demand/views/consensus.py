"""What was agreed: versions of the forecast, frozen, approved, replaced."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rantai.foundation.access import rules as access
from rantai.iscm.demand import forms
from rantai.iscm.demand.actions import consensus as actions
from rantai.iscm.demand.models.consensus import ConsensusVersion
from rantai.iscm.demand.queries import forecasts, steps
from rantai.iscm.demand.views import edge
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import formats, toasts

SHOWN = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A version as the list shows it."""

    row: ConsensusVersion
    who: str
    approver: str
    until: str
    drift: str
    """How far the running forecast has moved from it."""


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("demand.view")
def versions(request: HttpRequest) -> HttpResponse:
    """Show the versions, and freeze the running forecast as a new one."""
    run = forecasts.find_run()
    may_edit = run is not None and request.user.has_perm("demand.edit")
    form = forms.ConsensusForm(request.POST if request.method == "POST" and may_edit else None)
    if form.is_bound and form.is_valid() and run is not None:
        found = steps.load(run)
        blocks = actions.pack(found)
        refused = edge.attempt(
            lambda: actions.freeze(run, found, blocks, by=edge.actor(request), at=clock.now(), **form.cleaned_data)
        )
        if not refused:
            toasts.say(request, _("The forecast is frozen under this name. The plan counts on it once it is approved."))
            return redirect("iscm_demand:consensus")
        form.add_error(None, refused)
    rows = list(ConsensusVersion.objects.order_by("-id")[:SHOWN])
    names = edge.name_actors({row.frozen_by for row in rows} | {row.approved_by for row in rows if row.approved_by})
    running = float(steps.load(run).final[:, : actions.WORTH_WEEKS].sum()) if run else 0.0
    shown = [_show(row, names, running, run.first_week if run else None) for row in rows]
    context = {
        "house": "operations",
        "run": run,
        "form": form,
        "versions": shown,
        "approved": next((one for one in shown if one.row.state == "approved"), None),
        "may_edit": may_edit,
        "may_approve": request.user.has_perm("demand.approve"),
    }
    return render(request, "iscm/demand/consensus.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("demand.approve")
def approve(request: HttpRequest, version_id: int) -> HttpResponse:
    """Let the plan count on a version."""
    version = get_object_or_404(ConsensusVersion, pk=version_id)
    try:
        run_atomic(lambda: actions.approve(version_id, by=edge.actor(request), at=clock.now()))
    except IllegalTransition as problem:
        toasts.warn(request, str(problem))
        return redirect("iscm_demand:consensus")
    toasts.say(request, _("The next plan counts on %(name)s.") % {"name": version.name})
    return redirect("iscm_demand:consensus")


@require_POST
@access.permission_required("demand.approve")
def withdraw(request: HttpRequest, version_id: int) -> HttpResponse:
    """Take a version away."""
    version = get_object_or_404(ConsensusVersion, pk=version_id)
    try:
        run_atomic(lambda: actions.withdraw(version_id, by=edge.actor(request), at=clock.now()))
    except IllegalTransition as problem:
        toasts.warn(request, str(problem))
        return redirect("iscm_demand:consensus")
    toasts.say(request, _("%(name)s is withdrawn.") % {"name": version.name})
    return redirect("iscm_demand:consensus")


def _show(row: ConsensusVersion, names: dict[str, str], running: float, first_week: object) -> Shown:
    moved = running / row.units - 1 if row.units and row.first_week == first_week else None
    return Shown(
        row=row,
        who=names[row.frozen_by],
        approver=names.get(row.approved_by, ""),
        until=formats.day(
            row.first_week.fromordinal(row.first_week.toordinal() + 7 * row.horizon - 1), today=edge.today()
        ),
        drift="" if moved is None else ("+" if moved > 0 else "") + formats.percent(moved, 1),
    )
