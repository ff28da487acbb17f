"""Our company, its taxes and rates are kept on pages."""

from datetime import date

import pytest
from django.urls import reverse

from rantai.foundation.access.models import User
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company, TaxCode
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client):
    company = make.make_company()
    client.force_login(make.make_user(roles=["finance"]))
    return company


def form(company, **changed):
    return {
        "name": "Rantai Jaya Abadi", "zone": "Asia/Makassar", "language": "id", "calendar": company.calendar_id,
        "fiscal_year_start_month": "4", "invoice_on": "shipped", "makes": "on", "revision": 1,
    } | changed  # fmt: skip


def test_a_company_is_changed(client, company):
    client.post(reverse("foundation_companies:company"), form(company))

    found = Company.objects.select_related("party").get()
    assert (found.party.name, found.zone, found.invoice_on, found.makes, found.trades) == (
        "Rantai Jaya Abadi", "Asia/Makassar", "shipped", True, False,
    )  # fmt: skip
    assert client.post(reverse("foundation_companies:company"), form(company)).status_code == 409


def test_a_company_does_something(client, company):
    answer = client.post(reverse("foundation_companies:company"), form(company, makes=""))

    assert answer.status_code == 422
    assert "at least one way" in answer.content.decode()


def test_the_next_tax_rate_is_added(client, company):
    ppn = TaxCode.objects.get(code="PPN")
    page = reverse("foundation_companies:tax_code", args=[ppn.pk])
    data = {"rate": "13", "base_numerator": "11", "base_denominator": "12", "valid_from": "2027-01-01"}

    client.post(page, data)

    rate = parties.find_tax_rate(ppn.pk, date(2027, 1, 1))
    assert (rate.rate, rate.base_numerator, rate.base_denominator) == (1300, 11, 12)
    assert client.post(page, data).status_code == 422
    assert client.post(page, data | {"rate": "101", "valid_from": "2028-01-01"}).status_code == 422
    assert client.post(page, data | {"base_numerator": "13", "valid_from": "2028-01-01"}).status_code == 422


def test_an_exchange_rate_is_added(client, company):
    client.post(
        reverse("foundation_companies:rates"), {"from_currency": "USD", "rate": "16,250.5", "valid_from": "2026-11-01"}
    )

    assert parties.find_rate("USD", "IDR", date(2026, 11, 2)) == 16_250_500_000_000


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_opens_in_every_language(client, company, language):
    User.objects.update(language=language)
    ppn = TaxCode.objects.get(code="PPN")
    pages = [reverse("foundation_companies:company"), reverse("foundation_companies:rates")]
    pages.append(reverse("foundation_companies:tax_code", args=[ppn.pk]))

    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    assert "12 % × 11/12" in client.get(pages[1]).content.decode()


def test_a_buyer_may_not(client):
    make.make_company()
    client.force_login(make.make_user(roles=["buyer"]))

    assert client.get(reverse("foundation_companies:company")).status_code == 403
