"""What waits for a person: each house lists its own, the desk shows them costliest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rantai.kernel.money import Money
from rantai.kernel.refs import DocRef


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """One thing to decide or to do, in the reader's language.

    `permission` is who may act on it; `stake` what is lost if nobody does; `url` where it is done.
    """

    kind: str
    house: str
    title: str
    why: str
    permission: str
    url: str
    ref: DocRef | None = None
    stake: Money | None = None
    due_on: date | None = None
    is_hurt: bool = False
    accept_url: str = ""
    change_url: str = ""
    dismiss_url: str = ""
    reasons: tuple[tuple[str, str], ...] = ()
    """Label and amount, as shown; they add up to what is proposed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number of the loop with its parts; `value` is text as shown, empty where there was no activity."""

    code: str
    label: str
    value: str
    unit: str = ""
    of: str = ""
    """Numerator and denominator in words."""
    url: str = ""
    is_hurt: bool = False
