import csv
import json
from pathlib import Path

import pytest

from rantai.config import leaving
from rantai.foundation.items.models import Item
from rantai.kernel.console import Refused, Screen
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db


def write(folder: Path) -> dict[str, int]:
    folder.mkdir()
    return leaving.write_tables(folder, screen=Screen(as_json=True))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_row_leaves_with_its_values_in_units(tmp_path):
    make.make_company()
    item = make.make_item(code="MON-15")
    Item.objects.filter(pk=item.pk).update(standard_cost=12_345_600)
    counts = write(tmp_path / "out")
    rows = read(tmp_path / "out" / "foundation_items_item.csv")
    assert len(rows) == counts["foundation_items_item"] == Item.objects.count()
    (row,) = (row for row in rows if row["code"] == "MON-15")
    assert row["standard_cost"] == "1234.56"
    assert json.loads(row["name"]) == Item.objects.get(pk=item.pk).name


def test_nothing_that_opens_a_door_leaves(tmp_path):
    make.make_company()
    make.make_user()
    write(tmp_path / "out")
    described = {table["table"]: table for table in json.loads((tmp_path / "out" / "tables.json").read_text())}
    names = {column["name"] for table in described.values() for column in table["columns"]}
    assert not names & leaving.SECRET
    assert read(tmp_path / "out" / "foundation_access_user.csv")[0].keys() >= {"email"}


def test_tables_longer_than_a_page_leave_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(leaving, "_AT_ONCE", 2)
    make.make_company()
    codes = {make.make_item(code=f"I-{number}").code for number in range(5)}
    write(tmp_path / "out")
    assert {row["code"] for row in read(tmp_path / "out" / "foundation_items_item.csv")} >= codes


def test_a_folder_that_exists_is_not_written_into(tmp_path):
    with pytest.raises(Refused, match="exists already"):
        leaving.export.callback.__wrapped__(Screen(as_json=True), folder=tmp_path)
