"""Money and quantities are exact."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rantai.kernel import money
from rantai.kernel.money import AmountTooLarge, CurrencyMismatch, Money, NotAnAmount
from rantai.kernel.quantities import NotAQuantity, Quantity, QuantityOutOfRange, UnitDoesNotDivide

amounts = st.integers(-(10**12), 10**12)


def test_three_times_a_tenth_is_three_tenths() -> None:
    assert Money.parse("0.1", "EUR").times(Quantity.of(3)) == Money.parse("0.3", "EUR")


@pytest.mark.parametrize(
    ("price", "units", "total"), [("2.55", "0.5", "1.28"), ("-2.55", "0.5", "-1.28"), ("0.005", "1", "0.01")]
)
def test_a_line_rounds_half_up_to_the_minor_unit(price: str, units: str, total: str) -> None:
    assert Money.parse(price, "GBP").times(Quantity.parse(units)) == Money.parse(total, "GBP")


def test_rupiah_lines_are_whole() -> None:
    assert Money.parse("1250.5", "IDR").times(Quantity.of(1)) == Money.parse("1251", "IDR")


@pytest.mark.parametrize("text", ["", "abc", "NaN", "inf", "1.23456"])
def test_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        Money.parse(text, "EUR")


def test_an_amount_beyond_the_books_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        Money.parse("1e14", "EUR")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "IDR")


@given(amounts, st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_a_split_loses_nothing(total: int, weights: list[int]) -> None:
    whole = money.round_to_minor(total, "EUR")

    assert sum(money.share(whole, weights, "EUR")) == whole


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_half_up_is_symmetric_and_near(numerator: int, denominator: int) -> None:
    rounded = money.round_half_up(numerator, denominator)

    assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)
    assert money.round_half_up(-numerator, denominator) == -rounded


@pytest.mark.parametrize("text", ["", "x", "NaN", "1.00001"])
def test_text_that_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(NotAQuantity):
        Quantity.parse(text)


def test_a_quantity_of_1e30_is_refused() -> None:
    with pytest.raises(QuantityOutOfRange):
        Quantity.parse("1e30")


def test_a_unit_converts_exactly_or_not_at_all() -> None:
    assert Quantity.of(2).convert(Fraction(12)) == Quantity.of(24)
    with pytest.raises(UnitDoesNotDivide):
        Quantity.parse("0.0001").convert(Fraction(1, 3))


@given(st.lists(amounts), st.sampled_from(["IDR", "EUR", "KWD"]))
def test_many_amounts_are_rounded_as_one_is(many: list[int], currency: str) -> None:
    rounded = money.round_all_to_minor(np.array(many, np.int64), currency)

    assert rounded.tolist() == [money.round_to_minor(one, currency) for one in many]
