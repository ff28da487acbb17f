"""Pages of calendars."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.calendars import actions, forms, queries
from rantai.foundation.calendars.models import Calendar
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts


@require_safe
@access.permission_required("calendars.view")
def calendars(request: access.StaffRequest) -> HttpResponse:
    """Show the calendars, and which are closed today."""
    today = timezone.localdate()
    rows = [
        (calendar, queries.get_working_days(calendar.pk).is_open(today), calendar.shifts.count())
        for calendar in queries.list_calendars()
    ]
    context = {
        "rows": rows,
        "closed": sum(not is_open for _calendar, is_open, _shifts in rows),
        "may_edit": request.user.has_perm("calendars.edit"),
        "house": "operations",
    }
    return render(request, "foundation/calendars/calendars.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("calendars.view")
def calendar(request: access.StaffRequest, calendar_id: int | None = None) -> HttpResponse:
    """Show, add or change a calendar."""
    found = get_object_or_404(Calendar, pk=calendar_id) if calendar_id else None
    if not request.user.has_perm("calendars.edit") and (request.method == "POST" or found is None):
        access.refuse()
    form = forms.CalendarForm(request.POST or None, calendar=found, initial=_values(found))
    days = forms.ExceptionSet(request.POST or None, prefix="days", initial=_exceptions(found))
    if request.method == "POST" and form.is_valid() and days.is_valid():
        try:
            saved = run_atomic(partial(_save, found, form, days, request.user.actor))
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
        toasts.say(request, _("%(name)s saved") % {"name": saved.name})
        return redirect("foundation_calendars:calendar", saved.pk)
    is_bad = form.is_bound and bool(form.errors or days.total_error_count())
    context = {
        "calendar": found, "form": form, "days": days, "house": "operations",
        "may_edit": request.user.has_perm("calendars.edit"),
    }  # fmt: skip
    return render(request, "foundation/calendars/calendar.html", context, status=422 if is_bad else 200)


def _save(found: Calendar | None, form: forms.CalendarForm, days: Any, by: str) -> Calendar:
    data, shifts, exceptions = form.cleaned_data, form.list_shifts(), forms.list_exceptions(days)
    if found is None:
        return actions.add_calendar(
            data["code"], name=data["name"], zone=data["zone"], shifts=shifts, exceptions=exceptions, by=by
        )
    values = {"name": data["name"], "zone": data["zone"]}
    return actions.edit_calendar(
        found, values=values, shifts=shifts, exceptions=exceptions, expected_revision=data["revision"] or 0, by=by
    )


def _values(found: Calendar | None) -> dict[str, Any]:
    if found is None:
        office = [(8 * 3600, 17 * 3600)]
        return {"zone": "UTC"} | {f"day_{weekday}": office for weekday in range(5)}
    names = ("name", "zone", "revision")
    return {name: getattr(found, name) for name in names} | forms.spans_by_weekday(found)


def _exceptions(found: Calendar | None) -> list[dict[str, Any]]:
    rows = found.exceptions.order_by("day") if found else []
    return [
        {"day": row.day, "name": row.name, "hours": [(row.starts, row.ends)] if row.is_open else []} for row in rows
    ]
