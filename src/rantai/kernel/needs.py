"""What waits for a person: each house lists its own, the desk shows them costliest first and passes the answer on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from rantai.kernel.money import Money
from rantai.kernel.refs import DocRef

PAGE = 50
"""Rows of a bundle that are shown at once."""


class NoSuchNeed(LookupError):
    """Something that nobody waits for any more, or that has no such answer."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"{key} waits for nobody now.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What may be done about a need in place; the house that listed it does it by its code."""

    code: str
    label: str
    permission: str
    key: str = ""
    """The letter that presses it."""
    asks: str = ""
    """What it wants to know first: reason, or figures (quantity, day, source)."""
    undo: str = ""
    """Code of the act that takes it back."""
    done: str = ""
    """What to say when it was done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """One thing to decide or to do, or many alike under one key, in the reader's language.

    `permission` is who may see it; `stake` what is lost if nobody does it; `url` where it is done.
    """

    key: str
    """Kind and what tells it from others of the kind, such as proposal:7: the door that listed it knows it again."""
    kind: str
    house: str
    title: str
    why: str
    permission: str
    url: str
    ref: DocRef | None = None
    stake: Money | None = None
    stake_note: str = ""
    due_on: date | None = None
    is_hurt: bool = False
    count: int = 1
    duty: str = ""
    """Role whose work it usually is; empty: whoever sees it."""
    acts: tuple[Act, ...] = ()
    revision: int | None = None

    @property
    def place(self) -> str:
        """Return the group in which it stands: hurt, money or order."""
        return "hurt" if self.is_hurt else "money" if self.stake and self.stake.amount else "order"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An addend of what is proposed, as shown; the parts add up to the total."""

    label: str
    amount: str
    note: str = ""
    is_total: bool = False
    tells_cost: bool = False
    """Its amount is what things cost us."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """An order of a customer that a need is about, with its days."""

    label: str
    who: str
    url: str
    units: str = ""
    asked: date | None = None
    promised: date | None = None
    expected: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of several ways, such as another supplier."""

    value: str
    label: str
    cost: str = ""
    """What a unit costs that way, for those who may see it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a change starts from."""

    units: int
    due_on: date
    unit: str = ""
    source: str = ""
    sources: tuple[Choice, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """All there is to know of one need: why, its parts, whom it touches; or the rows of a bundle."""

    need: Need
    text: str = ""
    facts: tuple[tuple[str, str, bool], ...] = ()
    """Label, value, whether it hurts."""
    costs: tuple[tuple[str, str, bool], ...] = ()
    """Facts of the same form that tell what things cost us: only for those who may see cost."""
    parts: tuple[Part, ...] = ()
    parts_title: str = ""
    touched: tuple[Touched, ...] = ()
    others: int = 0
    """Orders touched beyond those shown."""
    policy: str = ""
    rows: tuple[Need, ...] = ()
    total: int = 0
    figures: Figures | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a person decided about a need, or about some rows of it."""

    code: str
    by: str
    ids: tuple[int, ...] = ()
    """Rows of the bundle that it is for; none: all of it."""
    note: str = ""
    units: int | None = None
    due_on: date | None = None
    source: str = ""
    revision: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What became of an answer: how many rows, and which of them can be taken back."""

    count: int
    ids: tuple[int, ...] = ()


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
    numerator: float | None = None
    """What is kept of it each day, so that its change can be told; of a count the count itself."""
    denominator: float | None = field(default=None)
    form: str = "number"
    """number, percent (numerator ÷ denominator) or money (numerator in 1/10,000 of `currency`)."""
    currency: str = ""
    tells_cost: bool = False
    """Its value is what things cost us, such as stock at standard cost."""


def split_key(key: str) -> tuple[str, list[str]]:
    """Return the kind of a need's key and what follows."""
    kind, *rest = key.split(":")
    return kind, rest


def read_id(parts: Iterable[str], key: str) -> int:
    """Return the one number of a key; raises NoSuchNeed."""
    found = list(parts)
    if len(found) != 1 or not (found[0].isascii() and found[0].isdigit() and len(found[0]) < 19):
        raise NoSuchNeed(key)
    return int(found[0])
