"""A company begins with all it needs."""

from datetime import date

import pytest
from django.db import transaction

from rantai.foundation.access.models import Role
from rantai.foundation.calendars import queries as calendars
from rantai.foundation.companies import actions
from rantai.foundation.items.models import Unit
from rantai.foundation.locations import queries as locations
from rantai.foundation.locations import rules as location_rules
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import NumberSeries, TaxCode
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


def test_a_new_company_has_accounts_series_roles_units_and_a_calendar():
    company = make.make_company()

    assert {locations.get_account(company.pk, kind) for kind in location_rules.ACCOUNTS}.__len__() == 6
    assert NumberSeries.objects.filter(company=company, is_gapless=True).count() == 2
    assert Role.objects.filter(is_builtin=True).count() == 8
    assert Unit.objects.filter(code="PCE").exists()
    assert not calendars.get_working_days(company.calendar_id).is_open(date(2026, 11, 21))  # a Saturday
    assert parties.get_company() == company


@pytest.mark.parametrize(
    ("country", "code", "on", "rate", "base"),
    [
        ("ID", "PPN", date(2021, 6, 1), 1000, (1, 1)),
        ("ID", "PPN", date(2024, 12, 31), 1100, (1, 1)),
        ("ID", "PPN", date(2025, 1, 1), 1200, (11, 12)),
        ("ID", "PPN-LUX", date(2026, 1, 1), 1200, (1, 1)),
        ("CN", "VAT13", date(2019, 3, 31), 1600, (1, 1)),
        ("CN", "VAT13", date(2026, 1, 1), 1300, (1, 1)),
        ("DE", "VAT", date(2020, 12, 31), 1600, (1, 1)),
        ("DE", "VAT", date(2026, 1, 1), 1900, (1, 1)),
        ("GB", "VAT", date(2026, 1, 1), 2000, (1, 1)),
        ("EE", "VAT", date(2026, 1, 1), 2400, (1, 1)),
        ("US", "NONE", date(2026, 1, 1), 0, (1, 1)),
    ],
)
def test_a_country_begins_with_its_rates(country, code, on, rate, base):
    company = make.make_company(country=country)

    found = parties.find_tax_rate(TaxCode.objects.get(company=company, code=code).pk, on)

    assert found is not None
    assert (found.rate, found.base_numerator, found.base_denominator) == (rate, *base)


def test_a_new_rate_ends_the_one_before():
    company = make.make_company()
    ppn = TaxCode.objects.get(company=company, code="PPN")

    with transaction.atomic():
        actions.set_tax_rate(ppn, rate=1300, valid_from=date(2027, 1, 1), by="test")

    assert parties.find_tax_rate(ppn.pk, date(2026, 12, 31)).rate == 1200
    assert parties.find_tax_rate(ppn.pk, date(2027, 1, 1)).rate == 1300


def test_two_rates_cannot_begin_on_one_day():
    ppn = TaxCode.objects.get(company=make.make_company(), code="PPN")

    with pytest.raises(actions.RateOverlaps), transaction.atomic():
        actions.set_tax_rate(ppn, rate=1300, valid_from=date(2025, 1, 1), by="test")


def test_an_exchange_rate_turns_round():
    with transaction.atomic():
        actions.set_exchange_rate(
            "USD", to_currency="IDR", rate=16_000 * parties.ONE, valid_from=date(2026, 1, 1), by="t"
        )

    assert parties.find_rate("USD", "IDR", date(2026, 2, 1)) == 16_000 * parties.ONE
    assert parties.find_rate("IDR", "USD", date(2026, 2, 1)) == 62_500
    assert parties.find_rate("IDR", "USD", date(2025, 2, 1)) is None
    assert parties.find_rate("IDR", "IDR", date(2025, 2, 1)) == parties.ONE
