"""Invite people, hand out links and keys, keep roles, teams and territories."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from rantai.foundation import events
from rantai.foundation.access import queries, rules
from rantai.foundation.access.models import ApiKey, LinkToken, Role, SavedView, Team, Territory, User
from rantai.kernel import audit, clock, inserts, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

INVITATION_LASTS = timedelta(days=14)


class AddressInUse(ValueError):
    """An invitation to somebody who is known already."""

    def __init__(self, email: str) -> None:
        self.email = email
        super().__init__(_("%(email)s has an account already. Open it to change its roles.") % {"email": email})


class TerritoryCircle(ValueError):
    """A territory that would lie inside itself."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(_("A territory cannot lie inside itself: %(path)s. Choose another parent.") % {"path": path})


class LastAdministrator(ValueError):
    """A change that would leave nobody who may manage people."""

    def __init__(self) -> None:
        super().__init__(_("This is the last administrator. Make somebody else one first."))


class LinkNotUsable(ValueError):
    """A link that was used, revoked or has expired."""

    def __init__(self) -> None:
        super().__init__(_("This link was used already or has expired. Ask for a new one."))


def add_user(email: str, *, name: str, password: str | None = None, by: str, **profile: str | bool) -> User:
    """Add a staff user with a password, or one who must be invited; raises AddressInUse."""
    require_transaction()
    if User.objects.filter(email__iexact=email).exists():
        raise AddressInUse(email)
    user = User(email=email.strip().lower(), name=name, **profile)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save(force_insert=True)
    audit.record(DocRef("user", user.pk), action="added", by=by)
    return user


def invite_user(email: str, *, name: str, roles: Iterable[str] = (), language: str = "", by: str) -> User:
    """Add a user and ask the mail wire to send the link by which they choose a password."""
    user = add_user(email, name=name, language=language, by=by)
    user.roles.set(Role.objects.filter(code__in=list(roles)))
    outbox.record(events.UserInvited(user_id=user.pk))
    return user


def note_invitation(user: User, *, by: str) -> None:
    """Note that a user was given a new link by hand."""
    require_transaction()
    audit.record(DocRef("user", user.pk), action="invited", by=by)


def issue_invitation(user: User) -> str:
    """Return a new invitation token of a user; the links before it end."""
    ref = DocRef("user", user.pk)
    revoke_links(ref, purpose="invite")
    return issue_link("invite", ref=ref, expires_at=clock.now() + INVITATION_LASTS)


def accept_invitation(token: str, *, password: str) -> User:
    """Set the first password of the invited user and use the link up; raises LinkNotUsable."""
    require_transaction()
    link = queries.find_link(token, "invite")
    now = clock.now()
    if link is None or not LinkToken.objects.filter(pk=link.pk, used_at=None).update(used_at=now, revoked_at=now):
        raise LinkNotUsable
    user = User.objects.get(pk=link.subject_id, is_active=True)
    user.set_password(password)
    User.objects.filter(pk=user.pk).update(password=user.password, seen_at=now)
    audit.record(DocRef("user", user.pk), action="accepted_invitation", by=user.actor)
    return user


def edit_user(user: User, *, by: str, **profile: str | bool) -> None:
    """Change what stands of a user: name, language, zone, theme, digest, hides_cost."""
    require_transaction()
    changed = {name: [str(getattr(user, name)), str(v)] for name, v in profile.items() if getattr(user, name) != v}
    if changed:
        User.objects.filter(pk=user.pk).update(**profile)
        user.refresh_from_db(fields=list(profile))
        # A name is personal: that it changed is noted, not from what to what.
        noted = {name: pair if name != "name" else ["", ""] for name, pair in changed.items()}
        audit.record(DocRef("user", user.pk), action="changed", by=by, changes=noted)


def set_roles(user: User, *, roles: Sequence[Role], by: str) -> None:
    """Give a user these roles and no others."""
    require_transaction()
    before = sorted(user.roles.values_list("code", flat=True))
    user.roles.set(roles)
    after = sorted(role.code for role in roles)
    if before != after:
        audit.record(DocRef("user", user.pk), action="roles", by=by, changes={"roles": [before, after]})


def set_administrator(user: User, *, is_admin: bool, by: str) -> None:
    """Make a user an administrator or not; raises LastAdministrator."""
    require_transaction()
    if user.is_admin == is_admin:
        return
    if not is_admin:
        _keep_one_administrator(user)
    user.is_admin = is_admin
    User.objects.filter(pk=user.pk).update(is_admin=is_admin)
    audit.record(DocRef("user", user.pk), action="administrator", by=by, changes={"is_admin": [not is_admin, is_admin]})


def deactivate_user(user: User, *, by: str) -> None:
    """End a user's access: sign-in, links and keys; what they did stays under their name."""
    require_transaction()
    _keep_one_administrator(user)
    now = clock.now()
    User.objects.filter(pk=user.pk).update(is_active=False, deactivated_at=now)
    ApiKey.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    revoke_links(DocRef("user", user.pk), purpose="invite")
    audit.record(DocRef("user", user.pk), action="deactivated", by=by)


def reactivate_user(user: User, *, by: str) -> None:
    """Let a former user sign in again; keys stay revoked."""
    require_transaction()
    User.objects.filter(pk=user.pk).update(is_active=True, deactivated_at=None)
    audit.record(DocRef("user", user.pk), action="reactivated", by=by)


def add_builtin_roles() -> None:
    """Add the roles that every company begins with; those that exist are left alone."""
    require_transaction()
    rows = [Role(code=code, name=name, is_builtin=True) for code, name in rules.BUILTIN_ROLES.items()]
    Role.objects.bulk_create(rows, ignore_conflicts=True)


def add_role(code: str, *, name: dict[str, str], by: str) -> Role:
    """Add a role of the company's own, which begins with no permission."""
    require_transaction()
    role = Role.objects.create(code=code, name=name)
    audit.record(DocRef("role", role.pk), action="added", by=by)
    return role


def set_permissions(role: Role, *, granted: Iterable[str], by: str) -> None:
    """Let a role hold exactly these permissions, kept as differences from what its builtin default is."""
    require_transaction()
    before = queries.effective_permissions(role)
    wanted = frozenset(granted)
    defaults = queries.effective_permissions(Role(code=role.code, is_builtin=role.is_builtin, permissions=[]))
    role.permissions = sorted(wanted - defaults) + sorted(f"-{name}" for name in defaults - wanted)
    Role.objects.filter(pk=role.pk).update(permissions=role.permissions, revision=F("revision") + 1)
    changes = {"granted": [sorted(before - wanted), sorted(wanted - before)]}
    audit.record(DocRef("role", role.pk), action="permissions", by=by, changes=changes)


def add_territory(code: str, *, name: dict[str, str], parent: Territory | None = None) -> Territory:
    """Add a node to the one tree of territories."""
    require_transaction()
    path = f"{parent.path if parent else ''}{code}/"
    return Territory.objects.create(code=code, name=name, parent=parent, path=path)


def rename_territory(territory: Territory, *, name: dict[str, str]) -> None:
    """Give a territory another name; its code stays, being part of every path below it."""
    require_transaction()
    Territory.objects.filter(pk=territory.pk).update(name=name)


def move_territory(territory: Territory, *, parent: Territory | None) -> None:
    """Hang a territory with all that is in it under another parent; raises TerritoryCircle."""
    require_transaction()
    if parent and parent.path.startswith(territory.path):
        raise TerritoryCircle(f"{parent.path}{territory.code}")
    old, new = territory.path, f"{parent.path if parent else ''}{territory.code}/"
    Territory.objects.filter(path__startswith=old).update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    Territory.objects.filter(pk=territory.pk).update(parent=parent)
    territory.parent, territory.path = parent, new


def save_team(team: Team, *, members: Sequence[User], by: str) -> Team:
    """Keep a team and who is in it."""
    require_transaction()
    team.save()
    team.members.set(members)
    audit.record(DocRef("team", team.pk), action="saved", by=by)
    return team


def issue_link(purpose: str, *, ref: DocRef, party_id: int | None = None, expires_at: datetime | None = None) -> str:
    """Return a new secret of 128 random bits that opens a document to somebody without account.

    Only its hash is kept: who loses the link is given a new one.
    """
    require_transaction()
    token = secrets.token_urlsafe(16)
    LinkToken.objects.create(
        purpose=purpose,
        token_hash=queries.hash_secret(token),
        subject_kind=ref.kind,
        subject_id=ref.id,
        party_id=party_id,
        expires_at=expires_at,
    )
    return token


def get_lasting_link(purpose: str, *, ref: DocRef, party_id: int | None = None) -> str:
    """Return the one secret by which a document stays open, the same for every letter; after a revocation a new one.

    It is worked out from the installation's secret key, so that every letter can carry it although only its hash is
    kept here. Another secret key (a restored backup elsewhere) makes another link; those sent before go on working.
    """
    require_transaction()
    token = queries.work_out_link(purpose, ref=ref)
    if queries.has_link(token):
        return token
    link = LinkToken(
        token_hash=queries.hash_secret(token),
        purpose=purpose,
        subject_kind=ref.kind,
        subject_id=ref.id,
        party_id=party_id,
    )
    inserts.add_missing([link])
    return token


def revoke_links(ref: DocRef, *, purpose: str) -> int:
    """End every live link of a document and purpose; return how many there were."""
    require_transaction()
    live = LinkToken.objects.filter(subject_kind=ref.kind, subject_id=ref.id, purpose=purpose, revoked_at=None)
    return live.update(revoked_at=clock.now())


def issue_api_key(
    user: User, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None, by: str
) -> tuple[ApiKey, str]:
    """Return a machine's new key and the secret, which is shown once."""
    require_transaction()
    prefix = f"rk_{secrets.token_hex(4)}"
    raw = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        secret_hash=queries.hash_secret(raw),
        scopes=list(scopes),
        user=user,
        expires_at=expires_at,
    )
    audit.record(DocRef("api_key", key.pk), action="issued", by=by)
    return key, raw


def revoke_api_key(key: ApiKey, *, by: str) -> None:
    """End a machine's key."""
    require_transaction()
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now())
    audit.record(DocRef("api_key", key.pk), action="revoked", by=by)


def note_seen(user_id: int, *, now: datetime) -> None:
    """Remember when a user last wrote something, at most every ten minutes."""
    User.objects.filter(pk=user_id).exclude(seen_at__gt=now - timedelta(minutes=10)).update(seen_at=now)


def _keep_one_administrator(user: User) -> None:
    others = User.objects.filter(is_admin=True, is_active=True, kind="staff").exclude(pk=user.pk)
    if user.is_admin and not others.exists():
        raise LastAdministrator


def keep_view(user: User, *, page: str, name: str, query: str, is_shared: bool) -> SavedView:
    """Keep a list as a user sees it, under a name; the same name again replaces what it stood for."""
    require_transaction()
    row, _made = SavedView.objects.update_or_create(
        user=user, page=page, name=name, defaults={"query": query, "is_shared": is_shared}
    )
    return row


def forget_view(user: User, view_id: int) -> SavedView | None:
    """Take one of a user's own views away; None where it is not theirs."""
    require_transaction()
    row = SavedView.objects.filter(pk=view_id, user=user).first()
    if row:
        row.delete()
    return row
