"""Turn a file's text cells into typed columns, naming every cell that cannot be what its column is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from zoneinfo import available_timezones

import polars as pl

from rantai.wires.imports import references, values
from rantai.wires.imports.columns import Field
from rantai.wires.imports.scope import Scope

FINDINGS = {"row": pl.Int64, "reason": pl.String, "field": pl.String, "detail": pl.String}
LATEST = date(2100, 1, 1)
_MAX_TEXT = 200
_MAX_KEY = 60

_FLAGS = {
    "true": ("1", "yes", "y", "true", "x", "ya", "benar", "是", "有", "对"),
    "false": ("0", "no", "n", "false", "tidak", "bukan", "否", "无", "不"),
}

Parsed = tuple[pl.Series, str]
"""A typed column, and the reason for a cell of it that is filled and came out empty."""


def read_cells(
    frame: pl.DataFrame, mapping: Mapping[str, str], fields: Iterable[Field], *, scope: Scope
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the typed columns with `row` and the raw text as `raw_<field>`, and the findings about cells."""
    typed: list[pl.Series] = [pl.int_range(frame.height, eager=True).alias("row")]
    found: list[pl.DataFrame] = []
    for field in fields:
        raw = frame[mapping[field.name]] if mapping.get(field.name) else _empty(frame.height)
        parsed, reason = _parse(raw, field, scope)
        typed += [parsed.alias(field.name), raw.alias(f"raw_{field.name}")]
        found.append(note(raw.is_not_null() & parsed.is_null(), reason, field.name, raw))
        if field.required:
            found.append(note(raw.is_null(), "empty", field.name, raw))
        found += _outside(parsed, raw, field)
    return pl.DataFrame(typed), gather(found)


def note(test: pl.Series, reason: str, field: str, detail: pl.Series) -> pl.DataFrame:
    """Return a finding for each row where `test` holds."""
    rows = test.fill_null(value=False).arg_true()
    return pl.DataFrame(
        {
            "row": rows.cast(pl.Int64),
            "reason": pl.Series([reason], dtype=pl.String).extend_constant(reason, len(rows))[: len(rows)],
            "field": pl.Series([field], dtype=pl.String).extend_constant(field, len(rows))[: len(rows)],
            "detail": detail.gather(rows).cast(pl.String),
        }
    )


def gather(found: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return all findings as one frame."""
    return pl.concat([pl.DataFrame(schema=FINDINGS), *found])


def _empty(height: int) -> pl.Series:
    return pl.select(pl.repeat(None, height, dtype=pl.String)).to_series()


def _parse(raw: pl.Series, field: Field, scope: Scope) -> Parsed:
    if field.type in references.list_kinds():
        return _refer(raw, field.type, scope)
    return _PARSERS[field.type](raw, field)


def _text(raw: pl.Series, _field: Field) -> Parsed:
    return _within(raw, _MAX_TEXT), "text_too_long"


def _key(raw: pl.Series, _field: Field) -> Parsed:
    # spreadsheets turn the key 13085 into 13085.0
    return _within(raw.str.replace(r"^(\d+)\.0$", "$1"), _MAX_KEY), "text_too_long"


def _within(text: pl.Series, longest: int) -> pl.Series:
    return pl.select(pl.when(text.str.len_chars() <= longest).then(text)).to_series()


def _figure(raw: pl.Series, _field: Field) -> Parsed:
    return values.parse_scaled(raw, values.guess_number_style(raw)), "number_unreadable"


def _whole(raw: pl.Series, _field: Field) -> Parsed:
    scaled = values.parse_scaled(raw, values.guess_number_style(raw))
    whole = pl.when(scaled % values.SCALE == 0).then(scaled // values.SCALE)
    return pl.select(whole).to_series(), "not_whole"


def _percent(raw: pl.Series, _field: Field) -> Parsed:
    return values.parse_scaled(raw, values.guess_number_style(raw)) // 100, "number_unreadable"


def _date(raw: pl.Series, _field: Field) -> Parsed:
    style = values.guess_date_style(raw) or "year-month-day"
    return values.parse_moment(raw, style).dt.date(), "date_unreadable"


def _time(raw: pl.Series, _field: Field) -> Parsed:
    parts = raw.str.extract_groups(r"^(?<h>\d{1,2})[:.](?<m>\d{2})(?:[:.]\d{2})?$").struct.unnest().cast(pl.Int64)
    seconds = parts["h"] * 3600 + parts["m"] * 60
    ok = (parts["m"] < 60) & (seconds <= 86_400)
    return pl.select(pl.when(ok).then(seconds)).to_series(), "time_unreadable"


def _flag(raw: pl.Series, _field: Field) -> Parsed:
    words = {word: code == "true" for code, all_words in _FLAGS.items() for word in all_words}
    return raw.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean), "flag_unreadable"


def _choice(raw: pl.Series, field: Field) -> Parsed:
    words = {word.casefold(): code for code, all_words in field.choices.items() for word in (code, *all_words)}
    return raw.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String), "not_a_choice"


def _pattern(pattern: str, reason: str, *, upper: bool = False) -> Callable[[pl.Series, Field], Parsed]:
    def parse(raw: pl.Series, _field: Field) -> Parsed:
        text = raw.str.to_uppercase() if upper else raw
        return pl.select(pl.when(text.str.contains(pattern)).then(text)).to_series(), reason

    return parse


def _zone(raw: pl.Series, _field: Field) -> Parsed:
    known = {name: name for name in available_timezones()}
    return raw.replace_strict(known, default=None, return_dtype=pl.String), "unknown_zone"


def _refer(raw: pl.Series, kind: str, scope: Scope) -> Parsed:
    keys = raw.str.replace(r"^(\d+)\.0$", "$1")
    found = references.find_all(kind, keys.drop_nulls().unique().to_list(), scope=scope)
    return keys.replace_strict(found, default=None, return_dtype=pl.Int64), f"unknown_{kind}"


def _outside(parsed: pl.Series, raw: pl.Series, field: Field) -> list[pl.DataFrame]:
    if field.type == "date":
        wrong = (parsed < values.EARLIEST) | (parsed >= LATEST)
        return [note(wrong, "date_out_of_range", field.name, raw)]
    found = []
    scale = {"quantity": values.SCALE, "money": values.SCALE, "percent": 100}.get(field.type, 1)
    if field.minimum is not None:
        found.append(note(parsed < field.minimum * scale, "too_small", field.name, raw))
    if field.maximum is not None:
        found.append(note(parsed > field.maximum * scale, "too_large", field.name, raw))
    return found


_PARSERS: dict[str, Callable[[pl.Series, Field], Parsed]] = {
    "text": _text,
    "key": _key,
    "quantity": _figure,
    "money": _figure,
    "whole": _whole,
    "percent": _percent,
    "date": _date,
    "time": _time,
    "flag": _flag,
    "choice": _choice,
    "currency": _pattern(r"^[A-Z]{3}$", "unknown_currency", upper=True),
    "country": _pattern(r"^[A-Z]{2}$", "unknown_country", upper=True),
    "email": _pattern(r"^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$", "email_unreadable"),
    "zone": _zone,
}
