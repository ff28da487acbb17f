"""Read what a company's pages show: its taxes and rates."""

from __future__ import annotations

from datetime import date

from django.db.models import Prefetch, QuerySet

from rantai.foundation.companies import rules
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import (
    Company,
    ExchangeRate,
    NumberSeries,
    PaymentTerm,
    TaxCode,
    TaxRate,
)
from rantai.kernel.models import ApprovalPolicy
from rantai.kernel.texts import pick


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


def list_tax_choices(country: str) -> list[tuple[str, str]]:
    """Return code and words of each tax of a country, the usual one first, with the newest rate that we know."""
    return [(tax.code, f"{pick(tax.name)}{_show_newest(tax)}") for tax in rules.list_taxes(country)]


def _show_newest(tax: rules.Tax) -> str:
    if "%" in pick(tax.name):
        return ""
    newest = tax.rates[-1]
    numerator, denominator = newest.base
    shown = show_rate(TaxRate(rate=newest.rate, base_numerator=numerator, base_denominator=denominator))
    return f", {shown}" if newest.rate else ""


def list_series(company: Company) -> QuerySet[NumberSeries]:
    """Return how our documents are numbered, by kind."""
    return NumberSeries.objects.filter(company=company).order_by("kind")


def list_terms() -> QuerySet[PaymentTerm]:
    """Return the payment terms, the shortest first."""
    return PaymentTerm.objects.order_by("days", "code")


def list_policies() -> QuerySet[ApprovalPolicy]:
    """Return what may happen without asking a person, now."""
    return ApprovalPolicy.objects.filter(ended_at=None).order_by("kind", "max_amount", "id")
