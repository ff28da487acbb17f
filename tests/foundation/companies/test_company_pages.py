"""Our company, its taxes and rates are kept on pages."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from rantai.foundation.access.models import User
from rantai.foundation.messages import queries as messages
from rantai.foundation.parties import actions
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company, NumberSeries, PaymentTerm, TaxCode
from rantai.kernel import decisions
from rantai.kernel.models import ApprovalPolicy
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
    ppn, series, term = TaxCode.objects.get(code="PPN"), NumberSeries.objects.first(), PaymentTerm.objects.first()
    names = ("company", "taxes", "add_tax", "rates", "numbers", "terms", "add_term", "policies")
    pages = [reverse(f"foundation_companies:{name}") for name in names]
    pages += [
        reverse("foundation_companies:tax_code", args=[ppn.pk]),
        reverse("foundation_companies:series", args=[series.pk]),
        reverse("foundation_companies:term", args=[term.pk]),
    ]

    assert [client.get(page).status_code for page in pages] == [200] * 11
    assert "12 % × 11/12" in client.get(reverse("foundation_companies:taxes")).content.decode()


def test_the_usual_tax_is_chosen(client, company):
    client.post(reverse("foundation_companies:company"), form(company, tax_code="NONE"))

    assert Company.objects.get().settings["tax_code"] == "NONE"


def test_messages_rest_when_the_company_says_so(client, company):
    page = reverse("foundation_companies:company")
    assert messages.read_quiet_hours(company, "marketing") == ["20:00", "08:00"]

    client.post(page, form(company, quiet_service="21:30 – 06:00", quiet_marketing=""))

    found = Company.objects.get()
    assert messages.read_quiet_hours(found, "service") == ["21:30", "06:00"]
    assert messages.read_quiet_hours(found, "marketing") is None
    assert 'value="21:30-06:00"' in client.get(page).content.decode()
    assert client.post(page, form(company, revision=2, quiet_service="25:00-26:00")).status_code == 422


def test_a_tax_of_our_own_is_added_once(client, company):
    page = reverse("foundation_companies:add_tax")
    data = {"code": "GST-9", "name_en": "GST", "rate": "9", "valid_from": "2026-01-01"}

    client.post(page, data)

    added = TaxCode.objects.get(code="GST-9")
    assert (added.name, added.is_inclusive, parties.find_tax_rate(added.pk, date(2026, 5, 1)).rate) == (
        {"en": "GST"}, False, 900,
    )  # fmt: skip
    assert client.post(page, data).status_code == 422
    assert client.post(page, data | {"code": "gst 9"}).status_code == 422


def series(kind):
    return NumberSeries.objects.get(kind=kind)


def test_the_next_number_may_jump_ahead_but_not_back(client, company):
    order = series("sales_order")
    page = reverse("foundation_companies:series", args=[order.pk])

    client.post(page, {"prefix": "2026/", "digits": "6", "next_number": "400"})

    with transaction.atomic():
        assert actions.next_number(company.pk, "sales_order") == "2026/000400"
    assert client.post(page, {"prefix": "2026/", "digits": "6", "next_number": "400"}).status_code == 422
    assert series("sales_order").next_number == 401


def test_invoices_begin_anywhere_and_then_have_no_gap(client, company):
    page = reverse("foundation_companies:series", args=[series("invoice").pk])

    client.post(page, {"prefix": "INV-", "digits": "5", "next_number": "778"})
    assert series("invoice").next_number == 778
    answer = client.post(page, {"prefix": "INV-", "digits": "5", "next_number": "800"})

    assert answer.status_code == 422
    assert "without a gap" in answer.content.decode()
    assert series("invoice").next_number == 778


def test_a_payment_term_is_added_and_changed(client, company):
    data = {"code": "EOM10", "name_en": "10 days after the month", "days": "10", "end_of_month": "on"}
    client.post(reverse("foundation_companies:add_term"), data)
    term = PaymentTerm.objects.get(code="EOM10")

    client.post(reverse("foundation_companies:term", args=[term.pk]), data | {"days": "15"})

    term.refresh_from_db()
    assert (term.days, term.end_of_month) == (15, True)
    assert client.post(reverse("foundation_companies:add_term"), data).status_code == 422


def test_what_needs_no_person_is_allowed_and_taken_back(client, company):
    page = reverse("foundation_companies:policies")

    client.post(page, {"kind": "purchase", "max_amount": "5000000", "horizon_days": "14"})

    policy = ApprovalPolicy.objects.get()
    asked = {"amount": 5_000_000 * 10_000, "starts_on": date(2026, 11, 30), "as_of": date(2026, 11, 22)}
    assert decisions.find_policy("purchase", **asked) == policy
    assert policy.set_by.startswith("user:")
    client.post(reverse("foundation_companies:end_policy", args=[policy.pk]))
    assert decisions.find_policy("purchase", **asked) is None
    assert client.post(page, {"kind": "purchase", "max_amount": "0", "horizon_days": "14"}).status_code == 422


def test_a_buyer_may_not(client):
    make.make_company()
    client.force_login(make.make_user(roles=["buyer"]))

    assert client.get(reverse("foundation_companies:company")).status_code == 403
