"""What an announced fact looks like: a frozen dataclass of ids and numbers, without Django."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
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
        first = fields(self)[0].name
        return f"{first.removesuffix('_id')}:{getattr(self, first)}"

    def to_payload(self) -> dict[str, Any]:
        """Return the fact as JSON values."""
        return {field.name: _encode(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Read what `to_payload` wrote; unknown keys are of a newer release and left out."""
        hints = get_type_hints(cls)
        known = {field.name for field in fields(cls)}
        return cls(**{name: _decode(hints[name], value) for name, value in payload.items() if name in known})


def _encode(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_encode(part) for part in value]
    return value


def _decode(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        inner = getattr(hint, "__args__", (str,))[0]
        return tuple(_decode(inner, part) for part in value)
    text = str(hint)
    if isinstance(value, str) and "datetime.datetime" in text:
        return datetime.fromisoformat(value)
    if isinstance(value, str) and "datetime.date" in text:
        return date.fromisoformat(value)
    return value
