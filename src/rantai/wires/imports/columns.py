"""Recognise which column holds what: by name in three languages, then by content."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from rantai.wires.imports import values

_ALIKE = 88
LANGUAGES = ("en", "id", "zh-hans")


@dataclass(frozen=True, kw_only=True)
class Field:
    """Something that an import reads: its names in the world, the type of its cells and what they may hold."""

    name: str
    label: str | Promise
    """Its name for people, in their language; a column of that name is recognised in every language."""
    type: str
    """text, key, quantity, money, whole, percent, date, time, flag, choice, code or a kind of reference (item …)"""
    names: tuple[str, ...] = ()
    required: bool = False
    """Whether the column must be there and each cell filled."""
    minimum: int | None = None
    maximum: int | None = None
    """Limits of a figure, in the cell's own unit."""
    choices: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Our code → what people write for it."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """The column taken for a field, and why: chosen, name, alike or content."""

    column: str
    how: str


def synonyms(text: str) -> tuple[str, ...]:
    """Read names that stand between bars."""
    return tuple(text.split("|"))


class MissingColumns(Exception):
    """Required fields for which no column was found or named."""

    def __init__(self, fields: Iterable[str], columns: Iterable[str]) -> None:
        self.fields, self.columns = tuple(fields), tuple(columns)
        super().__init__(
            _("No column was found for %(fields)s. The file has: %(columns)s. Name it with --map field=column.")
            % {"fields": ", ".join(self.fields), "columns": ", ".join(self.columns[:40])}
        )


class UnknownColumn(Exception):
    """A mapping that names a field or a column which is not there."""

    def __init__(self, field: str, column: str) -> None:
        self.field, self.column = field, column
        super().__init__(
            _("'%(field)s=%(column)s': there is no such field or no such column.") % {"field": field, "column": column}
        )


def recognise(frame: pl.DataFrame, fields: Iterable[Field], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return field → column: what a person chose, else equal names, else alike names, else fitting content."""
    return {name: match.column for name, match in match_columns(frame, fields, chosen).items()}


def match_columns(
    frame: pl.DataFrame, fields: Iterable[Field], chosen: Mapping[str, str] | None = None
) -> dict[str, Match]:
    """Return field → the column taken for it with the reason; a field chosen as '' is left out."""
    wanted = list(fields)
    matches = {
        name: Match(column=column, how="chosen") for name, column in _checked(frame, wanted, chosen or {}).items()
    }
    plain = {column: _plain(column) for column in frame.columns}
    names = {field.name: _names_of(field) for field in wanted}
    for how, test in (("name", _equal), ("alike", _alike)):
        for field in wanted:
            taken = {match.column for match in matches.values()}
            free = [column for column in frame.columns if column not in taken]
            if field.name not in matches and (found := test(names[field.name], free, plain)):
                matches[field.name] = Match(column=found, how=how)
    for field in wanted:
        taken = {match.column for match in matches.values()}
        if field.required and field.name not in matches and (found := _fitting(frame, field, taken)):
            matches[field.name] = Match(column=found, how="content")
    return {name: match for name, match in matches.items() if match.column}


def label_of(field: Field, language: str) -> str:
    """Return the name of a field in a language."""
    with translation.override(language):
        return str(field.label)


def _names_of(field: Field) -> tuple[str, ...]:
    labels = (label_of(field, language) for language in LANGUAGES)
    return tuple(dict.fromkeys(_plain(name) for name in (field.name, *labels, *field.names)))


def require(mapping: Mapping[str, str], fields: Iterable[Field], columns: Iterable[str]) -> None:
    """Raise MissingColumns where a required field has no column."""
    missing = [field.name for field in fields if field.required and not mapping.get(field.name)]
    if missing:
        raise MissingColumns(missing, columns)


def _checked(frame: pl.DataFrame, fields: list[Field], chosen: Mapping[str, str]) -> dict[str, str]:
    names = {field.name for field in fields}
    for field, column in chosen.items():
        if field not in names or (column and column not in frame.columns):
            raise UnknownColumn(field, column)
    return dict(chosen)


def _plain(name: str) -> str:
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", "", split.casefold())


def _equal(names: tuple[str, ...], columns: list[str], plain: Mapping[str, str]) -> str | None:
    return next((column for name in names for column in columns if plain[column] == name), None)


def _alike(names: tuple[str, ...], columns: list[str], plain: Mapping[str, str]) -> str | None:
    scored = [
        (fuzz.ratio(plain[column], name), column) for name in names for column in columns if len(plain[column]) > 3
    ]
    best = max(scored, default=(0, ""))
    return best[1] if best[0] >= _ALIKE else None


def _fitting(frame: pl.DataFrame, field: Field, taken: set[str]) -> str | None:
    sample = frame.head(2000)
    for column in frame.columns:
        cells = sample[column].drop_nulls()
        if column not in taken and len(cells) and _fits(cells, field.type):
            return column
    return None


def _fits(cells: pl.Series, kind: str) -> bool:
    if kind == "date":
        style = values.guess_date_style(cells)
        return bool(style) and _share(values.parse_moment(cells, style or "").is_not_null()) > 0.9
    if kind in ("quantity", "money"):
        parsed = values.parse_scaled(cells, values.guess_number_style(cells))
        is_whole = _share(parsed % values.SCALE == 0) > 0.99
        return _share(parsed.is_not_null()) > 0.95 and is_whole == (kind != "money")
    return False


def _share(test: pl.Series) -> float:
    return float(test.mean() or 0)  # type: ignore[arg-type]  # of a column of yes and no it is a number
