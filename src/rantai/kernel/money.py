"""Money as whole ten-thousandths of a currency unit: exact, typed, without Django."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from rantai.kernel.quantities import Quantity

if TYPE_CHECKING:  # money is everywhere, arrays are not
    import numpy as np
    from numpy.typing import NDArray

SCALE = 10_000
MAX_AMOUNT = 10**17
"""Largest stored amount: ten million million currency units."""

_WHOLE_CURRENCIES = frozenset(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "IDR",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    )
)
_THREE_DIGIT_CURRENCIES = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum."""

    def __init__(self, left: str, right: str) -> None:
        self.left, self.right = left, right
        super().__init__(f"Cannot add {left} and {right}: convert one of them first.")


class AmountTooLarge(ValueError):
    """An amount above what the books can hold."""

    def __init__(self, amount: int) -> None:
        self.amount = amount
        super().__init__(f"{amount // SCALE:,} is above the largest amount, {MAX_AMOUNT // SCALE:,}. Check the figure.")


class NotAnAmount(ValueError):
    """Text that is no amount of money."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is not an amount: use digits and at most four decimals.")


def minor_digits(currency: str) -> int:
    """Decimals that documents in `currency` round to (rupiah documents are whole)."""
    if currency in _WHOLE_CURRENCIES:
        return 0
    return 3 if currency in _THREE_DIGIT_CURRENCIES else 2


def _step(currency: str) -> int:
    """Return the minor unit in ten-thousandths."""
    return int(10 ** (4 - minor_digits(currency)))


def round_half_up(numerator: int, denominator: int) -> int:
    """Divide integers, halves away from zero."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    quotient, rest = divmod(abs(numerator), abs(denominator))
    return sign * (quotient + (2 * rest >= abs(denominator)))


def round_to_minor(amount: int, currency: str) -> int:
    """Round ten-thousandths half-up to the minor unit of `currency`."""
    step = _step(currency)
    return round_half_up(amount, step) * step


def round_all_to_minor(amounts: NDArray[np.int64], currency: str) -> NDArray[np.int64]:
    """Round very many as `round_to_minor` does one."""
    step = _step(currency)
    return (2 * abs(amounts) + step) // (2 * step) * step * (2 * (amounts > 0) - 1)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount: `amount` ten-thousandths of one unit of `currency`."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if abs(self.amount) > MAX_AMOUNT:
            raise AmountTooLarge(self.amount)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read plain decimal text such as '12.5'; raises NotAnAmount."""
        try:
            scaled = Decimal(text) * SCALE
        except InvalidOperation as error:
            raise NotAnAmount(text) from error
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise NotAnAmount(text)
        return cls(int(scaled), currency)

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return Money(self.amount + other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"

    @property
    def decimal(self) -> Decimal:
        """The amount in currency units, cut to the minor unit where it has no finer part."""
        return to_decimal(self.amount, self.currency)

    def times(self, quantity: Quantity) -> Money:
        """Extend a unit price by a quantity, rounded half-up to the minor unit."""
        return Money(extend(self.amount, quantity.amount, self.currency), self.currency)


def to_decimal(amount: int, currency: str) -> Decimal:
    """Return ten-thousandths in currency units, cut to the minor unit where there is no finer part.

    A sum to be shown may be larger than any one amount may be.
    """
    value = Decimal(amount) / SCALE
    minor = Decimal(1).scaleb(-minor_digits(currency))
    return value.quantize(minor) if value == value.quantize(minor, ROUND_HALF_UP) else value


def extend(unit_price: int, units: int, currency: str) -> int:
    """Return price × quantity in ten-thousandths, rounded half-up to the minor unit."""
    step = _step(currency)
    return round_half_up(unit_price * units, SCALE * step) * step


def share(total: int, weights: list[int], currency: str) -> list[int]:
    """Split `total` by `weights` to the minor unit; the remainder goes to the largest part."""
    whole = sum(weights)
    if not whole:
        raise ValueError("Cannot split an amount over weights that sum to zero.")
    parts = [round_to_minor(round_half_up(total * weight, whole), currency) for weight in weights]
    largest = max(range(len(parts)), key=lambda position: (weights[position], -position))
    parts[largest] += total - sum(parts)
    return parts
