"""The forecast benchmark reads every form it says it reads, names what it sets aside, and judges by M4's rules."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rantai.bench import accuracy, forecasts, rare_stock
from rantai.bench.formats.forecasts import list_ahead, read_histories
from rantai.bench.formats.forecasts_long import BadRow
from rantai.bench.options import BadOption, Options
from rantai_engines.forecasting import reference


def write_long(path: Path, rows: list[tuple[str, object, float | None]]) -> Path:
    table = pl.DataFrame(rows, schema=["series", "date", "value"], orient="row")
    table.write_csv(path) if path.suffix == ".csv" else table.write_parquet(path)
    return path


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_long_table_has_nothing_where_no_row_stands_and_unknown_where_no_value(tmp_path, suffix):
    rows = [("a", date(2026, 1, 5), 3.0), ("a", date(2026, 1, 26), 5.0), ("a", date(2026, 1, 12), None)]

    found = read_histories(write_long(tmp_path / f"t.{suffix}", rows), freq="W").by_freq["W"]

    assert found[0].values.tolist() == [3.0, 0.0, 0.0, 5.0]
    assert found[0].unknown.tolist() == [False, True, False, False]
    assert list_ahead(found[0], 2) == [date(2026, 2, 2), date(2026, 2, 9)]


def test_months_quarters_and_positions_are_counted_on(tmp_path):
    monthly = write_long(tmp_path / "m.csv", [("a", date(2025, 11, 30), 1.0), ("a", date(2026, 1, 31), 2.0)])
    placed = write_long(tmp_path / "p.csv", [("a", 7, 1.0), ("a", 8, 2.0)])

    months, positions = read_histories(monthly, freq="M").by_freq["M"], read_histories(placed, freq="").by_freq[""]

    assert months[0].values.tolist() == [1.0, 0.0, 2.0]
    assert list_ahead(months[0], 1) == [date(2026, 2, 28)]
    assert list_ahead(positions[0], 2) == [9, 10]


def test_the_wide_form_of_m4_ends_where_its_nulls_begin(tmp_path):
    table = pl.DataFrame({"V1": ["W1", "W2"], "V2": ["1.5", "4"], "V3": ["2", "5"], "V4": ["3", None]})
    table.write_parquet(tmp_path / "w.parquet")

    found = read_histories(tmp_path / "w.parquet", freq="W").by_freq["W"]

    assert [history.values.tolist() for history in found] == [[1.5, 2.0, 3.0], [4.0, 5.0]]


def test_a_bad_value_of_the_wide_form_is_named_with_its_place(tmp_path):
    table = pl.DataFrame({"V1": ["W1", "W2", "W1", "W3"], "V2": ["1", "-4", "9", None], "V3": ["2", "5", "9", None]})
    table.write_parquet(tmp_path / "w.parquet")

    found = read_histories(tmp_path / "w.parquet", freq="W")

    assert [history.values.tolist() for history in found.by_freq["W"]] == [[1.0, 2.0], [5.0]]
    assert found.bad_rows == [
        BadRow(row=2, series="W2", problem="value 1, -4.0, is no demand: a number from 0 to 1e15 is")
    ]
    assert found.set_aside == {"W1": "another series of this name stands before", "W3": "it has no value"}


def test_a_bad_row_is_named_and_the_rest_is_read(tmp_path):
    rows = [
        ("good", 1, "1"), ("good", 2, "x"), ("good", 3, "2"), ("less", 1, "-2"), ("twice", 1, "1"), ("twice", 1, "2"),
        ("none", 1, ""), ("late", 1, ""), ("late", 2, "nan"), ("late", 3, "4"), (None, 1, "1"), ("huge", 1, "1e17"),
        ("huge", 2, "inf"), ("huge", 3, "1e12"), ("long", 1, "1"), ("long", 30_000, "1"),
    ]  # fmt: skip

    found = read_histories(write_long(tmp_path / "t.csv", rows), freq="")

    read = {history.name: history.values.tolist() for history in found.by_freq[""]}
    assert read == {"good": [1.0, 0.0, 2.0], "twice": [1.0], "late": [4.0], "huge": [1e12]}
    assert [history.unknown.any() for history in found.by_freq[""]] == [True, False, False, False]
    assert found.set_aside == {
        "less": "it has no value",
        "none": "it has no value",
        "long": "it runs over 30,000 buckets from 1 to 30000; 20,000 are most",
    }
    assert [(bad.row, bad.series, bad.problem) for bad in found.bad_rows] == [
        (2, "good", "on 2 the value 'x' is no number"),
        (4, "less", "on 1 the value -2 is no demand: a number from 0 to 1e15 is"),
        (6, "twice", "1 stands twice"),
        (11, "", "it names no series"),
        (12, "huge", "on 1 the value 1e17 is no demand: a number from 0 to 1e15 is"),
        (13, "huge", "on 2 the value inf is no demand: a number from 0 to 1e15 is"),
    ]


@pytest.mark.parametrize(
    ("heading", "lines", "freq", "values"),
    [
        ("sales,ds,item_id", ["3,2026-01-05,a", "4,2026-01-06,a"], "D", [3.0, 4.0]),
        ("SKU;Day;Qty", ["a;2026-01-05;3,5", "a;2026-01-07;4"], "D", [3.5, 0.0, 4.0]),
        ("when,what,sold", ["2026-01-05,a,3", "2026-01-06,a,4"], "D", None),
        ("series,date,value", ["a,1/31/2026,3", "a,2/1/2026,4"], "D", [3.0, 4.0]),
        ("series,date,value", ["a,20260131,3", "a,20260201,4"], "D", [3.0, 4.0]),
        ("series,date,value", ["a,2025-12,3", "a,2026-01,4", "a,2026-03,5"], "M", [3.0, 4.0, 0.0, 5.0]),
        ("series,date,value", ["a,2025Q4,3", "a,2026Q1,4"], "Q", [3.0, 4.0]),
        ("series,year,value", ["a,2025,3", "a,2026,4"], "Y", [3.0, 4.0]),
        ("series,t,value", ["a,1.0,3", "a,2.0,4", "a,2.5,9"], "", [3.0, 4.0]),
        ("series,date,value", ["a,2026-01-05,3", "a,2026-01-07,4", "a,2026-01-12,1"], "W", [7.0, 1.0]),
    ],
)
def test_columns_and_dates_are_read_as_people_write_them(tmp_path, heading, lines, freq, values):
    path = tmp_path / "t.csv"
    path.write_text("\n".join([heading, *lines]) + "\n")

    found = read_histories(path, freq=freq)

    if values is None:
        # Nothing in the heading says what is what: it is taken in its order.
        assert [bad.problem for bad in found.bad_rows] == ["the date or position 'a' cannot be read"] * 2
    else:
        assert found.by_freq[freq][0].values.tolist() == values


def test_a_date_that_reads_two_ways_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("series,date,value\na,1/2/2026,3\na,1/3/2026,4\n")

    with pytest.raises(BadOption, match="may be day or month first"):
        read_histories(path, freq="D")


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_file_that_is_no_table_is_said(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"" if name == "t.csv" else b"neither")

    with pytest.raises(BadOption, match=f"{name} cannot be read"):
        read_histories(path, freq="D")


def test_dates_need_a_frequency(tmp_path):
    path = write_long(tmp_path / "t.csv", [("a", date(2026, 1, 5), 3.0)])

    with pytest.raises(BadOption, match="dates need one of H, D, W, M, Q, Y"):
        read_histories(path, freq="")


def test_the_rows_of_rs_m1_are_read(tmp_path):
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "m1" / "M1.rda"
    if not path.exists():
        pytest.skip(f"needs {path}")

    found = read_histories(path, freq="").by_freq

    assert {freq: len(histories) for freq, histories in found.items()} == {"Y": 181, "Q": 203, "M": 617}
    assert found["Y"][0].values[:3].tolist() == [3600.0, 7700.0, 12300.0]
    assert found["Y"][0].values.size == 28


def test_accuracy_is_one_for_naive_2_itself():
    t = np.arange(132)
    history = 50 * (1 + 0.3 * np.sin(2 * np.pi * t / 12)) + np.random.default_rng(1).normal(0, 2, t.size)
    train, test = history[:-12], history[-12:]
    naive = accuracy.naive2(train, season=12, horizon=12)

    found = accuracy.measure([train], [test], [naive], season=12)

    assert found.owa == pytest.approx(1.0)
    assert accuracy.has_season(train, 12)
    assert naive[11] == pytest.approx(train[-1])
    assert not accuracy.has_season(train[:30], 12)
    assert accuracy.smape(np.array([1.0, 0.0]), np.array([3.0, 0.0])) == pytest.approx(50.0)
    assert accuracy.naive_scale(np.array([1.0, 2.0, 4.0, 8.0]), 2) == pytest.approx(4.5)


def test_what_cannot_be_measured_is_none(tmp_path):
    path = write_long(tmp_path / "t.csv", [("a", k, 0.0) for k in range(30)] + [("b", 1, 5.0)])

    found = forecasts.measure(Options(data=str(path), horizon=4, season=1))

    assert found["size"] == 2
    assert found["held_out"]["all"]["series"] == 1
    assert found["held_out"]["all"]["owa"] is None
    assert found["held_out"]["all"]["mase"] is None


@pytest.mark.parametrize("effort", ["operational", "best"])
def test_a_file_is_forecast_and_its_last_horizon_judged(tmp_path, effort):
    t = np.arange(40)
    rows = [(f"s{k}", int(i), float(10 + k + 5 * (i % 4) + k * (i % 3))) for k in range(3) for i in t]
    path = write_long(tmp_path / "t.csv", rows)
    out = tmp_path / "out.csv"

    found = forecasts.measure(Options(data=str(path), out=str(out), horizon=4, season=4, effort=effort))

    table = pl.read_csv(out)
    assert table.columns == ["series", "date", "mean", *(f"q{k / 10:.1f}" for k in range(1, 10)), "method"]
    assert table.height == 12
    assert table["date"].to_list()[:4] == [40, 41, 42, 43]
    assert found["effort"] == effort
    assert found["size"] == 3
    assert found["held_out"]["all"]["series"] == 3
    assert found["held_out"]["all"]["owa"] < 1.0
    assert sum(found["methods"].values()) == 3


def test_sba_is_that_of_the_engine():
    history = np.array([0.0, 0, 3, 0, 0, 0, 2, 0, 5, 0])

    found, _deviation = rare_stock.forecast_sba(history)

    assert found == pytest.approx(reference.croston_sba(list(history), alpha=0.1))


def test_a_base_stock_fills_what_it_holds_and_orders_what_was_sold():
    demand = np.array([[0.0, 4, 0, 4]])

    # 3 at the start; 3 of 4 sold in the second bucket come back in the fourth.
    service, stock = rare_stock.hold(demand, np.array([3.0]))

    assert service == pytest.approx(6 / 8)
    assert stock == pytest.approx((3 + 0 + 0 + 0) / 4)


def test_rare_demand_is_compared_at_equal_service(tmp_path):
    chance = np.random.default_rng(5)
    values = chance.poisson(0.3, (40, 90)) * chance.integers(1, 9, (40, 1))
    rows = [(f"s{k}", t, float(values[k, t])) for k in range(40) for t in range(90)]

    found = forecasts.measure(Options(data=str(write_long(tmp_path / "t.csv", rows)), horizon=12, season=1))

    shares = found["held_out"]["all"]["rare_stock_to_sba"]
    assert shares["series"] > 30
    assert 0.8 < shares["at_0.9"] < 1.15
