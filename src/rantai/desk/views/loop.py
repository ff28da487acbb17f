"""The loop: suppliers, own sites and customers as one picture."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from rantai.desk.queries import loop as queries
from rantai.desk.shapes import loop as shapes
from rantai.desk.turn import queries as turns
from rantai.desk.welcome import queries as welcome
from rantai.foundation.access import rules as access
from rantai.foundation.access.rules import StaffRequest
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock


@require_GET
@access.permission_required("desk.loop")
def loop(request: StaffRequest) -> HttpResponse:
    """Answer whether orders will be late and for what, and show what flows where in the next four weeks."""
    company = parties.find_company()
    if company is None:
        return render(request, "desk/loop.html", {"today": clock.now().date(), "start_url": _find_start()})
    found = queries.read_loop(company)
    if not request.user.has_perm(access.SEES_COST):
        found = queries.count_lines(found)
    picture = shapes.show_picture(found)
    context = {
        "company": company,
        "loop": found,
        "today": found.today,
        "until": queries.last_day(found),
        "picture": picture,
        "unit": shapes.say_amount(picture.unit, found),
        "rows": shapes.list_rows(found),
        "cause": shapes.say_cause(found),
        "why": shapes.say_why(found),
        "first_steps": welcome.list_first_steps(request.user),
        "currency": company.currency,
        "due": turns.find_due(found.as_of, zone=company.zone) if request.user.has_perm("desk.turn") else None,
    }
    return render(request, "desk/loop.html", context)


def _find_start() -> str:
    try:
        return reverse("desk_welcome:start")
    except NoReverseMatch:
        return ""


loop.house = ""  # type: ignore[attr-defined]
