"""Citations: how one house names a document of another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class DocRef:
    """A document, or one line of it: kind such as 'sales_order', id, line id (0 = whole)."""

    kind: str
    id: int
    line: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}/{self.line}" if self.line else f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> DocRef:
        """Read the form that `str` writes; raises ValueError."""
        kind, _, rest = text.partition(":")
        number, _, line = rest.partition("/")
        return cls(kind, int(number), int(line or 0))


PAGES: dict[str, str] = {}
"""Kind of document → URL name of its page (one argument, the id); filled by config.wiring."""
