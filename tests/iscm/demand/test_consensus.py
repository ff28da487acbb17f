"""What was agreed is frozen, approved by somebody, and what the plan counts on."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from rantai.iscm import facade as iscm
from rantai.iscm.demand.actions import consensus as actions
from rantai.iscm.demand.actions import overrides
from rantai.iscm.demand.models import ForecastSnapshot
from rantai.iscm.demand.models.consensus import ConsensusVersion
from rantai.iscm.demand.queries import forecasts, steps
from rantai.kernel.models import Job
from rantai.kernel.transitions import IllegalTransition
from tests.factories import forecasting, foundation
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def item():
    foundation.make_company()
    site = foundation.make_site()
    found = foundation.make_item("CUP")
    forecasting.make_history({found: [10] * 60}, location=site)
    forecasting.forecast()
    found.site = site
    return found


def freeze(name="S&OP November"):
    run = forecasts.find_run()
    found = steps.load(run)
    blocks = actions.pack(found)
    with transaction.atomic():
        return actions.freeze(run, found, blocks, name=name, note="agreed in the meeting", by="user:1", at=MONDAY)


@transaction.atomic
def approve(version):
    return actions.approve(version.pk, by="user:2", at=MONDAY)


@transaction.atomic
def set_units(item, units):
    overrides.set_override(
        item_id=item.pk, location_id=None, starts_on=FIRST_WEEK, ends_on=FIRST_WEEK + timedelta(weeks=30),
        quantity=units * 10_000, factor=None, reason="x", by="user:1", at=MONDAY,
    )  # fmt: skip


def planned():
    return forecasts.load_current().mean[0, :2].tolist()


def test_the_plan_counts_on_the_running_forecast_until_something_is_approved(item):
    freeze()
    set_units(item, 40)

    assert planned() == pytest.approx([40, 40])


def test_an_approved_version_holds_whatever_changes_after_it(item):
    set_units(item, 40)
    version = approve(freeze())
    set_units(item, 70)
    forecasting.forecast()

    assert planned() == pytest.approx([40, 40])
    assert forecasts.find_run() is not None
    assert steps.load(forecasts.find_run()).final[0, 0] == pytest.approx(70)
    assert iscm.get_forecast(item.pk).weeks[0].expected.amount == 400_000
    assert (version.state, version.approved_by) == ("approved", "user:2")
    assert Job.objects.filter(task="iscm.net_forecast", state="queued").exists()


def test_later_weeks_and_items_that_were_not_agreed_on_run_on(item):
    approve(freeze())
    new = foundation.make_item("NEW")
    forecasting.make_history({new: [5] * 30}, location=item.site, until=FIRST_WEEK + timedelta(weeks=4))
    set_units(item, 40)

    forecasting.forecast(MONDAY + timedelta(weeks=4))

    current = forecasts.load_current()
    row = current.row(item.pk, item.site.pk)
    assert current.mean[row, 21] == pytest.approx(10, rel=0.5)
    assert current.mean[row, 22:].tolist() == pytest.approx([40] * 4)
    assert current.mean[current.row(new.pk, item.site.pk), 0] == pytest.approx(5, rel=0.5)


def test_a_new_version_replaces_the_one_before_and_withdrawing_it_ends_agreement(item):
    first = approve(freeze("one"))
    set_units(item, 40)
    second = approve(freeze("two"))
    first.refresh_from_db()
    assert (first.state, planned()[0]) == ("replaced", pytest.approx(40))
    with pytest.raises(IllegalTransition), transaction.atomic():
        actions.approve(first.pk, by="user:2", at=MONDAY)
    set_units(item, 70)

    with transaction.atomic():
        actions.withdraw(second.pk, by="user:2", at=MONDAY)

    assert planned()[0] == pytest.approx(70)


def test_a_run_freezes_what_was_agreed_as_a_step_of_its_own(item):
    forecasting.forecast()
    assert ForecastSnapshot.objects.get(block=0).consensus is None
    approve(freeze())

    forecasting.forecast()

    assert ForecastSnapshot.objects.get(block=0).consensus is not None


def test_a_planner_freezes_and_a_manager_approves(client, item):
    backend = "rantai.foundation.access.backends.RoleBackend"
    client.force_login(foundation.make_user(roles=["planner"]), backend=backend)
    page = reverse("iscm_demand:consensus")
    assert "On the running forecast" in client.get(page).content.decode()
    assert client.post(page, {"name": "", "note": "x"}).status_code == 422
    assert client.post(page, {"name": "November", "note": "all agreed"}).status_code == 302
    version = ConsensusVersion.objects.get()
    client.force_login(foundation.make_user(roles=["sales"]), backend=backend)
    assert client.post(reverse("iscm_demand:approve_consensus", args=[version.pk])).status_code == 403
    client.force_login(foundation.make_user(roles=["manager"]), backend=backend)

    client.post(reverse("iscm_demand:approve_consensus", args=[version.pk]))

    version.refresh_from_db()
    assert version.state == "approved"
    assert "November" in client.get(page).content.decode()
    client.post(reverse("iscm_demand:approve_consensus", args=[version.pk]))
    client.post(reverse("iscm_demand:withdraw_consensus", args=[version.pk]))
    version.refresh_from_db()
    assert version.state == "withdrawn"
