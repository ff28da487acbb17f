"""Quantities as whole ten-thousandths of an item's base unit: exact, without Django."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

SCALE = 10_000
MAX_AMOUNT = 10**13
"""Largest quantity of one line: a thousand million base units."""


class NotAQuantity(ValueError):
    """Text that is no quantity."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is not a quantity: use digits and at most four decimals.")


class QuantityOutOfRange(ValueError):
    """A quantity that no line can hold."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text} is above the largest quantity, {MAX_AMOUNT // SCALE:,}. Check the figure.")


class UnitDoesNotDivide(ValueError):
    """A conversion that leaves less than a ten-thousandth of the base unit."""

    def __init__(self, quantity: str, factor: Fraction) -> None:
        self.quantity, self.factor = quantity, factor
        super().__init__(f"{quantity} at {factor} base units each is finer than 1/10,000 of the base unit.")


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """An exact quantity: `amount` ten-thousandths of the item's base unit."""

    amount: int

    def __post_init__(self) -> None:
        if abs(self.amount) > MAX_AMOUNT * 1000:
            raise QuantityOutOfRange(str(Decimal(self.amount) / SCALE))

    @classmethod
    def of(cls, units: int) -> Quantity:
        """Make a quantity of whole units."""
        return cls(units * SCALE)

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read plain decimal text such as '2.5'; raises NotAQuantity or QuantityOutOfRange."""
        try:
            value = Decimal(text)
        except InvalidOperation as error:
            raise NotAQuantity(text) from error
        if not value.is_finite():
            raise NotAQuantity(text)
        if abs(value) > MAX_AMOUNT // SCALE:
            raise QuantityOutOfRange(text)
        scaled = value * SCALE
        if scaled != scaled.to_integral_value():
            raise NotAQuantity(text)
        return cls(int(scaled))

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount + other.amount)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount - other.amount)

    def __neg__(self) -> Quantity:
        return Quantity(-self.amount)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.decimal:f}"

    @property
    def decimal(self) -> Decimal:
        """The quantity in base units without trailing zeros."""
        value = Decimal(self.amount) / SCALE
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()

    def convert(self, factor: Fraction) -> Quantity:
        """Turn a typed quantity into base units by an exact factor; raises UnitDoesNotDivide."""
        converted = Fraction(self.amount) * factor
        if converted.denominator != 1:
            raise UnitDoesNotDivide(str(self), factor)
        return Quantity(converted.numerator)


ZERO = Quantity(0)
