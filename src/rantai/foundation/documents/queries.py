"""Read what hangs on a document, and what a user should see."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from rantai.foundation.access.models import User
from rantai.foundation.documents import rules
from rantai.foundation.documents.models import Attachment, Comment, Follower, Notification, StoredFile, Task
from rantai.kernel.refs import DocRef

WITH_CUSTOMER = ("customer", "answer")
"""Kinds of comment that the customer may read: all that this does not name stays among us."""

MENTION = re.compile(r"@([\w.+-]+(?:@[\w-]+(?:\.[\w-]+)+)?)")


def get_path(sha256: str) -> str:
    """Return where a file of this content stands in the storage."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def read_file(stored: StoredFile) -> bytes:
    """Return the content of a stored file."""
    with default_storage.open(get_path(stored.sha256)) as file:
        content: bytes = file.read()
    return content


def list_attachments(ref: DocRef) -> QuerySet[Attachment]:
    """Return the files on a document, oldest first."""
    rows = Attachment.objects.filter(ref_kind=ref.kind, ref_id=ref.id, archived_at=None)
    return rows.select_related("file").order_by("id")


def list_comments(ref: DocRef) -> QuerySet[Comment]:
    """Return what was said on a document among us, oldest first; partners never read it."""
    return _list_said(ref).filter(kind="internal")


def list_conversation(ref: DocRef) -> QuerySet[Comment]:
    """Return what the customer wrote on a document and what was written to the customer, and nothing else."""
    return _list_said(ref).filter(kind__in=WITH_CUSTOMER)


def _list_said(ref: DocRef) -> QuerySet[Comment]:
    rows = Comment.objects.filter(ref_kind=ref.kind, ref_id=ref.id, archived_at=None)
    return rows.select_related("author", "party").order_by("id")


def list_questions(kind: str) -> QuerySet[Comment]:
    """Return what customers wrote on documents of a kind and nobody answered yet, oldest first."""
    rows = Comment.objects.filter(ref_kind=kind, kind="customer", answered_at=None, archived_at=None)
    return rows.order_by("id")


def list_tasks(ref: DocRef) -> QuerySet[Task]:
    """Return the work handed over on a document: open first, by date."""
    rows = Task.objects.filter(ref_kind=ref.kind, ref_id=ref.id).exclude(state="dropped")
    return rows.select_related("owner").order_by("-state", "due_on", "id")


def list_open_tasks(user: User) -> QuerySet[Task]:
    """Return the work that waits for a user, by date."""
    return Task.objects.filter(owner=user, state="open").order_by("due_on", "id")


def list_followers(ref: DocRef) -> QuerySet[User]:
    """Return who is told when something happens to a document."""
    followers = Follower.objects.filter(ref_kind=ref.kind, ref_id=ref.id).values("user_id")
    return User.objects.filter(pk__in=followers, is_active=True).order_by("name")


def list_notifications(user: User) -> QuerySet[Notification]:
    """Return what a user should see, newest first."""
    return Notification.objects.filter(user=user).order_by("-id")


def count_unseen(user: User) -> int:
    """Return how many notifications a user has not seen."""
    return Notification.objects.filter(user=user, seen_at=None).count()


def find_mentioned(text: str) -> list[User]:
    """Return the colleagues whom a text names as @address, @name-before-the-at or @First.Last."""
    wanted = {name.rstrip(".").casefold() for name in MENTION.findall(text)}
    if not wanted:
        return []
    staff = User.objects.filter(kind="staff", is_active=True).order_by("id")
    return [user for user in staff if wanted & set(handles(user))]


def handles(user: User) -> Iterable[str]:
    """Return the names under which a user can be mentioned."""
    address = user.email.casefold()
    return (address, address.partition("@")[0], ".".join(user.name.casefold().split()))


def may_see(user: User, ref: DocRef) -> bool:
    """Tell whether a user may open a document's room: staff by permission, partners only their own documents."""
    permission = rules.VIEW_PERMISSION.get(ref.kind)
    if permission is None or not user.is_active:
        return False
    if user.is_staff:
        return user.has_perm(permission)
    scope = rules.PARTY_SCOPE.get(ref.kind)
    return bool(scope and scope(ref.id, list(user.parties.values_list("pk", flat=True))))


def may_see_file(user: User, hung: Attachment) -> bool:
    """Tell whether a user may open a file: who may open its document, unless what it is for asks for more."""
    asked = rules.FILE_PERMISSION.get(hung.purpose)
    is_open = asked is None or not user.is_staff or user.has_perm(asked)
    return is_open and may_see(user, DocRef(hung.ref_kind, hung.ref_id))


def list_visible(user: User, ref: DocRef) -> list[Attachment]:
    """Return the files on a document that a user may open, oldest first."""
    return [hung for hung in list_attachments(ref) if may_see_file(user, hung)]
