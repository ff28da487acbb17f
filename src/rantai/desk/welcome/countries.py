"""What a country proposes to a new company: currency, zone, language, working days, taxes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies
from django.utils.translation import get_language

# Where a country has several zones: the one that most of its companies keep.
_USUAL_ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo",
    "CA": "America/Toronto", "CD": "Africa/Kinshasa", "CL": "America/Santiago", "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia", "DE": "Europe/Berlin", "EC": "America/Guayaquil", "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta", "KZ": "Asia/Almaty", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PG": "Pacific/Port_Moresby", "PS": "Asia/Gaza",
    "PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}  # fmt: skip
_LANGUAGES = {"ID": "id", "CN": "zh-hans"}
_OUTSIDE = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB", "AQ", "BV", "HM"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What a company of a country most likely keeps; each can be changed."""

    currency: str
    zone: str
    language: str
    days: tuple[int, ...]


def list_countries() -> list[tuple[str, str]]:
    """Return code and name of each country in the reader's language, by name."""
    return list(_list_countries(get_language() or "en"))


def list_currencies() -> list[tuple[str, str]]:
    """Return code and name of each currency that a country uses now, in the reader's language."""
    return list(_list_currencies(get_language() or "en"))


def name_country(code: str) -> str:
    """Return a country's name in the reader's language."""
    return dict(_list_countries(get_language() or "en")).get(code, code)


def guess_country(language: str, accepted: str) -> str:
    """Return the country that a browser's languages speak of ('id-ID,en;q=.8'), else that of the page's language."""
    for part in accepted.replace("_", "-").split(","):
        tags = part.split(";")[0].strip().split("-")
        region = tags[-1].upper() if len(tags) > 1 and len(tags[-1]) == 2 else ""
        if region and region not in _OUTSIDE:
            return region
    return next((country for country, spoken in _LANGUAGES.items() if spoken == language), "")


def propose(country: str) -> Proposal:
    """Return what a company of this country most likely keeps."""
    zones = _zones_by_country().get(country, ["UTC"])
    currencies = get_territory_currencies(country) if country else []
    return Proposal(
        currency=currencies[0] if currencies else "USD",
        zone=_USUAL_ZONES.get(country) or zones[0],
        language=_LANGUAGES.get(country, "en"),
        days=_working_days(country),
    )


def _working_days(country: str) -> tuple[int, ...]:
    week = Locale.parse(f"und_{country}") if country else Locale("en")
    first, last = week.weekend_start, week.weekend_end
    # The week's data names one day off where six are worked; a company opens on the sixth itself.
    return tuple(day for day in range(7) if not (first <= day <= last or (first == last == 6 and day == 5)))


@cache
def _list_countries(language: str) -> tuple[tuple[str, str], ...]:
    names = _read_locale(language).territories
    codes = [str(code) for code in names]
    countries = [code for code in codes if len(code) == 2 and code.isalpha() and code not in _OUTSIDE]
    return tuple(sorted(((code, names[code]) for code in countries), key=lambda pair: pair[1]))


@cache
def _list_currencies(language: str) -> tuple[tuple[str, str], ...]:
    names = _read_locale(language).currencies
    used = {code for country, _name in _list_countries("en") for code in get_territory_currencies(country)}
    return tuple((code, f"{code} · {names.get(code, code)}") for code in sorted(used))


@cache
def _zones_by_country() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for zone, country in get_global("zone_territories").items():
        found[country].append(zone)
    return dict(found)


def _read_locale(language: str) -> Locale:
    return Locale.parse({"zh-hans": "zh_Hans"}.get(language, language))
