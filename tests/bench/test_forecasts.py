"""The forecast benchmark reads every form it says it reads, names what it sets aside, and judges by M4's rules."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rantai.bench import accuracy, forecasts
from rantai.bench.formats.forecasts import list_ahead, read_histories
from rantai.bench.options import BadOption, Options


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


def test_a_bad_series_is_named_and_the_rest_is_read(tmp_path):
    rows = [("good", 1, 1.0), ("less", 1, -2.0), ("twice", 1, 1.0), ("twice", 1, 2.0), ("none", 1, None)]

    found = read_histories(write_long(tmp_path / "t.csv", rows), freq="")

    assert [history.name for history in found.by_freq[""]] == ["good"]
    assert found.set_aside["less"] == "the value -2.0 is no demand: a finite number from 0 is"
    assert found.set_aside["twice"] == "bucket 1 stands twice"
    assert found.set_aside["none"] == "it has no value"


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
