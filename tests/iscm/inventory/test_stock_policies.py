"""Stock follows policies by class and place; each level adds up, and where stock stands can be said place by place."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rantai.foundation.items.models import Category
from rantai.iscm import facade as iscm
from rantai.iscm.demand.models import Demand
from rantai.iscm.inventory.actions import decoupling as decoupling_actions
from rantai.iscm.inventory.actions import limits as limit_actions
from rantai.iscm.inventory.actions import policies as actions
from rantai.iscm.inventory.bridge.levels import Base, set_levels
from rantai.iscm.inventory.models import StockTarget, VmiAgreement
from rantai.iscm.inventory.models.policies import KINDS
from rantai.iscm.inventory.queries import classes, decoupling, policies, targets
from rantai.iscm.inventory.queries.policies import Wanted
from rantai.kernel.quantities import SCALE, Quantity
from tests.factories import forecasting, foundation, srm
from tests.factories import iscm as factory
from tests.factories.forecasting import FIRST_WEEK, MONDAY

SMOOTH = [20, 24, 19, 22, 21, 25, 18, 23] * 6
db = pytest.mark.django_db(transaction=True)


@transaction.atomic
def set_policy(subject=None, **terms):
    return actions.set_policy(actions.Subject(**(subject or {})), actions.Terms(**terms), by="user:1", at=MONDAY)


def make_planned(**source):
    site, item = foundation.make_site(), foundation.make_item(standard_cost=100 * SCALE)
    foundation.make_source(item, **{"lead_time_days": 14, "lead_time_sd_days": 3.5} | source)
    forecasting.make_history({item: SMOOTH}, location=site)
    forecasting.forecast()
    return item, site


def target_of(item, site) -> StockTarget:
    forecasting.set_targets()
    return targets.find_target(item.pk, site.pk)


def test_the_dearest_are_a_until_four_fifths_and_the_next_b_until_the_limit():
    value = [800.0, 0.0, 100.0, 50.0, 50.0]
    variability = [0.2, float("inf"), 0.5, 1.0, 0.99]

    abc, xyz = classes.classify(np.array(value), np.array(variability), classes.Limits())

    # before 800 there is nothing, before 100 .8 of the whole, before 50 .9, before the other 50 .95
    assert abc == ["A", "C", "B", "B", "C"]
    assert xyz == ["X", "Z", "Y", "Z", "Y"]


@db
def test_what_a_policy_leaves_open_the_next_above_says():
    category = Category.objects.create(code="SCREENS", name={"en": "Screens"})
    site, item = foundation.make_site(), foundation.make_item(category=category)
    set_policy(service_level=9_000, review_days=7, kind="order_up_to")
    set_policy({"abc": "A", "xyz": "X"}, service_level=9_900)
    set_policy({"abc": "A"}, service_level=9_700, lot_rule="fixed", lot_size=30 * SCALE)
    set_policy({"category_id": category.pk}, service_level=9_800)
    set_policy({"item_id": item.pk, "location_id": site.pk}, kind="kanban", container=12 * SCALE)
    rules = policies.Policies()

    plain = rules.find(item.pk + 1, site.pk, None, abc="C", xyz="Z")
    both = rules.find(item.pk + 1, site.pk, None, abc="A", xyz="X")
    own = rules.find(item.pk, site.pk, category.pk, abc="A", xyz="X")

    assert (plain.service_level, plain.kind, plain.review_days, plain.level) == (9_000, "order_up_to", 7, "all")
    assert (both.service_level, both.lot_rule, both.lot_size, both.level) == (9_900, "fixed", 30 * SCALE, "class")
    assert (own.service_level, own.kind, own.container, own.lot_rule) == (9_800, "kanban", 12 * SCALE, "fixed")
    assert own.level == "place"


@db
def test_of_the_classes_that_order_an_item_the_one_that_asks_for_most_counts():
    foundation.make_company()
    set_policy(service_level=9_000)
    set_policy({"demand_class": "gold"}, service_level=9_950)
    rules = policies.Policies()

    shared = rules.find(1, 1, None, demand_classes=("gold", "standard"))
    plain = rules.find(1, 1, None, demand_classes=("standard",))

    assert (shared.service_level, shared.demand_class) == (9_950, "gold")
    assert (plain.service_level, plain.demand_class) == (9_000, "standard")


@db
def test_orders_of_a_class_raise_the_target_of_the_place_that_they_are_served_from():
    item, site = make_planned()
    set_policy({"demand_class": "gold"}, service_level=9_950)
    before = target_of(item, site)

    demand = factory.make_demand(item, 5)
    Demand.objects.filter(pk=demand.pk).update(demand_class="gold")
    after = target_of(item, site)

    assert (before.service_level, after.service_level, after.demand_class) == (9_500, 9_950, "gold")
    assert after.safety_stock > before.safety_stock


wanted = st.builds(
    Wanted,
    service_level=st.just(9_500),
    service_kind=st.just("cycle"),
    review_days=st.integers(0, 30),
    safety_stock=st.none(),
    policy_id=st.none(),
    level=st.just("all"),
    kind=st.sampled_from(KINDS),
    lot_rule=st.sampled_from(["economic", "fixed", "source"]),
    container=st.integers(0, 50).map(lambda units: units * SCALE),
    cards=st.integers(0, 9),
)
units = st.integers(0, 10_000).map(lambda count: count * SCALE)
bases = st.builds(Base, safety=units, expected=units, lot=units, beyond=units, review=units)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(wanted, bases)
def test_levels_add_up_to_the_unit_whatever_the_way(asked, base):
    found = set_levels(asked, base)

    assert min(found.safety, found.expected, found.reorder, found.up_to, found.plan_level, found.plan_up_to) >= 0
    assert found.up_to >= found.reorder or found.up_to == 0
    assert found.plan_up_to == 0 or found.plan_up_to >= found.plan_level
    match asked.kind:
        case "just_in_time":
            assert (found.safety, found.reorder, found.plan_level) == (0, 0, 0)
        case "kanban":
            assert found.expected + found.safety == found.up_to == found.cards * found.lot
            assert asked.cards or found.up_to >= base.expected + base.safety
        case _:
            assert found.reorder == found.expected + found.safety


def test_the_bounds_that_people_agreed_on_are_what_is_on_hand():
    asked = Wanted(
        service_level=9_500, service_kind="cycle", review_days=1, safety_stock=None, policy_id=None, level="place",
        kind="vendor_managed", least=40 * SCALE, most=100 * SCALE,
    )  # fmt: skip

    found = set_levels(asked, Base(safety=7, expected=30 * SCALE, lot=0, beyond=0, review=0))

    assert (found.safety, found.plan_level, found.plan_up_to) == (40 * SCALE, 40 * SCALE, 100 * SCALE)
    assert (found.reorder, found.up_to) == (70 * SCALE, 130 * SCALE)


@db
@pytest.mark.parametrize(
    ("terms", "seen"),
    [
        ({"kind": "order_point", "lot_rule": "fixed", "lot_size": 90 * SCALE}, (90, 90, 90)),
        ({"kind": "kanban", "container": 12 * SCALE}, (12, 12, 12)),
        ({"kind": "just_in_time"}, (0, 0, 0)),
    ],
)
def test_a_way_of_replenishing_reaches_the_target_and_the_plan(terms, seen):
    item, site = make_planned()
    set_policy({"item_id": item.pk, "location_id": site.pk}, **terms)

    target, current = target_of(item, site), targets.load_current()

    row = current.row(item.pk, site.pk)
    found = (target.lot_size, target.plan_minimum, target.plan_multiple)
    assert found == tuple(units * SCALE for units in seen)
    assert (current.plan_level[row], current.plan_up_to[row]) == (target.plan_level, target.plan_up_to)
    assert current.policy_kind[row] == terms["kind"]
    if terms["kind"] == "kanban":
        # 14 + 1 days at about 21.5 a week and the safety stock, in containers of 12
        assert target.cards == -(-(target.lead_time_demand + target.safety_stock) // (12 * SCALE))


@db
def test_dynamic_lots_cover_the_forecast_to_the_unit_and_beat_one_order_a_week():
    item, site = make_planned()
    company = foundation.make_company()
    company.settings = {**company.settings, "order_cost": 50 * SCALE, "holding_rate": 2_000}
    company.save()
    set_policy({"item_id": item.pk}, lot_rule="dynamic")

    target = target_of(item, site)

    assert target.lots[0][0] == FIRST_WEEK.isoformat()
    whole = sum(units for _day, units in target.lots)
    assert whole >= 26 * target.demand_mean * SCALE * 0.9
    assert 1 < len(target.lots) < 26
    assert target.lot_size == target.lots[0][1]


@db
def test_the_days_that_a_place_covers_replace_the_whole_wait():
    item, site = make_planned(lead_time_sd_days=0)
    whole = target_of(item, site)

    with transaction.atomic():
        actions.cover_place(item.pk, site.pk, covered_days=0, reason="upstream", by="user:1", at=MONDAY)
    none = target_of(item, site)
    with transaction.atomic():
        actions.cover_place(item.pk, site.pk, covered_days=30, reason="alone", by="user:1", at=MONDAY)
    more = target_of(item, site)

    assert none.safety_stock == 0 < whole.safety_stock < more.safety_stock
    assert none.reorder_point == none.lead_time_demand == whole.lead_time_demand
    assert more.covered_weeks == pytest.approx(30 / 7)


@db
def test_an_item_is_kept_in_stock_at_one_place_and_made_to_order_at_another():
    item, site = make_planned()
    other = foundation.make_site("SBY")
    made = foundation.make_item(decoupling="make")
    with transaction.atomic():
        decoupling_actions.set_decoupling(item.pk, site.pk, decoupling="make", by="user:1", at=MONDAY)
        decoupling_actions.set_decoupling(made.pk, other.pk, decoupling="stock", by="user:1", at=MONDAY)

    points = decoupling.load()

    assert points.of(item.pk, site.pk, "stock") == "make"
    assert points.of(item.pk, other.pk, "stock") == "stock"
    assert points.list_stocked() == {(made.pk, other.pk)}
    assert points.list_not_stocked() == {(item.pk, site.pk)}
    assert forecasting.set_targets()["targets"] == 0
    with transaction.atomic():
        decoupling_actions.set_decoupling(item.pk, site.pk, decoupling="", by="user:1", at=MONDAY)
    assert forecasting.set_targets()["targets"] == 1


@db
def test_a_vendor_plans_between_the_levels_that_were_agreed_on_until_it_ends():
    supplier = srm.make_supplier()
    item, site = make_planned(supplier=supplier)
    today = date(2026, 11, 2)
    with transaction.atomic():
        decoupling_actions.set_agreement(
            item.pk, site.pk, supplier_id=supplier.pk, least=40 * SCALE, most=100 * SCALE, on=today, by="user:1",
            at=MONDAY,
        )  # fmt: skip
    factory.make_stock(item, site, 55)

    target = target_of(item, site)
    (told,) = iscm.list_vmi_agreements(supplier_id=supplier.pk, on=today)

    assert (target.policy_kind, target.plan_level, target.plan_up_to) == ("vendor_managed", 40 * SCALE, 100 * SCALE)
    assert (told.item_code, told.least, told.most, told.on_hand) == (
        item.code, Quantity.of(40), Quantity.of(100), Quantity.of(55)
    )  # fmt: skip
    assert iscm.list_vmi_agreements(supplier_id=foundation.make_party().pk, on=today) == ()
    with transaction.atomic():
        decoupling_actions.end_agreement(item.pk, site.pk, on=today, by="user:1")
    assert target_of(item, site).policy_kind == "order_point"
    assert VmiAgreement.objects.get().valid_to == today


@db
def test_limits_of_classes_are_kept_and_impossible_ones_refused():
    company = foundation.make_company()
    with transaction.atomic():
        limit_actions.set_limits(company.pk, classes.Limits(a_share=7_000), by="user:1")

    assert classes.read_limits().a_share == 7_000
    with pytest.raises(limit_actions.BadLimits), transaction.atomic():
        limit_actions.set_limits(company.pk, classes.Limits(a_share=9_900), by="user:1")


@db
@pytest.mark.parametrize(
    ("subject", "terms", "said"),
    [
        ({"item_id": 1, "abc": "A"}, {}, "for an item or for classes"),
        ({"abc": "Q"}, {}, "class A, B or C"),
        ({}, {"kind": "magic"}, "not replenished in that way"),
        ({}, {"lot_rule": "fixed"}, "needs its size"),
        ({}, {"least": 1}, "both the least and the most"),
        ({}, {"least": 5, "most": 5}, "must be above"),
        ({}, {"cards": 0}, "cards can circulate"),
        ({}, {"covered_days": -1}, "between 0 and 3,650"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(subject, terms, said):
    with pytest.raises(actions.BadPolicy, match=said):
        set_policy(subject, **terms)


@db
def test_targets_of_many_places_are_read_in_as_many_queries_as_of_one(django_assert_max_num_queries):
    site = foundation.make_site()
    items = [foundation.make_item() for _place in range(6)]
    for item in items:
        foundation.make_source(item)
    forecasting.make_history(dict.fromkeys(items, SMOOTH), location=site)
    forecasting.forecast()
    set_policy({"abc": "A"}, service_level=9_900)
    set_policy({"abc": "B", "xyz": "X"}, kind="kanban", container=10 * SCALE)
    forecasting.set_targets()

    with django_assert_max_num_queries(75):
        forecasting.set_targets(as_of=MONDAY + timedelta(minutes=1))

    assert StockTarget.objects.filter(run__state="current").count() == 6
