"""Somebody with a file and nothing else has a company to bring it to."""

import pytest
from click.testing import CliRunner
from django.db import transaction

from rantai.foundation.locations import queries as locations
from rantai.foundation.parties.models import Company
from rantai.wires.imports import newcomers
from rantai.wires.imports.command import import_file
from rantai.wires.imports.presets import online_retail

pytestmark = pytest.mark.django_db


def test_a_preset_says_enough_to_set_a_company_up() -> None:
    with transaction.atomic():
        company = newcomers.found_company(online_retail)

    assert (company.currency, company.zone) == ("GBP", "Europe/London")
    assert [site.code for site in locations.list_sites(company.pk)] == ["MAIN"]


def test_without_a_preset_the_command_says_what_to_do_and_makes_nothing(tmp_path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order,sku,qty,date,price\n1,A,2,2026-01-02,3\n")

    answer = CliRunner().invoke(import_file, ["orders", str(file)])

    assert answer.exit_code == 1
    assert "rantai demo" in answer.output
    assert not Company.objects.exists()
