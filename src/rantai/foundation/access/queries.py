"""Read users, roles, links and keys."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.crypto import salted_hmac

from rantai.foundation.access import rules
from rantai.foundation.access.models import ApiKey, LinkToken, Role, SavedView, Territory, User
from rantai.kernel import clock
from rantai.kernel.compiled import Compiled
from rantai.kernel.refs import DocRef


def hash_secret(raw: str) -> str:
    """Return what is stored of a secret with 128 random bits: no salt is needed."""
    return hashlib.sha256(raw.encode()).hexdigest()


@cache
def list_permissions() -> dict[str, tuple[str, ...]]:
    """Return every permission of the installed apps with the builtin roles that hold it."""
    found: dict[str, tuple[str, ...]] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.rules"
        if config.name.startswith("rantai.") and find_spec(name):
            found |= getattr(import_module(name), "PERMISSIONS", {})
    return dict(sorted(found.items()))


def effective_permissions(role: Role) -> frozenset[str]:
    """Return what a role may do: a builtin role starts from the code, its row adds and takes away ('-name')."""
    defaults = {name for name, roles in list_permissions().items() if role.is_builtin and role.code in roles}
    if role.is_builtin and role.code == "manager":
        defaults |= {name for name in list_permissions() if name != "access.manage"}
    added = {name for name in role.permissions if not name.startswith("-")}
    taken = {name[1:] for name in role.permissions if name.startswith("-")}
    return frozenset((defaults | added) - taken)


def list_granted(user: User) -> frozenset[str]:
    """Return every permission of a user: all for an administrator, none for a partner or a former colleague.

    Whom the company lets see no cost does not see it whatever their roles are.
    """
    if not user.is_active or not user.is_staff:
        return frozenset()
    granted = set(list_permissions()) if user.is_admin else set[str]()
    for role in () if user.is_admin else user.roles.all():
        granted |= effective_permissions(role)
    return frozenset(granted - {rules.SEES_COST} if user.hides_cost else granted)


def list_staff() -> QuerySet[User]:
    """Return our own people who may sign in, by name."""
    return User.objects.filter(kind="staff", is_active=True).order_by("name", "email")


def list_people() -> QuerySet[User]:
    """Return our own people with their standing (active, invited, former) and whether they have a second factor."""
    standing = Case(
        When(is_active=False, then=Value("former")),
        When(password__startswith=UNUSABLE_PASSWORD_PREFIX, then=Value("invited")),
        default=Value("active"),
        output_field=CharField(),
    )
    factor = Exists(Authenticator.objects.filter(user_id=OuterRef("pk")))
    return User.objects.filter(kind="staff").annotate(standing=standing, has_factor=factor)


def count_standings() -> dict[str, int]:
    """Return how many of our people are active, invited and former."""
    counts = dict.fromkeys(("active", "invited", "former"), 0)
    for user in list_people():
        counts[user.standing] += 1  # type: ignore[attr-defined]
    return counts


def list_users_with(permission: str) -> list[User]:
    """Return the active staff who hold a permission."""
    return [user for user in list_staff().prefetch_related("roles") if permission in list_granted(user)]


def list_in_role(code: str) -> QuerySet[User]:
    """Return the active staff of a role: whose work something usually is."""
    return list_staff().filter(roles__code=code).distinct()


def find_link(token: str, purpose: str) -> LinkToken | None:
    """Return the usable link that a token opens, or None: unknown, revoked or expired."""
    link = find_any_link(token, purpose)
    return link if link and is_usable(link) else None


def find_any_link(token: str, purpose: str) -> LinkToken | None:
    """Return the link whatever became of it, so that a page can say what did."""
    return LinkToken.objects.filter(token_hash=hash_secret(token), purpose=purpose).select_related("party").first()


def work_out_link(purpose: str, *, ref: DocRef) -> str:
    """Return the lasting secret of a document, whether it was given out or not; see `actions.get_lasting_link`."""
    ended = len(_ENDED_LINKS.read(ref.kind, ref.id, purpose))
    digest = salted_hmac("rantai.link", f"{purpose}:{ref.kind}:{ref.id}:{ended}", algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


_ENDED_LINKS = Compiled(
    lambda kind, pk, purpose: (
        LinkToken.objects.filter(subject_kind=kind, subject_id=pk, purpose=purpose)
        .exclude(revoked_at=None)
        .values_list("pk")
    )
)


def has_link(token: str) -> bool:
    """Tell whether a secret was ever given out."""
    return bool(_LINKS.read(hash_secret(token)))


_LINKS = Compiled(lambda token_hash: LinkToken.objects.filter(token_hash=token_hash).values_list("pk"))


def is_usable(link: LinkToken) -> bool:
    """Tell whether a link is neither revoked nor expired."""
    return link.revoked_at is None and (link.expires_at is None or link.expires_at > clock.now())


def verify_api_key(raw: str, scope: str) -> ApiKey | None:
    """Return the live key that `raw` is, if it has the scope and its user may act; else None."""
    now = clock.now()
    live = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now)) & Q(user__is_active=True)
    key = ApiKey.objects.filter(live, secret_hash=hash_secret(raw)).select_related("user").first()
    return key if key and scope in key.scopes else None


_PATHS = Compiled(lambda territory_id: Territory.objects.filter(pk=territory_id).values_list("path"))
_BY_CODE = Compiled(lambda codes: Territory.objects.filter(code__in=codes).values_list("code", "id"))


def list_territories_up(territory_id: int | None) -> list[int]:
    """Return a territory and those above it, nearest first."""
    found = _PATHS.read(territory_id or 0)
    codes = list_codes_up(found[0][0]) if found else []
    by_code = dict(_BY_CODE.read(codes))
    return [by_code[code] for code in codes if code in by_code]


def list_codes_up(path: str) -> list[str]:
    """Return the codes of the territories on a path, nearest first."""
    return [code for code in reversed(path.split("/")) if code]


def list_territories_below(territory_id: int) -> QuerySet[Territory]:
    """Return a territory and everything in it."""
    path = Territory.objects.values_list("path", flat=True).get(pk=territory_id)
    return Territory.objects.filter(path__startswith=path)


def list_saved_views(user: User, page: str) -> QuerySet[SavedView]:
    """Return a user's own views of a list, and those that people of the same teams share, by name."""
    mates = User.objects.filter(teams__in=user.teams.all())
    mine = Q(user=user) | Q(is_shared=True, user__in=mates)
    return SavedView.objects.filter(mine, page=page).select_related("user").order_by("name", "id").distinct()
