"""Tax and amounts, worked by hand."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rantai.crm.pricing import rules
from rantai.crm.pricing.rules import TaxTerms

PPN = TaxTerms(code="PPN", tax_code_id=1, rate=1200, base=Fraction(11, 12))
PPN_OLD = TaxTerms(code="PPN", tax_code_id=1, rate=1100)
PPN_INC = TaxTerms(code="PPN-INC", tax_code_id=2, rate=1200, base=Fraction(11, 12), is_inclusive=True)
CN = TaxTerms(code="VAT13", tax_code_id=3, rate=1300)
CN_INC = TaxTerms(code="VAT13-INC", tax_code_id=4, rate=1300, is_inclusive=True)
DE = TaxTerms(code="VAT", tax_code_id=5, rate=1900)
DE_REDUCED = TaxTerms(code="VAT7", tax_code_id=6, rate=700)
REVERSE = TaxTerms(code="VAT-RC", tax_code_id=7, rate=1900, is_reverse_charge=True)


def cents(text: str) -> int:
    whole, _dot, part = text.partition(".")
    return int(whole + part.ljust(4, "0"))


def test_a_line_rounds_once_half_up_to_the_minor_unit():
    assert rules.extend_line(123_456, 30_000, discount=1000, currency="EUR") == cents("33.33")
    assert rules.extend_line(5_000, 10_000, discount=0, currency="IDR") == cents("1")
    assert rules.extend_line(4_999, 10_000, discount=0, currency="IDR") == 0
    assert rules.extend_line(50, 10_000, discount=0, currency="EUR") == cents("0.01")


def test_ppn_of_twelve_percent_on_eleven_twelfths_is_eleven_percent_of_the_price():
    document = rules.work_out_tax([cents("10000000")], [PPN], currency="IDR")

    assert document.codes[0].base == cents("9166667")
    assert document.tax == cents("1100000")
    assert document.gross == cents("11100000")


def test_ppn_before_2025_is_eleven_percent_of_the_whole_price():
    document = rules.work_out_tax([cents("10000000")], [PPN_OLD], currency="IDR")

    assert document.codes[0].base == cents("10000000")
    assert document.tax == cents("1100000")


def test_ppn_inside_the_price_is_eleven_parts_of_a_hundred_and_eleven():
    document = rules.work_out_tax([cents("111000")], [PPN_INC], currency="IDR")

    assert (document.net, document.tax, document.gross) == (cents("100000"), cents("11000"), cents("111000"))


def test_chinese_vat_on_and_inside_the_price():
    on_top = rules.work_out_tax([cents("100")], [CN], currency="CNY")
    inside = rules.work_out_tax([cents("113")], [CN_INC], currency="CNY")

    assert (on_top.net, on_top.tax, on_top.gross) == (cents("100"), cents("13"), cents("113"))
    assert (inside.net, inside.tax, inside.gross) == (cents("100"), cents("13"), cents("113"))


def test_european_vat_rounds_once_for_each_code_not_for_each_line():
    # three lines of 0.03: by line 0.01 each (0.0057 up), by code 0.02 (0.0171)
    document = rules.work_out_tax([cents("0.03")] * 3, [DE] * 3, currency="EUR")

    assert document.tax == cents("0.02")
    assert sum(line.tax for line in document.lines) == cents("0.02")


def test_two_rates_on_one_document_are_shown_apart():
    document = rules.work_out_tax([cents("100"), cents("50"), cents("9.99")], [DE, DE_REDUCED, DE], currency="EUR")

    assert [(code.terms.code, code.net, code.tax) for code in document.codes] == [
        ("VAT", cents("109.99"), cents("20.90")),
        ("VAT7", cents("50"), cents("3.50")),
    ]
    assert document.gross == cents("184.39")


def test_reverse_charge_bills_no_tax_and_names_the_base():
    document = rules.work_out_tax([cents("1000")], [REVERSE], currency="EUR")

    assert document.tax == 0
    assert document.codes[0].base == cents("1000")
    assert document.codes[0].terms.is_reverse_charge


def test_the_remainder_of_a_tax_goes_to_the_largest_line():
    document = rules.work_out_tax([cents("0.10"), cents("0.20"), cents("0.10")], [DE] * 3, currency="EUR")

    assert document.tax == cents("0.08")
    assert [line.tax for line in document.lines] == [cents("0.02"), cents("0.04"), cents("0.02")]


def test_free_goods_carry_no_tax():
    document = rules.work_out_tax([0, 0], [DE, DE], currency="EUR")

    assert (document.net, document.tax) == (0, 0)


@given(
    amounts=st.lists(st.integers(0, 10**9).map(lambda cent: cent * 100), min_size=1, max_size=12),
    terms=st.sampled_from([DE, CN_INC, PPN, REVERSE]),
)
def test_lines_always_add_up_to_the_document(amounts, terms):
    document = rules.work_out_tax(amounts, [terms] * len(amounts), currency="EUR")

    assert document.tax == sum(code.tax for code in document.codes)
    if terms.is_inclusive:
        assert document.gross == sum(amounts)
    else:
        assert document.net == sum(amounts)
    assert all(line.tax % 100 == 0 for line in document.lines)


@given(
    amount=st.integers(0, 10**9).map(lambda cent: cent * 100),
    parts=st.lists(st.integers(1, 50), min_size=1, max_size=8),
)
def test_parts_of_a_line_add_up_to_it_exactly(amount, parts):
    whole, after, taken = sum(parts), 0, 0
    for part in parts:
        after += part
        taken += rules.take_part(amount, taken=taken, after=after, whole=whole, currency="EUR")

    assert taken == amount


def test_a_term_to_the_end_of_the_month_counts_days_first():
    assert rules.due_date(date(2026, 1, 15), days=30, end_of_month=False) == date(2026, 2, 14)
    assert rules.due_date(date(2026, 1, 15), days=30, end_of_month=True) == date(2026, 2, 28)


def test_a_foreign_amount_is_converted_to_the_minor_unit_of_the_company():
    assert rules.convert(cents("10.55"), rate=16_234_500_000_000, currency="IDR") == cents("171274")
