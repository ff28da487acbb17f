"""Pages by key: every row once, in order, forwards and backwards."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from rantai.ui import table_pages
from tests.ui import orders

pytestmark = pytest.mark.usefixtures("thirty_orders")


def walk(query: str, *, step: str) -> list[list[int]]:
    """Follow next or previous to the end and return the ids of each page."""
    pages = []
    while True:
        table = orders.open_list(query)
        pages.append([row.key for row in table.rows])
        query = table.next_url if step == "next" else table.previous_url
        if not query:
            return pages


@pytest.mark.parametrize("sort", ["due_on", "-due_on", "promised_on", "-promised_on", "number", "-amount", "customer"])
def test_walking_on_shows_every_row_once_and_walking_back_the_same_pages(sort):
    forwards = walk(f"?sort={sort}", step="next")

    assert [len(page) for page in forwards] == [7, 7, 7, 7, 2]
    assert sorted(key for page in forwards for key in page) == list(range(1, 31))

    last = orders.open_list(f"?sort={sort}")
    for _ in range(4):
        last = orders.open_list(last.next_url)
    backwards = walk(last.address(before=last.page.previous), step="previous")

    assert backwards == forwards[-2::-1]


def test_it_sorts_by_the_column_and_breaks_ties_by_key():
    keys = [key for page in walk("?sort=-due_on", step="next") for key in page]

    expected = sorted(range(1, 31), key=lambda at: (at * 7 % 11, at), reverse=True)
    assert keys == expected


def test_a_sort_that_is_no_column_falls_back_to_the_declared_one():
    assert [row.key for row in orders.open_list("?sort=password").rows] == [row.key for row in orders.open_list().rows]


@pytest.mark.parametrize("word", ["rubbish", "WyJpIiwx", "W10", "e30", "WyJxIiwxLCJpIiwxLDBd"])
def test_a_word_that_is_not_ours_shows_the_first_page(word):
    assert orders.open_list(f"?after={word}").page.first == 1


def test_a_page_says_where_it_stands():
    second = orders.open_list(orders.open_list().next_url)

    assert (second.page.first, second.page.last, second.count_text) == (8, 14, "30")


def test_a_deep_page_seeks_by_a_bound_and_never_by_offset():
    table = orders.open_list(orders.open_list("?sort=due_on").next_url)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(table.rows) == 7

    assert len(queries) == 1
    assert ">=" in queries[0]["sql"]
    assert "OFFSET" not in queries[0]["sql"]


def test_counting_stops_at_its_limit(monkeypatch):
    monkeypatch.setattr("rantai.ui.tables.COUNT_LIMIT", 10)

    table = orders.open_list()

    assert (table.count, table.count_text, table.sums) == (11, "10+", [])


def test_a_cursor_survives_its_way_through_the_address():
    for value in (None, True, 7, 1.5, "SO/1 ü", orders.START):
        cursor = table_pages.Cursor(value, 9, 3)
        word = QueryDict(f"after={cursor.write()}")["after"]
        assert table_pages.Cursor.read(word) == cursor
