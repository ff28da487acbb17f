"""A declared list: filters, views, heads, sums, columns, turns."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rantai.ui import tables
from tests.ui import orders

pytestmark = pytest.mark.usefixtures("thirty_orders")


def keys(query: str) -> set[int]:
    table = orders.open_list(query)
    table.page_size = 100
    return {row.key for row in table.rows}


def test_search_wants_every_word_in_some_field():
    assert keys("?q=sinar+003") == {3, 30}


def test_a_choice_takes_several_values_and_ignores_unknown_ones():
    assert keys("?state=late&state=nonsense") == {5, 10, 15, 20, 25, 30}
    assert len(keys("?state=late&state=open")) == 30


def test_dates_hold_both_ends():
    assert keys("?due_from=2026-11-03&due_to=2026-11-04") == {at for at in range(1, 31) if at * 7 % 11 in {1, 2}}


def test_figures_are_read_in_whole_units():
    assert keys("?total_min=28.5&total_max=30") == {29, 30}


def test_a_flag_asks_its_condition():
    assert keys("?rupiah=1&total_max=4") == {1, 3}


@pytest.mark.parametrize(
    ("query", "name", "word"),
    [
        ("?due_from=2026-13-01", "due", "2026-13-01"),
        ("?total_min=NaN", "total", "NaN"),
        ("?total_min=1e30", "total", "1e30"),
        ("?total_max=ten", "total", "ten"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field_and_kept(query, name, word):
    table = orders.open_list(query)
    control = next(one for one in table.controls if one.filter.name == name)

    assert word in control.problem
    assert word in control.values
    assert len(table.rows) == 7


def test_chips_say_the_filter_and_lead_away_from_it():
    table = orders.open_list("?state=late&due_from=2026-11-03&sort=amount")
    chips = {chip.label: chip for chip in table.chips}

    assert chips["State"].text == "Late"
    assert chips["Due"].text == "from 3 Nov"
    assert chips["Due"].without == "?state=late&sort=amount"


def test_saved_views_are_addresses_with_counts():
    table = orders.open_list("?state=late&view=late")

    assert [(tab.label, tab.current, tab.count) for tab in table.tabs] == [("All", False, None), ("Late", True, "6")]
    assert table.tabs[1].href == "?state=late&view=late"


def test_heads_lead_to_the_other_direction():
    heads = {head.column.name: head for head in orders.open_list("?sort=-due_on").heads}

    assert (heads["due_on"].href, heads["due_on"].direction) == ("?sort=due_on", "descending")
    assert heads["amount"].href == "?sort=-amount"
    assert heads["state"].href == ""


def test_sums_stand_apart_by_currency():
    assert [text for _column, text in orders.open_list("?total_max=4").sums] == ["€6.00 · Rp\u00a04"]


def test_chosen_columns_alone_are_shown_and_read():
    table = orders.open_list("?cols=number&cols=amount")

    with CaptureQueriesContext(connection) as queries:
        assert [len(row.cells) for row in table.rows] == [2] * 7

    assert "promised_on" not in queries[0]["sql"]


def test_a_page_costs_one_query_for_rows_and_one_for_the_count():
    with CaptureQueriesContext(connection) as queries:
        table = orders.open_list()
        assert (len(table.rows), table.count) == (7, 30)

    assert len(queries) == 2


def test_cells_carry_state_and_second_line():
    row = orders.open_list("?q=SO-00005").rows[0]

    assert [cell.text for cell in row.cells] == ["SO-00005", "Klinik Harapan", "Late", "4 Nov", "3 Nov", "Rp\u00a05"]
    assert (row.cells[2].lamp, row.cells[1].sub) == ("hurt", "IDR")


def test_a_turned_list_adds_up():
    pivot = orders.open_list("?rows=customer&across=state&measure=n").pivot

    assert pivot.heads == ["Late", "Open"]
    assert {name: (cells, total) for name, cells, total in pivot.rows} == {
        "PT Sinar Medika": (["2", "8"], "10"),
        "Hotel Padma": (["2", "8"], "10"),
        "Klinik Harapan": (["2", "8"], "10"),
    }
    assert (pivot.totals, pivot.grand) == (["6", "24"], "30")


def test_a_turned_list_sums_money_over_filtered_rows():
    pivot = orders.open_list("?rows=customer&measure=sum&total_max=3").pivot

    assert pivot.grand == "Rp\u00a06"


def test_what_may_not_be_turned_is_the_plain_list():
    assert orders.open_list("?rows=amount").pivot is None


def test_a_list_is_empty_because_of_its_filters_only_where_something_is_there():
    filtered = orders.open_list("?q=nobody")
    assert not filtered.rows
    assert filtered.is_filtered

    orders.SampleOrder.objects.all().delete()

    assert not orders.open_list("?q=nobody").is_filtered


@pytest.mark.parametrize(
    ("column", "says"),
    [
        (tables.Column("Promised", format="day", phone="end"), "Promised"),
        (tables.Column("Sources", format="number", phone="subend"), "Sources"),
        (tables.Column("Late", format=lambda value, row: value, align="end", phone="sub"), "Late"),
        (tables.Column("Free", format="quantity", unit="pcs", phone="end"), ""),
        (tables.Column("Total", format="money", phone="end"), ""),
        (tables.Column("Customer", phone="sub"), ""),
        (tables.Column("Promised", format="day"), ""),
    ],
)
def test_a_bare_figure_or_day_carries_its_head_to_the_phone(column, says):
    assert column.says == says


def test_two_columns_cannot_stand_in_one_place_of_the_phone():
    with pytest.raises(AssertionError, match="lie on each other"):
        type("Deals", (tables.Table,), {"a": tables.Column("A", phone="sub"), "b": tables.Column("B", phone="sub")})
