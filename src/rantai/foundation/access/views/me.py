"""Pages of one's own: settings, keys of machines, the first password."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from rantai.foundation.access import actions, forms, queries
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import ApiKey, User
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts
from rantai.ui.inputs import LANGUAGES

SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff_required
def settings(request: access.StaffRequest) -> HttpResponse:
    """Show and change one's own language, appearance, zone and mails."""
    me = get_object_or_404(queries.list_people(), pk=request.user.pk)
    initial = {name: getattr(me, name) for name in ("name", "language", "theme", "zone", "digest")}
    form = forms.SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        run_atomic(lambda: actions.edit_user(me, by=me.actor, **form.cleaned_data))
        toasts.say(request, _("Settings saved"))
        response = redirect("foundation_access:settings")
        _remember_theme(response, me.theme)
        return response
    context = {"form": form, "me": me}
    return render(request, "foundation/access/settings.html", context, status=422 if form.errors else 200)


@require_POST
@access.public
def speak(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on: that of whoever is signed in is kept with them, a stranger's in a cookie."""
    language, me = request.POST.get("language", ""), request.user
    if isinstance(me, User) and language in dict(LANGUAGES):
        run_atomic(lambda: actions.edit_user(me, by=me.actor, language=language))
    answer: HttpResponse = set_language(request)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("access.manage")
def api_keys(request: access.StaffRequest) -> HttpResponse:
    """Show the keys of machines and issue one; its secret is shown once."""
    form = forms.ApiKeyForm(request.POST or None, scopes=list(access.API_SCOPES))
    secret = ""
    if request.method == "POST" and form.is_valid():
        _key, secret = run_atomic(lambda: _issue_key(request.user, form.cleaned_data))
        form = forms.ApiKeyForm(scopes=list(access.API_SCOPES))
    keys = list(ApiKey.objects.select_related("user").order_by("revoked_at", "-id"))
    for key in keys:
        key.abilities = [str(access.ABILITIES.get(scope, scope)) for scope in key.scopes]  # type: ignore[attr-defined]
    context = {"form": form, "keys": keys, "secret": secret, "live": sum(key.revoked_at is None for key in keys)}
    return render(request, "foundation/access/api_keys.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("access.manage")
def revoke_key(request: access.StaffRequest, key_id: int) -> HttpResponse:
    """End a machine's key."""
    key = get_object_or_404(ApiKey, pk=key_id)
    run_atomic(lambda: actions.revoke_api_key(key, by=request.user.actor))
    toasts.say(request, _("The key %(name)s no longer works") % {"name": key.name})
    return redirect("foundation_access:api_keys")


@never_cache
@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody invited choose a password, and sign them in."""
    link = queries.find_link(token, "invite")
    person = User.objects.filter(pk=link.subject_id, is_active=True).first() if link else None
    if person is None:
        return render(request, "foundation/access/invitation_over.html", status=410)
    form = forms.PasswordForm(request.POST or None, user=person)
    if request.method == "POST" and form.is_valid():
        try:
            user = run_atomic(lambda: actions.accept_invitation(token, password=form.cleaned_data["password"]))
        except actions.LinkNotUsable:
            return render(request, "foundation/access/invitation_over.html", status=410)
        login(request, user, backend=SIGN_IN)
        return redirect("/")
    context = {"form": form, "person": person}
    return render(request, "foundation/access/invitation.html", context, status=422 if form.errors else 200)


def _issue_key(user: User, data: dict[str, Any]) -> tuple[ApiKey, str]:
    ends = data["expires_on"]
    expires_at = datetime.combine(ends, time.max, UTC) if ends else None
    return actions.issue_api_key(user, name=data["name"], scopes=data["scopes"], expires_at=expires_at, by=user.actor)


def _remember_theme(response: HttpResponse, theme: str) -> None:
    if theme == "system":
        response.delete_cookie("theme")
    else:
        response.set_cookie("theme", theme, max_age=365 * 24 * 3600, samesite="Lax")
