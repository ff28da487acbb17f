"""Filters of a list: read from the address, said as chips, applied as a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from rantai.ui import formats, inputs

Choices = Iterable[tuple[Any, Any]]
MAX_TEXT = 200


class NotReadable(ValueError):
    """A filter in the address that says nothing we understand."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a list; `name` is its word in the address."""

    name: str
    label: Any = ""
    kind = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The words in the address that belong to this filter."""
        return (self.name,)

    def read(self, params: QueryDict) -> Any:
        """Return what is asked, or None; raises NotReadable."""
        raise NotImplementedError

    def where(self, asked: Any) -> Q:
        """Return the condition."""
        raise NotImplementedError

    def say(self, asked: Any, today: date) -> str:
        """Say what is asked, for the chip."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Search(Filter):
    """Every word must stand in one of the fields (`name__icontains` unless a lookup is given)."""

    label: Any = field(default="", kw_only=True)
    fields: Sequence[str] = ()
    kind = "search"

    def read(self, params: QueryDict) -> str | None:
        return params.get(self.name, "").strip()[:MAX_TEXT] or None

    def where(self, asked: str) -> Q:
        condition = Q()
        for word in asked.split():
            either = Q()
            for path in self.fields:
                either |= Q(**{_with_lookup(path): word})
            condition &= either
        return condition

    def say(self, asked: str, today: date) -> str:
        return asked


@dataclass(frozen=True, slots=True)
class Choice(Filter):
    """One of some values, or several with `many`; unknown values are ignored."""

    field: str = ""
    choices: Choices | Callable[[], Choices] = ()
    many: bool = False
    kind = "choice"

    def list_choices(self) -> list[tuple[str, Any]]:
        """Return (value, word) pairs."""
        source = self.choices() if callable(self.choices) else self.choices
        return [(str(value), word) for value, word in source]

    def read(self, params: QueryDict) -> list[str] | None:
        given = params.getlist(self.name)
        if not any(given):
            return None
        known = {value for value, _word in self.list_choices()}
        return [value for value in given if value in known][: None if self.many else 1] or None

    def where(self, asked: list[str]) -> Q:
        return Q(**{f"{self.field}__in": asked})

    def say(self, asked: list[str], today: date) -> str:
        words = dict(self.list_choices())
        return ", ".join(str(words[value]) for value in asked)


@dataclass(frozen=True, slots=True)
class Pick(Choice):
    """One or several related things; `choices` is a function that lists (id, name)."""


@dataclass(frozen=True, slots=True)
class Dates(Filter):
    """Days from … to …, both included; `instant` for a field that holds instants."""

    field: str = ""
    instant: bool = False
    kind = "dates"

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    def read(self, params: QueryDict) -> tuple[date | None, date | None] | None:
        start, end = (_read_day(params.get(key, "")) for key in self.keys)
        return (start, end) if start or end else None

    def where(self, asked: tuple[date | None, date | None]) -> Q:
        start, end = asked
        condition = Q()
        if start:
            condition &= Q(**{f"{self.field}__gte": _midnight(start) if self.instant else start})
        if end:
            after = end + timedelta(days=1)
            condition &= Q(**{f"{self.field}__lt": _midnight(after) if self.instant else after})
        return condition

    def say(self, asked: tuple[date | None, date | None], today: date) -> str:
        start, end = (formats.day(day, today=today) if day else "" for day in asked)
        if start and end:
            return f"{start} – {end}"
        return _("from %(day)s") % {"day": start} if start else _("until %(day)s") % {"day": end}


@dataclass(frozen=True, slots=True)
class Numbers(Filter):
    """A figure from … to …; `scale` is 10,000 for money and quantities."""

    field: str = ""
    scale: int = 1
    kind = "numbers"

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"{self.name}_min", f"{self.name}_max")

    def read(self, params: QueryDict) -> tuple[Decimal | None, Decimal | None] | None:
        low, high = (_read_figure(params.get(key, "")) for key in self.keys)
        return None if low is None and high is None else (low, high)

    def where(self, asked: tuple[Decimal | None, Decimal | None]) -> Q:
        low, high = asked
        condition = Q()
        if low is not None:
            condition &= Q(**{f"{self.field}__gte": int((low * self.scale).to_integral_value())})
        if high is not None:
            condition &= Q(**{f"{self.field}__lte": int((high * self.scale).to_integral_value())})
        return condition

    def say(self, asked: tuple[Decimal | None, Decimal | None], today: date) -> str:
        low, high = (None if figure is None else formats.number(figure) for figure in asked)
        if low and high:
            return f"{low} – {high}"
        return _("at least %(figure)s") % {"figure": low} if low else _("at most %(figure)s") % {"figure": high}


@dataclass(frozen=True, slots=True)
class Flag(Filter):
    """A condition that holds or is not asked."""

    q: Q = field(default_factory=Q)
    kind = "flag"

    def read(self, params: QueryDict) -> bool | None:
        return True if params.get(self.name) == "1" else None

    def where(self, asked: bool) -> Q:
        return self.q

    def say(self, asked: bool, today: date) -> str:
        return _("yes")


def _with_lookup(path: str) -> str:
    return (
        path
        if path.rsplit("__", 1)[-1] in {"icontains", "istartswith", "startswith", "exact", "iexact"}
        else f"{path}__icontains"
    )


def _read_day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise NotReadable(_("“%(text)s” is no date. Write it as 2026-11-23.") % {"text": text[:40]}) from error


def _read_figure(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        figure = Decimal(inputs.read_figure(text))
    except InvalidOperation as error:
        raise NotReadable(_("“%(text)s” is no figure. Write it as 1200.50.") % {"text": text[:40]}) from error
    if not figure.is_finite() or abs(figure) > 10**13:
        raise NotReadable(_("“%(text)s” is too large a figure.") % {"text": text[:40]})
    return figure


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
