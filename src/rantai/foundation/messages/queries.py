"""Read messages and the words they are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rantai.foundation.messages.models import MessageTemplate, OutgoingMessage
from rantai.foundation.parties.models import Company, Consent, Contact, Party
from rantai.kernel.compiled import Compiled

_NAME = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
STANDARD_NAMES = frozenset({"party", "company"})
"""Names that every message knows: to whom it goes, from whom it comes."""
SECRETS = frozenset({"link"})
"""Names whose values let their holder act without an account: they stay no longer than the letter waits."""
HIDDEN = "…"
_TOKEN = re.compile(r"[\w-]{20,}(?=/?$)")


class UnknownLetter(LookupError):
    """A kind of message that no app ships words for."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(_("There are no words for messages of the kind '%(key)s'.") % {"key": key})


class MissingNames(ValueError):
    """Words that need names which nobody fills in."""

    def __init__(self, names: set[str], known: set[str]) -> None:
        self.names, self.known = names, known
        super().__init__(
            _("Nothing fills %(names)s. Names that can be used here: %(known)s.")
            % {"names": ", ".join(sorted(names)), "known": ", ".join(sorted(known))}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Subject and body of a kind of message in one language, with {{ names }}."""

    key: str
    language: str
    subject: str
    body: str
    is_active: bool = True
    version: int = 0
    """0: as shipped."""

    def names(self) -> set[str]:
        """Return the names that must be filled."""
        return set(_NAME.findall(f"{self.subject}\n{self.body}"))


def fill(text: str, values: dict[str, object]) -> str:
    """Return the text with each {{ name }} replaced by its value; raises MissingNames. Nothing else is understood."""
    missing = set(_NAME.findall(text)) - values.keys()
    if missing:
        raise MissingNames(missing, set(values))
    return _NAME.sub(lambda match: str(values[match[1]]), text)


def hide_secret(text: str) -> str:
    """Return an address without the token that gives its holder rights; the place it led to stays."""
    return _TOKEN.sub(HIDDEN, text)


def show_names(text: str) -> str:
    """Return the text with each {{ name }} as ‹name›, for a preview without a message."""
    return _NAME.sub(lambda match: f"‹{match[1]}›", text)


def find_odd_braces(text: str) -> list[str]:
    """Return what stands in braces but is no name: code, which messages do not run."""
    return [found for found in _BRACES.findall(text) if not _NAME.fullmatch(found)]


@cache
def list_letters() -> dict[str, dict[str, Words]]:
    """Return the words that the installed apps ship, by key and language."""
    found: dict[str, dict[str, Words]] = {}
    for config in apps.get_app_configs():
        for file in sorted(Path(config.path).glob("letters/*.txt")):
            key, _dot, language = file.stem.rpartition(".")
            subject, _blank, body = file.read_text(encoding="utf-8").partition("\n\n")
            found.setdefault(key, {})[language] = Words(
                key=key, language=language, subject=subject.strip(), body=body.strip()
            )
    return dict(sorted(found.items()))


def name_kind(key: str) -> str:
    """Return what a reader calls a kind of message: its subject in the reader's language, with its names marked."""
    shipped = list_letters()[key]
    return show_names((shipped.get(get_language() or "en") or shipped["en"]).subject)


def list_names(key: str) -> set[str]:
    """Return the names that a kind of message can use: those of the shipped words in any language."""
    shipped = list_letters().get(key, {})
    return set().union(*(words.names() for words in shipped.values())) | STANDARD_NAMES


def get_words(key: str, language: str, *, company_id: int) -> Words:
    """Return the company's own newest words, else those shipped; in English where the language has none."""
    for candidate in dict.fromkeys((language, "en")):
        row = next(iter(_OWN_WORDS.read(company_id, key, candidate)), None)
        if row:
            return Words(
                key=key, language=candidate, subject=row.subject, body=row.body, is_active=row.is_active,
                version=row.version,
            )  # fmt: skip
        shipped = list_letters().get(key, {}).get(candidate)
        if shipped:
            return shipped
    raise UnknownLetter(key)


def find_mailbox(party: Party, *, purpose: str) -> str:
    """Return where a party reads e-mail: the contact named for the purpose, the party, any contact; else ''."""
    contacts = _CONTACTS.read(party.pk)
    for contact in contacts:
        if purpose in contact.purposes:
            return contact.person.email
    first = next(iter(contacts), None)
    return party.email or (first.person.email if first else "")


def has_consent(party_id: int, *, purpose: str, channel: str) -> bool:
    """Tell whether a party may be told: service unless it said no, anything else only if it said yes."""
    newest = _CONSENTS.read(party_id, purpose, channel)
    return newest[0][0] if newest else purpose == "service"


def is_recorded(dedupe_key: str) -> bool:
    """Tell whether a message with this key was recorded, whatever became of it."""
    return bool(_RECORDED.read(dedupe_key))


_OWN_WORDS = Compiled(
    lambda company_id, key, language: MessageTemplate.objects.filter(
        company_id=company_id, key=key, language=language
    ).order_by("-version")[:1]
)
_CONTACTS = Compiled(
    lambda party_id: (
        Contact.objects.filter(party_id=party_id).exclude(person__email="").select_related("person").order_by("id")
    )
)
_CONSENTS = Compiled(
    lambda party_id, purpose, channel: (
        Consent.objects.filter(party_id=party_id, purpose=purpose, channel=channel)
        .order_by("-at", "-id")
        .values_list("granted")[:1]
    )
)
_RECORDED = Compiled(lambda dedupe_key: OutgoingMessage.objects.filter(dedupe_key=dedupe_key).values_list("pk"))


def find_quiet_end(company: Company, party: Party, *, purpose: str, at: datetime) -> datetime | None:
    """Return when the party's quiet hours end, or None outside them.

    `company.settings['quiet_hours']` is {purpose: ["21:00", "07:00"]}; marketing rests from eight to eight by default.
    """
    hours = read_quiet_hours(company, purpose)
    if not hours:
        return None
    starts, ends = (time.fromisoformat(text) for text in hours)
    local = at.astimezone(ZoneInfo(party.zone or company.zone))
    clock_time = local.time().replace(tzinfo=None)
    is_quiet = starts <= clock_time < ends if starts < ends else clock_time >= starts or clock_time < ends
    if not is_quiet:
        return None
    end = datetime.combine(local.date(), ends, local.tzinfo)
    return end if end > local else end + timedelta(days=1)


def read_quiet_hours(company: Company, purpose: str) -> list[str] | None:
    """Return when messages of a purpose rest, as two times of day in the party's zone, or None."""
    hours: list[str] | None = {"marketing": ["20:00", "08:00"], **company.settings.get("quiet_hours", {})}.get(purpose)
    return hours


def list_due(now: datetime) -> QuerySet[OutgoingMessage]:
    """Return the messages that may be sent now, oldest first."""
    rested = Q(not_before=None) | Q(not_before__lte=now)
    return OutgoingMessage.objects.filter(rested, state="queued").order_by("id")


def list_outbox() -> QuerySet[OutgoingMessage]:
    """Return every message with what a list shows of it: its subject, or its kind before it has one."""
    shown = Case(When(subject="", then="key"), default="subject")
    return OutgoingMessage.objects.annotate(shown=shown)


def show_words(message: OutgoingMessage) -> tuple[str, str]:
    """Return subject and body as sent, or as they would be sent now."""
    if message.body:
        return message.subject, message.body
    try:
        words = get_words(message.key, message.language, company_id=message.company_id)
        return fill(words.subject, message.values), fill(words.body, message.values)
    except (UnknownLetter, MissingNames) as error:
        return message.key, str(error)


def make_message_id(message: OutgoingMessage) -> str:
    """Return the Message-ID of a row: the same at every attempt, so that a repetition can be told."""
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"
    return f"<message.{message.pk}.{message.recorded_at:%Y%m%d%H%M%S}@{host}>"
