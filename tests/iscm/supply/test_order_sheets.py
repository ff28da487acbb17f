"""Planned orders go to a sheet and back; days that are over and parts of whole things are refused where they stand."""

from __future__ import annotations

import html
import re
from datetime import date
from io import BytesIO

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlannedOrder
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.factories import srm as suppliers

pytestmark = pytest.mark.django_db(transaction=True)
SHEET, PLAN = reverse("iscm_supply:orders_sheet"), reverse("iscm_supply:plan")


@pytest.fixture(autouse=True)
def monday(time_machine):
    time_machine.move_to(factory.MONDAY, tick=False)


@pytest.fixture
def planner(client):
    user = foundation.make_user(roles=["planner"])
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    return user


@pytest.fixture
def proposals(planner):
    """Three things to buy for customers, in pieces."""
    suppliers.make_site()
    supplier = foundation.make_party(name="Batam Power", role="supplier")
    for code in ("BOARD", "LAMP", "PANEL"):
        item = foundation.make_item(code)
        foundation.make_source(item, supplier=supplier, lead_time_days=3)
        factory.make_demand(item, 10, requested_on=date(2026, 11, 9))
    planning.make_plan(factory.MONDAY, builder="test")
    return {row.item.code: row for row in PlannedOrder.objects.filter(state="proposed").select_related("item")}


def take(client) -> pl.DataFrame:
    return pl.read_excel(BytesIO(b"".join(client.get(SHEET).streaming_content)))


def bring(client, frame: pl.DataFrame):
    file = BytesIO()
    frame.write_excel(file)
    return client.post(SHEET, {"file": SimpleUploadedFile("plan.xlsx", file.getvalue())}, follow=True)


def fill(frame: pl.DataFrame, code: str, **cells: object) -> pl.DataFrame:
    """Write cells into the line of an item, by the place of their column."""
    places = {"answer": 1, "units": 6, "due": 8}
    for name, value in cells.items():
        head = frame.columns[places[name]]
        texts = frame[head].cast(pl.String)
        here = frame[frame.columns[3]] == code
        frame = frame.with_columns(
            pl.Series(head, [str(value) if mine else old for mine, old in zip(here, texts, strict=True)])
        )
    return frame


def read_form(page: str) -> dict[str, list[str]]:
    """Return the fields of the preview as a browser would send them."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and name[1] != "csrfmiddlewaretoken":
            found.setdefault(name[1], []).append(html.unescape(value[1]))
    return found


def test_a_filled_sheet_is_previewed_then_accepts_changes_and_dismisses(client, proposals):
    frame = take(client)
    assert sorted(frame[frame.columns[3]]) == ["BOARD", "LAMP", "PANEL"]
    frame = fill(frame, "BOARD", answer="accept")
    frame = fill(frame, "LAMP", answer="tolak")
    frame = fill(frame, "PANEL", units=12, due="2026-11-12")

    shown = bring(client, frame).content.decode()

    assert "2 orders would be accepted" in shown
    assert "1 dismissed" in shown
    assert PlannedOrder.objects.filter(state="proposed").count() == 3
    client.post(reverse("iscm_supply:decide_many"), read_form(shown))
    rows = {row.item.code: row for row in PlannedOrder.objects.select_related("item", "decision")}
    assert (rows["BOARD"].state, rows["BOARD"].decision.state) == ("released", "accepted")
    assert rows["LAMP"].state == "dismissed"
    assert (rows["PANEL"].state, rows["PANEL"].units, rows["PANEL"].due_on) == ("released", 120_000, date(2026, 11, 12))


def test_a_sheet_outlives_the_plan_that_it_was_taken_from(client, proposals):
    frame = fill(take(client), "BOARD", answer="ok")
    planning.make_plan(factory.MONDAY, builder="again")
    assert PlannedOrder.objects.get(item__code="BOARD", state="proposed").pk != proposals["BOARD"].pk

    client.post(reverse("iscm_supply:decide_many"), read_form(bring(client, frame).content.decode()))

    assert PlannedOrder.objects.filter(item__code="BOARD", state="released").count() == 1


def test_what_cannot_be_meant_is_said_at_its_row_and_nothing_is_done(client, proposals):
    frame = fill(take(client), "BOARD", units="many", due="2020-01-01")
    frame = fill(frame, "LAMP", units=2.5)
    frame = fill(frame, "PANEL", answer="perhaps")
    preview = bring(client, frame).content.decode()
    assert "“perhaps”" in preview

    answer = client.post(reverse("iscm_supply:decide_many"), read_form(preview))

    assert answer.status_code == 422
    said = html.unescape(answer.content.decode())
    assert "Write a figure with digits" in said
    assert "1 Jan 2020 is over: today is 2 Nov. Give today or a later day." in said
    assert "2.5 cannot be ordered: LAMP comes in whole" in said
    assert "Give 2 or 3." in said
    assert PlannedOrder.objects.filter(state="proposed").count() == 3


@pytest.mark.parametrize("file", [b"", b"no workbook", None])
def test_a_file_that_is_no_sheet_is_refused_with_what_to_do(client, proposals, file):
    data = {"file": SimpleUploadedFile("x.xlsx", file)} if file is not None else {}

    said = client.post(SHEET, data, follow=True).content.decode()

    assert "This is not the sheet of the planned orders" in said


def test_a_sheet_without_an_answer_does_nothing(client, proposals):
    assert "No open planned order was answered or changed" in bring(client, take(client)).content.decode()


def test_who_may_only_look_gets_no_sheet(client, proposals):
    client.force_login(foundation.make_user("sales@x.example", roles=["sales"]))

    assert client.get(SHEET).status_code == 403
    assert client.post(reverse("iscm_supply:decide_many"), {"ids": [proposals["BOARD"].pk]}).status_code == 403
    assert PlannedOrder.objects.filter(state="proposed").count() == 3
    assert "Take the sheet" not in client.get(PLAN).content.decode()
