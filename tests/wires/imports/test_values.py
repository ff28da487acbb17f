"""Cells become exact numbers and dates, whatever the country of the spreadsheet."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rantai.wires.imports import values


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,234.56", "12.5", "-3"], [12_345_600, 125_000, -30_000]),
        (["1.234,56", "12,5", "1.000"], [12_345_600, 125_000, 10_000_000]),
        (["1 234,50", "7,5"], [12_345_000, 75_000]),
        (["Rp 1.000.000", "Rp 2.500.000"], [10_000_000_000, 25_000_000_000]),
        (["(4.20)", "5-", "£3.10"], [-42_000, -50_000, 31_000]),
        (["0.1", ".5", "6.950000001"], [1_000, 5_000, 69_500]),
        (["NaN", "abc", "1e30", "=1+1", None, "-", "1.2.3"], [None] * 7),
    ],
)
def test_numbers_follow_the_style_of_their_column(cells: list[str | None], expected: list[int | None]) -> None:
    column = pl.Series("n", cells)

    assert values.parse_scaled(column, values.guess_number_style(column)).to_list() == expected


@given(st.decimals(-(10**12), 10**12, places=6))
def test_a_decimal_is_kept_exactly_to_the_fourth_place(number: Decimal) -> None:
    parsed = values.parse_scaled(pl.Series("n", [f"{number:f}"]), values.POINT)[0]

    fifth = number.quantize(Decimal("0.00001"), rounding="ROUND_DOWN")
    assert parsed == int((fifth * 10_000).to_integral_value(ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("cells", "style", "first"),
    [
        (["2026-02-01", "2026-02-13 10:20:30"], "year-month-day", datetime(2026, 2, 1)),
        (["01/02/2026", "13/02/2026"], "day/month/year", datetime(2026, 2, 1)),
        (["02/01/2026", "02/13/2026"], "month/day/year", datetime(2026, 2, 1)),
        (["1.2.2026 08:05", "13.2.2026"], "day/month/year", datetime(2026, 2, 1, 8, 5)),
        (["2026年2月1日", "2026年12月3日"], "年月日", datetime(2026, 2, 1)),
        (["20260201", "20261203"], "yyyymmdd", datetime(2026, 2, 1)),
    ],
)
def test_dates_are_read_in_the_style_of_their_column(cells: list[str], style: str, first: datetime) -> None:
    column = pl.Series("d", cells)

    assert values.guess_date_style(column) == style
    assert values.parse_moment(column, style)[0] == first


def test_a_second_style_that_cannot_be_mistaken_is_read_too() -> None:
    column = pl.Series("d", ["13/02/2026", "14/02/2026", "2026-02-15", "2026年2月16日"])

    assert [moment.day for moment in values.parse_moment(column, "day/month/year")] == [13, 14, 15, 16]


@pytest.mark.parametrize("cell", ["31/02/2026", "29/02/2026", "00/01/2026", "1/13/2026", "yesterday", None])
def test_days_that_do_not_exist_are_no_dates(cell: str | None) -> None:
    assert values.parse_moment(pl.Series("d", [cell], dtype=pl.String), "day/month/year").to_list() == [None]


@pytest.mark.parametrize("style", [values.POINT, values.COMMA])
def test_a_number_that_can_be_meant_in_one_way_only_is_read_so_in_any_column(style: values.NumberStyle) -> None:
    cells = ["1.234,56", "1,234.56", "-12,5", "12.5", "1.234.567", "1,234,567", "12,34,567.00"]

    parsed = values.parse_scaled(pl.Series("n", cells), style).to_list()

    whole = [12_345_600, 12_345_600, -125_000, 125_000, 12_345_670_000, 12_345_670_000]
    assert parsed == [*whole, 12_345_670_000 if style == values.POINT else None]


@pytest.mark.parametrize("cell", ["1.23,456", "1,2,3", "12.345.6", "1,,234", ",", ".", "-", "1.2.3", "0x10", "१२"])
@pytest.mark.parametrize("style", [values.POINT, values.COMMA])
def test_a_number_with_signs_in_odd_places_is_no_number(cell: str, style: values.NumberStyle) -> None:
    assert values.parse_scaled(pl.Series("n", [cell]), style).to_list() == [None]
