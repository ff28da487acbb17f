"""Attach files, say things, hand work over, follow, notify."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from rantai.foundation.access.models import User
from rantai.foundation.documents import queries
from rantai.foundation.documents.models import (
    Attachment,
    Comment,
    Follower,
    Notification,
    PaperTemplate,
    StoredFile,
    Task,
)
from rantai.kernel import audit, clock
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

MAX_BYTES = 20 * 2**20
"""Largest file that can be attached."""

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")
_OFFICE = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class FileTooLarge(ValueError):
    """A file above the limit."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size = name, size
        super().__init__(
            _("%(name)s has %(size)s MB; a file may have %(limit)s MB. Make it smaller or split it.")
            % {"name": name, "size": round(size / 2**20, 1), "limit": MAX_BYTES // 2**20}
        )


class FileRefused(ValueError):
    """A file that is a program or empty."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(_("%(name)s is empty or a program and cannot be attached.") % {"name": name})


def attach(ref: DocRef, *, name: str, content: bytes, media_type: str = "", purpose: str = "", by: str) -> Attachment:
    """Hang a file on a document, kept once under its content's hash; raises FileTooLarge or FileRefused.

    The type is read from the content, so that a page in disguise is never served as one.
    """
    require_transaction()
    attachment = Attachment.objects.create(
        ref_kind=ref.kind,
        ref_id=ref.id,
        file=store_file(content, name=name),
        name=clean_name(name),
        purpose=purpose,
        added_by=by,
    )
    audit.record(ref, action="attached", by=by, changes={"attachment": [None, attachment.pk]})
    return attachment


def store_file(content: bytes, *, name: str = "") -> StoredFile:
    """Keep content under its SHA-256; the same content twice is one file."""
    require_transaction()
    if len(content) > MAX_BYTES:
        raise FileTooLarge(name, len(content))
    if not content or content.startswith(_PROGRAMS):
        raise FileRefused(name)
    digest = hashlib.sha256(content).hexdigest()
    path = queries.get_path(digest)
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(content))
    return StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": len(content), "media_type": sniff_type(content, name=name)}
    )[0]


def sniff_type(content: bytes, *, name: str = "") -> str:
    """Return the media type that the content itself shows; what is not known is bytes, what reads as text is text."""
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            suffix = name[name.rfind(".") :].lower() if "." in name else ""
            return _OFFICE.get(suffix, media_type) if media_type == "application/zip" else media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def clean_name(name: str) -> str:
    """Return a file name without folders and control characters."""
    plain = "".join(char for char in name.replace("\\", "/").rpartition("/")[2] if char.isprintable())
    return plain.strip(" .")[-200:] or "file"


def remove_attachment(attachment: Attachment, *, by: str) -> None:
    """Hide a file; what cited it keeps it."""
    require_transaction()
    Attachment.objects.filter(pk=attachment.pk).update(archived_at=clock.now())
    ref = DocRef(attachment.ref_kind, attachment.ref_id)
    audit.record(ref, action="attachment_removed", by=by, changes={"attachment": [attachment.pk, None]})


def restore_attachment(attachment: Attachment) -> None:
    """Show a hidden file again."""
    require_transaction()
    Attachment.objects.filter(pk=attachment.pk).update(archived_at=None)


def add_comment(ref: DocRef, *, author: User, text: str) -> Comment:
    """Say something; whom it mentions follows the document from then on, and every follower is told."""
    require_transaction()
    comment = Comment.objects.create(ref_kind=ref.kind, ref_id=ref.id, author=author, text=text.strip())
    mentioned = [user for user in queries.find_mentioned(text) if queries.may_see(user, ref)]
    comment.mentions.set(mentioned)
    followers = [user for user in queries.list_followers(ref) if user not in mentioned]
    follow(ref, users=[author, *mentioned])
    others = [user for user in mentioned if user != author]
    _tell(others, kind="mention", ref=ref, author=author, text=comment.text)
    _tell([user for user in followers if user != author], kind="comment", ref=ref, author=author, text=comment.text)
    return comment


def add_question(ref: DocRef, *, party_id: int, text: str, told: Iterable[User] = ()) -> Comment:
    """Keep what the customer of a document wrote; its followers and those named are told, nobody is mentioned."""
    require_transaction()
    comment = Comment.objects.create(
        ref_kind=ref.kind, ref_id=ref.id, kind="customer", party_id=party_id, text=text.strip()
    )
    _tell([*queries.list_followers(ref), *told], kind="question", ref=ref, author=comment.party, text=comment.text)
    return comment


def add_answer(ref: DocRef, *, author: User, party_id: int, text: str) -> Comment:
    """Keep what the customer of a document is told; what was asked has its answer, the other followers are told."""
    require_transaction()
    comment = Comment.objects.create(
        ref_kind=ref.kind, ref_id=ref.id, kind="answer", author=author, party_id=party_id, text=text.strip()
    )
    close_questions(ref)
    others = [user for user in queries.list_followers(ref) if user != author]
    follow(ref, users=[author])
    _tell(others, kind="comment", ref=ref, author=author, text=comment.text)
    return comment


def close_questions(ref: DocRef) -> int:
    """Let what a customer asked on a document wait no more; return how many questions that were."""
    require_transaction()
    return queries.list_questions(ref.kind).filter(ref_id=ref.id).order_by().update(answered_at=clock.now())


def erase_conversations(party_id: int) -> None:
    """Forget what a party wrote and was told; that something was said stays."""
    require_transaction()
    Comment.objects.filter(party_id=party_id).update(text="", archived_at=clock.now(), answered_at=clock.now())


def remove_comment(comment: Comment) -> None:
    """Take a comment back that only we have read."""
    require_transaction()
    Comment.objects.filter(pk=comment.pk, kind="internal").update(archived_at=clock.now())


def restore_comment(comment: Comment) -> None:
    """Show a comment again that was taken back."""
    require_transaction()
    Comment.objects.filter(pk=comment.pk).update(archived_at=None)


def add_task(ref: DocRef, *, title: str, owner: User, due_on: date | None = None, by: User) -> Task:
    """Hand work over to a colleague, who follows the document from then on."""
    require_transaction()
    task = Task.objects.create(
        ref_kind=ref.kind, ref_id=ref.id, title=title.strip(), owner=owner, due_on=due_on, made_by=by.actor
    )
    follow(ref, users=[owner, by])
    if owner != by:
        with override(owner.language or None):
            text = _("%(who)s asks you: %(what)s") % {"who": by, "what": task.title}
        notify([owner], kind="task", ref=ref, text=text)
    return task


def end_task(task: Task, *, state: str, by: User) -> None:
    """Mark open work done or dropped; who handed it over is told."""
    require_transaction()
    if not Task.objects.filter(pk=task.pk, state="open").update(state=state, ended_at=clock.now()):
        return
    giver = User.objects.filter(pk=int(task.made_by.partition(":")[2] or 0)).exclude(pk=by.pk).first()
    if giver and state == "done":
        with override(giver.language or None):
            text = _("%(who)s has done: %(what)s") % {"who": by, "what": task.title}
        notify([giver], kind="task", ref=DocRef(task.ref_kind, task.ref_id), text=text)


def reopen_task(task: Task) -> None:
    """Let work that was ended wait again."""
    require_transaction()
    Task.objects.filter(pk=task.pk).update(state="open", ended_at=None)


def follow(ref: DocRef, *, users: Iterable[User]) -> None:
    """Let users be told when something happens to a document."""
    require_transaction()
    rows = [Follower(ref_kind=ref.kind, ref_id=ref.id, user=user) for user in users]
    Follower.objects.bulk_create(rows, ignore_conflicts=True)


def unfollow(ref: DocRef, *, user: User) -> None:
    """Tell a user no more of a document."""
    require_transaction()
    Follower.objects.filter(ref_kind=ref.kind, ref_id=ref.id, user=user).delete()


def notify(users: Iterable[User], *, kind: str, ref: DocRef, text: str) -> list[Notification]:
    """Let users see something in the app, and by mail as each wishes; only those who may open the document."""
    require_transaction()
    rows = [
        Notification(user=user, kind=kind, ref_kind=ref.kind, ref_id=ref.id, text=text[:300])
        for user in dict.fromkeys(users)
        if queries.may_see(user, ref)
    ]
    return Notification.objects.bulk_create(rows)


def notify_once(users: Iterable[User], *, kind: str, ref: DocRef, text: str) -> list[Notification]:
    """Let users see something unless the same words about the document wait unseen for them already."""
    same = Notification.objects.filter(kind=kind, ref_kind=ref.kind, ref_id=ref.id, text=text[:300], seen_at=None)
    told = set(same.values_list("user_id", flat=True))
    return notify([user for user in users if user.pk not in told], kind=kind, ref=ref, text=text)


def notify_followers(ref: DocRef, *, kind: str, text: str, but: str = "") -> list[Notification]:
    """Tell a document's followers, but for the actor who did it."""
    return notify([user for user in queries.list_followers(ref) if user.actor != but], kind=kind, ref=ref, text=text)


def mark_seen(user: User, *, ids: Sequence[int] | None = None, now: datetime) -> int:
    """Mark a user's notifications seen, all of them or those named; return how many were new."""
    require_transaction()
    rows = Notification.objects.filter(user=user, seen_at=None)
    return (rows if ids is None else rows.filter(pk__in=ids)).update(seen_at=now)


def save_paper_template(draft: PaperTemplate, *, logo: tuple[str, bytes] | None, by: str) -> PaperTemplate:
    """Keep how a paper looks as the next version; `logo` is a new picture's name and content."""
    require_transaction()
    if logo:
        draft.logo = store_file(logo[1], name=logo[0])
    same = PaperTemplate.objects.filter(company_id=draft.company_id, kind=draft.kind, language=draft.language)
    last = same.order_by("-version").values_list("version", flat=True).first() or 0
    draft.version, draft.made_by = last + 1, by
    draft.save(force_insert=True)
    changes = {"version": [last, draft.version]}
    audit.record(DocRef("paper_template", draft.pk), action=f"saved_{draft.kind}", by=by, changes=changes)
    return draft


def mark_mailed(ids: Sequence[int], *, now: datetime) -> None:
    """Note that notifications went out by mail."""
    require_transaction()
    Notification.objects.filter(pk__in=ids).update(mailed_at=now)


_SAID = {
    "mention": gettext_lazy("%(who)s mentioned you: %(what)s"),
    "question": gettext_lazy("%(who)s asks: %(what)s"),
    "comment": gettext_lazy("%(who)s wrote: %(what)s"),
}


def _tell(users: Iterable[User], *, kind: str, ref: DocRef, author: object, text: str) -> None:
    for user in dict.fromkeys(users):
        with override(user.language or None):
            said = str(_SAID[kind]) % {"who": author, "what": " ".join(text.split())}
            notify([user], kind=kind, ref=ref, text=said)
