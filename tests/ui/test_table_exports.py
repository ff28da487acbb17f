"""Files hold exactly what is seen, and nothing that a spreadsheet would run."""

import csv
import io

import fastexcel
import pytest

from rantai.ui import table_exports
from rantai.ui.table_columns import ItemColumn
from tests.ui import orders

pytestmark = pytest.mark.usefixtures("thirty_orders")


def read_csv(query: str) -> list[list[str]]:
    response = orders.open_list(query).respond("unused.html")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_file_holds_all_filtered_rows_in_the_order_and_columns_seen():
    lines = read_csv("?export=csv&state=late&sort=amount&cols=number&cols=due_on&cols=amount")

    assert lines[0] == ["Order", "Due", "Total"]
    assert [line[0] for line in lines[1:]] == [f"SO-{at:05}" for at in (5, 10, 15, 20, 25, 30)]
    assert lines[1] == ["SO-00005", "2026-11-04", "5"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_begins_a_formula_is_quoted(text):
    orders.SampleOrder.objects.filter(pk=1).update(customer=text)

    assert read_csv("?export=csv&q=SO-00001&cols=customer")[1] == ["'" + text]


def test_a_negative_figure_stays_a_figure():
    orders.SampleOrder.objects.filter(pk=1).update(amount=-25_000)

    assert read_csv("?export=csv&q=SO-00001&cols=amount")[1] == ["-2.5"]


def test_a_workbook_holds_texts_figures_and_days():
    orders.SampleOrder.objects.filter(pk=5).update(customer="=HYPERLINK(1)")

    response = orders.open_list("?export=xlsx&q=SO-00005").respond("unused.html")
    sheet = fastexcel.read_excel(b"".join(response.streaming_content)).load_sheet(0).to_polars()

    row = sheet.row(0, named=True)
    assert (row["Order"], row["Customer"], row["State"], row["Total"]) == ("SO-00005", "=HYPERLINK(1)", "Late", 5.0)
    assert str(row["Due"])[:10] == "2026-11-04"


def test_a_list_too_long_for_a_workbook_shows_the_page_instead(monkeypatch, rf):
    monkeypatch.setattr("rantai.ui.tables.COUNT_LIMIT", 5)
    monkeypatch.setattr(table_exports, "MAX_XLSX_ROWS", 20)

    assert orders.open_list("?export=xlsx").is_too_long_for_xlsx


def test_an_item_is_its_name_to_readers_and_code_and_name_in_a_file():
    column = ItemColumn(sort=True)
    row = {"item__code": "PC-R5", "item__name": {"en": "Desktop PC", "id": "Komputer meja"}}

    assert (column.say_name(row["item__name"], row), column.sub, column.sort) == (
        "Desktop PC",
        "item__code",
        "item__code",
    )
    assert [(head, read(row)) for head, read in column.list_exports()] == [
        ("Item code", "PC-R5"),
        ("Item", "Desktop PC"),
    ]
    assert column.say_name(None, row) == "PC-R5"
