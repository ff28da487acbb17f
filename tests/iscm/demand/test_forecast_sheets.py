"""The grid in a workbook: out, changed, and back; what cannot be taken is named at its place."""

import html
import io
import itertools
import re
from datetime import timedelta

import polars as pl
import pytest
import xlsxwriter
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rantai.iscm import facade as iscm
from rantai.iscm import reports
from rantai.iscm.demand.actions import overrides as actions
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries import forecasts, grid
from rantai.iscm.demand.queries.levels import Level
from rantai.kernel.models import AuditEntry
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


def read(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def bring(planner, content):
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    file.name = "grid.xlsx"
    return planner.post(reverse("wires_imports:grid_new"), {"file": file}, follow=True)


def test_a_grid_goes_to_excel_and_comes_back_as_changes(planner, world):
    answer = planner.get(reverse("iscm_demand:grid") + "?by=item&export=xlsx")
    frame = pl.read_excel(io.BytesIO(b"".join(answer.streaming_content)))
    is_ours = pl.col("Name") == "MON-15"
    changed = frame.with_columns(
        pl.when(is_ours).then(99.0).otherwise(pl.col("2026-11-02")).alias("2026-11-02"),
        pl.when(is_ours).then(pl.lit("school tender")).alias("Why"),
    )
    book = io.BytesIO()
    changed.write_excel(book)

    page = bring(planner, book.getvalue())

    assert "1 cell changes the forecast" in read(page)
    assert not ForecastOverride.objects.exists()
    address = page.redirect_chain[-1][0]
    for _time in range(2):
        planner.post(address)
    row = ForecastOverride.objects.get()
    assert (row.item_id, row.quantity, row.reason) == (world[2][0].pk, 990_000, "school tender")
    found = grid.read_final(forecasts.find_run(), Level(item=row.item_id), FIRST_WEEK, FIRST_WEEK + timedelta(weeks=1))
    assert found == pytest.approx(99)
    assert "hold already" in read(planner.get(address))


def test_refused_cells_are_named_with_their_place_and_the_rest_is_kept(planner, world):
    key = Level(item=world[2][0].pk).key
    head = "Level,Name,Under it,2026-10-26,2026-11-02,Why,2026-10-26 was,2026-11-02 was"
    lines = [f"{key},a,,5,7,tender,5,20", "9.9.x.0,b,,1,1,why,1,2", f"{key},c,,1,many,why,1,20", f"{key},d,,1,3,,1,20",
             f"{key},e,,2,20,old,1,20"]  # fmt: skip

    page = read(bring(planner, "\n".join([head, *lines])))

    assert "1 cell changes the forecast" in page
    for said in (
        "row 3, 2026-11-02 '9.9.x.0' names no row of the grid",
        "row 4, 2026-11-02 'many' is no figure",
        "row 5, 2026-11-02 Say why in the column behind the weeks",
        "row 6, 2026-10-26 This week is over",
    ):
        assert said in page


def test_bad_cells_of_a_workbook_are_each_named_at_their_place(planner, world):
    small, large, other = world[2]
    keys = [Level(item=item.pk).key for item in (small, large, other)] + [
        Level(item=10**7).key,
        Level(item=small.pk).key,
    ]
    heads = ["Level", "Name", "Under it", "2026-11-02", "2026-11-09", "Why", "2026-11-02 was", "2026-11-09 was",
             "2026-11-16 was"]  # fmt: skip
    book = io.BytesIO()
    workbook = xlsxwriter.Workbook(book)
    sheet = workbook.add_worksheet()
    for column, head in enumerate(heads):
        sheet.write(0, column, head)
    for row, key in enumerate(keys, start=1):
        for column, value in enumerate((key, "", "", 20.0, 20.0, "tender", 20.0, 20.0, 20.0)):
            sheet.write(row, column, value)
    sheet.write_formula(1, 3, "=D3*2", value="")  # never worked out
    sheet.write(2, 3, "about forty")
    sheet.write_string(3, 3, " ")
    sheet.write(4, 3, 21.0)
    sheet.write(5, 3, -4.0)
    sheet.write_formula(1, 4, "=E3*2", value=40.0)
    sheet.write(5, 4, 41.0)
    workbook.close()

    page = read(bring(planner, book.getvalue()))

    assert "1 cell changes the forecast" in page
    for said in (
        "2026-11-16 This week has lost its column",
        "row 2, 2026-11-02 The cell holds no figure",
        "row 3, 2026-11-02 'about forty' is no figure",
        "row 4, 2026-11-02 The cell holds no figure",
        "row 5, 2026-11-02 This item or location is no longer in use",
        "row 6, 2026-11-02 Units lie between 0",
        "This row and week stand there already, at row 2",
    ):
        assert said in page, said
    assert not ForecastOverride.objects.exists()


def test_a_file_of_many_cells_is_kept_and_undone_in_a_fixed_number_of_statements(world):
    cells = [
        reports.ForecastCell(
            place=f"row {row}", level=Level(item=item.pk, location=site.pk).key,
            starts_on=FIRST_WEEK + timedelta(weeks=week), ends_on=FIRST_WEEK + timedelta(weeks=week + 1),
            units=70_000 + row, was=None, reason="tender",
        )
        for row, (item, site, week) in enumerate(itertools.product(world[2], world[0], range(20)))
    ]  # fmt: skip

    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        assert iscm.set_forecast_cells(cells, batch="file:x", by="user:1", as_of=MONDAY) == 120
    with CaptureQueriesContext(connection) as undone, transaction.atomic():
        assert actions.end_batch("file:x", by="user:1", at=MONDAY) == 120

    assert len(asked) < 25
    assert len(undone) < 12
    assert ForecastOverride.objects.filter(batch="file:x").exclude(ended_at=None).count() == 120
    assert AuditEntry.objects.filter(action="forecast_overridden").count() == 120


def test_cells_are_judged_before_the_writer_is_held_and_written_once(world):
    cells = [
        reports.ForecastCell(
            place=f"row {week}", level=Level(item=world[2][0].pk, location=world[0][0].pk).key,
            starts_on=FIRST_WEEK + timedelta(weeks=week), ends_on=FIRST_WEEK + timedelta(weeks=week + 1),
            units=70_000, was=None, reason="tender",
        )
        for week in range(4)
    ]  # fmt: skip

    with CaptureQueriesContext(connection) as asked:
        kept = [iscm.set_forecast_cells(cells, batch="file:y", by="user:1", as_of=MONDAY) for _twice in range(2)]

    told = [query["sql"] for query in asked]
    begins = [place for place, text in enumerate(told) if text.startswith("BEGIN")]
    written = told[begins[0] : told.index("COMMIT")]
    inside = [text for text in written if "iscm_demand" in text and text.startswith("SELECT")]
    assert (kept, len(begins)) == ([4, 4], 2)
    assert len(inside) == 1, inside  # whether the file is kept already
    assert ForecastOverride.objects.filter(batch="file:y").count() == 4


def test_one_cell_that_cannot_be_kept_keeps_none(world):
    wanted = [
        actions.Wanted(level=Level(item=pk), starts_on=FIRST_WEEK, ends_on=FIRST_WEEK + timedelta(days=7), quantity=1,
                       reason="tender")
        for pk in (world[2][0].pk, 10**7)
    ]  # fmt: skip

    with pytest.raises(actions.BadOverride), transaction.atomic():
        actions.set_overrides(wanted, batch="b", by="user:1", at=MONDAY)

    assert not ForecastOverride.objects.exists()


def test_a_file_that_is_no_grid_is_said(planner, world):
    assert "This is no forecast grid" in read(bring(planner, "a,b\n1,2\n"))
