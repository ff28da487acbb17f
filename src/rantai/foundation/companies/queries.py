"""Read what a company's pages show: its taxes and rates."""

from __future__ import annotations

from datetime import date

from django.db.models import Prefetch, QuerySet

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company, ExchangeRate, TaxCode, TaxRate


def list_tax_codes(company: Company) -> QuerySet[TaxCode]:
    """Return the tax codes in use with their rates, newest first."""
    rates = Prefetch("rates", TaxRate.objects.order_by("-valid_from"))
    return TaxCode.objects.filter(company=company, archived_at=None).prefetch_related(rates).order_by("code")


def list_exchange_rates(company: Company) -> QuerySet[ExchangeRate]:
    """Return the rates into the company's currency, newest first."""
    return ExchangeRate.objects.filter(to_currency=company.currency).order_by("from_currency", "-valid_from")


def describe_rate(tax_code: TaxCode, on: date) -> str:
    """Return the rate of a day as text such as '12 % of 11/12'."""
    rate = parties.find_tax_rate(tax_code.pk, on)
    return show_rate(rate) if rate else "–"


def show_rate(rate: TaxRate) -> str:
    """Return a rate as text such as '12 % of 11/12'."""
    share = f" × {rate.base_numerator}/{rate.base_denominator}" if rate.base_numerator != rate.base_denominator else ""
    return f"{rate.rate / 100:g} %{share}"
