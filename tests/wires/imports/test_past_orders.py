"""Past orders come in at once, add up, come in once, survive a kill, and go again."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rantai.crm import facade as crm
from rantai.crm.orders.models import PastOrderLine
from rantai.foundation.items.models import Item, Source
from rantai.foundation.parties.models import Party
from rantai.kernel import clock, jobs
from rantai.kernel.models import Job
from rantai.wires.imports import command, tasks
from rantai.wires.imports.models import ImportRun
from tests import forks
from tests.factories import foundation as make
from tests.wires.imports import killed_import

HEAD = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
FILE = HEAD + "".join(
    f"{number},SKU-{number % 7},Thing,{1 + number % 3},2010-0{1 + number % 9}-15 10:00,2.50,{number % 40},Spain\n"
    for number in range(1000, 1400)
)


def write(folder: Path, text: str = FILE, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run_command(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(command.import_file, [*arguments, "--json"], catch_exceptions=False)
    return json.loads(result.stdout.strip().splitlines()[-1])  # type: ignore[no-any-return]


def undo(run_id: int) -> dict[str, Any]:
    job = jobs.run_here(
        tasks.UNDO, {"import_id": run_id}, worker="t", key=f"u{run_id}", actor="t", listener=lambda *_: None
    )
    result: dict[str, Any] = job.result
    return result


@pytest.fixture
def company() -> None:
    make.make_company(zone="Europe/London", currency="GBP")
    make.make_site("MAIN")


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
def test_a_history_comes_in_once_and_goes_again(tmp_path: Path) -> None:
    asked = ("orders", str(write(tmp_path)), "--preset", "online-retail", "--opening-stock", "weeks=4")

    dry = run_command(*asked, "--dry-run")
    assert not ImportRun.objects.exists()
    first = run_command(*asked)
    again = run_command(*asked)

    for account in (dry, first, again):
        assert [account[name] for name in ("lines_read", "lines_imported", "lines_set_aside")] == [400, 400, 0]
        assert (account["parties"], account["items"], account["orders"]) == (40, 7, 400)
        assert account["amount_imported"] == account["amount_read"] == "2000"
    assert again["already_imported"] is True
    assert (first["placeholder_sources"], first["items_with_opening_stock"]) == (7, 7)
    assert crm.sum_history(first["import"]) == (400, 20_000_000)

    undone = undo(first["import"])

    assert undone["stock_places_emptied"] == 7
    assert undone["kept"]["item"]["count"] == 7  # their stock was moved in and out: the ledger cites them
    assert not Source.objects.exists()
    assert Party.objects.filter(roles__role="customer").exists() == ("party" in undone["kept"])


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
def test_an_item_that_we_have_is_left_as_it_is(tmp_path: Path) -> None:
    mine = make.make_item("SKU-1", name="Mine", standard_cost=5)

    run_command("orders", str(write(tmp_path)), "--preset", "online-retail")

    mine.refresh_from_db()
    assert (mine.name, mine.standard_cost, mine.is_placeholder) == ({"en": "Mine"}, 5, False)
    assert Item.objects.count() == 7


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
def test_orders_of_an_earlier_file_are_set_aside(tmp_path: Path) -> None:
    run_command("orders", str(write(tmp_path)), "--preset", "online-retail")
    more = FILE + "9999,SKU-1,Thing 1,1,2010-12-01 10:00,2.50,1,Spain\n"

    account = run_command("orders", str(write(tmp_path, more, "more.csv")), "--preset", "online-retail")

    assert account["lines_imported"] == 1
    assert account["set_aside_by_reason"] == {"invoice_known": 400}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"%PDF-1.4", "PDF"),
        (b"a,b\n\x00,\x00\n", "binary"),
        (b"One,Two\n1,2\n", "No column was found for"),
    ],
)
@pytest.mark.usefixtures("company")
def test_a_bad_file_is_refused_with_a_way_out(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)

    result = CliRunner().invoke(command.import_file, ["orders", str(path), "--json"])

    assert result.exit_code == 1
    assert says in json.loads(result.stdout.strip().splitlines()[-1])["error"]
    assert not Item.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("step", "where", "seen"),
    [
        ("rantai.crm.facade.begin_history", "after", 0),
        ("rantai.crm.facade.stage_history", "after", 0),
        ("rantai.iscm.facade.record_history", "after", 0),
        ("rantai.wires.imports.history.publish_history", "after", 0),
        ("rantai.wires.imports.openings.open_stock", "before", 3_000),
    ],
)
@pytest.mark.usefixtures("company")
def test_a_killed_import_resumes_and_shows_nothing_until_it_is_whole(
    tmp_path: Path, step: str, where: str, seen: int
) -> None:
    path = write(tmp_path, HEAD + "".join(_many(3_000)))

    killed, _said = forks.Program(killed_import.bring_and_die, str(path), step, where).finish()

    assert killed == -signal.SIGKILL
    assert count_shown() == seen
    resume()
    run = ImportRun.objects.get()
    assert (run.state, count_shown()) == ("done", 3_000)
    assert crm.sum_history(run.pk) == (3_000, 3_000 * 25_000)


def _many(count: int) -> list[str]:
    return [
        f"{10_000 + number // 3},SKU-{number % 50},Thing,1,2010-0{1 + number % 9}-10,2.50,{number % 300},Spain\n"
        for number in range(count)
    ]


def count_shown() -> int:
    """Count the past lines that readers see."""
    return PastOrderLine.objects.filter(run__state="current").count()


def resume() -> None:
    """Do what a worker does once the lease of the killed process is over."""
    Job.objects.filter(task=tasks.TASK, state="running").update(lease_until=clock.now())
    while jobs.run_next(worker="resumer"):
        pass
