"""The pages of imports: a file in, its preview, the import, what it found, its undoing."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rantai.foundation.items.models import Item
from rantai.kernel import jobs
from rantai.kernel.models import Job
from rantai.wires.imports import tasks
from rantai.wires.imports.models import ImportRun
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db

ITEMS = "Kode Barang,Nama Barang,Satuan,Harga Pokok\nMON-15,Monitor,PCE,85\nPANEL,Panel,lusin besar,40\n"


@pytest.fixture
def planner(client: Client) -> Client:
    make.make_company()
    make.make_site("JKT")
    client.force_login(make.make_user(roles=["planner"]))
    return client


def work() -> None:
    """Do what the worker would."""
    assert tasks.TASK  # the worker loads the tasks
    while jobs.run_next(worker="test"):
        pass


def send(client: Client, content: bytes | str, *, kind: str = "items", name: str = "a.csv", **asked: Any) -> ImportRun:
    raw = content if isinstance(content, bytes) else content.encode()
    answer = client.post(reverse("wires_imports:new"), {"kind": kind, "file": SimpleUploadedFile(name, raw), **asked})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    work()
    return ImportRun.objects.order_by("-id").first()  # type: ignore[return-value]


def page(client: Client, run: ImportRun) -> str:
    answer = client.get(reverse("wires_imports:import", args=[run.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_file_is_read_shown_imported_and_taken_back(planner: Client) -> None:
    run = send(planner, ITEMS)

    shown = page(planner, run)

    assert "1 of 2 lines are ready" in shown
    assert '<span class="bad">lusin besar</span>' in shown
    assert "There is no such unit of measure" in shown
    assert not Item.objects.exists()

    settle(planner, run, do="import")
    done = page(planner, run)

    assert "1 line is in, 1 set aside" in done
    assert list(Item.objects.values_list("code", "standard_cost")) == [("MON-15", 850_000)]
    aside = b"".join(planner.get(reverse("wires_imports:aside", args=[run.pk]))).decode("utf-8-sig")  # type: ignore[arg-type]
    assert aside.splitlines()[1].startswith("3,There is no such unit of measure,PANEL")

    planner.post(reverse("wires_imports:undo", args=[run.pk]))
    work()

    assert "This import was taken back" in page(planner, run)
    assert not Item.objects.exists()


def settle(client: Client, run: ImportRun, **posted: str) -> Any:
    run.refresh_from_db()
    columns = {f"column-{place}": column["field"] for place, column in enumerate(run.preview["columns"])}
    answer = client.post(reverse("wires_imports:settle", args=[run.pk]), {**columns, **posted})
    work()
    return answer


def test_a_column_that_was_not_recognised_is_chosen(planner: Client) -> None:
    run = send(planner, "Ding,Was\nA,Apfel\n")
    assert "Which column holds Item code?" in page(planner, run)

    settle(planner, run, do="judge", **{"column-0": "code", "column-1": "name"})
    assert "1 of 1 lines are ready" in page(planner, run)

    twice = settle(planner, run, do="import", **{"column-0": "code", "column-1": "code"})
    assert twice.status_code == 422
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7 nothing", "This is a PDF"),
        (b"a,b\n\x00\x01,\x00\n", "binary data"),
        (gzip.compress(b"0" * (80 * 2**20)), "unpacks to more"),
        ((",".join(f"c{n}" for n in range(1000)) + "\n1\n").encode(), "1,000 columns"),
        (b"just words\nand more\n", "one column only"),
        ("订单号,商品编码\n".encode("gb18030"), "no line below"),
    ],
)
def test_what_is_no_table_is_said_on_the_page(planner: Client, content: bytes, says: str) -> None:
    run = send(planner, content)

    shown = page(planner, run)

    assert "We cannot read this file" in shown
    assert says in shown
    assert not Item.objects.exists()


def test_an_empty_file_is_refused_by_the_form(planner: Client) -> None:
    answer = planner.post(reverse("wires_imports:new"), {"kind": "items", "file": SimpleUploadedFile("a.csv", b"")})

    assert answer.status_code == 422
    assert not ImportRun.objects.exists()


def test_formulas_stay_text_and_leave_as_text(planner: Client) -> None:
    run = send(planner, "code,name,cost\n=CMD(),=1+1,abc\nB,ok,-5\n")
    settle(planner, run, do="import")

    run.refresh_from_db()
    lines = b"".join(planner.get(reverse("wires_imports:aside", args=[run.pk]))).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]

    assert lines[1] == "2,This is no number,'=CMD(),'=1+1,abc"
    assert lines[2] == "3,The number is too small,B,ok,-5"


def test_three_date_styles_and_a_comma_for_decimals_are_read(planner: Client) -> None:
    make.make_item("MON-15")
    head = "Kode Barang;Berlaku dari;Harga beli\n"
    text = f"{head}MON-15;13/02/2026;1.234,50\nMON-15;2026-03-01;99,5\nMON-15;2026年4月1日;7\n"

    run = send(planner, text, kind="sources")

    run.refresh_from_db()
    assert run.preview["account"]["lines_imported"] == 3


def test_the_job_shows_and_a_stop_is_asked(planner: Client) -> None:
    planner.post(reverse("wires_imports:new"), {"kind": "items", "file": SimpleUploadedFile("a.csv", ITEMS.encode())})
    run = ImportRun.objects.get()

    assert "We are reading it" in page(planner, run)
    waiting = planner.get(reverse("wires_imports:progress", args=[run.pk]))
    assert "HX-Refresh" not in waiting
    work()

    assert planner.get(reverse("wires_imports:progress", args=[run.pk]))["HX-Refresh"] == "true"


def test_a_turn_is_asked_from_the_result(planner: Client) -> None:
    run = send(planner, ITEMS)

    planner.post(reverse("wires_imports:turn", args=[run.pk]))

    assert Job.objects.filter(task="desk.turn", state="queued").count() == 1


def test_a_template_comes_in_the_readers_language(planner: Client) -> None:
    text = planner.get(reverse("wires_imports:template", args=["boms"]) + "?language=zh-hans").content.decode()

    assert text.startswith("\ufeff物料编码,组件")


@pytest.mark.parametrize("name", ["imports", "new"])
def test_who_may_not_bring_files_is_refused(client: Client, name: str) -> None:
    make.make_company()
    client.force_login(make.make_user(roles=["warehouse"]))

    assert client.get(reverse(f"wires_imports:{name}")).status_code == 403
    assert client.post(reverse("wires_imports:new"), {"kind": "items"}).status_code == 403
    assert not ImportRun.objects.exists()


def test_the_list_says_what_waits(planner: Client) -> None:
    assert "Nothing yet" in planner.get(reverse("wires_imports:imports")).content.decode()

    send(planner, ITEMS)

    assert "1 file waits for you" in planner.get(reverse("wires_imports:imports")).content.decode()
