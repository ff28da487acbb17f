"""Lists as people want to find them again: kept under a name, shared with one's teams or not."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rantai.foundation.access import actions, queries
from rantai.foundation.access import rules as access
from rantai.kernel.transactions import run_atomic
from rantai.ui import table_views, toasts

LONGEST = 800
"""Letters of an address that a view can hold."""
PASSING = ("view", "after", "before", "export")
"""Words of an address that belong to a visit, not to a view."""


class ViewForm(forms.Form):
    """A name for a list as it is seen, and whether one's teams see it too."""

    name = forms.CharField(max_length=80)
    address = forms.CharField(max_length=1000)
    is_shared = forms.BooleanField(required=False)


@require_POST
@access.staff_required
def keep(request: access.StaffRequest) -> HttpResponse:
    """Keep a list as it is seen."""
    form = ViewForm(request.POST)
    page, query, path = _read_address(request, request.POST.get("address", ""))
    if not form.is_valid() or not page or len(query) > LONGEST:
        toasts.hurt(request, _("The view was not kept: it needs a name of up to 80 letters and fewer filters."))
        return redirect(path)
    name, shared = form.cleaned_data["name"].strip(), form.cleaned_data["is_shared"]
    row = run_atomic(lambda: actions.keep_view(request.user, page=page, name=name, query=query, is_shared=shared))
    toasts.say(request, _("Kept as “%(name)s”.") % {"name": name})
    return redirect(f"{path}?{table_views.address_of(row)}")


@require_POST
@access.staff_required
def forget(request: access.StaffRequest, view_id: int) -> HttpResponse:
    """Take one of one's own views away."""
    _page, _query, path = _read_address(request, request.POST.get("address", ""))
    row = run_atomic(lambda: actions.forget_view(request.user, view_id))
    if row:
        toasts.say(request, _("“%(name)s” is taken away.") % {"name": row.name})
    return redirect(path)


def list_views(request: HttpRequest, page: str) -> list[table_views.Kept]:
    """Return the views that a list offers its reader; settings name this function."""
    user = request.user
    if not user.is_authenticated:
        return []
    return [
        table_views.Kept(id=row.pk, name=row.name, query=row.query, is_own=row.user_id == user.pk)
        for row in queries.list_saved_views(user, page)
    ]


def _read_address(request: HttpRequest, address: str) -> tuple[str, str, str]:
    """Return URL name, words and path of a list of ours; an address elsewhere leads home."""
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None) or not address.startswith("/"):
        return "", "", "/"
    parts = urlsplit(address)
    try:
        page = resolve(parts.path).view_name
    except Resolver404:
        return "", "", "/"
    words = [(name, value) for name, value in parse_qsl(parts.query) if name not in PASSING and value]
    return page, urlencode(words), parts.path
