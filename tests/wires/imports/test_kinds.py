"""Every kind of file is read, judged, written, told apart from what is there, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rantai.crm import facade as crm
from rantai.foundation.items.models import BillOfMaterials, Item, Source
from rantai.kernel import jobs
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import blanks, columns, files, sheets, tasks, uploads
from rantai.wires.imports.kinds.registry import KINDS
from rantai.wires.imports.models import ImportRun
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


def bring(folder: Path, kind: str, text: str, **asked: Any) -> dict[str, Any]:
    """Import a text as a file of a kind, as the worker does; return its account."""
    return run_import(open_run(folder, kind, text, **asked))


def open_run(folder: Path, kind: str, text: str, **asked: Any) -> ImportRun:
    path = folder / f"{kind}-{len(list(folder.iterdir()))}.csv"
    path.write_text(text, encoding="utf-8")
    company = make.make_company()
    stored = uploads.keep_file(path)
    return run_atomic(
        lambda: uploads.open_import(stored, company_id=company.pk, kind=kind, file_name=path.name, by="test", **asked)
    )


def run_import(run: ImportRun, task: str = tasks.TASK) -> dict[str, Any]:
    job = jobs.run_here(
        task, {"import_id": run.pk}, worker="test", key=f"import:{run.pk}", actor="test", listener=lambda *_: None
    )
    assert job.state == "done", job.error
    result: dict[str, Any] = job.result
    return result


def counts(account: dict[str, Any]) -> tuple[int, int, int, int, int]:
    parts = ("read", "imported", "changed", "unchanged", "set_aside")
    return tuple(account[f"lines_{part}"] for part in parts)  # type: ignore[return-value]


@pytest.fixture
def basics() -> None:
    make.make_company()
    make.make_site("JKT")
    make.make_site("SUB")
    make.make_territory("ID")


MASTERS = {
    "items": "code,name,unit,standard cost\nMON-15,Monitor,PCE,85\nPANEL-15,Panel,pcs,40\nSCREW,Screw,PCE,0.01\n",
    "parties": "id,name,role,email,country\nC-1,Sinar,customer,a@b.example,ID\nS-1,Panel Ltd,supplier,,CN\n",
    "calendars": "code,weekday,starts,ends,day\nPLANT,mon,07:00,16:00,\nPLANT,tue,07:00,16:00,\nPLANT,,,,2026-12-25\n",
    "resources": "code,name,location,calendar,capacity,efficiency\nLINE,Line,JKT,PLANT,2,95\n",
    "lanes": "from,to,territory,transit days\nJKT,SUB,,2\nJKT,,ID,3\n",
    "sources": "item,kind,supplier,lead time,moq,cost\nPANEL-15,buy,S-1,20,50,40\nMON-15,make,,2,,\n",
    "boms": "item,component,qty\nMON-15,PANEL-15,1\nMON-15,SCREW,8\n",
    "routings": "item,step,operation,resource,minutes per unit\nMON-15,10,Assembly,LINE,6\nMON-15,20,Test,,2\n",
    "stock": "sku,warehouse,qty\nPANEL-15,JKT,120\nSCREW,JKT,0\n",
    "prices": "price list,item,price,currency,min qty\nRETAIL,MON-15,149,USD,\nRETAIL,MON-15,139,USD,10\n",
    "open-sales": "so,customer,item,qty,wanted on,price\nSO-1,C-1,PANEL-15,3,2026-12-14,60\n",
    "open-purchases": "po,supplier,item,qty,location,eta,cost\nPO-1,S-1,PANEL-15,200,JKT,2026-12-14,40\n",
}


def bring_masters(folder: Path, *upto: str) -> None:
    for kind in upto or MASTERS:
        bring(folder, kind, MASTERS[kind])


@pytest.mark.usefixtures("basics")
def test_every_master_comes_in_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    for kind, text in MASTERS.items():
        lines = text.count("\n") - 1

        first = bring(tmp_path, kind, text)
        again = bring(tmp_path, kind, text)
        other = bring(tmp_path, kind, text, options={"again": True})

        assert counts(first) == (lines, lines, 0, 0, 0), kind
        assert again["already_imported"] is True
        expected = (lines, 0, 0, 0, lines) if kind == "stock" else (lines, 0, 0, lines, 0)
        assert counts(other) == expected, kind


@pytest.mark.usefixtures("basics")
def test_an_undone_import_leaves_what_is_in_use_and_names_it(tmp_path: Path) -> None:
    bring_masters(tmp_path, "items", "parties", "sources")
    items, parties, sources = (ImportRun.objects.get(kind=kind) for kind in ("items", "parties", "sources"))

    kept = run_import(items, tasks.UNDO)
    assert (kept["masters_removed"], kept["kept"]) == (1, {"item": {"count": 2, "by": ["source"]}})
    assert set(Item.objects.values_list("code", flat=True)) == {"MON-15", "PANEL-15"}

    assert run_import(sources, tasks.UNDO)["masters_removed"] == 2
    assert run_import(parties, tasks.UNDO) == {"masters_removed": 2, "kept": {}}
    assert bring(tmp_path, "parties", MASTERS["parties"])["lines_imported"] == 2


@pytest.mark.usefixtures("basics")
def test_open_orders_are_promised_and_cancelled_again(tmp_path: Path) -> None:
    bring_masters(tmp_path, "items", "parties", "sources", "stock", "open-sales")
    run = ImportRun.objects.get(kind="open-sales")
    order = crm.get_order(run.masters.get(kind="sales_order").target_id)
    assert (order.state, order.customer_reference) == ("confirmed", "SO-1")

    run_import(run, tasks.UNDO)

    assert crm.get_order(order.id).state == "cancelled"


@pytest.mark.usefixtures("basics")
def test_an_order_for_a_blocked_item_is_set_aside_and_one_without_source_stays_a_draft(tmp_path: Path) -> None:
    bring_masters(tmp_path, "items", "parties")
    Item.objects.filter(code="SCREW").update(is_blocked=True)
    head = "so,customer,item,qty,wanted on,price\n"

    account = bring(tmp_path, "open-sales", f"{head}SO-1,C-1,SCREW,3,2026-12-14,60\nSO-2,C-1,MON-15,3,2026-12-14,60\n")

    assert account["set_aside_by_reason"] == {"refused": 1}
    assert account["lines_imported"] == 1
    assert account["orders_left_as_drafts"] == 1


@pytest.mark.usefixtures("basics")
def test_an_upsert_says_what_changed_and_leaves_what_the_file_does_not_tell(tmp_path: Path) -> None:
    bring_masters(tmp_path, "items", "parties", "sources")

    items = bring(tmp_path, "items", "code,name\nMON-15,Monitor 15 inch\nPANEL-15,Panel\nNEW,New\n")
    sources = bring(tmp_path, "sources", "item,kind,supplier,lead time\nPANEL-15,buy,S-1,25\n")

    assert counts(items) == (3, 1, 1, 1, 0)
    assert items["changed_keys"] == ["MON-15"]
    assert Item.objects.get(code="MON-15").standard_cost == 850_000
    assert counts(sources) == (1, 0, 1, 0, 0)
    assert Source.objects.values_list("lead_time_days", "minimum").get(item__code="PANEL-15") == (25, 500_000)


BAD = [
    ("items", "code,name,unit\n,No code,PCE\n", "empty"),
    ("items", "code,name,unit\nA,x,FURLONG\n", "unknown_unit"),
    ("items", "code,name,cost\nA,x,-1\n", "too_small"),
    ("items", "code,name,cost\nA,x,1e30\n", "number_unreadable"),
    ("items", "code,name,cost\nA,x,NaN\n", "number_unreadable"),
    ("items", "code,name,cost\nA,x,=1+1\n", "number_unreadable"),
    ("items", "code,name,cost\nA,x,99999999999999\n", "too_large"),
    ("items", "code,name\nA,x\nA,x\n", "repeat"),
    ("items", "code,name\nA,x\nA,y\n", "key_twice"),
    ("items", "code,name,kind\nA,x,nonsense\n", "not_a_choice"),
    ("parties", "id,name,email\n1,x,not an address\n", "email_unreadable"),
    ("parties", "id,name,country\n1,x,Indonesia!\n", "unknown_country"),
    ("calendars", "code,weekday,starts,ends\nC,mon,25:00,26:00\n", "time_unreadable"),
    ("calendars", "code,weekday,starts,ends\nC,mon,16:00,08:00\n", "hours_backwards"),
    ("calendars", "code,day\nC,2999-01-01\n", "date_out_of_range"),
    ("calendars", "code,day\nC,1900-01-01\n", "date_out_of_range"),
    ("resources", "code,location\nR,NOWHERE\n", "unknown_location"),
    ("lanes", "from,to\nJKT,JKT\n", "from_itself"),
    ("lanes", "from,to\nJKT,\n", "lane_one_end"),
    ("lanes", "from,to,transit days\nJKT,SUB,-2\n", "too_small"),
    ("sources", "item,kind,lead time\nPANEL-15,buy,-3\n", "too_small"),
    ("sources", "item,kind,lead time\nPANEL-15,buy,2.5\n", "not_whole"),
    ("sources", "item,kind\nNOPE,buy\n", "unknown_item"),
    ("sources", "item,kind,supplier\nPANEL-15,buy,NOBODY\n", "unknown_party"),
    ("sources", "item,kind\nPANEL-15,move\n", "no_origin"),
    ("sources", "item,valid from,valid to\nPANEL-15,2026-02-01,2026-01-01\n", "period_backwards"),
    ("sources", "item,valid from\nPANEL-15,31/02/2026\n", "date_unreadable"),
    ("boms", "item,component,qty\nMON-15,MON-15,1\n", "circle"),
    ("boms", "item,component,qty\nMON-15,PANEL-15,0\n", "not_positive"),
    ("boms", "item,component,qty,uom\nMON-15,PANEL-15,1,KGM\n", "unit_not_of_item"),
    ("routings", "item,step,resource\nMON-15,10,GHOST\n", "unknown_resource"),
    ("stock", "sku,qty\nPANEL-15,-5\n", "too_small"),
    ("stock", "sku,qty\nPANEL-15,1e30\n", "number_unreadable"),
    ("open-purchases", "po,supplier,item,qty,location,eta\nP,S-1,PANEL-15,1,JKT,soon\n", "date_unreadable"),
    ("open-sales", "so,customer,item,qty,wanted on\nS,C-1,NOPE,1,2026-12-01\n", "unknown_item"),
]


@pytest.mark.usefixtures("basics")
@pytest.mark.parametrize(("kind", "text", "reason"), BAD)
def test_a_wrong_line_is_set_aside_with_its_reason(tmp_path: Path, kind: str, text: str, reason: str) -> None:
    bring_masters(tmp_path, "items", "parties")

    account = bring(tmp_path, kind, text)

    assert account["set_aside_by_reason"].get(reason), account
    assert account["lines_read"] == account["lines_set_aside"] + account["lines_imported"]
    aside = ImportRun.objects.get(kind=kind, account__lines_set_aside__gt=0).aside
    assert aside is not None


@pytest.mark.usefixtures("basics")
def test_a_circle_over_two_bills_is_named_and_the_sound_bill_comes_in(tmp_path: Path) -> None:
    bring_masters(tmp_path, "items")
    run = open_run(
        tmp_path, "boms", "item,component,qty\nMON-15,PANEL-15,1\nPANEL-15,SCREW,2\nSCREW,PANEL-15,1\nMON-15,SCREW,3\n"
    )

    account = run_import(run)

    assert account["set_aside_by_reason"] == {"circle": 2}
    sheet = sheets.read(run, tmp_path / run.file_name)
    told = dict(sheet.findings.filter(sheet.findings["reason"] == "circle").select("row", "detail").iter_rows())
    assert told[1] == "PANEL-15 → SCREW → PANEL-15"
    assert list(
        BillOfMaterials.objects.values_list("item__code", "lines__component__code").order_by("lines__position")
    ) == [
        ("MON-15", "PANEL-15"),
        ("MON-15", "SCREW"),
    ]


@pytest.mark.usefixtures("basics")
def test_one_wrong_line_keeps_the_whole_document_out(tmp_path: Path) -> None:
    bring_masters(tmp_path, "items")

    account = bring(tmp_path, "boms", "item,component,qty\nMON-15,PANEL-15,1\nMON-15,NOPE,8\n")

    assert account["set_aside_by_reason"] == {"document_incomplete": 1, "unknown_item": 1}
    assert not BillOfMaterials.objects.exists()


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("language", columns.LANGUAGES)
def test_a_template_is_recognised_in_every_language(tmp_path: Path, kind: str, language: str) -> None:
    path = tmp_path / "template.csv"
    path.write_text(blanks.write_template(KINDS[kind], language=language), encoding="utf-8")

    table = files.read_table(path)
    matches = columns.match_columns(table.frame, KINDS[kind].fields)

    heads = {field.name: columns.label_of(field, language) for field in KINDS[kind].fields}
    assert {name: match.column for name, match in matches.items()} == heads
    assert table.frame.height == 2
