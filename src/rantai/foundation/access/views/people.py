"""Pages of users: who is in, inviting, one user."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import actions, forms, queries
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.kernel.transactions import run_atomic
from rantai.ui import tables, toasts
from rantai.ui.shapes import Fact

STATES = {
    "active": ("done", gettext_lazy("Active")),
    "invited": ("wait", gettext_lazy("Invited")),
    "former": ("end", gettext_lazy("Deactivated")),
}


class UserTable(tables.Table):
    """Who may sign in."""

    name = "people"
    caption = gettext_lazy("Users")
    person = tables.Column(
        gettext_lazy("Name"), accessor="name", sort=True, link="foundation_access:user", link_args=("id",), sub="email",
        grow=True,
    )  # fmt: skip
    state = tables.StateColumn(gettext_lazy("State"), accessor="standing", states=STATES)
    seen_at = tables.Column(gettext_lazy("Last seen"), format="moment", sort=True)
    created_at = tables.Column(gettext_lazy("Member since"), format="day", sort=True, narrow=2)
    filters = [tables.Search("q", ["name__icontains", "email__icontains"])]
    sort, key, page_size = "person", "id", 50


@require_safe
@access.permission_required("access.manage")
def users(request: access.StaffRequest) -> HttpResponseBase:
    """Show who may sign in."""
    people = queries.list_people()
    table = UserTable(people, request=request)
    standings = queries.count_standings()
    context = {"active": standings["active"], "waiting": standings["invited"]}
    return table.respond("foundation/access/users.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("access.manage")
def invite(request: access.StaffRequest) -> HttpResponse:
    """Ask somebody to join."""
    form = forms.InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = run_atomic(lambda: _invite(form.cleaned_data, by=request.user.actor))
        except actions.AddressInUse as error:
            form.add_error("email", str(error))
        else:
            toasts.say(request, _("%(email)s gets a link to choose a password") % {"email": user.email})
            return redirect("foundation_access:user", user.pk)
    return render(request, "foundation/access/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("access.manage")
def user(request: access.StaffRequest, user_id: int) -> HttpResponse:
    """Show and change one user."""
    person = get_object_or_404(queries.list_people(), pk=user_id)
    initial = {
        "name": person.name, "roles": person.roles.all(), "teams": person.teams.all(),
        "hides_cost": person.hides_cost, "is_admin": person.is_admin,
    }  # fmt: skip
    form = forms.UserForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            run_atomic(lambda: _save(person, form.cleaned_data, by=request.user.actor))
        except actions.LastAdministrator as error:
            form.add_error("is_admin", str(error))
        else:
            toasts.say(request, _("%(name)s saved") % {"name": person})
            return redirect("foundation_access:user", person.pk)
    context = {"person": person, "form": form, "facts": _facts(person), "is_me": person == request.user}
    return render(request, "foundation/access/user.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("access.manage")
def deactivate(request: access.StaffRequest, user_id: int) -> HttpResponse:
    """End a user's access."""
    person = get_object_or_404(User, pk=user_id)
    try:
        run_atomic(lambda: actions.deactivate_user(person, by=request.user.actor))
    except actions.LastAdministrator as error:
        toasts.warn(request, str(error))
    else:
        undo = reverse("foundation_access:reactivate", args=[person.pk])
        toasts.say(request, _("%(name)s can no longer sign in") % {"name": person}, undo=undo)
    return redirect("foundation_access:user", person.pk)


@require_POST
@access.permission_required("access.manage")
def reactivate(request: access.StaffRequest, user_id: int) -> HttpResponse:
    """Let a former user in again."""
    person = get_object_or_404(User, pk=user_id)
    run_atomic(lambda: actions.reactivate_user(person, by=request.user.actor))
    toasts.say(request, _("%(name)s can sign in again") % {"name": person})
    return redirect("foundation_access:user", person.pk)


@require_POST
@access.permission_required("access.manage")
def invite_again(request: access.StaffRequest, user_id: int) -> HttpResponse:
    """Make a new link, show it once to hand over, and let the mail go too."""
    person = get_object_or_404(User, pk=user_id, is_active=True)
    token = run_atomic(lambda: _issue(person, by=request.user.actor))
    url = request.build_absolute_uri(reverse("foundation_access:invitation", args=[token]))
    return render(request, "foundation/access/link.html", {"person": person, "url": url})


def _invite(data: dict[str, object], *, by: str) -> User:
    roles = [role.code for role in data["roles"]]  # type: ignore[attr-defined]
    return actions.invite_user(
        str(data["email"]), name=str(data["name"]), roles=roles, language=str(data["language"]), by=by
    )


def _save(person: User, data: dict[str, object], *, by: str) -> None:
    actions.edit_user(person, name=str(data["name"]), hides_cost=bool(data["hides_cost"]), by=by)
    actions.set_roles(person, roles=list(data["roles"]), by=by)  # type: ignore[call-overload]
    actions.set_administrator(person, is_admin=bool(data["is_admin"]), by=by)
    person.teams.set(data.get("teams", []))  # type: ignore[arg-type]


def _issue(person: User, *, by: str) -> str:
    actions.note_invitation(person, by=by)
    return actions.issue_invitation(person)


def _facts(person: User) -> list[Fact]:
    return [
        Fact(_("E-mail"), person.email),
        Fact(_("State"), str(STATES[person.standing][1])),  # type: ignore[attr-defined]
        Fact(_("Second factor"), _("on") if person.has_factor else _("off")),  # type: ignore[attr-defined]
    ]
