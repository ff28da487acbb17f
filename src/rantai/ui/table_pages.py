"""Pages of a list by key: the next page starts after the last row seen, so page 20,000 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connections
from django.db.models import F, Q, QuerySet

READERS: dict[str, Callable[[Any], Any]] = {
    "z": lambda value: None,
    "b": bool,
    "i": int,
    "n": Decimal,
    "f": float,
    "s": str,
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by a path or alias, ties by key, both in one direction."""

    path: str
    key: str
    descending: bool
    nullable: bool

    def turned(self) -> Order:
        """Return the opposite order, for the page before."""
        return Order(self.path, self.key, not self.descending, self.nullable)

    def list_terms(self) -> list[Any]:
        """Return the ORDER BY: nulls where the database has them by nature, so that its index serves."""
        terms = [self.path] if self.path == self.key else [self.path, self.key]
        return [F(term).desc() if self.descending else F(term).asc() for term in terms]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row at the edge of a page: its sort value, its key, and how many rows stand before it."""

    value: Any
    key: Any
    before: int

    def write(self) -> str:
        """Return the word for the address."""
        held = [*_tag(self.value), *_tag(self.key), self.before]
        return base64.urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, word: str) -> Cursor | None:
        """Read the word of an address; None if it is not ours."""
        try:
            raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
            value_tag, value, key_tag, key, before = json.loads(raw)
            return cls(READERS[value_tag](value), READERS[key_tag](key), max(int(before), 0))
        except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error):
            return None


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page and the words that lead to its neighbours."""

    rows: list[dict[str, Any]]
    first: int
    next: str
    previous: str

    @property
    def last(self) -> int:
        """Number of the last row."""
        return self.first + len(self.rows) - 1


def read_page(queryset: QuerySet[Any, dict[str, Any]], order: Order, *, size: int, after: str, before: str) -> Page:
    """Read one page of a `.values()` queryset that holds the order's path and key."""
    start, end = Cursor.read(after), Cursor.read(before)
    if end and not start:
        return _read_back(queryset, order, size, end)
    rows = list(_beyond(queryset, order, start).order_by(*order.list_terms())[: size + 1])
    if start and not rows:
        return read_page(queryset, order, size=size, after="", before="")
    offset = start.before if start else 0
    return _make_page(rows[:size], order, offset, has_next=len(rows) > size, has_previous=offset > 0)


def _read_back(queryset: QuerySet[Any, dict[str, Any]], order: Order, size: int, end: Cursor) -> Page:
    turned = order.turned()
    rows = list(_beyond(queryset, turned, end).order_by(*turned.list_terms())[:size])[::-1]
    if len(rows) < size:
        return read_page(queryset, order, size=size, after="", before="")
    offset = max(end.before - len(rows), 0)
    return _make_page(rows, order, offset, has_next=True, has_previous=offset > 0)


def _make_page(rows: list[dict[str, Any]], order: Order, offset: int, *, has_next: bool, has_previous: bool) -> Page:
    def point(row: dict[str, Any], before: int) -> str:
        return Cursor(_plain(row[order.path]), _plain(row[order.key]), before).write()

    following = point(rows[-1], offset + len(rows)) if rows and has_next else ""
    previous = point(rows[0], offset) if rows and has_previous else ""
    return Page(rows, offset + 1, following, previous)


def _beyond(
    queryset: QuerySet[Any, dict[str, Any]], order: Order, edge: Cursor | None
) -> QuerySet[Any, dict[str, Any]]:
    if edge is None:
        return queryset
    step = "lt" if order.descending else "gt"
    ties = Q(**{f"{order.key}__{step}": edge.key})
    if order.path == order.key:
        return queryset.filter(ties)
    nulls_first = (connections[queryset.db].vendor == "sqlite") != order.descending
    if edge.value is None:
        same = Q(**{f"{order.path}__isnull": True}) & ties
        return queryset.filter(same | Q(**{f"{order.path}__isnull": False}) if nulls_first else same)
    beyond = Q(**{f"{order.path}__{step}": edge.value})
    if order.nullable and not nulls_first:
        same = Q(**{order.path: edge.value}) & ties
        return queryset.filter(beyond | same | Q(**{f"{order.path}__isnull": True}))
    # The plain bound first: databases seek an index by it, not by the OR.
    return queryset.filter(Q(**{f"{order.path}__{step}e": edge.value}) & (beyond | ties))


def _tag(value: Any) -> tuple[str, Any]:
    match value:
        case None:
            return "z", None
        case bool():
            return "b", value
        case int():
            return "i", value
        case Decimal():
            return "n", str(value)
        case float():
            return "f", value
        case datetime():
            return "t", value.isoformat()
        case date():
            return "d", value.isoformat()
    return "s", str(value)


def _plain(value: Any) -> Any:
    return operator.attrgetter("amount")(value) if hasattr(value, "amount") else value


def find_field(queryset: QuerySet[Any], name: str) -> Any:
    """Return the model's field of this name, or None."""
    try:
        return queryset.model._meta.pk if name == "pk" else queryset.model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
