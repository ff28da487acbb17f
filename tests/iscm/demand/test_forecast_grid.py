"""The grid: any level, weeks across, a change of a total spread to the rows below and never lost."""

import html
import re
from datetime import timedelta

import numpy as np
import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rantai.iscm.demand.actions import overrides as actions
from rantai.iscm.demand.models import ForecastOverride, ForecastRun
from rantai.iscm.demand.queries import forecasts, grid, gridrows, meeting, overrides, steps
from rantai.iscm.demand.queries.gridrows import Asked
from rantai.iscm.demand.queries.levels import Level
from rantai.kernel.models import Job
from tests.factories import forecasting, foundation
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@transaction.atomic
def override(level, weeks=(0, 1), *, units=None, factor=None, is_span=False):
    return actions.set_override(
        item_id=level.item or None, category_id=level.category or None, location_id=level.location or None,
        territory_id=level.territory or None, starts_on=FIRST_WEEK + timedelta(weeks=weeks[0]),
        ends_on=FIRST_WEEK + timedelta(weeks=weeks[1]), quantity=None if units is None else units * 10_000,
        factor=factor, is_span=is_span, reason="tender", by="user:1", at=MONDAY,
    )  # fmt: skip


def total(level, weeks=(0, 1)):
    run = forecasts.find_run()
    return grid.read_final(run, level, FIRST_WEEK + timedelta(weeks=weeks[0]), FIRST_WEEK + timedelta(weeks=weeks[1]))


def load(group="item", level=None, **words):
    return grid.load(forecasts.find_run(), Asked(level=level or Level(), group=group, **words))


def test_a_total_set_for_a_category_holds_and_is_spread_as_its_rows_sell(world):
    _sites, (screens, _cables), (small, large, other) = world

    override(Level(category=screens.pk), units=600)

    assert total(Level(category=screens.pk)) == pytest.approx(600, abs=1e-9)
    assert total(Level(item=small.pk)) == pytest.approx(200, abs=0.01)
    assert total(Level(item=large.pk)) == pytest.approx(400, abs=0.01)
    assert total(Level(item=other.pk)) == pytest.approx(60, abs=0.01)
    assert ForecastOverride.objects.count() == 1


def test_a_total_outlives_statistics_that_move(world):
    sites, (screens, _cables), (small, _large, _other) = world
    override(Level(category=screens.pk), units=600)
    forecasting.make_history({small: {FIRST_WEEK - timedelta(days=3): 900}}, location=sites[0])

    forecasting.forecast()

    assert total(Level(category=screens.pk)) == pytest.approx(600, abs=1e-9)
    assert total(Level(item=small.pk)) > 210


def test_the_last_word_holds_whatever_its_level(world):
    _sites, (screens, _cables), (small, _large, _other) = world
    override(Level(category=screens.pk), units=600)
    override(Level(item=small.pk), units=50)
    assert (total(Level(item=small.pk)), round(total(Level(category=screens.pk)))) == (pytest.approx(50), 450)

    override(Level(category=screens.pk), units=900)

    assert total(Level(category=screens.pk)) == pytest.approx(900, abs=1e-9)
    assert total(Level(item=small.pk)) == pytest.approx(100, abs=0.01)


def test_a_change_under_a_later_one_is_told(world):
    _sites, (screens, _cables), (small, _large, other) = world
    first = override(Level(item=small.pk), units=50)
    apart = override(Level(item=other.pk), units=50)
    override(Level(category=screens.pk), units=600)
    run = forecasts.find_run()
    changes = overrides.read_changes(overrides.list_live(first_week=FIRST_WEEK), first_week=FIRST_WEEK, horizon=26)

    assert meeting.find_covered(changes, changes) == {first.pk}
    assert apart.pk not in meeting.find_covered(changes, changes)
    assert run is not None


def test_a_quantity_of_a_month_is_of_its_weeks_together(world):
    override(Level(), (0, 4), units=1200, is_span=True)

    assert total(Level(), (0, 4)) == pytest.approx(1200, abs=1e-6)
    assert total(Level()) == pytest.approx(300, abs=0.1)


def test_a_quantity_of_several_weeks_keeps_its_even_share_outside_the_run(world):
    override(Level(), (24, 28), units=400, is_span=True)

    assert total(Level(), (24, 26)) == pytest.approx(200, abs=1e-6)


def test_where_nothing_is_expected_history_says_the_shares(world):
    _sites, (screens, _cables), (small, large, _other) = world
    override(Level(category=screens.pk), factor=0)

    override(Level(category=screens.pk), units=90)

    assert total(Level(item=small.pk)) == pytest.approx(30, abs=0.01)
    assert total(Level(item=large.pk)) == pytest.approx(60, abs=0.01)


@settings(max_examples=200, deadline=None)
@given(
    before=arrays.arrays(np.float64, st.tuples(st.integers(1, 7), st.integers(1, 5)), elements=st.floats(0, 1e6)),
    units=st.integers(0, 10**11),
    is_span=st.booleans(),
)
def test_what_is_spread_adds_up_to_the_ten_thousandth(before, units, is_span):
    found = overrides.spread(before, units / 10_000, None, is_span=is_span)

    parts = np.round(found * 10_000).astype(np.int64)
    assert (parts >= 0).all()
    assert parts.sum() == units if is_span else (parts.sum(axis=0) == units).all()


def test_rows_of_every_level_add_up_to_the_whole(world):
    sites, (screens, _cables), (small, _large, _other) = world
    override(Level(location=sites[0].pk), units=77)

    for group in ("category", "item", "place", "location", "territory"):
        found = load(group)
        parts = sum(row.lines.final for row in found.rows)
        assert parts == pytest.approx(found.whole.lines.final), group
    assert load("location").rows[-1].own == {0} or load("location").rows[0].own == {0}
    inside = load("item", Level(category=screens.pk))
    assert inside.count == 2
    assert load("place", Level(item=small.pk)).count == 2
    assert load("item", text="MON-15").count == 1


def test_months_hold_every_week_once(world):
    months = grid.list_buckets(forecasts.find_run(), Asked(per=gridrows.MONTHS))

    assert [bucket.last - bucket.first for bucket in months][:2] == [4, 5]
    assert sum(bucket.last - bucket.first for bucket in months) == 26
    assert load(per=gridrows.MONTHS).whole.lines.final.sum() == pytest.approx(total(Level(), (0, 26)))


def test_the_grid_asks_a_fixed_number_of_queries(world, django_assert_max_num_queries):
    steps._kept = None
    with django_assert_max_num_queries(22):
        load("place")
    with django_assert_max_num_queries(15):
        load("place")


def cell(level, week=0):
    return f"c:{level.key}:{(FIRST_WEEK + timedelta(weeks=week)).isoformat()}"


def read(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.mark.parametrize(
    ("typed", "quantity", "factor"),
    [
        ("250", 2_500_000, None),
        ("+20", 800_000, None),
        ("-70", 0, None),
        ("120 %", None, 12_000),
        ("−5 %", None, 9_500),
    ],
)
def test_a_cell_takes_units_a_difference_or_per_cent(planner, world, typed, quantity, factor):
    level = Level(category=world[1][0].pk)

    answer = planner.post(reverse("iscm_demand:grid"), {cell(level): typed, "reason": "fair"})

    assert answer.status_code == 302
    row = ForecastOverride.objects.get()
    assert (row.category_id, row.item_id, row.quantity, row.factor) == (level.category, None, quantity, factor)
    assert Job.objects.filter(task="iscm.net_forecast", state="queued").count() == 1


def test_neighbouring_weeks_that_say_the_same_are_one_change_and_one_undo(planner, world):
    level = Level(item=world[2][0].pk)
    typed = {cell(level, 0): "40", cell(level, 1): "40", cell(level, 2): "41", "reason": "fair"}

    planner.post(reverse("iscm_demand:grid") + "?by=item", typed)

    rows = list(ForecastOverride.objects.order_by("starts_on"))
    assert [(row.quantity, (row.ends_on - row.starts_on).days) for row in rows] == [(400_000, 14), (410_000, 7)]
    planner.post(reverse("iscm_demand:end_batch", args=[rows[0].batch]))
    assert not ForecastOverride.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    ("typed", "reason", "said"),
    [
        ("many", "x", "· many: Write units"),
        ("4", " ", "Say why"),
        ("", "x", "Nothing was typed"),
        ("-200 %", "x", "between 0"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept_or_lost(planner, world, typed, reason, said):
    answer = planner.post(reverse("iscm_demand:grid"), {cell(Level(category=world[1][0].pk)): typed, "reason": reason})

    assert answer.status_code == 422
    assert said in read(answer)
    assert f'value="{typed}"' in answer.content.decode()
    assert not ForecastOverride.objects.exists()


def test_who_may_only_look_changes_nothing(client, world):
    client.force_login(foundation.make_user(roles=["sales"]), backend="rantai.foundation.access.backends.RoleBackend")

    page = client.get(reverse("iscm_demand:grid"))
    client.post(reverse("iscm_demand:grid"), {cell(Level()): "5", "reason": "x"})

    assert "sheet-in" not in page.content.decode()
    assert not ForecastOverride.objects.exists()


def test_a_part_that_was_searched_for_is_not_changed_as_the_whole(planner, world):
    page = planner.get(reverse("iscm_demand:grid") + "?by=category&q=MON-15").content.decode()

    assert "sheet-in" not in page
    assert "sheet-in" in planner.get(reverse("iscm_demand:grid") + "?by=item&q=MON-15").content.decode()


def test_the_page_says_that_nothing_is_forecast_yet(client):
    foundation.make_company()
    client.force_login(foundation.make_user(roles=["planner"]), backend="rantai.foundation.access.backends.RoleBackend")

    assert "Nothing is forecast yet" in read(client.get(reverse("iscm_demand:grid")))


def test_a_run_without_its_frozen_copy_is_read_from_its_rows(world):
    run = ForecastRun.objects.get(state="current")
    before = steps.load(run).statistical
    run.snapshots.all().delete()
    steps._kept = None

    assert steps.load(run).statistical == pytest.approx(before)
