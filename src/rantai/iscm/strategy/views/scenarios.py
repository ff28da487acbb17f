"""Ask what if: the list of scenarios, one of them with its changes, solving it and what came of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.iscm.strategy import forms
from rantai.iscm.strategy.actions import runs, scenarios
from rantai.iscm.strategy.models import Scenario, ScenarioChange, ScenarioRun
from rantai.iscm.strategy.queries import changes, lists
from rantai.iscm.strategy.views import comparison, edge, tables, words
from rantai.kernel import clock
from rantai.kernel.models import Job
from rantai.kernel.transactions import run_atomic
from rantai.ui import shapes, toasts

SHOWN = 100
_JOBS = {"queued": "wait", "running": "run", "done": "done", "failed": "hurt", "cancelled": "end"}


@require_safe
@access.permission_required("scenarios.view")
def index(request: HttpRequest) -> HttpResponse:
    """Answer which questions were asked and what came of them."""
    found: list[Any] = list(lists.list_scenarios()[:SHOWN])
    last = {run.scenario_id: run for run in ScenarioRun.objects.filter(pk__in=[row.last_run for row in found])}
    told = lists.list_figures(list(last.values()))
    rows = [_show_row(row, last.get(row.pk), told) for row in found]
    context = {
        "rows": rows, "has_plan": lists.has_plan(), "solved": sum(1 for row in rows if row["run"]),
        "hurting": sum(1 for row in rows if row["hurts"]),
    }  # fmt: skip
    return render(request, "iscm/strategy/scenarios.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("scenarios.edit")
def new(request: access.StaffRequest) -> HttpResponse:
    """Begin a scenario."""
    form = forms.ScenarioForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        company = parties.get_company()
        made = run_atomic(
            lambda: scenarios.add_scenario(
                company.pk, name=form.cleaned_data["name"], note=form.cleaned_data["note"], by=request.user.actor,
                at=clock.now(),
            )
        )  # fmt: skip
        return redirect("iscm_strategy:scenario", made.pk)
    return render(request, "iscm/strategy/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@access.permission_required("scenarios.view")
def scenario(request: access.StaffRequest, scenario_id: int) -> HttpResponseBase:
    """Show a scenario: what changes in it, whether it is being solved, and what came of it."""
    row = get_object_or_404(Scenario.objects.select_related("company"), pk=scenario_id)
    newest, last = lists.find_newest(row), lists.find_last(row)
    problems = newest.problems if newest and newest.state == "failed" else {}
    context = {
        "row": row,
        "changes": _show_changes(row, last, problems),
        "kinds": words.KINDS.items(),
        "job": _show_job(newest) if newest and newest.state in ("queued", "solving") else None,
        "problem": problems.get("", ""),
        "failed": bool(problems),
        "has_plan": lists.has_plan(),
        "has_room": row.archived_at is None,
        **(_show_result(request, row, last) if last else {}),
    }
    return render(request, "iscm/strategy/scenario.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("scenarios.edit")
def add_change(request: access.StaffRequest, scenario_id: int, kind: str) -> HttpResponse:
    """Say one thing that is to be otherwise."""
    row = get_object_or_404(Scenario, pk=scenario_id, archived_at=None)
    if kind not in words.KINDS:
        return redirect("iscm_strategy:scenario", row.pk)
    form = forms.ChangeForm(kind=kind, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            run_atomic(
                lambda: scenarios.add_change(row, kind, by=request.user.actor, at=clock.now(), **form.cleaned_data)
            )
        except scenarios.BadChange as problem:
            for name, text in problem.problems.items():
                form.add_error(name if name in form.fields else None, text)
        except scenarios.TooManyChanges as problem:
            toasts.hurt(request, str(problem))
            return redirect("iscm_strategy:scenario", row.pk)
        else:
            return redirect("iscm_strategy:scenario", row.pk)
    label, about = words.KINDS[kind]
    context = {"row": row, "form": form, "label": label, "about": about, "codes": _list_codes(form)}
    return render(request, "iscm/strategy/change.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("scenarios.edit")
def remove_change(request: access.StaffRequest, change_id: int) -> HttpResponse:
    """Take a change out."""
    change = get_object_or_404(ScenarioChange.objects.select_related("scenario"), pk=change_id)
    back = reverse("iscm_strategy:scenario", args=[change.scenario_id])
    work = lambda: scenarios.remove_change(change, by=request.user.actor, at=clock.now())  # noqa: E731
    return edge.attempt(request, work, said=_("The change is taken out"), back=back)


@require_POST
@access.permission_required("scenarios.edit")
def solve(request: access.StaffRequest, scenario_id: int) -> HttpResponse:
    """Have a scenario solved."""
    row = get_object_or_404(Scenario, pk=scenario_id, archived_at=None)
    back = reverse("iscm_strategy:scenario", args=[row.pk])
    return edge.attempt(request, lambda: runs.queue_run(row, by=request.user.actor, at=clock.now()), said="", back=back)


@require_safe
@access.permission_required("scenarios.view")
def progress(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Answer the polling of the bar; when it is over the whole page is read again."""
    row = get_object_or_404(Scenario, pk=scenario_id)
    newest = lists.find_newest(row)
    if newest is None or newest.state in ("done", "failed"):
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "ui/job.html", {"job": _show_job(newest), "url": request.path})


@require_POST
@access.permission_required("scenarios.edit")
def copy(request: access.StaffRequest, scenario_id: int) -> HttpResponse:
    """Begin another scenario with the same changes."""
    row = get_object_or_404(Scenario, pk=scenario_id)
    name = (_("%(name)s, again") % {"name": row.name})[:120]
    made = run_atomic(lambda: scenarios.copy_scenario(row, name=name, by=request.user.actor, at=clock.now()))
    return redirect("iscm_strategy:scenario", made.pk)


@require_POST
@access.permission_required("scenarios.edit")
def archive(request: access.StaffRequest, scenario_id: int) -> HttpResponse:
    """Put a scenario away."""
    row = get_object_or_404(Scenario, pk=scenario_id)
    work = lambda: scenarios.archive_scenario(row, by=request.user.actor, at=clock.now())  # noqa: E731
    undo = reverse("iscm_strategy:restore", args=[row.pk])
    return edge.attempt(request, work, said=_("Put away"), back=reverse("iscm_strategy:scenarios"), undo=undo)


@require_POST
@access.permission_required("scenarios.edit")
def restore(request: access.StaffRequest, scenario_id: int) -> HttpResponse:
    """Take a scenario out again."""
    row = get_object_or_404(Scenario, pk=scenario_id)
    back = reverse("iscm_strategy:scenario", args=[row.pk])
    work = lambda: scenarios.restore_scenario(row, by=request.user.actor)  # noqa: E731
    return edge.attempt(request, work, said="", back=back)


@require_safe
@access.permission_required("scenarios.view")
def outcomes(request: access.StaffRequest, scenario_id: int) -> HttpResponseBase:
    """Answer which orders gain and which lose by a scenario."""
    row = get_object_or_404(Scenario, pk=scenario_id)
    run = lists.find_last(row)
    if run is None:
        return redirect("iscm_strategy:scenario", row.pk)
    kind = tables.OutcomeTable if request.user.has_perm(access.SEES_COST) else tables.CostlessOutcomeTable
    found = lists.list_outcomes(run)
    table = kind(tables.list_outcomes(found), request=request, today=edge.today())
    counts = {name: found.filter(gain=gain).count() for name, gain in (("loses", -1), ("gains", 1))}
    return table.respond("iscm/strategy/outcomes.html", {"house": "operations", "row": row, **counts})


def _show_row(row: Any, run: ScenarioRun | None, told: Any) -> dict[str, Any]:
    text, hurts = comparison.say_result(run, told[run.pk]) if run else ("", False)
    is_stale = run is not None and run.revision != row.revision
    return {"row": row, "run": run, "text": text, "hurts": hurts, "is_stale": is_stale}


def _show_changes(row: Scenario, last: ScenarioRun | None, problems: dict[str, str]) -> list[dict[str, Any]]:
    solved = {one["id"] for one in last.changes} if last else set()
    return [
        {
            "id": one.id, "text": words.say(one), "kind": words.KINDS[one.kind][0], "cost": one.cost,
            "problem": problems.get(str(one.id), ""), "is_solved": one.id in solved,
        }
        for one in changes.list_changes(row)
    ]  # fmt: skip


def _show_job(run: ScenarioRun) -> shapes.Job:
    job = Job.objects.filter(pk=run.job_id or 0).first()
    if job is None:
        return shapes.Job(title=run.scenario.name, state="wait")
    return shapes.Job(
        title=run.scenario.name, doing=job.note, state=_JOBS[job.state], done=job.done, total=job.total, error=job.error
    )


def _show_result(request: access.StaffRequest, row: Scenario, run: ScenarioRun) -> dict[str, Any]:
    told = lists.list_figures([run])
    sees_cost = request.user.has_perm(access.SEES_COST)
    text, hurts = comparison.say_result(run, told[run.pk])
    found = comparison.list_rows([run], told, currency=row.company.currency, sees_cost=sees_cost)
    run.scenario = row
    context: dict[str, Any] = {
        "run": run, "text": text, "hurts": hurts, "rows": found, "is_stale": run.revision != row.revision,
        "is_outdated": lists.is_outdated(run), "touched": lists.list_outcomes(run).exclude(gain=0).count(),
        "takeovers": [(one, words.TAKEN[one.state]) for one in run.takeovers.order_by("-id")],
    }  # fmt: skip
    if sees_cost:
        currency = row.company.currency
        context["charts"] = [
            comparison.draw_weeks([run], "stock_value", title=_("Stock at the end of each week"), currency=currency),
            comparison.draw_weeks(
                [run], "purchases", title=_("Planned purchases, added up"), currency=currency, total=True
            ),
        ]
    return context


def _list_codes(form: Any) -> list[str]:
    if "item" not in form.fields:
        return []
    return list(forms.list_item_codes())


for view in (index, new, scenario, add_change):
    view.house = "operations"  # type: ignore[attr-defined]
