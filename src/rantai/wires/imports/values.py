"""Turn text cells into exact numbers and instants, a whole column at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

SCALE = 10_000
EARLIEST = date(1980, 1, 1)

_DATE_STYLES = {
    "year-month-day": r"^(?<y>\d{4})[-/.](?<m>\d{1,2})[-/.](?<d>\d{1,2})",
    "day/month/year": r"^(?<d>\d{1,2})[-/.](?<m>\d{1,2})[-/.](?<y>\d{4})",
    "month/day/year": r"^(?<m>\d{1,2})[-/.](?<d>\d{1,2})[-/.](?<y>\d{4})",
    "年月日": r"^(?<y>\d{4})年(?<m>\d{1,2})月(?<d>\d{1,2})日",
    "yyyymmdd": r"^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})(?:$|[T ])",
}
_CLOCK = r"[T ](?<h>\d{1,2}):(?<n>\d{2})(?::(?<s>\d{2}))?"


@dataclass(frozen=True, kw_only=True)
class NumberStyle:
    """Which sign separates thousands and which the decimals."""

    thousands: str
    decimal: str


POINT = NumberStyle(thousands=",", decimal=".")
COMMA = NumberStyle(thousands=".", decimal=",")
# What can be meant in one style only, whatever stands in the other cells of its column.
_DECISIVE = {
    POINT: r"^[+-]?(\d{1,3}(,\d{3})+\.\d+|\d+\.(\d{1,2}|\d{4,})|\d{1,3}(,\d{3}){2,})$",
    COMMA: r"^[+-]?(\d{1,3}(\.\d{3})+,\d+|\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3}){2,})$",
}
# Thousands stand in threes, or as in India in twos before the last three; anything else is a slip.
_GROUPS = {
    POINT: r"^[+-]?(\d{1,3}(,\d{2,3})*,\d{3}|\d*)(\.\d*)?$",
    COMMA: r"^[+-]?(\d{1,3}(\.\d{2,3})*\.\d{3}|\d*)(,\d*)?$",
}


def guess_number_style(column: pl.Series) -> NumberStyle:
    """Let the column's decisive values vote: '1.234,56' or '12,5' against '1,234.56' or '12.5'.

    A value such as '1,234' decides nothing alone; a column of only such values reads as point style.
    """
    text = _bare(column.drop_nulls().head(20_000))
    return COMMA if text.str.contains(_DECISIVE[COMMA]).sum() > text.str.contains(_DECISIVE[POINT]).sum() else POINT


def parse_scaled(column: pl.Series, style: NumberStyle) -> pl.Series:
    """Return the column in 1/10,000 as Int64, null where a cell is no number or beyond ±9e14 units.

    A cell that can be meant in the other style only is read in that: '1,234.56' among '12,5' is no 1.23456.
    A fifth decimal and finer is rounded half-up: it is noise of floating point in exports.
    """
    bare = _bare(column).str.replace(r"(?i)^(-?\d+)(?:[.,]0*)?e\+?0$", "$1")
    other = POINT if style == COMMA else COMMA
    is_other = bare.str.contains(_DECISIVE[other]).fill_null(False)
    text = _plain(bare, other).zip_with(is_other, _plain(bare, style)) if is_other.any() else _plain(bare, style)
    parts = text.str.extract_groups(r"^(?<sign>[+-]?)(?<whole>\d{0,14})(?:\.(?<part>\d*))?$").struct.unnest()
    has_digits = text.str.contains(r"\d")
    whole = parts["whole"].replace("", "0").cast(pl.Int64, strict=False)
    decimals = (parts["part"].fill_null("") + "00000").str.slice(0, 5).cast(pl.Int64, strict=False)
    scaled = whole * SCALE + (decimals + 5) // 10
    signed = pl.select(pl.when(parts["sign"] == "-").then(-scaled).otherwise(scaled)).to_series()
    return pl.select(pl.when(has_digits).then(signed).otherwise(None)).to_series().alias(column.name)


def _plain(text: pl.Series, style: NumberStyle) -> pl.Series:
    """Return numbers of a style with a point and no thousands sign, null where they are written otherwise."""
    sound = text.str.contains(_GROUPS[style])
    plain = text.str.replace_all(style.thousands, "", literal=True).str.replace(style.decimal, ".", literal=True)
    return pl.select(pl.when(sound).then(plain).otherwise(None)).to_series()


def guess_date_style(column: pl.Series) -> str | None:
    """Return the style that must be known to read the column; None where no style reads any cell.

    Styles that begin with the year cannot be mistaken and are read in any column. Day and month are told apart by
    values above 12; without any, day/month wins over month/day.
    """
    sample = column.drop_nulls().head(50_000)
    if not len(sample):
        return None
    counts = {style: int(_parts(sample, style)["ok"].sum()) for style in _DATE_STYLES}
    mistakable = max(("day/month/year", "month/day/year"), key=lambda style: counts[style])
    best = mistakable if counts[mistakable] else max(counts, key=lambda style: counts[style])
    return best if counts[best] else None


def parse_moment(column: pl.Series, style: str) -> pl.Series:
    """Return naive local datetimes, null where the cell is no date in `style` or in one that cannot be mistaken."""
    moment = _moment(column, style)
    for other in ("year-month-day", "年月日", "yyyymmdd"):
        if other != style and moment.null_count() > column.null_count():
            moment = pl.select(pl.coalesce(moment, _moment(column, other))).to_series()
    return moment.alias(column.name)


def _moment(column: pl.Series, style: str) -> pl.Series:
    parts = _parts(column, style)
    clock = column.str.extract_groups(_CLOCK).struct.unnest().cast(pl.Int32, strict=False).fill_null(0)
    time = pl.duration(hours=pl.col("h"), minutes=pl.col("n"), seconds=pl.col("s"))
    whole = parts.hstack(clock.select("h", "n", "s"))
    return whole.select(pl.when("ok").then(pl.datetime("y", "m", "d") + time)).to_series()


def _parts(column: pl.Series, style: str) -> pl.DataFrame:
    parts = column.str.extract_groups(_DATE_STYLES[style]).struct.unnest().select("y", "m", "d").cast(pl.Int32)
    month_days = pl.when(pl.col("m").is_in([4, 6, 9, 11])).then(30).when(pl.col("m") == 2).then(29).otherwise(31)
    leap = (pl.col("y") % 4 == 0) & ((pl.col("y") % 100 != 0) | (pl.col("y") % 400 == 0))
    ok = pl.col("m").is_between(1, 12) & pl.col("d").is_between(1, month_days) & (pl.col("y") > 0)
    ok &= (pl.col("m") != 2) | (pl.col("d") < 29) | leap
    checked = parts.with_columns(ok=ok.fill_null(False))
    return checked.with_columns(pl.when("ok").then(pl.col("y", "m", "d")))


def _bare(column: pl.Series) -> pl.Series:
    text = column.cast(pl.String).str.replace_all(
        r"[\s\u00a0\u202f'’]|^(Rp\.?|IDR|USD|EUR|GBP|CNY|RMB|[$€£¥])|(IDR|USD|EUR|GBP|CNY|元|%)$", ""
    )
    return text.str.replace(r"^\((.*)\)$", "-$1").str.replace(r"^(.*\d)-$", "-$1")
