"""Pages of roles, teams and territories."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TypeVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import actions, forms, queries
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import Role, Team, Territory
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts

Row = TypeVar("Row")


@require_safe
@access.permission_required("access.manage")
def roles(request: access.StaffRequest) -> HttpResponse:
    """Show every role with what it may do."""
    rows = list(Role.objects.order_by("id").prefetch_related("users"))
    granted = {role.pk: queries.effective_permissions(role) for role in rows}
    matrix = [(name, [(role, name in granted[role.pk]) for role in rows]) for name in queries.list_permissions()]
    context = {"roles": rows, "groups": _group(matrix), "permissions": len(matrix), "columns": len(rows) + 1}
    return render(request, "foundation/access/roles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("access.manage")
def role(request: access.StaffRequest, role_id: int) -> HttpResponse:
    """Show and change what one role may do."""
    found = get_object_or_404(Role, pk=role_id)
    if request.method == "POST":
        known = set(queries.list_permissions())
        granted = known & set(request.POST.getlist("permissions"))
        run_atomic(lambda: actions.set_permissions(found, granted=granted, by=request.user.actor))
        toasts.say(request, _("%(role)s saved") % {"role": pick(found.name)})
        return redirect("foundation_access:role", found.pk)
    held = queries.effective_permissions(found)
    ticks = [(name, name in held) for name in queries.list_permissions()]
    context = {"role": found, "name": pick(found.name), "groups": _group(ticks), "held": len(held)}
    return render(request, "foundation/access/role.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("access.manage")
def add_role(request: access.StaffRequest) -> HttpResponse:
    """Add a role of the company's own."""
    form = forms.RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        added = run_atomic(lambda: actions.add_role(data["code"], name=data["name"], by=request.user.actor))
        return redirect("foundation_access:role", added.pk)
    return render(request, "foundation/access/add_role.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@access.permission_required("access.manage")
def teams(request: access.StaffRequest) -> HttpResponse:
    """Show the teams."""
    rows = Team.objects.select_related("territory", "lead").prefetch_related("members").order_by("code")
    return render(request, "foundation/access/teams.html", {"teams": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("access.manage")
def team(request: access.StaffRequest, team_id: int | None = None) -> HttpResponse:
    """Add or change a team."""
    found = get_object_or_404(Team, pk=team_id) if team_id else None
    form = forms.TeamForm(request.POST or None, team=found, initial=_team_values(found))
    if request.method == "POST" and form.is_valid():
        saved = run_atomic(lambda: _save_team(found or Team(), form.cleaned_data, by=request.user.actor))
        toasts.say(request, _("Team %(team)s saved") % {"team": pick(saved.name)})
        return redirect("foundation_access:teams")
    context = {"form": form, "team": found}
    return render(request, "foundation/access/team.html", context, status=422 if form.errors else 200)


@require_safe
@access.permission_required("access.manage")
def territories(request: access.StaffRequest) -> HttpResponse:
    """Show the tree of territories."""
    rows = [
        (territory, "— " * (territory.path.count("/") - 1))
        for territory in Territory.objects.filter(archived_at=None).order_by("path")
    ]
    return render(request, "foundation/access/territories.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("access.manage")
def territory(request: access.StaffRequest, territory_id: int | None = None) -> HttpResponse:
    """Add, rename or move a territory."""
    found = get_object_or_404(Territory, pk=territory_id) if territory_id else None
    initial = forms.NamesForm.names_of(found.name) | {"parent": found.parent} if found else {}
    form = forms.TerritoryForm(request.POST or None, territory=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            run_atomic(lambda: _save_territory(found, form.cleaned_data))
        except actions.TerritoryCircle as error:
            form.add_error("parent", str(error))
        else:
            return redirect("foundation_access:territories")
    context = {"form": form, "territory": found}
    return render(request, "foundation/access/territory.html", context, status=422 if form.errors else 200)


def _group(rows: Iterable[tuple[str, Row]]) -> list[tuple[str, list[tuple[str, str, Row]]]]:
    """Return rows of permissions (name, in words, row) by what they are about, in words."""
    return [
        (
            str(access.SUBJECTS.get(noun, noun)),
            [(name, str(access.ABILITIES.get(name, name)), row) for name, row in group],
        )
        for noun, group in groupby(rows, key=lambda row: row[0].partition(".")[0])
    ]


def _team_values(team: Team | None) -> dict[str, object]:
    if team is None:
        return {}
    names = forms.NamesForm.names_of(team.name)
    return {**names, "code": team.code, "territory": team.territory, "lead": team.lead, "members": team.members.all()}


def _save_team(team: Team, data: dict[str, object], *, by: str) -> Team:
    team.code, team.name = str(data["code"]), data["name"]  # type: ignore[assignment]
    team.territory, team.lead = data["territory"], data["lead"]  # type: ignore[assignment]
    return actions.save_team(team, members=list(data["members"]), by=by)  # type: ignore[call-overload]


def _save_territory(territory: Territory | None, data: dict[str, object]) -> None:
    name: dict[str, str] = data["name"]  # type: ignore[assignment]
    parent: Territory | None = data["parent"]  # type: ignore[assignment]
    if territory is None:
        actions.add_territory(str(data["code"]), name=name, parent=parent)
        return
    actions.rename_territory(territory, name=name)
    if parent != territory.parent:
        actions.move_territory(territory, parent=parent)
