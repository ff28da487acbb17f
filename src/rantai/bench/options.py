"""What a benchmark is asked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Options:
    """Size, data and where results go, as the command line gave them; `events` is of netchange."""

    size: str = ""
    data: str = ""
    out: str = ""
    horizon: int = 0
    season: int = 0
    freq: str = ""
    effort: Literal["operational", "best"] = "operational"
    seconds: float = 0.0
    events: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the options as JSON values."""
        return asdict(self)

    def read_size(self, default: int) -> int:
        """Return how much was asked for; raises BadOption."""
        if not self.size:
            return default
        if not self.size.isdecimal() or int(self.size) < 1:
            raise BadOption(f"--size '{self.size}' is no number. Give a whole number above zero.")
        return int(self.size)

    def find_data(self, *places: Path) -> Path | None:
        """Return the path that was asked for, else the first of the places that is there; raises BadOption."""
        if self.data and not Path(self.data).exists():
            raise BadOption(f"--data '{self.data}' is not there.")
        return Path(self.data) if self.data else next((place for place in places if place.exists()), None)

    def keep(self, result: Any) -> None:
        """Write what a benchmark found to --out, where that was asked for."""
        if self.out:
            Path(self.out).write_text(json.dumps(result, default=str, indent=1, ensure_ascii=False) + "\n")


class BadOption(Exception):
    """Something was asked that this benchmark cannot read."""
