"""How Django asks us about users: permissions by role, accounts by invitation, when somebody was last here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from rantai.foundation.access import actions, queries, rules
from rantai.foundation.access.models import User
from rantai.kernel import clock


class RoleBackend:
    """Answers permission questions from the user's roles; signs nobody in."""

    knows_roles = True

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Leave signing in to the backend that knows passwords."""

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session that this backend opened: tests force their sign-in."""
        return User.objects.filter(pk=user_id, is_active=True).first()

    def has_perm(self, user: Any, perm: str, obj: object = None) -> bool:
        """Tell whether a role grants `perm`; asked of the database once for each user object, thus once a request."""
        if not isinstance(user, User):
            return False
        if not hasattr(user, "_granted"):
            user._granted = queries.list_granted(user)  # type: ignore[attr-defined]
        granted: frozenset[str] = user._granted  # type: ignore[attr-defined]
        if perm == rules.SEES_COST:
            return perm in granted  # an administrator too may be one who sees none
        return perm in granted or (user.is_active and user.is_admin and user.is_staff)


class InvitedOnly(DefaultAccountAdapter):
    """Accounts are made by invitation, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False


class LastSeen:
    """Middleware: notes at most every ten minutes that a user wrote something; reading writes nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if request.method == "POST" and isinstance(user, User) and self._is_old(user):
            actions.note_seen(user.pk, now=clock.now())
        return response

    @staticmethod
    def _is_old(user: User) -> bool:
        return user.seen_at is None or clock.now() - user.seen_at > timedelta(minutes=10)
