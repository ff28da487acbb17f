"""What a benchmark is asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Options:
    """Size and data, as the command line gave them."""

    size: str = ""
    data: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the options as JSON values."""
        return asdict(self)

    def need_data(self, what: str) -> Path:
        """Return the data's path; raises NoData where none was given."""
        if not self.data or not Path(self.data).exists():
            raise NoData(what, self.data)
        return Path(self.data)


class NoData(Exception):
    """A benchmark that needs a file was given none."""

    def __init__(self, what: str, given: str) -> None:
        at = f"'{given}' is not there" if given else "none was given"
        super().__init__(f"This benchmark needs {what}: {at}. Name it with --data PATH.")
