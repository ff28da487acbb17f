"""What an announced fact looks like: a frozen dataclass of ids and numbers, without Django."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, Self, get_type_hints

Plain = str | int | float | bool | None | date | datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """The parent of every event class: subclasses add fields of plain types or tuples of them.

    `stream` names the document whose history the fact continues, such as 'sales_order:12'.
    """

    VERSION: ClassVar[int] = 1

    @property
    def stream(self) -> str:
        """Return the stream, by default the first field."""
        first = _list_names(type(self))[0]  # type: ignore[arg-type]
        return f"{first.removesuffix('_id')}:{getattr(self, first)}"

    def to_payload(self) -> dict[str, Any]:
        """Return the fact as JSON values."""
        return {name: _encode(getattr(self, name)) for name in _list_names(type(self))}  # type: ignore[arg-type]

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Read what `to_payload` wrote; unknown keys are of a newer release and left out."""
        hints = _read_hints(cls)  # type: ignore[arg-type]
        return cls(**{name: _decode(hints[name], value) for name, value in payload.items() if name in hints})


@cache
def _list_names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _read_hints(kind: type[Fact]) -> dict[str, str]:
    """Return the types of a fact's fields as text: asking for them takes longer than all the rest."""
    hints = get_type_hints(kind)
    return {field.name: str(hints[field.name]) for field in fields(kind)}


def _encode(value: Any) -> Any:
    if value is None or type(value) in (int, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_encode(part) for part in value]
    return value


def _decode(hint: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decode(hint, part) for part in value)
    if isinstance(value, str) and "datetime.datetime" in hint:
        return datetime.fromisoformat(value)
    if isinstance(value, str) and "datetime.date" in hint:
        return date.fromisoformat(value)
    return value
