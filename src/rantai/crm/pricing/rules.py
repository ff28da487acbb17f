"""How amounts and taxes are worked out, and who may see and change prices. Pure: no database, no clock.

All amounts are whole ten-thousandths of the document's currency; a line amount and the tax of each code
round half-up to the currency's minor unit; what is split gives its remainder to the largest line.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from rantai.kernel import money

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "prices.view": ("sales", "service", "finance", "manager"),
    "prices.change": ("sales", "finance", "manager"),
}

SHARE_SCALE = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxTerms:
    """One tax code as it holds on a day; rate in 1/10,000 of the taxable base, base as a share of the net amount."""

    code: str = ""
    tax_code_id: int | None = None
    rate: int = 0
    base: Fraction = Fraction(1)
    is_inclusive: bool = False
    is_reverse_charge: bool = False

    @property
    def effective(self) -> Fraction:
        """The share of the net amount that is charged: 12 % of 11/12 is 11 %; nothing where the buyer owes it."""
        return Fraction(0) if self.is_reverse_charge else Fraction(self.rate, SHARE_SCALE) * self.base


NO_TAX = TaxTerms()


@dataclass(frozen=True, kw_only=True, slots=True)
class LineAmount:
    """A line's net amount, its share of its code's tax, and both together."""

    net: int
    tax: int

    @property
    def gross(self) -> int:
        """Net and tax."""
        return self.net + self.tax


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeTotal:
    """What a document shows for one tax code."""

    terms: TaxTerms
    net: int
    base: int
    tax: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentTax:
    """The lines of a document with their tax, and its totals by code."""

    lines: tuple[LineAmount, ...]
    codes: tuple[CodeTotal, ...]

    @property
    def net(self) -> int:
        """Sum of the lines' net amounts."""
        return sum(line.net for line in self.lines)

    @property
    def tax(self) -> int:
        """Sum of the lines' taxes."""
        return sum(line.tax for line in self.lines)

    @property
    def gross(self) -> int:
        """Sum of the lines' gross amounts."""
        return self.net + self.tax


def extend_line(unit_price: int, quantity: int, *, discount: int, currency: str) -> int:
    """Return price × quantity less the discount share, rounded half-up once.

    Example: 12.3456 × 3 at 10 % off in EUR is 33.33 (33.33312).
    """
    step = 10 ** (4 - money.minor_digits(currency))
    kept = SHARE_SCALE - discount
    return money.round_half_up(unit_price * quantity * kept, 10_000 * SHARE_SCALE * step) * step


def work_out_tax(amounts: Sequence[int], terms: Sequence[TaxTerms], *, currency: str) -> DocumentTax:
    """Work out a document's tax once for each code and share it over the code's lines.

    `amounts` are line amounts as priced: net, or with the tax inside where the line's code is inclusive.
    """
    lines = [LineAmount(net=0, tax=0)] * len(amounts)
    codes = []
    for term in dict.fromkeys(terms):
        places = [place for place, held in enumerate(terms) if held == term]
        parts = [amounts[place] for place in places]
        total = _tax_of(sum(parts), term, currency)
        shares = money.share(total, [abs(part) for part in parts], currency) if total else [0] * len(parts)
        for place, part, tax in zip(places, parts, shares, strict=True):
            lines[place] = LineAmount(net=part - tax if term.is_inclusive else part, tax=tax)
        net = sum(lines[place].net for place in places)
        base = tax_base(net, term, currency=currency)
        codes.append(CodeTotal(terms=term, net=net, base=base, tax=total))
    return DocumentTax(lines=tuple(lines), codes=tuple(codes))


def tax_base(net: int, term: TaxTerms, *, currency: str) -> int:
    """Return the taxable base of a net amount, rounded half-up: of 10,000,000 at 11/12 it is 9,166,667."""
    return _round(Fraction(net) * term.base, currency)


def take_part(amount: int, *, taken: int, after: int, whole: int, currency: str) -> int:
    """Return what to bill next of `amount`: the share of `after` of `whole` units less what was `taken` before.

    Whatever was billed on the way, the parts add up to the amount once all units are billed.
    """
    step = 10 ** (4 - money.minor_digits(currency))
    until = amount if after >= whole else money.round_half_up(amount * after, whole * step) * step
    return until - taken


def due_date(issued_on: date, *, days: int, end_of_month: bool) -> date:
    """Return when an invoice is due: days after its date, then to the end of that month where the term says so."""
    due = issued_on + timedelta(days=days)
    return due.replace(day=monthrange(due.year, due.month)[1]) if end_of_month else due


def convert(amount: int, *, rate: int, currency: str) -> int:
    """Turn an amount into `currency` at `rate` (1/1,000,000,000), rounded half-up to its minor unit."""
    step = 10 ** (4 - money.minor_digits(currency))
    return money.round_half_up(amount * rate, 10**9 * step) * step


def _tax_of(amount: int, term: TaxTerms, currency: str) -> int:
    share = term.effective / (1 + term.effective) if term.is_inclusive else term.effective
    return _round(Fraction(amount) * share, currency)


def _round(exact: Fraction, currency: str) -> int:
    step = 10 ** (4 - money.minor_digits(currency))
    return money.round_half_up(exact.numerator, exact.denominator * step) * step
