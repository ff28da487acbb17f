"""Files of exactly what a list shows: CSV as a stream, XLSX through a temporary file."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

Heads = list[tuple[str, Callable[[dict[str, Any]], Any]]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet would run as a formula (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
MAX_XLSX_ROWS = 1_048_575


def guard(text: str) -> str:
    """Quote a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def stream_csv(rows: Iterable[dict[str, Any]], heads: Heads, *, name: str) -> StreamingHttpResponse:
    """Answer with a CSV file that Excel opens in UTF-8."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([guard(head) for head, _read in heads])
        for row in rows:
            yield writer.writerow([_for_csv(read(row)) for _head, read in heads])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def write_xlsx(rows: Iterable[dict[str, Any]], heads: Heads, *, name: str) -> FileResponse:
    """Answer with a workbook of one sheet; texts are texts, never formulas or links."""
    import xlsxwriter  # 40 ms that only an export should pay

    file = tempfile.TemporaryFile()  # noqa: SIM115 closed by the response
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(file, options)
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    instants = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for column, (head, _read) in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    for line, row in enumerate(rows, start=1):
        for column, (_head, read) in enumerate(heads):
            _write_cell(sheet, line, column, read(row), instants)
    sheet.freeze_panes(1, 0)
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


class _Echo:
    """Hand back each line that the CSV writer makes."""

    def write(self, line: str) -> str:
        return line


def _for_csv(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool() | int() | float():
            return value
        case Decimal():
            return f"{value.normalize():f}"
        case datetime():
            return _local(value).isoformat(sep=" ", timespec="minutes")
        case date():
            return value.isoformat()
    return guard(str(value))


def _write_cell(sheet: Any, line: int, column: int, value: Any, instants: Any) -> None:
    match value:
        case None | "":
            return
        case bool():
            sheet.write_boolean(line, column, value)
        case int() | float() | Decimal():
            sheet.write_number(line, column, float(value))
        case datetime():
            sheet.write_datetime(line, column, _local(value).replace(tzinfo=None), instants)
        case date():
            sheet.write_datetime(line, column, value)
        case _:
            sheet.write_string(line, column, str(value)[:32_767])


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
