"""Pages of the demonstration company: making it in an empty database, and taking it away again."""

from __future__ import annotations

from functools import partial

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.desk.shapes.work import show_job
from rantai.desk.welcome import answers, forms, links, queries
from rantai.desk.welcome.views.founding import founder_only
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel import jobs
from rantai.kernel.models import Job
from rantai.kernel.transactions import run_atomic

MAKE, REMOVE = "demo.make", "demo.remove"
_JOB = "welcome_job"


@founder_only
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Let a worker make the demonstration company."""
    if parties.find_company() is None:
        job = run_atomic(partial(jobs.enqueue, MAKE, key=MAKE, actor="welcome", max_attempts=2))
        request.session[_JOB] = job.pk
    return redirect("desk_welcome:work")


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("access.manage")
def remove(request: access.StaffRequest) -> HttpResponse:
    """Say what goes with the demonstration, and let a worker remove it once its name is typed."""
    company = parties.get_company()
    if not company.is_demo:
        return render(request, "desk/welcome/not_a_demo.html", {"company": company}, status=409)
    form = forms.RemoveForm(request.POST or None, company=company.party.name)
    if request.method == "POST" and form.is_valid():
        _begin_removal(request)
        return redirect("desk_welcome:work")
    context = {"company": company, "form": form, "losses": queries.list_losses()}
    return render(request, "desk/welcome/remove.html", context, status=422 if form.errors else 200)


@never_cache
@access.public
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """Show how far the job is that this visitor began, and what to do when it is over."""
    job = _find_job(request)
    if job is None:
        return redirect("desk_welcome:start")
    context = {"row": job, "job": _show(job), "url": reverse("desk_welcome:progress"), "is_over": job.state == "done"}
    return render(request, f"desk/welcome/{'making' if job.task == MAKE else 'removing'}.html", context)


@never_cache
@access.public
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Answer the polling of the bar; once it is over, show the page anew."""
    job = _find_job(request)
    answer = render(request, "ui/job.html", {"job": _show(job) if job else {}, "url": request.path})
    if job is None or job.state in ("done", "failed", "cancelled"):
        answer["HX-Redirect"] = reverse("desk_welcome:work")
    return answer


def _begin_removal(request: access.StaffRequest) -> None:
    """Queue the removal; this visitor, whose account goes too, holds the link to what comes after."""
    token, token_hash = links.make_secret()
    by = request.user.actor
    job = run_atomic(partial(jobs.enqueue, REMOVE, {"link_hash": token_hash}, key=REMOVE, actor=by, max_attempts=2))
    # The next person with this account's number is another one: their sign-in would empty this session.
    logout(request)
    answers.write_token(request, token)
    request.session[_JOB] = job.pk


def _find_job(request: HttpRequest) -> Job | None:
    """Return the job that this visitor began: the number is in their signed session."""
    return Job.objects.filter(pk=request.session.get(_JOB, 0), task__in=(MAKE, REMOVE)).first()


def _show(job: Job) -> dict[str, object]:
    title = _("Making the demonstration company") if job.task == MAKE else _("Removing the demonstration company")
    return {**show_job(job), "title": title, "stop_url": ""}
