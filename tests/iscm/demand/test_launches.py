"""New items sell as like items did when they were new, until their own history speaks."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from rantai.iscm.demand.actions import launches as actions
from rantai.iscm.demand.models import ForecastSeries
from rantai.iscm.demand.models.changes import ItemLaunch
from rantai.iscm.demand.queries import outlook
from tests.factories import forecasting, foundation
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    """One that began with 30 a week and settled at 12 after eight, one that sells 6 all along; a new one."""
    foundation.make_company()
    site = foundation.make_site()
    fast, slow, new = (foundation.make_item(code) for code in ("FAST", "SLOW", "NEW"))
    forecasting.make_history({fast: [30] * 8 + [12] * 32, slow: [6] * 40}, location=site)
    return site, fast, slow, new


@transaction.atomic
def launch(world, *, shares=(10_000, 0), scale=10_000, week=2, blend=10):
    site, fast, slow, new = world
    return actions.plan_launch(
        actions.LaunchTerms(
            item_id=new.pk, location_id=site.pk, launch_on=FIRST_WEEK + timedelta(weeks=week, days=2),
            likes={item.pk: share for item, share in zip((fast, slow), shares, strict=True) if share}, scale=scale,
            blend_weeks=blend, reason="follows FAST",
        ),
        by="user:1",
        at=MONDAY,
    )  # fmt: skip


def expected(item):
    return outlook.find_outlook(item.pk).statistical


def test_a_new_item_follows_the_launch_of_its_like_item_from_its_own_first_week(world):
    launch(world)
    forecasting.forecast()

    found = expected(world[3])
    assert found[:2] == (0, 0)
    assert found[2:9] == pytest.approx([30] * 7, rel=1e-4)
    assert found[12:] == pytest.approx([12] * 14, rel=1e-4)
    row = ForecastSeries.objects.get(run__state="current", item=world[3])
    assert row.history_weeks == 0


def test_shares_and_scale_weigh_the_like_items(world):
    launch(world, shares=(5_000, 5_000), scale=20_000)
    forecasting.forecast()

    assert expected(world[3])[2:8] == pytest.approx([36] * 6, rel=1e-4)


def test_its_own_history_takes_over_week_by_week(world):
    site, _fast, _slow, new = world
    launch(world, week=-5, blend=10)
    forecasting.make_history({new: [100] * 5}, location=site)
    forecasting.forecast()

    # half its own, some 100 a week; half like the sixth week of FAST and on, 30 a week
    assert expected(new)[0] == pytest.approx(65, rel=0.05)

    forecasting.make_history({new: {FIRST_WEEK + timedelta(weeks=at): 100 for at in range(6)}}, location=site)
    forecasting.forecast(MONDAY + timedelta(weeks=6))
    assert expected(new)[0] == pytest.approx(100, rel=0.05)


def test_a_launch_said_again_replaces_and_taken_back_says_nothing(world):
    launch(world)
    again = launch(world, scale=5_000)
    assert ItemLaunch.objects.filter(ended_at=None).get() == again
    with transaction.atomic():
        actions.end_launch(again.pk, by="user:1", at=MONDAY)

    forecasting.forecast()

    assert not ForecastSeries.objects.filter(run__state="current", item=world[3]).exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"shares": (9_000, 0)}, "add up to 100"),
        ({"shares": (0, 0)}, "add up to 100"),
        ({"scale": 0}, "above 0"),
        ({"blend": 0}, "1 to 104"),
    ],
)
def test_a_launch_that_cannot_be_forecast_is_refused(world, words, said):
    with pytest.raises(actions.BadLaunch, match=said):
        launch(world, **words)


def test_a_planner_says_what_a_new_item_is_like(client, world):
    client.force_login(foundation.make_user(roles=["planner"]), backend="rantai.foundation.access.backends.RoleBackend")
    typed = {"item": "NEW", "location": str(world[0].pk), "likes": "FAST 60, SLOW 40", "scale": "110",
             "launch_on": "2026-11-18", "blend_weeks": "13", "reason": "successor"}  # fmt: skip

    assert client.post(reverse("iscm_demand:new_launch"), typed | {"likes": "NONE"}).status_code == 422
    assert client.post(reverse("iscm_demand:new_launch"), typed).status_code == 302

    made = ItemLaunch.objects.get()
    assert (made.scale, made.launch_on) == (11_000, FIRST_WEEK + timedelta(weeks=2))
    assert sorted(made.likes.values_list("share", flat=True)) == [4_000, 6_000]
    page = client.get(reverse("iscm_demand:launches")).content.decode()
    assert "60" in page
    assert "FAST" in page
    client.post(reverse("iscm_demand:end_launch", args=[made.pk]))
    assert not ItemLaunch.objects.filter(ended_at=None).exists()
