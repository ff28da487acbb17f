"""What a list is declared with and what its templates read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from rantai.ui.table_columns import Cell, Column
from rantai.ui.table_filters import Filter


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: words of the address under a name; `count` costs one more query."""

    name: str
    label: Any
    params: dict[str, Any]
    count: bool = False
    hurt: bool = False


@dataclass(frozen=True, slots=True)
class Bulk:
    """What can be done with the ticked rows: a POST of `ids` to `url_name`."""

    name: str
    label: Any
    url_name: str
    confirm: Any = ""
    key: str = ""
    permission: str = ""

    @property
    def url(self) -> str:
        """Address that takes the ids."""
        return reverse(self.url_name)


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says, and its first step."""

    title: Any
    text: Any = ""
    href: str = ""
    label: Any = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a template shows it."""

    key: Any
    label: str
    cells: tuple[Cell, ...]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """One column head with the address that sorts by it."""

    column: Column
    href: str
    direction: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force and the address without it."""

    label: Any
    text: str
    without: str


@dataclass(frozen=True, slots=True)
class Control:
    """One filter as the form shows it."""

    filter: Filter
    values: list[str]
    choices: list[tuple[str, Any]]
    problem: str
