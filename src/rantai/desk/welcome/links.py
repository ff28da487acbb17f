"""The one-time link by which whoever started the program, and nobody else, founds the company.

A request from the same machine is not trusted: behind a proxy every request comes from there (docs/adr/0009).
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from rantai.foundation.access import actions as access
from rantai.foundation.access import queries
from rantai.foundation.access.models import LinkToken, User
from rantai.foundation.parties.models import Company
from rantai.kernel import clock
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

PURPOSE = "welcome"
LASTS = timedelta(days=7)
# The company that the link founds is not there yet and has no number.
NOWHERE = DocRef("company", 0)


class LinkOver(ValueError):
    """The link founded a company already, was replaced by a newer one, or has expired."""


def is_needed() -> bool:
    """Tell whether nobody could sign in to manage this database: it lacks a company or an administrator."""
    return not (Company.objects.exists() and User.objects.filter(is_admin=True, is_active=True).exists())


def issue() -> str:
    """Return the secret of a new link; the one before it ends."""
    access.revoke_links(NOWHERE, purpose=PURPOSE)
    return access.issue_link(PURPOSE, ref=NOWHERE, expires_at=clock.now() + LASTS)


def make_secret() -> tuple[str, str]:
    """Return a secret and its hash, for a link that is written later by `keep`."""
    token = secrets.token_urlsafe(16)
    return token, queries.hash_secret(token)


def keep(token_hash: str) -> None:
    """Write the link of a secret whose hash alone is known here: the secret waits in somebody's session."""
    require_transaction()
    LinkToken.objects.create(
        purpose=PURPOSE, token_hash=token_hash, subject_kind=NOWHERE.kind, subject_id=NOWHERE.id,
        expires_at=clock.now() + LASTS,
    )  # fmt: skip


def is_usable(token: str) -> bool:
    """Tell whether this secret opens the founding now."""
    return bool(token) and queries.find_link(token, PURPOSE) is not None


def use_up(token: str) -> None:
    """End the link in the transaction that founds the company; raises LinkOver where another was first."""
    require_transaction()
    now = clock.now()
    found = LinkToken.objects.filter(token_hash=queries.hash_secret(token), purpose=PURPOSE, revoked_at=None)
    if not found.filter(expires_at__gt=now).update(used_at=now, revoked_at=now):
        raise LinkOver
