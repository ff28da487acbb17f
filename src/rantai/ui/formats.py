"""Figures, money, quantities and dates in the reader's language."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from babel import Locale, dates, numbers
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from rantai.kernel.money import Money, minor_digits, to_decimal
from rantai.kernel.quantities import Quantity

NOTHING = "–"
SCALE = 10_000
MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"

LANGUAGES = (("en", gettext_lazy("English")), ("id", gettext_lazy("Indonesian")), ("zh-hans", gettext_lazy("Chinese")))
# British English: day before month, as people in Jakarta and Shenzhen write it too.
_LOCALES = {"en": "en_GB", "id": "id", "zh-hans": "zh_Hans_CN"}
_SYMBOLS = {"IDR": "Rp", "CNY": "CN¥", "MYR": "RM", "THB": "฿", "VND": "₫", "SGD": "S$"}


def locale() -> Locale:
    """Return Babel's locale of the active language."""
    return _locale(get_language() or "en")


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    name = _LOCALES.get(language.lower()) or _LOCALES.get(language.lower().split("-")[0])
    return Locale.parse(name or language.replace("-", "_"))


def country(code: str) -> str:
    """Name a country of two letters in the reader's language; what is no country stays as it is."""
    return str(locale().territories.get(code.upper(), code)) if code else ""


def language(code: str) -> str:
    """Name a language in the reader's language: 'zh-hans' is Chinese, not a code."""
    return str(dict(LANGUAGES).get(code, code))


def number(value: Any, digits: int | None = None) -> str:
    """Format a figure with grouping; `digits` fixes the decimals, else up to four are shown."""
    if value is None or value == "":
        return NOTHING
    pattern = "#,##0.####" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return _number(str(_plain(value)), pattern, get_language() or "en")


# Lists show the same figures, days and hours again and again, and Babel reads its patterns each time.
@lru_cache(maxsize=4096)
def _number(plain: str, pattern: str, language: str) -> str:
    return numbers.format_decimal(plain, format=pattern, locale=_locale(language)).replace("-", MINUS)


def compact(value: Any) -> str:
    """Format a large figure in a word: 798m, 798 jt, 8.9亿."""
    plain = _plain(value)
    text = numbers.format_compact_decimal(plain, fraction_digits=1, locale=locale())
    whole = re.search(r"\d+", text)
    if whole and len(whole[0]) > 2:
        text = numbers.format_compact_decimal(plain, fraction_digits=0, locale=locale())
    return text.replace("-", MINUS)


def percent(share: Any, digits: int = 1) -> str:
    """Format a share: .953 becomes 95.3 %."""
    if share is None:
        return NOTHING
    text = numbers.format_percent(share, format="#,##0." + "#" * digits + "%", locale=locale())
    return text.replace("-", MINUS).replace("%", f"{SPACE}%")


def money(value: Money | int | None, currency: str = "", *, short: bool = False) -> str:
    """Format money with its currency; an int counts ten-thousandths of `currency`."""
    if value is None:
        return NOTHING
    plain, currency = _split(value, currency)
    figure = compact(plain) if short else _figure(plain, currency)
    symbol = _symbol(currency)
    gap = SPACE if symbol[-1:].isalpha() else ""
    sign, figure = (MINUS, figure[1:]) if figure.startswith(MINUS) else ("", figure)
    return f"{sign}{symbol}{gap}{figure}"


def amount(value: Money | int | None, currency: str = "") -> str:
    """Format money without its currency, for a column whose head names it."""
    if value is None:
        return NOTHING
    return _figure(*_split(value, currency))


def quantity(value: Quantity | int | None, unit: str = "") -> str:
    """Format a quantity; an int counts ten-thousandths of the base unit."""
    if value is None:
        return NOTHING
    held = value if isinstance(value, Quantity) else Quantity(int(value))
    figure = number(held.decimal)
    return f"{figure}{SPACE}{unit}" if unit else figure


def day(value: date | datetime | None, *, today: date, style: str = "") -> str:
    """Format a date: 18 Nov, with the year where it is not this one; style "long", "year" or "short", never with it."""
    if value is None:
        return NOTHING
    shown = _local(value).date() if isinstance(value, datetime) else value
    if style == "long":
        return dates.format_date(shown, format="full", locale=locale())
    says_year = style == "year" or (style != "short" and shown.year != today.year)
    skeleton = "yMMMd" if says_year else "MMMd"
    return _day(shown, skeleton, get_language() or "en")


def month(value: date) -> str:
    """Format a month with its year: Nov 2026."""
    return _day(value, "yMMM", get_language() or "en")


@lru_cache(maxsize=4096)
def _day(shown: date, skeleton: str, language: str) -> str:
    return dates.format_skeleton(skeleton, shown, locale=_locale(language))


def moment(value: datetime | date | None, *, now: datetime) -> str:
    """Format an instant: today 09:14, else 2 Nov 10:31."""
    if not isinstance(value, datetime):
        return day(value, today=_local(now).date())
    shown, here = _local(value), _local(now)
    clock = _clock(shown.time().replace(second=0, microsecond=0), get_language() or "en")
    if shown.date() == here.date():
        return _("today %(clock)s") % {"clock": clock}
    return f"{day(shown.date(), today=here.date())} {clock}"


@lru_cache(maxsize=1440)
def _clock(shown: time, language: str) -> str:
    return dates.format_time(shown, format="HH:mm", locale=_locale(language))


def ago(value: date | datetime | None, *, today: date) -> str:
    """Say how far a day is: in 9 days, 2 weeks ago, today."""
    if value is None:
        return NOTHING
    shown = _local(value).date() if isinstance(value, datetime) else value
    distance = shown - today
    if not distance:
        return _("today")
    step: Literal["day", "week"] = "day" if abs(distance) < timedelta(days=21) else "week"
    return dates.format_timedelta(distance, granularity=step, threshold=1.5, add_direction=True, locale=locale())


def late(days: int | None) -> str:
    """Say days of lateness as a signed figure; on time is a dot."""
    if days is None:
        return NOTHING
    if not days:
        return "·"
    sign = "+" if days > 0 else MINUS
    return sign + ngettext("%(days)s d", "%(days)s d", abs(days)) % {"days": number(abs(days))}


def initials(name: str) -> str:
    """Shorten a name to the two letters of its disc."""
    words = str(name).split()
    if not words:
        return ""
    if not words[0][0].isascii():
        return words[0][:1]
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper()


def currency_symbol(code: str) -> str:
    """Return the sign that people write for a currency."""
    return _symbol(code) if code else ""


def _symbol(code: str) -> str:
    return _SYMBOLS.get(code) or _foreign_symbol(code, get_language() or "en")


@lru_cache(maxsize=512)
def _foreign_symbol(code: str, language: str) -> str:
    return numbers.get_currency_symbol(code, locale=_locale(language))


def _split(value: Money | int, currency: str) -> tuple[Decimal, str]:
    """Return the figure and its currency; an int may be a sum beyond what one amount may be."""
    if isinstance(value, Money):
        return value.decimal, value.currency
    return to_decimal(int(value), currency), currency


def _figure(plain: Decimal, currency: str) -> str:
    exponent = plain.as_tuple().exponent
    return number(plain, max(minor_digits(currency), -exponent if isinstance(exponent, int) else 0))


def _plain(value: Any) -> Any:
    return (
        value.decimal
        if isinstance(value, Money | Quantity)
        else Decimal(str(value))
        if isinstance(value, float)
        else value
    )


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
