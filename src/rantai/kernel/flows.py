"""What flows through the chain: each house gives its posts and flows in money, the desk joins and draws them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

HORIZON = timedelta(days=28)
"""How far the picture of the chain looks ahead."""

DIRECT = "direct"
"""Key of the post through which partners send straight to customers."""
UNDATED = "undated"
"""Key of the post from which customers' lines come that nobody could give a date."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A place of the chain through which goods flow, in the reader's language; houses may each know a part of it."""

    key: str
    """Such as supplier:7, site:3, segment:shop: the same for every house."""
    column: str
    """deep (behind our suppliers), supplier, plant, warehouse or customers."""
    name: str
    note: str = ""
    worth: str = ""
    """What is held there at cost, in words: for those who may see cost."""
    hurt: str = ""
    """What is late there, in words."""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Goods that go from one post to another within the horizon; amounts in 1/10,000 of the company's currency."""

    origin: str
    target: str
    amount: int = 0
    late: int = 0
    """Part of the amount whose lateness hurts a customer."""
    kind: str = "firm"
    """firm: an order stands behind it; planned: the plan or a forecast expects it; link: we know who, not how much."""
    rows: int = 0
    late_rows: int = 0
    what: str = ""
    """What flows, in words, where somebody told us."""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Saying:
    """A sentence about the demand that runs up the chain, with its rows."""

    text: str
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What one house knows of the chain."""

    posts: tuple[Post, ...] = ()
    flows: tuple[Flow, ...] = ()
    sayings: tuple[Saying, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """A supplier or an item for whose lateness customers' orders will be late."""

    kind: str
    """supplier, item or site."""
    name: str
    orders: int
    lines: int
    days: int
    """By how much the worst of the lines is late."""
    post: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lateness:
    """Why customers' orders will be late: causes with the most orders first, and since when it is so."""

    orders: int
    since: datetime | None
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a picture covers: from today until before `until`."""

    today: date
    until: date

    @classmethod
    def after(cls, today: date) -> Window:
        """Return the horizon that begins today."""
        return cls(today, today + HORIZON)
