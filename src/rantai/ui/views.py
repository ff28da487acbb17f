"""The living styleguide: every component as pages use it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rantai.ui import samples, shapes

PERMISSION = "ui.styleguide"
View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """Ask for the styleguide's permission, and say so to whoever walks all addresses."""
    guarded = permission_required(PERMISSION, raise_exception=True)(require_safe(view))
    guarded.public = False  # type: ignore[attr-defined]
    guarded.permission = PERMISSION  # type: ignore[attr-defined]
    return guarded


@staff_only
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component with its markup."""
    context = samples.make_context(today=timezone.localdate(), now=timezone.now())
    return render(request, "ui/styleguide.html", context | {"house": request.GET.get("house", "operations")})


@staff_only
def styleguide_door(request: HttpRequest) -> HttpResponse:
    """Show a page as people outside see it."""
    return render(request, "ui/styleguide_door.html", {"company_name": "Kirana Display", "house": "suppliers"})


@staff_only
def styleguide_progress(request: HttpRequest) -> HttpResponse:
    """Answer one poll of a job."""
    job = shapes.Job(title="Turn", state="done", doing="41 s")
    return render(request, "ui/job.html", {"job": job, "url": request.path})


@staff_only
def styleguide_panel(request: HttpRequest) -> HttpResponse:
    """Show Explain: a page by itself, a panel beside the page that asked for it."""
    return render(request, "ui/styleguide_panel.html", {"chain": samples.make_chain(timezone.localdate())})
