"""What somebody looks for: each house finds among its own, the desk shows it together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from rantai.kernel.refs import DocRef

Row = TypeVar("Row", bound=Model)
DIGITS = 5
"""Of a document's number, as the series write it."""
SHORTEST = 2
"""Letters from which on a name is looked for inside other words."""
_NUMBER = re.compile(r"([A-Za-z]*)[-\s]*(\d+)")
_CITED = re.compile(r"[A-Za-z]{0,3}[-\s]?\d+")
"""What looks like a document's number is looked for in no middle of a name."""
_OURS = re.compile(r"([A-Za-z]*)-?(\d+)")
_BEFORE_SURROGATES, _BEHIND_SURROGATES, _LAST = 0xD7FF, 0xE000, 0x10FFFF
"""Where letters end that a database can hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One thing that was found, in the reader's language; its kind says which page it has and who may open it."""

    ref: DocRef
    label: str
    note: str = ""
    house: str = ""
    is_exact: bool = False
    """It is called exactly what was typed, zeros and prefix forgiven."""


def like_number(text: str, *, prefix: str, field: str = "number") -> Q | None:
    """Return the condition for documents numbered as typed, by index; None where no number begins so.

    'SO-00012' is found by 'SO-00012', 'so12' and '12', and 'SO-001' finds all that begin so. Other systems' numbers
    ('P50045') are found by how they begin.
    """
    typed = text.strip()
    if not may_be_number(typed):
        return None
    found = _within(field, typed.upper(), _after(typed.upper()))
    match = _NUMBER.fullmatch(typed)
    if match and prefix.upper().startswith(match[1].upper()):
        letters, digits = match.groups()
        found |= Q(**{field: f"{prefix}{int(digits):0{DIGITS}d}"})
        if letters and len(digits) < DIGITS:
            low, high = digits.ljust(DIGITS, "0"), digits.ljust(DIGITS, "9")
            found |= Q(**{f"{field}__gte": f"{prefix}{low}", f"{field}__lte": f"{prefix}{high}"})
    return found


def may_be_number(text: str) -> bool:
    """Tell whether a document could be numbered so: there is a digit in it."""
    return any(letter.isdigit() for letter in text)


def is_number(text: str, number: str) -> bool:
    """Tell whether a number is what was typed, zeros and prefix forgiven."""
    typed, known = _NUMBER.fullmatch(text.strip()), _OURS.fullmatch(number)
    if text.strip().upper() == number.upper():
        return True
    if not typed or not known or not known[1].upper().startswith(typed[1].upper()):
        return False
    return int(typed[2]) == int(known[2])


def find_named(rows: QuerySet[Row], text: str, *, field: str, limit: int) -> list[Row]:
    """Return rows whose name begins as typed (by index), then those in which every typed word stands."""
    typed = " ".join(text.split())
    begins = Q()
    for way in dict.fromkeys((typed, typed.capitalize(), typed.title(), typed.upper(), typed.lower())):
        begins |= _within(field, way, _after(way))
    found = [row for row in rows.filter(begins).order_by(field)[:limit] if _begins(row, field, typed)]
    if len(found) < limit and (len(typed) >= SHORTEST or not typed.isascii()) and not _CITED.fullmatch(typed):
        inside = Q()
        for word in typed.split():
            inside &= Q(**{f"{field}__icontains": word})
        others = rows.filter(inside).exclude(pk__in=[row.pk for row in found])
        found += others[: limit - len(found)]
    return found


def join(parts: Sequence[str]) -> str:
    """Return the parts of a note that say something."""
    return " · ".join(part for part in parts if part)


def _within(field: str, low: str, high: str) -> Q:
    return Q(**{f"{field}__gte": low, f"{field}__lt": high})


def _after(text: str) -> str:
    """Return the first text behind everything that begins with this one."""
    last = ord(text[-1])
    if last == _LAST:
        return text + text[-1]
    return text[:-1] + chr(_BEHIND_SURROGATES if last == _BEFORE_SURROGATES else last + 1)


def _begins(row: Model, field: str, typed: str) -> bool:
    """Tell whether a row's name begins as typed: a database may order letters its own way."""
    value: Any = row
    for name in field.split("__"):
        value = getattr(value, name)
    return str(value).lower().startswith(typed.lower())
