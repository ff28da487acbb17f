"""The made history has the columns and the dirt of the public file, and is a function of its seed."""

import csv
import gzip
from pathlib import Path

from rantai.bench import retail


def read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def test_its_bytes_are_a_function_of_lines_and_seed(tmp_path):
    one = retail.write(tmp_path / "one.csv.gz", lines=2000).read_bytes()
    assert retail.write(tmp_path / "two.csv.gz", lines=2000).read_bytes() == one
    assert retail.write(tmp_path / "three.csv.gz", lines=2000, seed=2).read_bytes() != one


def test_it_has_every_kind_of_dirt(tmp_path):
    rows = read(retail.write(tmp_path / "made.csv.gz", lines=30_000))

    assert len(rows) == 30_000
    assert tuple(rows[0]) == retail.COLUMNS
    cancelled = [row for row in rows if row["Invoice"].startswith("C")]
    assert cancelled
    assert all(int(row["Quantity"]) < 0 for row in cancelled)
    assert any(not row["Customer ID"] for row in rows)
    assert any(float(row["Price"]) == 0 for row in rows)
    assert any(not row["Description"] for row in rows)
    assert {code for code, _name in retail.FEES} <= {row["StockCode"] for row in rows}
    assert len({tuple(row.values()) for row in rows}) < len(rows)
    dates = [row["InvoiceDate"] for row in rows]
    assert dates == sorted(dates)
