"""A file of past orders: every line is a sale, a return, or set aside with its reason."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai.kernel import money
from rantai.wires.imports import columns, files
from rantai.wires.imports.kinds import order_columns, orders
from rantai.wires.imports.presets import online_retail

HEADER = ("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country")
UNTIL = date(2010, 12, 31)


def read(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(HEADER, pl.String), orient="row")
    return orders.read_lines(frame, online_retail.COLUMNS, currency="GBP", until=UNTIL, rules=online_retail.RULES)


def line(**cells: str | None) -> tuple[str | None, ...]:
    usual = dict(
        zip(HEADER, ("1", "85048", "BALL", "12", "2010-01-02 07:45:00", "6.95", "13085.0", "France"), strict=True)
    )
    return tuple({**usual, **{name.replace("_", " "): cell for name, cell in cells.items()}}.values())


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({}, None),
        ({"Invoice": None}, "no_invoice"),
        ({"StockCode": None}, "no_item"),
        ({"Quantity": "0"}, "quantity_zero"),
        ({"Quantity": "NaN"}, "quantity_unreadable"),
        ({"Quantity": "=1+1"}, "quantity_unreadable"),
        ({"Quantity": "1e30"}, "quantity_too_large"),
        ({"Quantity": "99999999999"}, "quantity_too_large"),
        ({"InvoiceDate": "31/02/2010"}, "date_unreadable"),
        ({"InvoiceDate": "1900-01-01"}, "date_out_of_range"),
        ({"InvoiceDate": "2999-01-01"}, "date_out_of_range"),
        ({"Invoice": "A1", "Price": "-5"}, "adjustment"),
        ({"Price": "-5"}, "adjustment"),
        ({"Price": "0"}, "no_price"),
        ({"Price": None}, "no_price"),
        ({"Price": "cheap"}, "price_unreadable"),
        ({"Price": "99999999999999", "Quantity": "999999999"}, "amount_too_large"),
        ({"Invoice": "C1"}, "cancellation_without_minus"),
    ],
)
def test_a_line_is_imported_or_set_aside_with_one_reason(cells: dict[str, str | None], reason: str | None) -> None:
    assert read(line(**cells), line(Invoice="2"))["reason"].to_list()[0] == reason


def test_exact_repeats_are_imported_once() -> None:
    assert read(line(), line(), line(), line(Quantity="13"))["reason"].to_list() == [None, "repeat", "repeat", None]


def test_a_cancellation_is_a_return_tied_to_its_sale() -> None:
    lines = orders.tie_returns(
        read(
            line(InvoiceDate="2010-01-01 10:00:00"),
            line(Invoice="2", InvoiceDate="2010-01-03 10:00:00", Price="7.00"),
            line(Invoice="C3", InvoiceDate="2010-01-04 10:00:00", Quantity="-2"),
            line(Invoice="C4", InvoiceDate="2010-01-04 10:00:00", Quantity="-2", Price="9.99"),
            line(Invoice="C5", InvoiceDate="2009-01-04 10:00:00", Quantity="-2"),
            line(Invoice="C6", InvoiceDate="2010-01-05 10:00:00", Quantity="-2", Customer_ID=None),
        )
    )

    assert lines["kind"].to_list() == ["sale", "sale", "return", "return", "return", "return"]
    assert lines["sale_row"].to_list() == [None, None, 0, 1, None, None]
    assert lines["amount"].to_list()[2] == -139_000


def test_postage_and_fees_are_charges_and_a_key_loses_its_decimal() -> None:
    lines = read(line(StockCode="POST"), line(StockCode="gift_0001_30"), line(StockCode="79323P"))

    assert lines["is_charge"].to_list() == [True, True, False]
    assert lines["customer"].to_list() == ["13085"] * 3
    assert lines["at"].to_list()[0] == datetime(2010, 1, 2, 7, 45)


@settings(deadline=None)  # the first frame of a process takes its time
@given(st.integers(-(10**6), 10**6).filter(bool), st.integers(1, 10**7))
def test_amounts_round_as_money_does(units: int, price: int) -> None:
    invoice = "C1" if units < 0 else "1"
    lines = read(line(Invoice=invoice, Quantity=str(units), Price=f"{price / 10_000:.4f}"))

    assert lines["amount"][0] == money.extend(price, units * 10_000, "GBP")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (("No Faktur", "Kode Barang", "Jumlah", "Tanggal", "Harga Satuan", "Nama Pelanggan"), "Tanggal"),
        (("订单号", "商品编码", "数量", "订单日期", "单价", "客户名称"), "订单日期"),
        (("Order Number", "SKU", "Qty", "OrderDate", "Unit Price", "Customer Name"), "OrderDate"),
        (("InvoiceNo", "StockCode", "Quantitty", "Invoice_Date", "UnitPrice", "CustomerID"), "Invoice_Date"),
        (("Bon", "Was", "Stück", "Wann", "Euro", "Wer"), None),
    ],
)
def test_columns_are_recognised_by_name_in_three_languages(header: tuple[str, ...], found: str | None) -> None:
    frame = pl.DataFrame(
        [("1", "A", "2", "2026-01-02", "3.50", "B")], schema=dict.fromkeys(header, pl.String), orient="row"
    )

    mapping = columns.recognise(frame, order_columns.FIELDS)

    assert mapping.get("date") == (found or "Wann")
    if found:
        columns.require(mapping, order_columns.FIELDS, frame.columns)
        assert [mapping[name] for name in ("invoice", "item", "quantity", "price")] == [header[i] for i in (0, 1, 2, 4)]
    else:
        with pytest.raises(columns.MissingColumns, match="invoice, item"):
            columns.require(mapping, order_columns.FIELDS, frame.columns)


def test_a_chosen_column_that_is_not_there_is_named() -> None:
    frame = pl.DataFrame({"a": ["1"], "b": ["2"]})

    with pytest.raises(columns.UnknownColumn, match="item=c"):
        columns.recognise(frame, order_columns.FIELDS, {"item": "c"})


@pytest.mark.shared_data
def test_a_year_of_a_wholesaler_adds_up_in_lines_and_to_the_cent(shared_data: Path) -> None:
    table = files.read_table(shared_data / "online-retail" / "online_retail_2009_2010.csv.gz")
    assert columns.recognise(table.frame, order_columns.FIELDS) == online_retail.COLUMNS

    lines = orders.read_lines(
        table.frame, online_retail.COLUMNS, currency="GBP", until=UNTIL, rules=online_retail.RULES
    )

    reasons = Counter(lines["reason"])
    kept = lines.filter(pl.col("reason").is_null())
    aside = lines.filter(pl.col("reason").is_not_null())
    assert lines.height == 525_461
    assert reasons == {
        None: 514_911,
        "repeat": 6_865,
        "no_price": 3_681,
        "adjustment": 3,
        "cancellation_without_minus": 1,
    }
    assert kept["amount"].sum() + aside["amount"].sum() == lines["amount"].sum() == 95_394_846_200
