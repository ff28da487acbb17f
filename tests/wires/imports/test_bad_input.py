"""Bad files by both doors, the command and the page: one clear message, nothing half-written."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rantai.crm import facade as crm
from rantai.crm.orders.models import PastOrderLine
from rantai.foundation.items.models import Item
from rantai.foundation.parties.models import Party
from rantai.kernel import jobs
from rantai.wires.imports import command, tasks
from rantai.wires.imports.models import ImportRun
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db

HEAD = "Order,Item,Quantity,Date,Price,Customer\n"
MILLION = ",".join(f"c{number}" for number in range(1_000_000)) + "\n"

Door = Callable[[str, bytes], str]


def line(order: str = "1", item: str = "A", quantity: str = "1", day: str = "2025-03-31", price: str = "2.50") -> str:
    """A sound line of an order, but for what a test says."""
    return f'{order},{item},{quantity},"{day}","{price}",7\n'


def pack(name: str, text: str) -> bytes:
    """A zip archive of one file."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, text)
    return archive.getvalue()


def by_command(folder: Path) -> Door:
    """Bring a file in the terminal; return what it answers."""

    def bring(name: str, content: bytes) -> str:
        path = folder / name
        path.write_bytes(content)
        result = CliRunner().invoke(command.import_file, ["orders", str(path), "--json"], catch_exceptions=False)
        return str(json.loads(result.stdout.strip().splitlines()[-1])["error"])

    return bring


def by_page(client: Client) -> Door:
    """Bring a file in the browser; return what the import's page says."""

    def bring(name: str, content: bytes) -> str:
        client.force_login(make.make_user(roles=["planner"]))
        posted = {"kind": "orders", "file": SimpleUploadedFile(name, content)}
        answer = client.post(reverse("wires_imports:new"), posted)
        assert answer.status_code == 302
        while jobs.run_next(worker="test"):
            pass
        shown = client.get(answer["Location"]).content.decode()
        assert "We cannot read this file" in shown
        return " ".join(re.sub(r"<[^>]+>", " ", shown).replace("&#x27;", "'").split())

    return bring


@pytest.fixture(params=["command", "page"])
def door(request: pytest.FixtureRequest, tmp_path: Path, client: Client) -> Door:
    make.make_company(zone="Europe/London", currency="GBP")
    make.make_site("MAIN")
    assert tasks.TASK  # the worker loads the tasks
    return by_command(tmp_path) if request.param == "command" else by_page(client)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"%PDF-1.7 nothing", "This is a PDF, not a table. Save it as CSV or Excel (.xlsx)."),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(40), "This is a PNG, not a table. Save it as"),
        ("a.csv", b"\n  <!DOCTYPE html><html></html>", "This is a web page, not a table. Save it as"),
        ("a.csv", b'{ "orders": [1, 2], "more": 3}\n', "This is a JSON file, not a table. Save it as"),
        ("a.csv", b'<?xml version="1.0"?><a b="1,2"/>\n', "This is a XML document, not a table. Save it as"),
        ("a.csv", b"just words\nand more\n", "one column only. Use commas, semicolons or tabs"),
        ("a.csv", HEAD.encode(), "a header but no line below it"),
        ("a.docx", pack("word/document.xml", "<w/>"), "This is an archive, not a table. Unpack it"),
        ("a.csv", (HEAD + line(item="caf\xe9")).encode("latin-1") + b"\xff\x81\n", "Save it as CSV in UTF-8."),
        ("a.csv", (HEAD + line()).encode("utf-16-le"), "binary data, not text. Save it as CSV or Excel"),
        (
            "a.csv.gz",
            gzip.compress(bytes(80 * 2**20)),
            "unpacks to more than we accept. Send it unpacked, or in parts.",
        ),
        ("a.csv", (MILLION + "1,2\n").encode(), "Put one of at most 300 columns."),
        ("a.csv", (MILLION[:5000] + "\n1,2\n").encode(), "columns, we read at most 300. Export only what is needed."),
        ("a.csv", b"One,Two\n1,2\n", "No column was found for"),
        ("a.csv", (HEAD + '1,"A,1,2025-03-31,2,7\n' * 3).encode(), "Check quotes and separators."),
    ],
)
def test_what_is_no_table_of_orders_says_so_and_leaves_nothing(
    door: Door, name: str, content: bytes, told: str
) -> None:
    if "No column" in told and door.__qualname__.startswith("by_page"):
        pytest.skip("the page asks for the column instead")

    assert told in door(name, content)

    assert not Item.objects.exists()
    assert not Party.objects.filter(roles__role="customer").exists()
    assert not PastOrderLine.objects.exists()
    assert not ImportRun.objects.filter(state__in=["done", "running"]).exists()


def bring(folder: Path, content: str | bytes, name: str = "a.csv") -> dict[str, object]:
    """Import past orders that can be read; return the account."""
    make.make_company(zone="Europe/London", currency="GBP")
    make.make_site("MAIN")
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = CliRunner().invoke(command.import_file, ["orders", str(path), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    account: dict[str, object] = json.loads(result.stdout.strip().splitlines()[-1])
    read, imported, aside = (account[f"lines_{part}"] for part in ("read", "imported", "set_aside"))
    assert (read, imported) == (imported + aside, crm.sum_history(ImportRun.objects.get().pk)[0])  # type: ignore[operator]
    return account


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"quantity": "0"}, "quantity_zero"),
        ({"quantity": "0.00001"}, "quantity_zero"),
        ({"quantity": "1e30"}, "quantity_too_large"),
        ({"quantity": "99999999999999999999"}, "quantity_too_large"),
        ({"quantity": "NaN"}, "quantity_unreadable"),
        ({"quantity": "inf"}, "quantity_unreadable"),
        ({"quantity": "=1+1"}, "quantity_unreadable"),
        ({"day": "1900-01-01"}, "date_out_of_range"),
        ({"day": "2999-01-01"}, "date_out_of_range"),
        ({"day": "2025-02-30"}, "date_unreadable"),
        ({"item": "A" * 61}, "text_too_long"),
        ({"order": "1" * 41}, "text_too_long"),
        ({"item": "A" * 5_000_000}, "text_too_long"),
    ],
)
def test_a_line_that_cannot_be_meant_is_set_aside_and_the_next_comes_in(
    tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    account = bring(tmp_path, HEAD + line(**cells) + line(order="2"))

    assert account["set_aside_by_reason"] == {reason: 1}
    assert account["amount_imported"] == "2.5"
    assert list(Item.objects.values_list("code", flat=True)) == ["A"]


def test_a_file_of_returns_alone_comes_in(tmp_path: Path) -> None:
    account = bring(tmp_path, HEAD + line(quantity="-5"))

    assert (account["lines_imported"], account["returns"], account["amount_imported"]) == (1, 1, "-12.5")


def test_a_file_with_nothing_to_keep_changes_nothing(tmp_path: Path) -> None:
    account = bring(tmp_path, HEAD + line(quantity="0"))

    assert (account["lines_imported"], account["amount_read"]) == (0, "0")
    assert not Item.objects.exists()


def test_dates_in_three_styles_and_numbers_with_comma_and_dot_are_read(tmp_path: Path) -> None:
    days, prices = ("2025-03-31", "31/03/2025", "31.03.2025"), ("1.234,56", "1234.56", "1,234.56")
    pairs = [(day, price) for day in days for price in prices]
    lines = [line(order=str(number), day=day, price=price) for number, (day, price) in enumerate(pairs)]

    account = bring(tmp_path, HEAD + "".join(lines))

    assert (account["lines_imported"], account["amount_imported"]) == (9, "11111.04")
    assert (account["first_day"], account["last_day"]) == ("2025-03-31", "2025-03-31")


def test_a_chinese_header_in_its_usual_encoding_is_understood(tmp_path: Path) -> None:
    text = "订单号,商品编码,数量,日期,单价,客户编号\nS1,显示器-15,2,2025年3月31日,2.5,7\n"

    account = bring(tmp_path, text.encode("gb18030"))

    assert (account["lines_imported"], account["first_day"]) == (1, "2025-03-31")
    assert Item.objects.get().code == "显示器-15"


def test_a_formula_of_a_workbook_is_its_value_and_never_runs(tmp_path: Path) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD.strip().split(","))
        sheet.write_row(1, 0, ["1", "A", "", "2025-03-31", 2.5, "7"])
        sheet.write_formula(1, 2, "=1+2", value=3)
        sheet.write_row(2, 0, ["2", "", 1, "2025-03-31", 2.5, "7"])
        sheet.write_string(2, 1, "=HYPERLINK(1)")

    account = bring(tmp_path, file.getvalue(), "a.xlsx")

    assert account["amount_imported"] == "10"
    assert set(Item.objects.values_list("code", flat=True)) == {"A", "=HYPERLINK(1)"}
