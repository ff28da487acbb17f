"""Who calls: a machine by its hashed key with scopes, or a person's session with the page's permission."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie

from rantai.foundation.access import queries as access
from rantai.foundation.access.models import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """The user for whom a request acts, and how the kernel names it."""

    user: User
    actor: str


class ApiRequest(HttpRequest):
    """A request that one of the ways in has let through."""

    auth: Caller


class ScopedKey(HttpBearer):
    """A bearer key that has the scope and whose user holds the permission."""

    def __init__(self, scope: str, permission: str) -> None:
        super().__init__()
        self.scope, self.permission = scope, permission

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return the caller, or None: then the answer is 401."""
        key = access.verify_api_key(token, self.scope)
        if key is None or not key.user.has_perm(self.permission):
            return None
        return Caller(user=key.user, actor=f"key:{key.pk}")


class SignedIn(APIKeyCookie):
    """A signed-in person with the permission; the CSRF token is asked for as on pages."""

    param_name = "sessionid"

    def __init__(self, permission: str) -> None:
        super().__init__(csrf=True)
        self.permission = permission

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """Return the caller, or None."""
        user = request.user
        if not isinstance(user, User) or not user.has_perm(self.permission):
            return None
        return Caller(user=user, actor=user.actor)


def allow(scope: str, permission: str) -> list[HttpBearer | APIKeyCookie]:
    """Return the two ways into an endpoint."""
    return [ScopedKey(scope, permission), SignedIn(permission)]
