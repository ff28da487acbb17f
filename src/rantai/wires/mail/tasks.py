"""Send what was recorded: messages, invitations, digests.

A message is taken, sent and marked in three steps, because no network is used inside a transaction. A crash after the
mail server took it and before the mark was made sends it once more, with the same Message-ID: receivers can tell.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPRecipientsRefused, SMTPResponseException

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from rantai.foundation import events
from rantai.foundation.access import actions as access
from rantai.foundation.access.models import User
from rantai.foundation.documents import actions as documents
from rantai.foundation.documents.models import Notification
from rantai.foundation.messages import actions as messages
from rantai.foundation.messages import queries as message_queries
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, jobs
from rantai.kernel.compiled import Compiled
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from rantai.wires.mail import queries

log = structlog.get_logger(__name__)

_WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25), timedelta(hours=2))


def on_message_queued(fact: events.MessageQueued) -> None:
    """Queue the sending of a recorded message."""
    message = _MESSAGES.read(fact.message_id)[0]
    _enqueue(message, at=message.not_before)


_MESSAGES = Compiled(lambda message_id: OutgoingMessage.objects.filter(pk=message_id))


def on_user_invited(fact: events.UserInvited) -> None:
    """Queue the mail with a colleague's first link."""
    jobs.enqueue("mail.send_invitation", {"user_id": fact.user_id}, key=str(fact.user_id))


@jobs.task("mail.send_message")
def send_message(run: jobs.Run, *, message_id: int) -> str:
    """Send one message, or keep it where the demonstration asks for that; return its state."""
    message = run_atomic(partial(messages.begin_sending, message_id, now=clock.now()))
    if message is None:
        _wait_for_quiet_end(message_id)
    elif getattr(settings, "MESSAGES_KEEP", False) or message.company.is_demo:
        run_atomic(partial(messages.mark_sent, message_id, now=clock.now(), state="kept"))
    else:
        _send(message)
    return OutgoingMessage.objects.values_list("state", flat=True).get(pk=message_id)


@jobs.task("mail.send_due")
def send_due(run: jobs.Run) -> int:
    """Queue every message that is due and has no job: after a restore, or where a job was lost."""
    due = list(message_queries.list_due(clock.now())[:1000])
    for message in due:
        _enqueue(message, at=None)
    return len(due)


@jobs.task("mail.send_invitation")
def send_invitation(run: jobs.Run, *, user_id: int) -> None:
    """Send a new invitation; each sending makes a new link, which ends those before it."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    token = run_atomic(partial(access.issue_invitation, user))
    url = queries.make_url(reverse("foundation_access:invitation", args=[token]))
    _deliver(queries.compose_invitation(user.email, name=user.name, url=url, language=_language(user)))


@jobs.task("mail.send_digests")
def send_digests(run: jobs.Run, *, pace: str) -> int:
    """Mail what users have not seen yet to those who asked for this pace: 'now' or 'daily'; return how many mails."""
    users = User.objects.filter(digest=pace, is_active=True, kind="staff").order_by("id")
    return sum(_send_digest(user) for user in users)


def _enqueue(message: OutgoingMessage, *, at: datetime | None) -> None:
    # The attempt is part of the key: the job of the next attempt is queued while this one still runs.
    key = f"{message.pk}:{message.attempts}"
    jobs.enqueue("mail.send_message", {"message_id": message.pk}, key=key, run_at=at)


def _wait_for_quiet_end(message_id: int) -> None:
    message = OutgoingMessage.objects.get(pk=message_id)
    if message.state == "queued" and message.not_before:
        jobs.enqueue(
            "mail.send_message", {"message_id": message.pk}, key=f"{message.pk}:quiet", run_at=message.not_before
        )


def _send(message: OutgoingMessage) -> None:
    url = run_atomic(partial(_make_unsubscribe_url, message)) if message.purpose == "marketing" else ""
    try:
        _deliver(queries.compose_message(message, unsubscribe_url=url))
    except (OSError, SMTPResponseException, SMTPRecipientsRefused) as error:
        _note_failure(message, error)
    else:
        run_atomic(partial(messages.mark_sent, message.pk, now=clock.now()))


def _note_failure(message: OutgoingMessage, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}"
    run_atomic(partial(messages.mark_failed, message.pk, error=text, is_final=_is_final(error)))
    message.refresh_from_db()
    log.warning("message_not_sent", message=message.pk, attempts=message.attempts, state=message.state)
    if message.state == "queued":
        _enqueue(message, at=clock.now() + _WAITS[min(message.attempts, len(_WAITS)) - 1])


def _is_final(error: Exception) -> bool:
    """Tell whether the mail server said 'never' (5xx), not 'later'."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, SMTPResponseException) and error.smtp_code >= 500


def _make_unsubscribe_url(message: OutgoingMessage) -> str:
    ref = DocRef("party", message.party_id)
    token = access.issue_link("unsubscribe", ref=ref, party_id=message.party_id)
    return queries.make_url(reverse("wires_mail:unsubscribe", args=[token]))


def _send_digest(user: User) -> bool:
    rows = list(Notification.objects.filter(user=user, seen_at=None, mailed_at=None).order_by("id")[:50])
    if not rows:
        return False
    message_id = f"<digest.{user.pk}.{rows[-1].pk}@rantai>"
    _deliver(
        queries.compose_digest(
            user.email, notices=queries.list_notices(rows), language=_language(user), message_id=message_id
        )
    )
    run_atomic(partial(documents.mark_mailed, [row.pk for row in rows], now=clock.now()))
    return True


def _deliver(mail: EmailMultiAlternatives) -> None:
    mail.send()


def _language(user: User) -> str:
    company = parties.find_company()
    return user.language or (company.language if company else "en")
