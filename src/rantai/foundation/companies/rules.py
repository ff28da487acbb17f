"""Taxes that a new company begins with, by country; rates in 1/10,000."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "company.view": ("finance", "manager"),
    "company.edit": ("finance", "manager"),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate from a day on; `base` is the taxable share of the net amount."""

    since: date
    rate: int
    base: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax code with its rates in time, each ending where the next begins."""

    code: str
    name: dict[str, str]
    rates: tuple[Rate, ...]
    is_inclusive: bool = False
    is_reverse_charge: bool = False


LONG_AGO = date(2000, 1, 1)

_NO_TAX = Tax("NONE", {"en": "No tax", "id": "Tanpa pajak", "zh-hans": "不征税"}, (Rate(LONG_AGO, 0),))

INDONESIA = (
    # From 2025 the law says 12 % on 11/12 of the price, and 12 % on the whole of luxury goods (PMK 131/2024).
    Tax(
        "PPN",
        {"en": "VAT (PPN)", "id": "PPN", "zh-hans": "印尼增值税"},
        (
            Rate(LONG_AGO, 1000),
            Rate(date(2022, 4, 1), 1100),
            Rate(date(2025, 1, 1), 1200, (11, 12)),
        ),
    ),
    Tax(
        "PPN-INC",
        {"en": "VAT (PPN), in the price", "id": "PPN, harga termasuk pajak", "zh-hans": "印尼增值税（含税价）"},
        (
            Rate(LONG_AGO, 1000),
            Rate(date(2022, 4, 1), 1100),
            Rate(date(2025, 1, 1), 1200, (11, 12)),
        ),
        is_inclusive=True,
    ),
    Tax(
        "PPN-LUX",
        {"en": "VAT on luxury goods", "id": "PPN barang mewah", "zh-hans": "印尼奢侈品增值税"},
        (Rate(LONG_AGO, 1000), Rate(date(2022, 4, 1), 1100), Rate(date(2025, 1, 1), 1200)),
    ),
    Tax("PPN-0", {"en": "Export, 0 %", "id": "Ekspor, 0 %", "zh-hans": "出口零税率"}, (Rate(LONG_AGO, 0),)),
)

CHINA = (
    Tax(
        "VAT13",
        {"en": "VAT on goods", "id": "PPN Tiongkok", "zh-hans": "增值税 13%"},
        (Rate(LONG_AGO, 1700), Rate(date(2018, 5, 1), 1600), Rate(date(2019, 4, 1), 1300)),
    ),
    Tax(
        "VAT13-INC",
        {
            "en": "VAT on goods, in the price",
            "id": "PPN Tiongkok, harga termasuk pajak",
            "zh-hans": "增值税 13%（含税价）",
        },
        (Rate(LONG_AGO, 1700), Rate(date(2018, 5, 1), 1600), Rate(date(2019, 4, 1), 1300)),
        is_inclusive=True,
    ),
    Tax(
        "VAT9",
        {"en": "VAT on transport, farm goods", "id": "PPN Tiongkok 9 %", "zh-hans": "增值税 9%"},
        (Rate(LONG_AGO, 1100), Rate(date(2018, 5, 1), 1000), Rate(date(2019, 4, 1), 900)),
    ),
    Tax(
        "VAT6",
        {"en": "VAT on services", "id": "PPN Tiongkok jasa", "zh-hans": "增值税 6%（服务）"},
        (Rate(LONG_AGO, 600),),
    ),
    Tax("VAT0", {"en": "Export, 0 %", "id": "Ekspor, 0 %", "zh-hans": "出口零税率"}, (Rate(LONG_AGO, 0),)),
)

# Standard rates; what changed since 2020 with its day, so that older documents recalculate.
EUROPE: dict[str, tuple[Rate, ...]] = {
    "AT": (Rate(LONG_AGO, 2000),),
    "BE": (Rate(LONG_AGO, 2100),),
    "BG": (Rate(LONG_AGO, 2000),),
    "CY": (Rate(LONG_AGO, 1900),),
    "CZ": (Rate(LONG_AGO, 2100),),
    "DE": (Rate(LONG_AGO, 1900), Rate(date(2020, 7, 1), 1600), Rate(date(2021, 1, 1), 1900)),
    "DK": (Rate(LONG_AGO, 2500),),
    "EE": (Rate(LONG_AGO, 2000), Rate(date(2024, 1, 1), 2200), Rate(date(2025, 7, 1), 2400)),
    "ES": (Rate(LONG_AGO, 2100),),
    "FI": (Rate(LONG_AGO, 2400), Rate(date(2024, 9, 1), 2550)),
    "FR": (Rate(LONG_AGO, 2000),),
    "GB": (Rate(LONG_AGO, 1750), Rate(date(2011, 1, 4), 2000)),
    "GR": (Rate(LONG_AGO, 2400),),
    "HR": (Rate(LONG_AGO, 2500),),
    "HU": (Rate(LONG_AGO, 2700),),
    "IE": (Rate(LONG_AGO, 2300), Rate(date(2020, 9, 1), 2100), Rate(date(2021, 3, 1), 2300)),
    "IT": (Rate(LONG_AGO, 2200),),
    "LT": (Rate(LONG_AGO, 2100),),
    "LU": (Rate(LONG_AGO, 1700), Rate(date(2023, 1, 1), 1600), Rate(date(2024, 1, 1), 1700)),
    "LV": (Rate(LONG_AGO, 2100),),
    "MT": (Rate(LONG_AGO, 1800),),
    "NL": (Rate(LONG_AGO, 2100),),
    "PL": (Rate(LONG_AGO, 2300),),
    "PT": (Rate(LONG_AGO, 2300),),
    "RO": (Rate(LONG_AGO, 1900), Rate(date(2025, 8, 1), 2100)),
    "SE": (Rate(LONG_AGO, 2500),),
    "SI": (Rate(LONG_AGO, 2200),),
    "SK": (Rate(LONG_AGO, 2000), Rate(date(2025, 1, 1), 2300)),
}


def list_taxes(country: str) -> tuple[Tax, ...]:
    """Return the taxes of a country, the usual one first; every company may also charge none."""
    if country == "ID":
        return (*INDONESIA, _NO_TAX)
    if country == "CN":
        return (*CHINA, _NO_TAX)
    if country in EUROPE:
        return (*_european(EUROPE[country], is_union=country != "GB"), _NO_TAX)
    return (_NO_TAX,)


def _european(rates: tuple[Rate, ...], *, is_union: bool) -> tuple[Tax, ...]:
    name = {"en": "VAT", "id": "PPN (VAT)", "zh-hans": "增值税"}
    inclusive = {"en": "VAT, in the price", "id": "PPN (VAT), harga termasuk pajak", "zh-hans": "增值税（含税价）"}
    zero = {"en": "Export, 0 %", "id": "Ekspor, 0 %", "zh-hans": "出口零税率"}
    reverse = {"en": "Reverse charge", "id": "Pajak dibayar pembeli", "zh-hans": "反向征收"}
    taxes: tuple[Tax, ...] = (Tax("VAT", name, rates), Tax("VAT-INC", inclusive, rates, is_inclusive=True))
    taxes += (Tax("VAT-0", zero, (Rate(LONG_AGO, 0),)),)
    return (*taxes, Tax("VAT-RC", reverse, (Rate(LONG_AGO, 0),), is_reverse_charge=True)) if is_union else taxes
