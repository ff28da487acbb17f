"""Stock targets follow the forecast's error, lead times with their variance, and what people want."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from scipy import stats

from rantai.foundation.items.models import Category
from rantai.iscm.demand import tasks as demand_tasks
from rantai.iscm.inventory.actions import policies as policy_actions
from rantai.iscm.inventory.actions import targets as actions
from rantai.iscm.inventory.bridge import targets as bridge
from rantai.iscm.inventory.models import StockPolicy, StockTargetRun
from rantai.iscm.inventory.queries import lead_times, policies, targets
from rantai.kernel.jobs import JobCancelled
from rantai.kernel.revisions import RevisionConflict
from tests.factories import forecasting, foundation, srm
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)

SMOOTH = [20, 24, 19, 22, 21, 25, 18, 23] * 6


@transaction.atomic
def set_policy(revision=None, **facts):
    named = policy_actions.Subject.__dataclass_fields__
    subject = policy_actions.Subject(**{name: value for name, value in facts.items() if name in named})
    terms = policy_actions.Terms(**{name: value for name, value in facts.items() if name not in named})
    return policy_actions.set_policy(subject, terms, by="user:1", at=MONDAY, revision=revision)


def make_planned(demand=SMOOTH, **source):
    site = foundation.make_site()
    item = foundation.make_item()
    foundation.make_source(item, **{"lead_time_days": 14, "lead_time_sd_days": 3.5} | source)
    forecasting.make_history({item: demand}, location=site)
    forecasting.forecast()
    return item, site


def test_safety_stock_is_z_times_the_deviation_of_demand_over_the_wait():
    item, site = make_planned()

    forecasting.set_targets()

    target = targets.find_target(item.pk, site.pk)
    wait, review, spread = 14 / 7, 1 / 7, 3.5 / 7
    deviation = np.sqrt((wait + review) * target.demand_std**2 + target.demand_mean**2 * spread**2)
    assert (target.method, target.lead_time_basis) == ("normal", "source")
    assert (target.lead_time_weeks, target.lead_time_std_weeks) == (pytest.approx(wait), pytest.approx(spread))
    assert target.protection_std == pytest.approx(deviation)
    assert target.safety_stock == np.ceil(stats.norm.ppf(0.95) * deviation) * 10_000
    assert target.reorder_point >= target.safety_stock + int(target.demand_mean * wait) * 10_000
    assert (target.safety_stock % 10_000, target.reorder_point % 10_000) == (0, 0)


def test_targets_load_in_bulk_as_planning_reads_them():
    item, site = make_planned(minimum=500_000, multiple=120_000)

    forecasting.set_targets()

    current, target = targets.load_current(), targets.find_target(item.pk, site.pk)
    row = current.row(item.pk, site.pk)
    assert current.safety_stock[row] == target.safety_stock
    assert (current.lot_size[row], current.service_level[row]) == (600_000, 0.95)
    assert current.row(item.pk, site.pk + 1) is None
    assert current.row(item.pk + 1, site.pk) is None


def test_the_nearest_policy_holds():
    above, below = make_categories()
    site, item = foundation.make_site(), foundation.make_item(category=below)
    subjects = ({}, {"category_id": above.pk}, {"item_id": item.pk}, {"item_id": item.pk, "location_id": site.pk})

    seen = [policies.find_policy(item.pk, site.pk).service_level]
    for facts in subjects:
        set_policy(service_level=9_000 + len(seen), **facts)
        seen.append(policies.find_policy(item.pk, site.pk).service_level)

    assert seen == [9_500, 9_001, 9_002, 9_003, 9_004]
    assert policies.find_policy(item.pk, site.pk).level == "place"


def make_categories():
    above = Category.objects.create(code="ABOVE", name={"en": "Above"})
    return above, Category.objects.create(code="BELOW", name={"en": "Below"}, parent=above)


def test_a_higher_service_level_keeps_more():
    item, site = make_planned()
    forecasting.set_targets()
    before = targets.find_target(item.pk, site.pk).safety_stock

    set_policy(item_id=item.pk, service_level=9_900)
    forecasting.set_targets()

    after = targets.find_target(item.pk, site.pk)
    assert after.safety_stock > 1.3 * before
    assert after.policy_id == StockPolicy.objects.get().pk


def test_a_person_may_fix_the_safety_stock():
    item, site = make_planned()
    forecasting.set_targets()
    free = targets.find_target(item.pk, site.pk)

    set_policy(item_id=item.pk, safety_stock=7_770_000)
    forecasting.set_targets()

    fixed = targets.find_target(item.pk, site.pk)
    assert (fixed.method, fixed.safety_stock) == ("fixed", 7_770_000)
    assert fixed.reorder_point - free.reorder_point == fixed.safety_stock - free.safety_stock


def test_late_arrivals_make_the_wait_longer_and_wider():
    supplier, site, item = srm.make_supplier(), srm.make_site(), foundation.make_item()
    source = foundation.make_source(item, supplier=supplier, lead_time_days=14, lead_time_sd_days=3.5)
    due = date(2026, 12, 7)
    for days in (0, 1, 2, 0, 4):
        order = srm.make_sent(supplier, [(item, 10)])
        srm.answer(order, (10, due))
        srm.receive(order, 10, on=due + timedelta(days=days))

    wait = lead_times.find_lead_time(item.pk, site.pk, on=date(2026, 12, 31))

    assert (wait.source_id, wait.basis, wait.arrivals) == (source.pk, "item", 5)
    assert wait.mean_weeks == pytest.approx((14 + 1.4) / 7)
    assert wait.std_weeks == pytest.approx(np.std([0, 1, 2, 0, 4], ddof=1) / 7)
    assert sorted(wait.samples) == pytest.approx([14 / 7, 14 / 7, 15 / 7, 16 / 7, 18 / 7])


def test_an_item_of_its_own_site_comes_before_one_of_any():
    site, other = foundation.make_site("A1"), foundation.make_site("B2")
    item = foundation.make_item()
    foundation.make_source(item, lead_time_days=7)
    foundation.make_source(item, lead_time_days=21, location=site)
    foundation.make_source(item, kind="dropship", lead_time_days=1)

    found = lead_times.list_lead_times(
        [(item.pk, site.pk), (item.pk, other.pk), (item.pk + 99, other.pk)], on=FIRST_WEEK
    )

    assert [wait.mean_weeks for wait in found] == [3, 1, 0]
    assert [wait.basis for wait in found] == ["source", "source", "none"]


def test_an_item_without_a_source_is_named():
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history({item: SMOOTH}, location=site)
    forecasting.forecast()

    assert forecasting.set_targets()["without_source"] == 1
    assert targets.find_target(item.pk, site.pk).lead_time_basis == "none"


def test_what_is_made_to_order_keeps_no_stock_unless_a_person_says_so():
    site, item = foundation.make_site(), foundation.make_item(decoupling="make")
    forecasting.make_history({item: SMOOTH}, location=site)
    forecasting.forecast()

    assert forecasting.set_targets()["targets"] == 0
    set_policy(item_id=item.pk)
    assert forecasting.set_targets()["targets"] == 1


def test_lumpy_demand_is_protected_by_what_happened():
    item, site = make_planned(demand=[0, 0, 90, 0, 0, 0, 5, 0, 0, 40, 0, 0, 0] * 4)

    forecasting.set_targets()

    assert targets.find_target(item.pk, site.pk).method == "empirical"


def test_targets_need_a_forecast():
    foundation.make_company()

    with pytest.raises(demand_tasks.NoForecast):
        forecasting.set_targets()


def test_a_killed_run_leaves_the_old_targets_current(monkeypatch):
    item, site = make_planned()
    before = forecasting.set_targets()["run_id"]

    def fall(*_args, **_facts):
        raise JobCancelled

    with monkeypatch.context() as patch:
        patch.setattr(actions, "publish_run", fall)
        with pytest.raises(JobCancelled):
            demand_tasks.set_stock_targets(Silent(), as_of=MONDAY.isoformat())

    assert targets.load_current().run_id == before
    StockTargetRun.objects.filter(state="staged").update(started_at=MONDAY - timedelta(hours=2))
    forecasting.set_targets()
    assert list(StockTargetRun.objects.order_by("id").values_list("state", flat=True)) == ["past", "current"]
    assert targets.find_target(item.pk, site.pk) is not None


def test_the_same_key_twice_runs_once():
    make_planned()

    assert forecasting.set_targets(key="turn 1")["run_id"] == forecasting.set_targets(key="turn 1")["run_id"]
    assert StockTargetRun.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"service_level": 0}, "between 0.01 % and 99.99 %"),
        ({"service_level": 10_000}, "between 0.01 % and 99.99 %"),
        ({"service_kind": "wishful"}, "cycles or units"),
        ({"review_days": 367}, "between 0 and 366"),
        ({"safety_stock": 5}, "for one item"),
        ({"location_id": 1}, "Name the item"),
        ({"item_id": 1, "safety_stock": 10**18}, "more safety stock"),
        ({"category_id": 1, "item_id": 1}, "not for both"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(facts, said):
    with pytest.raises(policy_actions.BadPolicy, match=said):
        set_policy(**facts)

    assert not StockPolicy.objects.exists()


def test_of_two_who_set_a_policy_only_one_succeeds():
    item = foundation.make_item()
    set_policy(item_id=item.pk, service_level=9_000)

    set_policy(item_id=item.pk, service_level=9_100, revision=1)
    with pytest.raises(RevisionConflict):
        set_policy(item_id=item.pk, service_level=9_200, revision=1)

    assert StockPolicy.objects.get().service_level == 9_100


def test_the_database_keeps_one_policy_of_a_subject():
    item = foundation.make_item()
    set_policy(item_id=item.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockPolicy.objects.create(item=item, set_at=datetime.now(UTC) + timedelta(days=1), set_by="test")


def test_the_mean_is_taken_over_the_weeks_that_stock_must_last():
    demand = np.array([[1.0, 3, 5, 100], [2, 2, 2, 2]])

    assert bridge.mean_over(demand, np.array([2.5, 99])).tolist() == [3, 2]
    assert bridge.mean_over(demand, np.array([0, 1])).tolist() == [1, 2]


class Silent:
    """A run that nobody watches."""

    def progress(self, *_told):
        pass
