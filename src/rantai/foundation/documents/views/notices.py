"""What a user should see, and the work that waits for them."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.documents import actions, queries
from rantai.foundation.documents.models import Notification
from rantai.kernel import clock, refs
from rantai.kernel.transactions import run_atomic


@require_safe
@access.staff_required
def notifications(request: access.StaffRequest) -> HttpResponse:
    """Show a user's notifications and open tasks."""
    page = Paginator(queries.list_notifications(request.user), 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "unseen": queries.count_unseen(request.user),
        "tasks": [(task, _find_page(task.ref_kind, task.ref_id)) for task in queries.list_open_tasks(request.user)],
    }
    return render(request, "foundation/documents/notifications.html", context)


@require_POST
@access.staff_required
def open_notification(request: access.StaffRequest, notification_id: int) -> HttpResponse:
    """Mark a notification seen and go to its document."""
    notice = get_object_or_404(Notification, pk=notification_id, user=request.user)
    run_atomic(partial(actions.mark_seen, request.user, ids=[notice.pk], now=clock.now()))
    return redirect(_find_page(notice.ref_kind, notice.ref_id))


@require_POST
@access.staff_required
def see_all(request: access.StaffRequest) -> HttpResponse:
    """Mark every notification seen."""
    run_atomic(partial(actions.mark_seen, request.user, now=clock.now()))
    return redirect("foundation_documents:notifications")


def _find_page(kind: str, pk: int) -> str:
    try:
        return reverse(refs.PAGES[kind], args=[pk])
    except (KeyError, NoReverseMatch):
        return reverse("foundation_documents:room", args=[kind, pk])
