"""Record messages with their cause; note what became of them; keep a company's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from rantai.foundation import events
from rantai.foundation.messages import queries
from rantai.foundation.messages.models import MessageTemplate, OutgoingMessage
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.kernel import audit, clock, inserts, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

MAX_ATTEMPTS = 5
_FORGOTTEN_AT_ONCE = 500


class OddBraces(ValueError):
    """Words with braces that hold no plain name."""

    def __init__(self, found: Sequence[str]) -> None:
        self.found = tuple(found)
        super().__init__(
            _("%(found)s is not understood: only names such as {{ party }} can stand in braces.")
            % {"found": ", ".join(found)}
        )


class SecretForgotten(ValueError):
    """A letter was given up so long ago that its link is gone."""

    def __init__(self) -> None:
        super().__init__(
            _("This letter cannot be sent again: its link was forgotten. Send it anew from the document's own page.")
        )


def queue_message(
    *,
    company_id: int,
    key: str,
    party_id: int,
    ref: DocRef,
    values: Mapping[str, object],
    dedupe_key: str,
    attachments: Sequence[int] = (),
    purpose: str = "service",
    at: datetime | None = None,
) -> OutgoingMessage | None:
    """Record a message to a party in its language; the mail wire sends it afterwards.

    The same `dedupe_key` twice records nothing and returns None. A party without address or consent gets a row in
    state 'refused' that says why. `values` are texts, ready for the party's language. Records MessageQueued.
    """
    require_transaction()
    if queries.is_recorded(dedupe_key):
        return None
    now = at or clock.now()
    company = parties.get_company(company_id)
    party = parties.get_canonical(party_id)
    address = queries.find_mailbox(party, purpose=key.partition(".")[0])
    refusal = _find_refusal(party, key=key, address=address, purpose=purpose, company_id=company_id)
    message = OutgoingMessage(
        company=company,
        key=key,
        party=party,
        language=party.language,
        address=address,
        dedupe_key=dedupe_key,
        purpose=purpose,
        ref_kind=ref.kind,
        ref_id=ref.id,
        values={"party": party.name, "company": company.party.name} | {name: str(v) for name, v in values.items()},
        attachments=list(attachments),
        state="refused" if refusal else "queued",
        error=refusal,
        not_before=queries.find_quiet_end(company, party, purpose=purpose, at=now),
        recorded_at=now,
    )
    inserts.add([message])
    if not refusal:
        outbox.record(events.MessageQueued(message_id=message.pk))
    return message


def begin_sending(message_id: int, *, now: datetime) -> OutgoingMessage | None:
    """Take a queued message for sending with its words filled in; None where it is not due or may no longer be sent.

    Consent and quiet hours are looked at again: what was allowed when it was recorded may not be any more.
    """
    require_transaction()
    rows = OutgoingMessage.objects.filter(pk=message_id).select_related("party", "company__party")
    message = rows.select_for_update(of=("self",)).first()
    if message is None or message.state not in ("queued", "sending"):
        return None
    quiet_end = queries.find_quiet_end(message.company, message.party, purpose=message.purpose, at=now)
    if quiet_end:
        rows.update(not_before=quiet_end, state="queued")
        return None
    refusal = _find_refusal(
        message.party, key=message.key, address=message.address, purpose=message.purpose, company_id=message.company_id
    )
    if refusal:
        rows.update(state="refused", error=refusal)
        return None
    words = queries.get_words(message.key, message.language, company_id=message.company_id)
    message.subject = " ".join(queries.fill(words.subject, message.values).split())[:300]
    message.body = queries.fill(words.body, message.values)
    message.message_id = queries.make_message_id(message)
    message.state, message.attempts = "sending", message.attempts + 1
    rows.update(
        subject=message.subject, body=message.body, message_id=message.message_id, state="sending", not_before=None,
        attempts=message.attempts,
    )  # fmt: skip
    return message


def mark_sent(message_id: int, *, now: datetime, state: str = "sent") -> None:
    """Note that the mail server took a message, or ('kept') that it stays here to be looked at.

    What was sent keeps no secret: who reads the outbox, or a backup, could act as the one it was written to.
    """
    require_transaction()
    rows = OutgoingMessage.objects.filter(pk=message_id, state="sending")
    if rows.update(state=state, sent_at=now, error="") and state == "sent":
        _forget(OutgoingMessage.objects.get(pk=message_id))


def forget_abandoned(*, before: datetime) -> int:
    """Blank the secrets of letters that were given up and that nobody tried again since; return how many."""
    require_transaction()
    rows = OutgoingMessage.objects.filter(state__in=["failed", "refused"], recorded_at__lt=before)
    with_secret = Q()
    for name in queries.SECRETS:
        with_secret |= Q(**{f"values__{name}__icontains": "/"}) & ~Q(**{f"values__{name}__icontains": queries.HIDDEN})
    return sum(_forget(message) for message in rows.filter(with_secret).order_by("id")[:_FORGOTTEN_AT_ONCE])


def _forget(message: OutgoingMessage) -> bool:
    """Blank what gives its holder rights; return whether there was such a thing."""
    values, subject, body = dict(message.values), message.subject, message.body
    for name in queries.SECRETS & values.keys():
        secret, values[name] = values[name], queries.hide_secret(values[name])
        if secret:
            subject, body = subject.replace(secret, values[name]), body.replace(secret, values[name])
    if values == message.values:
        return False
    return bool(OutgoingMessage.objects.filter(pk=message.pk).update(values=values, subject=subject, body=body))


def mark_failed(message_id: int, *, error: str, is_final: bool = False) -> None:
    """Note a failed attempt; after the fifth, or at once if trying again is useless, the message has failed."""
    require_transaction()
    rows = OutgoingMessage.objects.filter(pk=message_id, state="sending")
    rows.filter(attempts__lt=0 if is_final else MAX_ATTEMPTS).update(state="queued", error=error[:500])
    rows.update(state="failed", error=error[:500])


def retry_message(message: OutgoingMessage, *, by: str) -> None:
    """Queue a failed or refused message once more, to the address that the party has now; raises SecretForgotten."""
    require_transaction()
    if any(queries.HIDDEN in str(message.values.get(name, "")) for name in queries.SECRETS):
        raise SecretForgotten
    address = queries.find_mailbox(message.party, purpose=message.key.partition(".")[0]) or message.address
    rows = OutgoingMessage.objects.filter(pk=message.pk, state__in=["failed", "refused"])
    if rows.update(state="queued", attempts=0, error="", address=address, not_before=None):
        audit.record(DocRef("message", message.pk), action="retried", by=by)
        outbox.record(events.MessageQueued(message_id=message.pk))


def save_words(
    key: str, *, language: str, company_id: int, subject: str, body: str, is_active: bool = True, by: str
) -> MessageTemplate:
    """Keep a company's own words as a new version; raises MissingNames, OddBraces or UnknownLetter."""
    require_transaction()
    check_words(key, subject=subject, body=body)
    own = MessageTemplate.objects.filter(company_id=company_id, key=key, language=language)
    last = own.order_by("-version").values_list("version", flat=True).first() or 0
    row = MessageTemplate.objects.create(
        company_id=company_id, key=key, language=language, version=last + 1, subject=" ".join(subject.split()),
        body=body, is_active=is_active, made_by=by,
    )  # fmt: skip
    audit.record(DocRef("message_template", row.pk), action="saved", by=by, changes={"key": [None, key]})
    return row


def check_words(key: str, *, subject: str, body: str) -> None:
    """Raise OddBraces or MissingNames where words could not be filled in."""
    if key not in queries.list_letters():
        raise queries.UnknownLetter(key)
    odd = queries.find_odd_braces(f"{subject}\n{body}")
    if odd:
        raise OddBraces(odd)
    words = queries.Words(key=key, language="", subject=subject, body=body)
    unknown = words.names() - queries.list_names(key)
    if unknown:
        raise queries.MissingNames(unknown, queries.list_names(key))


def erase_messages(party_id: int) -> None:
    """Forget what was said to a party: address, values and words; that it was told stays."""
    require_transaction()
    rows = OutgoingMessage.objects.filter(party_id=party_id)
    rows.filter(state__in=["queued", "sending"]).update(state="refused", error="erased")
    rows.update(address="", values={}, subject="", body="", attachments=[])


def _find_refusal(party: Party, *, key: str, address: str, purpose: str, company_id: int) -> str:
    if not address:
        return _("The party has no e-mail address.")
    if party.is_anonymous:
        return _("The party stands for buyers without a name.")
    if not queries.has_consent(party.pk, purpose=purpose, channel="email"):
        return _("The party did not agree to be told this by e-mail.")
    if not queries.get_words(key, party.language, company_id=company_id).is_active:
        return _("Messages of this kind are switched off.")
    return ""
