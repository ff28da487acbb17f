"""Set a company up with all it needs to begin: calendar, accounts, series, roles, units, taxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from rantai.foundation.access import actions as access
from rantai.foundation.calendars import actions as calendars
from rantai.foundation.companies import rules
from rantai.foundation.items.actions import items
from rantai.foundation.locations import actions as locations
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties import rules as party_rules
from rantai.foundation.parties.models import Company, ExchangeRate, NumberSeries, PaymentTerm, TaxCode, TaxRate
from rantai.kernel import audit, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_TERMS: dict[str, tuple[int, dict[str, str]]] = {
    "NOW": (0, {"en": "Due at once", "id": "Tunai", "zh-hans": "即付"}),
    "NET14": (14, {"en": "14 days", "id": "14 hari", "zh-hans": "14 天"}),
    "NET30": (30, {"en": "30 days", "id": "30 hari", "zh-hans": "30 天"}),
    "NET60": (60, {"en": "60 days", "id": "60 hari", "zh-hans": "60 天"}),
}


class RateOverlaps(ValueError):
    """A tax rate that begins on the day of another one."""

    def __init__(self, code: str, day: date) -> None:
        self.code, self.day = code, day
        super().__init__(
            _("%(code)s has a rate from %(day)s already. Choose another first day.") % {"code": code, "day": day}
        )


class TaxCodeInUse(ValueError):
    """A tax with a code that another one has."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(
            _("There is a tax %(code)s already. Choose another code, or add a rate to it.") % {"code": code}
        )


class SeriesGoesBack(ValueError):
    """A next number that was given already, or a gap in a series that may have none."""

    def __init__(self, series: NumberSeries) -> None:
        self.series = series
        text = (
            _("The law wants these numbers without a gap: the next one is %(next)s.")
            if series.is_gapless
            else _("Numbers are given once: the next one is %(next)s or later.")
        )
        super().__init__(text % {"next": series.next_number})


def create_company(
    *,
    code: str,
    name: str,
    currency: str,
    country: str = "",
    zone: str = "UTC",
    language: str = "en",
    tax_id: str = "",
    makes: bool = True,
    trades: bool = True,
    dropships: bool = True,
    serves: bool = False,
    is_demo: bool = False,
    working_days: Sequence[int] = range(5),
    tax_code: str = "",
    own_tax: rules.Tax | None = None,
    by: str = "system",
) -> Company:
    """Set a company up; the wizard, the demonstration and tests begin here.

    It has a calendar in its zone that is open on the working days (0 is Monday), the counterpart accounts of the stock
    ledger, number series, the builtin roles, units, payment terms, and the taxes of its country and one of its own.
    What documents charge where nothing else is said is `tax_code`, else its own tax, else the country's usual one.
    """
    require_transaction()
    party = parties.add_party(name, roles=["own"], language=language, zone=zone, by=by)
    days = _("%(company)s, working days") % {"company": name}
    usual = tax_code or (own_tax.code if own_tax else rules.list_taxes(country)[0].code)
    company = Company.objects.create(
        party=party,
        code=code,
        currency=currency,
        tax_id=tax_id,
        zone=zone,
        language=language,
        calendar=calendars.add_calendar(
            f"{code}-DAYS", name=days, zone=zone, shifts=calendars.weekdays(days=working_days), by=by
        ),
        makes=makes,
        trades=trades,
        dropships=dropships,
        serves=serves,
        is_demo=is_demo,
        settings={"country": country, "tax_code": usual},
    )
    _furnish(company, country, own_tax)
    audit.record(DocRef("company", company.pk), action="added", by=by)
    return company


def edit_company(company: Company, *, values: Mapping[str, Any], expected_revision: int, by: str) -> Company:
    """Change a company; raises RevisionConflict."""
    before = {name: str(getattr(company, name)) for name in values}
    revisions.take(company, expected=expected_revision, **values)
    changed = {name: [before[name], str(value)] for name, value in values.items() if before[name] != str(value)}
    audit.record(DocRef("company", company.pk), action="changed", by=by, changes=changed)
    return company


def add_taxes(company: Company, *, taxes: Iterable[rules.Tax]) -> None:
    """Add tax codes with their rates; codes that exist are left alone."""
    require_transaction()
    for tax in taxes:
        row, created = TaxCode.objects.get_or_create(
            company=company,
            code=tax.code,
            defaults={
                "name": tax.name, "is_inclusive": tax.is_inclusive, "is_reverse_charge": tax.is_reverse_charge,
            },
        )  # fmt: skip
        if created:
            _add_rates(row, tax.rates)


def set_tax_rate(tax_code: TaxCode, *, rate: int, valid_from: date, base: tuple[int, int] = (1, 1), by: str) -> TaxRate:
    """Let a rate hold from a day on; the rate before it ends there. Raises RateOverlaps."""
    require_transaction()
    if TaxRate.objects.filter(tax_code=tax_code, valid_from=valid_from).exists():
        raise RateOverlaps(tax_code.code, valid_from)
    later = TaxRate.objects.filter(tax_code=tax_code, valid_from__gt=valid_from).order_by("valid_from").first()
    earlier = TaxRate.objects.filter(tax_code=tax_code, valid_from__lt=valid_from).order_by("-valid_from").first()
    if earlier:
        TaxRate.objects.filter(pk=earlier.pk).update(valid_to=valid_from)
    row = TaxRate.objects.create(
        tax_code=tax_code, rate=rate, base_numerator=base[0], base_denominator=base[1], valid_from=valid_from,
        valid_to=later.valid_from if later else None,
    )  # fmt: skip
    audit.record(DocRef("tax_code", tax_code.pk), action="rate", by=by, changes={"rate": [None, rate]})
    return row


def add_tax(
    company: Company, *, code: str, name: Mapping[str, str], is_inclusive: bool, rate: int, valid_from: date, by: str
) -> TaxCode:
    """Add a tax with its first rate; raises TaxCodeInUse."""
    require_transaction()
    if TaxCode.objects.filter(company=company, code=code).exists():
        raise TaxCodeInUse(code)
    row = TaxCode.objects.create(company=company, code=code, name=dict(name), is_inclusive=is_inclusive)
    audit.record(DocRef("tax_code", row.pk), action="added", by=by)
    set_tax_rate(row, rate=rate, valid_from=valid_from, by=by)
    return row


def edit_series(series: NumberSeries, *, prefix: str, digits: int, next_number: int, by: str) -> None:
    """Change how documents are numbered; raises SeriesGoesBack, since a number is given once."""
    require_transaction()
    is_fixed = series.is_gapless and series.next_number > 1
    if next_number < series.next_number or (is_fixed and next_number != series.next_number):
        raise SeriesGoesBack(series)
    before = [series.prefix, series.digits, series.next_number]
    if [prefix, digits, next_number] == before:
        return
    # Somebody may have taken a number since this was read: a series never goes back.
    NumberSeries.objects.filter(pk=series.pk, next_number__lte=next_number).update(next_number=next_number)
    NumberSeries.objects.filter(pk=series.pk).update(prefix=prefix, digits=digits)
    changes = {"numbering": [before, [prefix, digits, next_number]]}
    audit.record(DocRef("number_series", series.pk), action="changed", by=by, changes=changes)


def save_term(
    code: str, *, name: Mapping[str, str], days: int, end_of_month: bool, by: str
) -> PaymentTerm:  # fmt: skip
    """Add or change a payment term by its code; documents keep the date that they have."""
    require_transaction()
    row, _made = PaymentTerm.objects.update_or_create(
        code=code, defaults={"name": dict(name), "days": days, "end_of_month": end_of_month}
    )
    audit.record(DocRef("payment_term", row.pk), action="saved", by=by)
    return row


def set_exchange_rate(from_currency: str, *, to_currency: str, rate: int, valid_from: date, by: str) -> ExchangeRate:
    """Let units of one currency be worth `rate` / 1,000,000,000 of another from a day on."""
    require_transaction()
    row, _made = ExchangeRate.objects.update_or_create(
        from_currency=from_currency, to_currency=to_currency, valid_from=valid_from, defaults={"rate": rate}
    )
    audit.record(DocRef("exchange_rate", row.pk), action="set", by=by, changes={"rate": [None, rate]})
    return row


def _furnish(company: Company, country: str, own_tax: rules.Tax | None) -> None:
    """Add what a company needs on its first day."""
    parties.add_address(company.party_id, kind="bill", country=country, zone=company.zone, calendar=company.calendar)
    locations.add_accounts(company.pk, code=company.code, zone=company.zone)
    _add_series(company)
    add_taxes(company, taxes=[*([own_tax] if own_tax else ()), *rules.list_taxes(country)])
    _add_terms()
    access.add_builtin_roles()
    items.add_units()


def _add_series(company: Company) -> None:
    NumberSeries.objects.bulk_create(
        [
            NumberSeries(company=company, kind=kind, prefix=prefix, is_gapless=kind in party_rules.GAPLESS)
            for kind, prefix in party_rules.SERIES.items()
        ],
        ignore_conflicts=True,
    )


def _add_rates(tax_code: TaxCode, rates: tuple[rules.Rate, ...]) -> None:
    ends = [*(later.since for _earlier, later in pairwise(rates)), None]
    TaxRate.objects.bulk_create(
        [
            TaxRate(
                tax_code=tax_code,
                rate=rate.rate,
                base_numerator=rate.base[0],
                base_denominator=rate.base[1],
                valid_from=rate.since,
                valid_to=end,
            )
            for rate, end in zip(rates, ends, strict=True)
        ]
    )


def _add_terms() -> None:
    PaymentTerm.objects.bulk_create(
        [PaymentTerm(code=code, name=name, days=days) for code, (days, name) in _TERMS.items()], ignore_conflicts=True
    )
