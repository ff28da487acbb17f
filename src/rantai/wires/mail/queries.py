"""Compose mails out of recorded rows; nothing is sent or written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from rantai.foundation.documents import queries as documents
from rantai.foundation.documents.models import Attachment, Notification
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties import queries as parties
from rantai.kernel import refs


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One notification of a digest, with the address of its document."""

    text: str
    url: str


def make_url(path: str) -> str:
    """Return the address that somebody outside can follow."""
    return f"{settings.PUBLIC_URL}{path}"


def find_page(kind: str, pk: int) -> str:
    """Return the path of a document's page, or '' where it has none."""
    try:
        return reverse(refs.PAGES[kind], args=[pk]) if kind in refs.PAGES else ""
    except NoReverseMatch:
        return ""


def compose_message(message: OutgoingMessage, *, unsubscribe_url: str = "") -> EmailMultiAlternatives:
    """Return the mail of a message whose words are filled in: text first, the same as simple HTML beside it."""
    company = message.company.party
    headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    if unsubscribe_url:
        headers |= {
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    with override(message.language):
        mail = _compose(
            message.address,
            subject=message.subject,
            text=message.body,
            sender=company.name,
            headers=headers,
            context={"company_name": company.name, "unsubscribe_url": unsubscribe_url},
        )
    mail.reply_to = [company.email] if company.email else []
    for attachment in Attachment.objects.filter(pk__in=message.attachments).select_related("file").order_by("id"):
        mail.attach(attachment.name, documents.read_file(attachment.file), attachment.file.media_type)
    return mail


def compose_invitation(email: str, *, name: str, url: str, language: str) -> EmailMultiAlternatives:
    """Return the mail by which somebody chooses a first password."""
    company = parties.find_company()
    sender = company.party.name if company else "Rantai"
    context = {"name": name, "url": url, "company_name": sender}
    with override(language):
        return _compose_from("invitation", email, sender=sender, headers={}, context=context)


def compose_digest(email: str, *, notices: Sequence[Notice], language: str, message_id: str) -> EmailMultiAlternatives:
    """Return the mail that sums notifications up."""
    company = parties.find_company()
    sender = company.party.name if company else "Rantai"
    context = {"notices": notices, "count": len(notices), "company_name": sender}
    with override(language):
        return _compose_from("digest", email, sender=sender, headers={"Message-ID": message_id}, context=context)


def list_notices(rows: Sequence[Notification]) -> list[Notice]:
    """Return notifications with the addresses that lead to their documents."""
    return [Notice(text=row.text, url=make_url(find_page(row.ref_kind, row.ref_id) or "/")) for row in rows]


def _compose_from(
    name: str, address: str, *, sender: str, headers: Mapping[str, str], context: dict[str, Any]
) -> EmailMultiAlternatives:
    subject, _blank, text = render_to_string(f"wires/mail/{name}_text.html", context).strip().partition("\n\n")
    return _compose(address, subject=subject, text=text, sender=sender, headers=headers, context=context)


def _compose(
    address: str, *, subject: str, text: str, sender: str, headers: Mapping[str, str], context: dict[str, Any]
) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=one_line(subject),
        body=text,
        from_email=formataddr((one_line(sender), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[address],
        headers=dict(headers),
    )
    mail.attach_alternative(render_to_string("wires/mail/letter.html", {**context, "text": text}), "text/html")
    return mail


def one_line(text: str) -> str:
    """Return text that can stand in a header: a line break would begin another header."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
