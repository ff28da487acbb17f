from datetime import date

import pytest
from django.db import transaction

from rantai.crm import facade
from rantai.crm.pricing import actions, queries
from rantai.crm.pricing.models import TaxRule
from rantai.crm.pricing.queries import PriceAsk
from rantai.foundation.items.models import Category
from rantai.foundation.parties.models import TaxCode
from tests.factories import crm, foundation

pytestmark = pytest.mark.django_db
UNIT = 10_000


def find(item, units, *, lists=None, on=crm.TODAY, territory_id=None):
    lists = lists or [crm.make_price_list()]
    [found] = queries.find_prices([PriceAsk(item.pk, units * UNIT)], lists=lists, on=on, territory_id=territory_id)
    return found.unit_price // UNIT if found else None


def test_it_takes_the_price_of_the_highest_quantity_reached():
    item = foundation.make_item()
    crm.make_price(item, "100")
    crm.make_price(item, "90", minimum_quantity=10 * UNIT)
    crm.make_price(item, "80", minimum_quantity=100 * UNIT)

    assert [find(item, units) for units in (1, 9, 10, 99, 100)] == [100, 100, 90, 90, 80]


def test_a_period_is_half_open():
    item = foundation.make_item()
    crm.make_price(item, "100", valid_from=date(2026, 1, 1), valid_to=date(2026, 7, 1))

    assert find(item, 1, on=date(2025, 12, 31)) is None
    assert find(item, 1, on=date(2026, 1, 1)) == 100
    assert find(item, 1, on=date(2026, 6, 30)) == 100
    assert find(item, 1, on=date(2026, 7, 1)) is None


def test_the_newer_price_wins_where_two_hold():
    item = foundation.make_item()
    crm.make_price(item, "100")
    crm.make_price(item, "120", valid_from=date(2026, 6, 1))

    assert find(item, 1, on=date(2026, 5, 1)) == 100
    assert find(item, 1, on=date(2026, 6, 1)) == 120


def test_the_nearest_territory_wins():
    item = foundation.make_item()
    country = foundation.make_territory("ID")
    city = foundation.make_territory("ID-JK", parent=country)
    other = foundation.make_territory("ID-SU", parent=country)
    crm.make_price(item, "100")
    crm.make_price(item, "110", territory_id=country.pk)
    crm.make_price(item, "120", territory_id=city.pk)

    assert find(item, 1) == 100
    assert find(item, 1, territory_id=other.pk) == 110
    assert find(item, 1, territory_id=city.pk) == 120


def test_a_list_of_the_customers_own_comes_before_the_default():
    item, bare = foundation.make_item(), foundation.make_item()
    default, own = crm.make_price_list(), crm.make_price_list("DEALER")
    crm.make_price(item, "100", price_list=default)
    crm.make_price(item, "70", price_list=own)
    crm.make_price(bare, "50", price_list=default)
    account = crm.make_customer()
    with transaction.atomic():
        actions.assign_price_list(account.pk, price_list_id=own.pk)

    lists = queries.list_price_lists(own.company_id, account_id=account.pk)

    assert [row.code for row in lists] == ["DEALER", "STANDARD"]
    assert find(item, 1, lists=lists) == 70
    assert find(bare, 1, lists=lists) == 50
    assert queries.list_price_lists(own.company_id, account_id=crm.make_customer().pk) == [default]


def test_fifty_lines_are_priced_by_one_query(django_assert_num_queries):
    items = [crm.make_priced_item(price=str(number)) for number in range(1, 51)]
    lists = [crm.make_price_list()]

    with django_assert_num_queries(1):
        found = queries.find_prices([PriceAsk(item.pk, UNIT) for item in items], lists=lists, on=crm.TODAY)

    assert [row.unit_price // UNIT for row in found] == list(range(1, 51))


def test_the_same_prices_twice_change_nothing():
    item = foundation.make_item()
    price_list = crm.make_price_list()
    rows = [actions.PriceRow(item_id=item.pk, unit_price=5 * UNIT)]
    with transaction.atomic():
        assert actions.upsert_prices(price_list.pk, rows, by="user:1") == (0,)
        assert actions.upsert_prices(price_list.pk, rows, by="user:1") == ()


def terms(treatment="domestic", *, on=crm.TODAY, categories=(), list_tax_code_id=None, company=None):
    company = company or foundation.make_company()
    return queries.find_tax_terms(
        company.pk, treatment=treatment, category_ids=categories, on=on, list_tax_code_id=list_tax_code_id
    )


def test_domestic_sales_carry_the_companys_usual_tax_of_the_day():
    assert (terms()[None].code, terms()[None].effective * 100) == ("PPN", 11)
    assert terms(on=date(2022, 3, 31))[None].rate == 1000


def test_a_price_list_may_name_an_inclusive_code():
    inclusive = TaxCode.objects.get(company=foundation.make_company(), code="PPN-INC")

    assert terms(list_tax_code_id=inclusive.pk)[None].is_inclusive


def test_export_carries_the_zero_rate_and_exempt_sales_none():
    assert (terms("export")[None].code, terms("export")[None].rate) == ("PPN-0", 0)
    assert terms("exempt")[None].code == "NONE"


def test_a_european_sale_to_a_business_abroad_is_reverse_charged():
    company = foundation.make_company("EU", name="Kette GmbH", currency="EUR", country="DE", zone="Europe/Berlin")

    found = terms("reverse_charge", company=company)[None]

    assert (found.code, found.is_reverse_charge, found.effective) == ("VAT-RC", True, 0)


def test_a_rule_for_a_category_wins():
    company = foundation.make_company()
    luxury = TaxCode.objects.get(company=company, code="PPN-LUX")
    category = Category.objects.create(code="LUX", name={"en": "Luxury"})
    TaxRule.objects.create(company=company, treatment="domestic", category=category, tax_code=luxury)

    found = terms(categories=[category.pk])

    assert (found[category.pk].code, found[None].code) == ("PPN-LUX", "PPN")


def test_prices_of_a_list_that_is_not_there_make_the_list():
    company, item = foundation.make_company(), foundation.make_item()
    rows = [
        actions.PriceRow(item_id=item.pk, unit_price=5 * UNIT),
        actions.PriceRow(item_id=item.pk, unit_price=7 * UNIT),
    ]

    first = facade.set_prices(company_id=company.pk, price_list="WEB", currency="IDR", rows=rows[:1], by="user:1")
    again = facade.set_prices(company_id=company.pk, price_list="WEB", currency="IDR", rows=rows[:1], by="user:1")
    changed = facade.set_prices(company_id=company.pk, price_list="WEB", currency="IDR", rows=rows[1:], by="user:1")

    assert (first, again, changed) == ((0,), (), (0,))
    assert find(item, 1, lists=queries.list_price_lists(company.pk, account_id=None)) == 7
    with pytest.raises(actions.ListInAnotherCurrency):
        facade.set_prices(company_id=company.pk, price_list="WEB", currency="USD", rows=rows, by="user:1")
