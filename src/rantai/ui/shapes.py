"""Frozen values that the components draw; a dict with the same keys serves as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A way on, as offered by error pages and empty pages."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a stepper; kind is done, now, hurt or empty."""

    label: str
    note: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab or saved view."""

    label: str
    href: str
    current: bool = False
    count: int | str | None = None
    hurt: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a facts list; `rule` draws a line above it."""

    label: str
    value: Any
    hurt: bool = False
    strong: bool = False
    rule: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `at` is an instant or a date."""

    text: str
    at: datetime | date | None
    who: str = ""
    house: str = ""
    hurt: bool = False
    quote: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """One post of a thread."""

    author: str
    text: str
    at: datetime
    initials: str = ""
    note: str = ""
    """Who else reads it, such as the customer."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One addend of a proposal's sum; amounts arrive formatted."""

    label: str
    amount: str
    note: str = ""
    total: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What the system proposes, with its worth, its sum and the three answers."""

    title: str
    why: str = ""
    stake: str = ""
    stake_note: str = ""
    kind: str = "look"
    href: str = ""
    accept_url: str = ""
    change_url: str = ""
    dismiss_url: str = ""
    reasons: Sequence[Reason] = ()
    revision: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Work under way; `left` is an honest estimate in words."""

    title: str
    doing: str = ""
    state: str = "run"
    done: int | None = None
    total: int | None = None
    left: str = ""
    stop_url: str = ""
    result_href: str = ""
    result_label: str = ""
    error: str = ""

    @property
    def is_over(self) -> bool:
        """Tell whether polling can stop."""
        return self.state in {"done", "hurt", "end"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """One field that two people changed, for the 409 page."""

    label: str
    mine: str
    theirs: str
