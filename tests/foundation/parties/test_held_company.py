"""Our company is read once where nothing is written."""

import pytest

from rantai.foundation.parties import queries
from tests.factories.foundation import make_company

pytestmark = pytest.mark.django_db


def test_a_page_reads_the_company_once(django_assert_num_queries):
    company = make_company()

    with django_assert_num_queries(1), queries.ask_company_once():
        assert queries.find_company() == queries.get_company() == company


def test_it_is_read_anew_afterwards():
    company = make_company()
    with queries.ask_company_once():
        queries.find_company()
    company.zone = "Asia/Shanghai"
    company.save(update_fields=["zone"])

    assert queries.find_company().zone == "Asia/Shanghai"
