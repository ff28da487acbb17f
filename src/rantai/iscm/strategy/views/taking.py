"""Take a change over: what it will write, whose yes it needs, what was written, and back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.foundation.parties import queries as parties
from rantai.iscm.strategy.actions import takeovers
from rantai.iscm.strategy.models import Scenario, Takeover
from rantai.iscm.strategy.queries import changes, effects, lists, resolving
from rantai.iscm.strategy.queries.effects import Effect
from rantai.iscm.strategy.views import edge, words
from rantai.kernel import clock
from rantai.ui import formats

SHOWN = 200


@require_http_methods(["GET", "POST"])
@access.permission_required("scenarios.edit")
def take(request: access.StaffRequest, scenario_id: int, change_id: int) -> HttpResponse:
    """Show what taking a change over would write; do it when asked."""
    row = get_object_or_404(Scenario, pk=scenario_id)
    run = lists.find_last(row)
    data = next((one for one in run.changes if one["id"] == change_id), None) if run else None
    if run is None or data is None:
        raise Http404
    change = changes.of_data(data)
    title = words.say(change)
    if request.method == "POST":
        return edge.attempt(
            request,
            lambda: takeovers.take_change(
                run, change_id, title=title, by=request.user, at=clock.now(), today=edge.today()
            ),
            said="",
            back=reverse("iscm_strategy:taken"),
        )
    found, problem = _preview(change)
    context = {
        "house": "operations", "row": row, "title": title, "problem": problem, "effects": show_effects(found),
        "count": len(found), "back": reverse("iscm_strategy:scenario", args=[row.pk]), "tasks": _count_tasks(found),
    }  # fmt: skip
    return render(request, "iscm/strategy/take.html", context)


@require_safe
@access.permission_required("scenarios.view")
def taken(request: access.StaffRequest) -> HttpResponse:
    """Answer what became real, and what waits for a yes."""
    rows = list(lists.list_takeovers()[:SHOWN])
    people = _name_people(rows)
    context = {
        "house": "operations",
        "waiting": sum(1 for row in rows if row.state == "waiting"),
        "rows": [
            {
                "row": row, "state": words.TAKEN[row.state], "count": len(row.effects),
                "by": people.get(row.decided_by or row.proposed_by, ""), "may_decide": may_decide(request.user, row),
            }
            for row in rows
        ],
    }  # fmt: skip
    return render(request, "iscm/strategy/taken.html", context)


@require_safe
@access.permission_required("scenarios.view")
def takeover(request: access.StaffRequest, takeover_id: int) -> HttpResponse:
    """Show one: every write with what was before."""
    row = get_object_or_404(Takeover.objects.select_related("run__scenario"), pk=takeover_id)
    people = _name_people([row])
    context = {
        "house": "operations", "row": row, "state": words.TAKEN[row.state], "effects": show_effects(row.effects),
        "by": people.get(row.proposed_by, ""), "decided": people.get(row.decided_by, ""),
        "may_decide": may_decide(request.user, row), "count": len(row.effects),
        "may_undo": row.state == "done" and request.user.has_perm("scenarios.edit"),
    }  # fmt: skip
    return render(request, "iscm/strategy/takeover.html", context)


@require_POST
@access.permission_required("scenarios.edit")
def approve(request: access.StaffRequest, takeover_id: int) -> HttpResponse:
    """Say yes."""
    row = _find_to_decide(request, takeover_id)
    work = lambda: takeovers.approve_takeover(row, by=request.user, at=clock.now())  # noqa: E731
    return edge.attempt(request, work, said=_("In force"), back=reverse("iscm_strategy:takeover", args=[row.pk]))


@require_POST
@access.permission_required("scenarios.edit")
def dismiss(request: access.StaffRequest, takeover_id: int) -> HttpResponse:
    """Say no."""
    row = _find_to_decide(request, takeover_id)
    work = lambda: takeovers.dismiss_takeover(row, by=request.user, at=clock.now())  # noqa: E731
    return edge.attempt(request, work, said=_("Refused"), back=reverse("iscm_strategy:taken"))


@require_POST
@access.permission_required("scenarios.edit")
def undo(request: access.StaffRequest, takeover_id: int) -> HttpResponse:
    """Take back what was written."""
    row = get_object_or_404(Takeover, pk=takeover_id)
    work = lambda: takeovers.undo_takeover(row, by=request.user, at=clock.now())  # noqa: E731
    back = reverse("iscm_strategy:takeover", args=[row.pk])
    return edge.attempt(request, work, said=_("Taken back"), back=back)


def show_effects(found: list[Effect]) -> list[dict[str, Any]]:
    """Return writes as rows: of what, which field, before, after; the last one tells how many are not listed."""
    rows = []
    for one in found[:SHOWN]:
        if one["what"] == "task":
            rows.append(
                {
                    "label": one["label"],
                    "field": _("Task"),
                    "before": "–",
                    "after": one.get("owner") or _("handed over"),
                }
            )
        for name, (before, after) in one["values"].items():
            rows.append(
                {
                    "label": one["label"], "field": words.FIELDS.get(name, name),
                    "before": words.say_value(name, before), "after": words.say_value(name, after),
                }
            )  # fmt: skip
    if len(found) > SHOWN:
        more = ngettext("and %(n)s more", "and %(n)s more", len(found) - SHOWN)
        label = more % {"n": formats.number(len(found) - SHOWN)}
        rows.append({"label": label, "field": "", "before": "", "after": ""})
    return rows


def may_decide(user: User, row: Takeover) -> bool:
    """Tell whether a person's yes is the one that is waited for."""
    if row.state != "waiting" or not user.has_perm("scenarios.decide"):
        return False
    return user.is_admin or not row.asks_role or user.roles.filter(code=row.asks_role).exists()


def _find_to_decide(request: access.StaffRequest, takeover_id: int) -> Takeover:
    row = get_object_or_404(Takeover, pk=takeover_id)
    if row.state == "waiting" and not may_decide(request.user, row):
        raise PermissionDenied
    return row


def _preview(change: changes.Change) -> tuple[list[Effect], str]:
    try:
        return effects.list_effects(change, company=parties.get_company(), today=edge.today()), ""
    except resolving.NothingMeant as problem:
        return [], str(problem)


def _count_tasks(found: list[Effect]) -> int:
    return sum(1 for one in found if one["what"] == "task")


def _name_people(rows: list[Takeover]) -> dict[str, str]:
    actors = {actor for row in rows for actor in (row.proposed_by, row.decided_by) if actor.startswith("user:")}
    people = User.objects.filter(pk__in=[int(actor.partition(":")[2]) for actor in actors])
    return {person.actor: person.name for person in people}
