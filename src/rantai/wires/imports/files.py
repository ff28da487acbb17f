"""Read a file from outside as a table of text, within limits of size, width and depth."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import polars as pl
from django.utils.translation import gettext as _

MAX_BYTES = 2 * 2**30
MAX_RATIO = 200
MAX_COLUMNS = 300
MAX_ROWS = 20_000_000
MAX_LINE = 2**20
_CHUNK = 2**20
_DELIMITERS = (",", ";", "\t", "|")
_MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x7fELF": "program",
    b"<!doc": "web page",
    b"<html": "web page",
    b"<?xml": "XML document",
    b'{"': "JSON file",
    b"[{": "JSON file",
    b"\xd0\xcf\x11\xe0": "old Excel workbook (.xls)",
    b"7z\xbc\xaf": "7z archive",
    b"Rar!": "RAR archive",
}


class UnreadableFile(Exception):
    """A file that is no table, or one beyond the limits; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A file as text cells: one row a line, with how it was read."""

    frame: pl.DataFrame
    format: str
    encoding: str = ""
    delimiter: str = ""


def read_table(path: Path) -> SourceTable:
    """Read CSV (plain or gzip), Excel or Parquet as text; raises UnreadableFile."""
    size = path.stat().st_size
    if not size:
        raise UnreadableFile(_("The file is empty. Export it again with a header row and at least one line."))
    if size > MAX_BYTES:
        raise UnreadableFile(_("The file has more than 2 GB. Split it by year and import the parts."))
    head = _read_head(path, 32)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().replace(b" ", b"").replace(b"\n", b"")
    for magic, name in _MAGIC.items():
        if head.startswith(magic) or text.startswith(magic):
            raise UnreadableFile(
                _("This is a %(name)s, not a table. Save it as CSV or Excel (.xlsx).") % {"name": name}
            )
    if head.startswith(b"PAR1"):
        return _read_parquet(path)
    if head.startswith(b"PK\x03\x04"):
        return _read_excel(path)
    with _plain_text(path, compressed=head.startswith(b"\x1f\x8b")) as plain:
        return _read_text(plain)


def _read_head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


@contextmanager
def _plain_text(path: Path, *, compressed: bool) -> Iterator[Path]:
    if not compressed:
        yield path
        return
    with TemporaryDirectory(prefix="rantai-import-") as folder:
        target = Path(folder) / "plain.csv"
        with gzip.open(path, "rb") as packed, target.open("wb") as plain:
            _unpack(packed, plain, limit=min(MAX_BYTES, max(path.stat().st_size * MAX_RATIO, 64 * 2**20)))
        yield target


def _unpack(packed: gzip.GzipFile, plain: IO[bytes], *, limit: int) -> None:
    written = 0
    try:
        while chunk := packed.read(_CHUNK):
            written += len(chunk)
            if written > limit:
                raise UnreadableFile(
                    _("The compressed file unpacks to more than we accept. Send it unpacked, or in parts.")
                )
            plain.write(chunk)
    except (OSError, EOFError) as error:
        raise UnreadableFile(_("The compressed file is damaged. Compress it again, or send it plain.")) from error


def _read_text(path: Path) -> SourceTable:
    sample = _read_head(path, MAX_LINE)
    encoding = _guess_encoding(sample)
    first_line = sample.decode(encoding, errors="replace").lstrip("\ufeff").split("\n", 1)[0]
    if len(sample) == MAX_LINE and b"\n" not in sample and encoding not in ("utf-16",):
        raise UnreadableFile(
            _("The first line is longer than a megabyte, so it is no header row. Put one of at most %(limit)s columns.")
            % {"limit": MAX_COLUMNS}
        )
    delimiter = max(_DELIMITERS, key=first_line.count)
    if first_line.count(delimiter) >= MAX_COLUMNS:
        raise _too_wide(first_line.count(delimiter) + 1)
    if not first_line.count(delimiter):
        raise UnreadableFile(
            _("The first line has one column only. Use commas, semicolons or tabs between the columns.")
        )
    with _as_utf8(path, encoding) as readable:
        frame = _parse_csv(readable, delimiter)
    return SourceTable(frame=_tidy(frame), format="csv", encoding=encoding, delimiter=delimiter)


def _guess_encoding(sample: bytes) -> str:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in sample:
        raise UnreadableFile(_("The file holds binary data, not text. Save it as CSV or Excel (.xlsx)."))
    for encoding in ("utf-8", "gb18030", "cp1252"):
        try:
            # the sample may end inside a character, of four bytes at most
            text = sample[: len(sample) - 4 if len(sample) == MAX_LINE else None].decode(encoding)
        except UnicodeDecodeError as error:
            if len(sample) == MAX_LINE and error.start > len(sample) - 10:
                return encoding
            continue
        if encoding == "gb18030" and not _looks_chinese(text):
            continue
        return "utf-8-sig" if encoding == "utf-8" and sample.startswith(b"\xef\xbb\xbf") else encoding
    raise UnreadableFile(_("The file's text cannot be read. Save it as CSV in UTF-8."))


def _looks_chinese(text: str) -> bool:
    wide = [character for character in text if ord(character) > 127]
    common = sum("\u4e00" <= character <= "\u9fff" or character in "，。：；（）、" for character in wide)
    return bool(wide) and common > 0.8 * len(wide)


@contextmanager
def _as_utf8(path: Path, encoding: str) -> Iterator[Path]:
    if encoding in ("utf-8", "utf-8-sig"):
        yield path
        return
    with TemporaryDirectory(prefix="rantai-import-") as folder:
        target = Path(folder) / "utf8.csv"
        with (
            path.open(encoding=encoding, errors="replace", newline="") as source,
            target.open("w", encoding="utf-8", newline="") as plain,
        ):
            while chunk := source.read(_CHUNK):
                plain.write(chunk)
        yield target


def _parse_csv(path: Path, delimiter: str) -> pl.DataFrame:
    try:
        return pl.read_csv(
            path,
            separator=delimiter,
            infer_schema=False,
            truncate_ragged_lines=True,
            encoding="utf8-lossy",
            n_rows=MAX_ROWS + 1,
        )
    except pl.exceptions.PolarsError as error:
        raise UnreadableFile(
            _("The lines do not form a table: %(detail)s. Check quotes and separators.")
            % {"detail": str(error).splitlines()[0][:200]}
        ) from error


def _read_parquet(path: Path) -> SourceTable:
    try:
        schema = pl.read_parquet_schema(path)
        if len(schema) > MAX_COLUMNS:
            raise _too_wide(len(schema))
        frame = pl.scan_parquet(path).head(MAX_ROWS + 1).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UnreadableFile(_("The Parquet file is damaged. Export it again.")) from error
    return SourceTable(frame=_tidy(_to_text(frame)), format="parquet")


def _read_excel(path: Path) -> SourceTable:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if not any(entry.filename.startswith("xl/") for entry in archive.infolist()):
                raise UnreadableFile(_("This is an archive, not a table. Unpack it and send the table in it."))
    except zipfile.BadZipFile as error:
        raise UnreadableFile(_("The Excel file is damaged. Save it again.")) from error
    if unpacked > min(MAX_BYTES, max(path.stat().st_size * MAX_RATIO, 64 * 2**20)):
        raise UnreadableFile(_("The Excel file unpacks to more than we accept. Send it as CSV."))
    try:
        frame = pl.read_excel(path, infer_schema_length=None)
    except Exception as error:  # the reader's errors share no class
        raise UnreadableFile(_("The first sheet is no table. Put the header in its first row.")) from error
    if frame.width > MAX_COLUMNS:
        raise _too_wide(frame.width)
    return SourceTable(frame=_tidy(_to_text(frame)), format="excel")


def _to_text(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(name).dt.to_string("iso")
        if dtype in (pl.Date, pl.Datetime)
        else pl.col(name).cast(pl.String, strict=False)
        for name, dtype in frame.schema.items()
        if not dtype.is_nested()
    ).select(name for name, dtype in frame.schema.items() if not dtype.is_nested())


def _tidy(frame: pl.DataFrame) -> pl.DataFrame:
    if frame.height > MAX_ROWS:
        raise UnreadableFile(_("The file has more than 20 million lines. Split it by year and import the parts."))
    if not frame.height:
        raise UnreadableFile(_("The file has a header but no line below it."))
    # the reader has told equal names apart in its own way
    plain = [re.sub(r"_duplicated_\d+$", "", name.strip().lstrip("\ufeff")) for name in frame.columns]
    names = [name or f"column {place + 1}" for place, name in enumerate(plain)]
    unique = [name if names.index(name) == place else f"{name} ({place + 1})" for place, name in enumerate(names)]
    frame.columns = unique
    stripped = pl.col(pl.String).str.strip_chars()
    return frame.with_columns(pl.when(stripped == "").then(None).otherwise(stripped).name.keep())


def _too_wide(columns: int) -> UnreadableFile:
    return UnreadableFile(
        _("The file has %(columns)s columns, we read at most %(limit)s. Export only what is needed.")
        % {"columns": f"{columns:,}", "limit": MAX_COLUMNS}
    )
