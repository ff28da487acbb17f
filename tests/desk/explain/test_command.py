"""`rantai explain`: found by the name that people have for a thing, told as a tree or as data."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import time_machine
from click.testing import CliRunner, Result
from django.utils.module_loading import autodiscover_modules

from rantai.crm.orders.models import SalesOrder
from rantai.desk.explain.command import explain
from tests.factories import crm as sales

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """Let the clock stand on a Monday, with every task known."""
    autodiscover_modules("tasks")
    with time_machine.travel(sales.NOW, tick=False):
        yield


@pytest.fixture
def order() -> SalesOrder:
    """An order of two lines, from stock."""
    first, second = sales.make_stocked_item("MON", units=9), sales.make_stocked_item("ARM", units=9)
    return sales.make_confirmed(sales.make_customer("Klinik"), [(first, 4), (second, 2)])


def run(*arguments: str) -> Result:
    return CliRunner().invoke(explain, [*arguments])


def test_it_draws_a_tree_with_units_and_the_critical_path(order: SalesOrder) -> None:
    answer = run(order.number)

    assert answer.exit_code == 0, answer.output
    lines = answer.stdout.splitlines()
    assert lines[0].startswith(order.number)
    assert any(line.startswith("* ") and f"{order.number}/" in line for line in lines)
    assert any("└─" in line and "On stock in" in line and "slack" in line for line in lines)


@pytest.mark.parametrize("name", ["{number}/2", "{short}/2", "sales_order:{id}/{line}"])
def test_a_line_is_found_by_any_of_its_names(order: SalesOrder, name: str) -> None:
    line = order.lines.get(number=2)
    short = f"so{int(order.number.removeprefix('SO-'))}"

    answer = run(name.format(number=order.number, short=short, id=order.pk, line=line.pk), "--json")

    data = json.loads(answer.stdout.splitlines()[-1])
    assert data["ref"] == f"sales_order:{order.pk}/{line.pk}"
    assert [node["units"] for node in data["nodes"] if node["kind"] == "demand"] == ["2"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("SO-77777", "Nothing is called 'SO-77777'"),
        ("{number}/9", "Close to it: {number}/1, {number}/2"),
        ("{number}/x", "Nothing is called '{number}/x'"),
        ("invoice:1", "Nothing is called 'invoice:1'"),
        ("sales_order:none", "Nothing is called 'sales_order:none'"),
        ("", "Nothing is called ''"),
        ("sales_order:99999", "nothing leans on it"),
    ],
)
def test_what_is_not_there_is_named_with_what_comes_close(order: SalesOrder, asked: str, said: str) -> None:
    answer = run(asked.format(number=order.number))

    assert answer.exit_code == 1
    assert said.format(number=order.number) in answer.output


def test_a_refusal_is_data_too(order: SalesOrder) -> None:
    answer = run(f"{order.number}/9", "--json")

    data = json.loads(answer.stdout.splitlines()[-1])
    assert data["close"] == [f"{order.number}/1", f"{order.number}/2"]
