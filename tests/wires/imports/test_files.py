"""Files from outside are read as text, or refused with what can be done."""

import gzip
import zipfile
from pathlib import Path

import polars as pl
import pytest

from rantai.wires.imports import files
from rantai.wires.imports.files import UnreadableFile, read_table

TEXT = "Faktur;Kode;Jumlah\nF-1;A 1;2\nF-2; ;3\n"


def write(folder: Path, content: bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    table = read_table(write(tmp_path, TEXT.replace("A 1", "Café").encode(encoding)))

    assert table.delimiter == ";"
    assert table.frame.rows() == [("F-1", "Café", "2"), ("F-2", None, "3")]


def test_a_chinese_header_in_gb18030_is_read(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "订单号,商品编码,数量\n1,甲,2\n".encode("gb18030")))

    assert table.frame.columns == ["订单号", "商品编码", "数量"]


def test_gzip_excel_and_parquet_are_read_alike(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"Invoice": ["1", "2"], "Qty": [1, 2], "When": pl.Series(["2026-01-02", "2026-01-03"]).str.to_date()}
    )
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_excel(tmp_path / "a.xlsx")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(frame.write_csv().encode()))

    for name in ("a.parquet", "a.xlsx", "a.csv.gz"):
        cells = read_table(tmp_path / name).frame
        assert cells["Qty"].to_list() == ["1", "2"], name
        assert [when[:10] for when in cells["When"]] == ["2026-01-02", "2026-01-03"], name


def test_equal_and_empty_column_names_are_told_apart(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, b"a,a,\n1,2,3\n")).frame.columns == ["a", "a (2)", "column 3"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"a,b\n", "no line below"),
        (b"only one column\nx\n", "one column only"),
        (b"a,b\n\x00\x01\x02,\x00\n", "binary"),
        (b"x" * (2**20 + 1), "longer than a megabyte"),
        (",".join(["c"] * 1_000_000).encode()[: 2**20 - 8] + b"\n1\n", "columns"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
        (b"PK\x03\x04broken", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_a_way_out(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read_table(write(tmp_path, content))


def test_a_compressed_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"0" * (80 * 2**20)), "bomb.csv.gz")

    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read_table(path)


def test_an_excel_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 2**20))

    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read_table(path)


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letters.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", b"hello")

    with pytest.raises(UnreadableFile, match="Unpack it"):
        read_table(path)


def test_limits_are_those_that_the_guide_names() -> None:
    assert (files.MAX_COLUMNS, files.MAX_ROWS, files.MAX_BYTES) == (300, 20_000_000, 2 * 2**30)
