"""What retailers sold comes in by file: accounted for, repeatable, corrected, taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import time_machine

from rantai.crm.selling.models import RetailSale
from rantai.crm.selling.queries import retail
from rantai.foundation.items.models import Item
from rantai.foundation.parties.models import Party
from rantai.wires.imports import tasks
from rantai.wires.imports.models import ImportRun
from tests.factories import foundation as make
from tests.wires.imports.test_kinds import bring, bring_masters, counts, run_import

pytestmark = pytest.mark.django_db

HEAD = "pelanggan,kode barang,minggu,terjual,stok toko,diketahui sejak\n"
LINES = "C-1,MON-15,2026-10-05,34,60,\nSinar,SCREW,2026-10-05,210,,2026-10-15\nC-1,MON-15,2026-10-12,30,30,\n"


@pytest.fixture(autouse=True)
def basics(tmp_path: Path):
    with time_machine.travel("2026-11-23T05:00:00Z", tick=False):
        make.make_company()
        make.make_site("JKT")
        make.make_territory("ID")
        bring_masters(tmp_path, "items", "parties")
        yield


def read(day: date) -> list[tuple[str, float, float]]:
    found = retail.read_retail(make.make_company().pk, as_of=day)
    codes = dict(Item.objects.values_list("id", "code"))
    rows = zip(found.item_ids.tolist(), found.sold.tolist(), found.on_shelf.tolist(), strict=True)
    return [(codes[item], sold / 10_000, shelf / 10_000) for item, sold, shelf in rows]


def test_sales_come_in_once_in_any_language(tmp_path: Path) -> None:
    first = bring(tmp_path, "sell-out", HEAD + LINES)
    again = bring(tmp_path, "sell-out", HEAD + LINES, options={"again": True})

    assert counts(first) == (3, 3, 0, 0, 0)
    assert counts(again) == (3, 0, 0, 3, 0)
    assert [row[:2] for row in read(date(2026, 11, 23))] == [("MON-15", 34), ("MON-15", 30), ("SCREW", 210)]
    assert RetailSale.objects.values_list("party__name", flat=True).distinct().get() == "Sinar"


def test_what_was_known_on_a_day_is_kept_when_it_is_corrected(tmp_path: Path) -> None:
    head = "customer,item,week,units sold,shelf stock,known since\n"
    bring(tmp_path, "sell-out", f"{head}C-1,MON-15,2026-10-05,34,60,2026-10-12\n")
    later = bring(tmp_path, "sell-out", f"{head}C-1,MON-15,2026-10-05,36,,2026-10-20\n")

    assert counts(later) == (1, 0, 1, 0, 0)
    assert read(date(2026, 10, 11)) == []
    assert read(date(2026, 10, 19)) == [("MON-15", 34, 60)]
    assert read(date(2026, 10, 20)) == [("MON-15", 36, 60)]  # the shelf was not told anew

    undone = run_import(ImportRun.objects.order_by("id").last(), tasks.UNDO)

    assert undone["retail_sales_removed"] == 1
    assert read(date(2026, 10, 20)) == [("MON-15", 34, 60)]


def test_an_undone_file_leaves_nothing_and_comes_in_again(tmp_path: Path) -> None:
    bring(tmp_path, "sell-out", HEAD + LINES)

    assert run_import(ImportRun.objects.get(kind="sell-out"), tasks.UNDO)["retail_sales_removed"] == 3

    assert not RetailSale.objects.exists()
    assert bring(tmp_path, "sell-out", HEAD + LINES)["lines_imported"] == 3


def test_barcodes_days_and_wrong_lines_are_told_apart(tmp_path: Path) -> None:
    Item.objects.filter(code="MON-15").update(gtin="4006381333931")
    text = (
        "customer,ean,day,period,qty,stock,known since\n"
        "C-1,4006381333931,2026-11-22,day,3,9,\n"
        "C-1,4006381333931,2026-11-21,daily,3,9,2026-11-24\n"
        "C-1,4006381333931,2026-11-18,week,3,9,\n"
        "C-1,4006381333931,2026-11-16,month,3,9,\n"
        "C-1,4006381333931,2026-11-15,day,-3,9,\n"
        "C-1,NOPE,2026-11-15,day,3,9,\n"
        "NOBODY,MON-15,2026-11-15,day,3,9,\n"
        "C-1,MON-15,soon,day,3,9,\n"
        "C-1,MON-15,2026-11-14,day,many,9,\n"
        "C-1,MON-15,2026-11-13,day,2,9,\n"
        "C-1,MON-15,2026-11-13,day,3,9,\n"
    )

    account = bring(tmp_path, "sell-out", text)

    assert counts(account) == (11, 1, 0, 0, 10)
    assert account["set_aside_by_reason"] == {
        "key_twice": 2, "told_ahead": 1, "period_not_over": 1, "not_a_choice": 1, "too_small": 1, "unknown_item": 1,
        "unknown_party": 1, "date_unreadable": 1, "number_unreadable": 1,
    }  # fmt: skip


def test_names_of_one_customer_are_one_retailer_after_they_were_merged(tmp_path: Path) -> None:
    bring(tmp_path, "sell-out", "customer,item,week,sold\nC-1,MON-15,2026-10-05,34\nS-1,MON-15,2026-10-12,30\n")
    sinar = Party.objects.get(name="Sinar")
    Party.objects.filter(name="Panel Ltd").update(canonical=sinar)

    found = retail.read_retail(make.make_company().pk, as_of=date(2026, 11, 23), party_id=sinar.pk)

    assert found.sold.tolist() == [340_000, 300_000]


def test_a_batch_takes_a_few_statements(tmp_path: Path, django_assert_max_num_queries) -> None:
    lines = "".join(f"C-1,MON-15,{date.fromordinal(date(2025, 1, 6).toordinal() + 7 * n)},{n}\n" for n in range(90))
    with django_assert_max_num_queries(60):
        assert bring(tmp_path, "sell-out", f"customer,item,week,sold\n{lines}")["lines_imported"] == 90
