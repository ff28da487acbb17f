"""Segments of customers in the forecast: changed at their own level, between a customer's figure and a total."""

import io
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai.iscm import facade
from rantai.iscm.demand.actions import netting
from rantai.iscm.demand.actions import overrides as actions
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.models.accounts import AccountSegments, Segment
from rantai.iscm.demand.models.consumption import ForecastBalance
from rantai.iscm.demand.queries import consumption, forecasts, grid, meeting, overrides, segments
from rantai.iscm.demand.queries.accounts import Accounts
from rantai.iscm.demand.queries.gridrows import Asked
from rantai.iscm.demand.queries.laying import Table
from rantai.iscm.demand.queries.levels import BadLevel, Level, Reach, Rows, Trees
from rantai.iscm.demand.queries.overrides import Change
from rantai.kernel.models import KpiValue
from tests.factories import forecasting, foundation, iscm
from tests.factories.forecasting import FIRST_WEEK, MONDAY
from tests.iscm.demand.test_signals import AHEAD, TESTED, tell

pytestmark = pytest.mark.django_db(transaction=True)


@transaction.atomic
def order_as(name, item, party, day):
    facade.record_demand(replace(iscm.make_demand_order([(item, 1)], requested_on=day, party=party), demand_class=name))


class World:
    """An item that sells a hundred a week at two sites: schools take fifty (Surya forty, Melati ten), shops twenty."""

    def __init__(self):
        foundation.make_company()
        self.sites = [foundation.make_site("A"), foundation.make_site("B")]
        self.item, self.other = foundation.make_item("MON-15"), foundation.make_item("HDMI")
        self.surya, self.melati, self.toko = (foundation.make_party(name) for name in ("Surya", "Melati", "Toko"))
        for site in self.sites:
            iscm.make_stock(self.item, site, 10_000)
            forecasting.make_history({self.item: [50] * 60, self.other: [5] * 60}, location=site)
        for party, name in ((self.surya, "shop"), (self.surya, "school"), (self.melati, "school"), (self.toko, "shop")):
            order_as(name, self.other, party, FIRST_WEEK - timedelta(weeks=3))
        length = TESTED + AHEAD
        expected = ((self.surya.pk, 40.0), (self.melati.pk, 10.0), (self.toko.pk, 20.0), (0, 30.0))
        tell([(party, self.item, [units] * length) for party, units in expected], key="one")
        forecasting.forecast()
        self.schools, self.shops = (Segment.objects.get(name=name).pk for name in ("school", "shop"))

    def of(self, party=None, segment=0):
        return Level(item=self.item.pk, party=party.pk if party else 0, segment=segment)


@pytest.fixture
def world():
    return World()


@transaction.atomic
def override(level, weeks=(0, 1), *, units=None, factor=None, by="user:1"):
    return actions.set_override(
        item_id=level.item or None, category_id=None, location_id=level.location or None, territory_id=None,
        party_id=level.party or None, segment_id=level.segment or None,
        starts_on=FIRST_WEEK + timedelta(weeks=weeks[0]), ends_on=FIRST_WEEK + timedelta(weeks=weeks[1]),
        quantity=None if units is None else units * 10_000, factor=factor, reason="tender", by=by,
        at=MONDAY - timedelta(hours=1),
    )  # fmt: skip


def total(level):
    return grid.read_final(forecasts.find_run(), level, FIRST_WEEK, FIRST_WEEK + timedelta(weeks=1))


def test_a_run_freezes_the_class_of_each_customers_latest_order(world):
    run = forecasts.find_run()

    assert segments.read(run.pk) == {
        world.surya.pk: world.schools, world.melati.pk: world.schools, world.toko.pk: world.shops
    }  # fmt: skip
    order_as("shop", world.other, world.surya, FIRST_WEEK)
    assert segments.read(None)[world.surya.pk] == world.schools
    forecasting.forecast(MONDAY + timedelta(weeks=1))
    assert segments.read(None)[world.surya.pk] == world.shops
    assert AccountSegments.objects.count() == 2


def test_rows_of_segments_are_the_sums_of_their_customers(world):
    run = forecasts.find_run()

    found = grid.load(run, Asked(level=world.of(), group="segment"))
    inside = grid.load(run, Asked(level=world.of(segment=world.schools), group="customer"))

    units = {row.name: float(row.lines.final[0]) for row in found.rows}
    whole = float(found.whole.lines.final[0])
    assert units == {"school": pytest.approx(0.5 * whole), "shop": pytest.approx(0.2 * whole),
                     "": pytest.approx(0.3 * whole)}  # fmt: skip
    assert {row.name for row in inside.rows} == {"Surya", "Melati"}
    assert inside.whole.lines.final[0] == pytest.approx(0.5 * whole)
    assert {row.level for row in inside.rows} == {world.of(world.surya), world.of(world.melati)}


def test_a_segments_figure_is_spread_by_its_customers_parts_and_leaves_the_others(world):
    whole, shops = total(world.of()), total(world.of(segment=world.shops))

    override(world.of(segment=world.schools), units=100)

    assert total(world.of(segment=world.schools)) == pytest.approx(100, abs=1e-9)
    assert total(world.of(world.surya)) == pytest.approx(80, abs=1e-3)
    assert total(world.of(segment=world.shops)) == pytest.approx(shops)
    assert total(world.of()) == pytest.approx(whole + 50, abs=0.5)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_customer_segment_and_total_all_hold_whichever_came_first(world, order):
    told = [(world.of(world.surya), 70), (world.of(segment=world.schools), 90), (world.of(), 120)]

    for place in order:
        override(told[place][0], units=told[place][1])

    assert [total(level) for level, _units in told] == pytest.approx([70, 90, 120], abs=1e-9)
    assert total(world.of(world.melati)) == pytest.approx(20, abs=1e-9)


def test_where_nothing_is_left_in_the_segment_the_later_word_holds(world):
    override(world.of(segment=world.schools), units=50)
    override(world.of(), units=100)

    override(world.of(world.surya), units=60)

    assert total(world.of(segment=world.schools)) == pytest.approx(60, abs=1e-9)
    assert total(world.of(world.melati)) == pytest.approx(0, abs=1e-9)
    assert total(world.of()) == pytest.approx(100, abs=1e-9)

    override(world.of(segment=world.schools), units=30)

    assert total(world.of(segment=world.schools)) == pytest.approx(30, abs=1e-9)


def test_a_percentage_of_a_segment_moves_those_whose_figure_nobody_gave(world):
    override(world.of(world.melati), units=10)
    before = total(world.of(segment=world.schools))

    override(world.of(segment=world.schools), factor=12_000)

    assert total(world.of(segment=world.schools)) == pytest.approx(1.2 * before, abs=1e-3)
    assert total(world.of(world.melati)) == pytest.approx(10, abs=1e-9)


def test_a_wider_figure_of_a_segment_moves_by_what_its_customer_adds(world):
    override(Level(segment=world.schools), units=150)
    share = total(world.of(world.surya))

    override(Level(item=world.item.pk, location=world.sites[0].pk, party=world.surya.pk), units=100)

    assert total(Level(segment=world.schools)) == pytest.approx(150 + 100 - share / 2, abs=0.01)


def test_orders_use_up_the_changed_part_of_their_customer_and_balances_add_up(world):
    override(world.of(segment=world.schools), (0, 26), units=101)
    override(world.of(world.melati), (1, 3), units=7)
    override(world.of(), (2, 5), units=133)

    with transaction.atomic():
        netting.renet_items([world.item.pk])

    current = forecasts.load_current()
    for row in range(current.item_ids.size):
        place = {"item_id": int(current.item_ids[row]), "location_id": int(current.location_ids[row])}
        if place["item_id"] == world.item.pk:
            sums = sum(consumption.read_units(one.gross) for one in ForecastBalance.objects.filter(**place))
            assert sums.tolist() == consumption.to_units(current.mean[row]).tolist()
    iscm.make_demand(world.item, 50, requested_on=FIRST_WEEK, party=world.surya, location_id=world.sites[0].pk)
    here = ForecastBalance.objects.filter(item=world.item, location=world.sites[0])
    assert here.get(party=world.surya).consumed_units == 500_000
    assert here.get(party=None).consumed_units == 0
    assert iscm.list_violations() == []


def test_value_added_by_a_segments_change_is_measured_by_its_customers_orders(world):
    change = override(world.of(segment=world.schools), (1, 2), units=80)
    forecasting.forecast()
    for party, units in ((world.surya, 60), (world.melati, 20), (world.toko, 70)):
        iscm.make_demand(world.item, units, requested_on=FIRST_WEEK + timedelta(weeks=1), party=party,
                         location_id=world.sites[0].pk)  # fmt: skip

    forecasting.forecast(MONDAY + timedelta(weeks=2))

    told = KpiValue.objects.get(code="fva_change", subject=str(change.pk))
    # fifty were expected of the schools, eighty were ordered
    assert (told.numerator, told.denominator) == (pytest.approx(30, abs=0.5), pytest.approx(80))


def test_what_cannot_be_shared_is_refused(world):
    stranger = Segment.objects.create(name="embassy")
    refused = (
        world.of(segment=10**6),
        world.of(segment=stranger.pk),
        Level(item=world.other.pk, segment=world.schools),
        world.of(world.surya, world.schools),
    )
    for level in refused:
        with pytest.raises(actions.BadOverride), transaction.atomic():
            override(level, units=5)
    with pytest.raises(BadLevel):
        Level.parse(f"{world.item.pk}.0.0.0.{world.surya.pk}.{world.schools}")
    row = override(world.of(segment=world.schools), units=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        ForecastOverride.objects.filter(pk=row.pk).update(party=world.surya)


def test_a_change_lies_under_a_later_one_of_the_same_segment_only(world):
    first = override(world.of(segment=world.schools), units=80)
    override(world.of(), units=120)
    override(world.of(world.surya), units=60)
    override(world.of(segment=world.shops), units=15)
    live = overrides.list_live(first_week=FIRST_WEEK)

    def covered():
        changes = overrides.read_changes(live.all(), first_week=FIRST_WEEK, horizon=26)
        return meeting.find_covered(changes, changes)

    assert covered() == set()
    assert {row.pk for row in live} == {
        one.override_id for one in meeting.list_near(
            overrides.read_changes(live.all(), first_week=FIRST_WEEK, horizon=26), Trees().reach(world.of())
        )
    }  # fmt: skip
    override(world.of(segment=world.schools), units=85)
    assert covered() == {first.pk}


SEGMENTS = {0: (), 1: (7, 8), 2: (9,)}
FIRST = Reach(items=frozenset([1]))
EVERYWHERE, SECOND = Reach(), Reach(items=frozenset([2]))


@st.composite
def changes(draw, reaches=(EVERYWHERE, FIRST, SECOND)):
    found = []
    for number in range(draw(st.integers(1, 7))):
        reach, party = draw(st.sampled_from(reaches)), draw(st.sampled_from((0, 0, 7, 8, 9)))
        segment = 0 if party else draw(st.sampled_from((0, 1, 2)))
        start, units = draw(st.integers(0, 3)), draw(st.one_of(st.none(), st.integers(0, 5_000_000)))
        found.append(
            Change(
                0, 0, start, draw(st.integers(start + 1, 4)), None if units is None else units / 10_000,
                draw(st.integers(0, 30_000)) / 10_000 if units is None else None,
                Reach(reach.items, None, None, party, segment, frozenset(SEGMENTS[segment])),
                draw(st.booleans()) and units is not None, number,
            )
        )  # fmt: skip
    return found


def lay_out(mean, told, laid):
    rows = Rows(np.array([1, 1, 2]), np.array([1, 2, 1]))
    shares = [[told[0]] * 4, [(1 - told[0]) * told[1]] * 4, [(1 - told[0]) * (1 - told[1]) * 0.5] * 4, [told[2]] * 4]
    known = Accounts(item_ids=np.array([1, 1, 1, 2]), party_ids=np.array([7, 8, 9, 7]), shares=np.array(shares))
    return Table(np.array(mean), rows, np.array([1.0, 2.0, 3.0]), accounts=known, changes=laid)


MEANS = st.lists(st.lists(st.floats(0, 1e4), min_size=4, max_size=4), min_size=3, max_size=3)


@settings(max_examples=200, deadline=None)
@given(laid=changes(), mean=MEANS, told=st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_whatever_is_laid_on_segments_parts_add_up_and_the_last_word_holds(laid, mean, told):
    table = lay_out(mean, told, laid)

    for change in laid:
        table.lay(change)
        touched = table.rows.find(change.reach)
        if change.quantity is not None and touched.size:
            weekly = table.mean[touched, change.start : change.end].sum(axis=0)
            last = weekly.sum() if change.is_span else weekly
            assert last == pytest.approx(change.quantity, abs=1e-6)

    assert (table.mean >= 0).all()
    whole, split = table.sum_rows(), table.split()
    parts = np.zeros_like(whole)
    np.add.at(parts, split.rows, split.shares * whole[split.rows])
    told_apart = np.unique(split.rows)
    assert parts[told_apart] == pytest.approx(whole[told_apart], rel=1e-12, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(
    order=st.permutations((0, 1, 2, 3)), units=st.lists(st.integers(1, 10_000), min_size=4, max_size=4),
    mean=st.lists(st.floats(1, 1e4), min_size=4, max_size=4),
)  # fmt: skip
def test_customer_segments_and_total_that_leave_room_all_hold_in_any_order(order, units, mean):
    customer, beside, other, rest = units
    figures = (customer, customer + beside, other, customer + beside + other + rest)
    whose = ((7, 0), (0, 1), (0, 2), (0, 0))
    laid = [
        Change(0, 0, 0, 4, float(figures[place]), None,
               Reach(SECOND.items, None, None, *whose[place], frozenset(SEGMENTS[whose[place][1]])), False, place)
        for place in order
    ]  # fmt: skip
    rows = Rows(np.array([2]), np.array([1]))
    known = Accounts(item_ids=np.array([2, 2, 2]), party_ids=np.array([7, 8, 9]), shares=np.full((3, 4), 0.25))
    table = Table(np.array([mean]), rows, np.array([1.0]), accounts=known, changes=laid)

    for change in laid:
        table.lay(change)

    for change in laid:
        held = table.mean[table.rows.find(change.reach)].sum(axis=0)
        assert held == pytest.approx([change.quantity] * 4, abs=1e-6)


@pytest.fixture
def planner(client, world):
    client.force_login(foundation.make_user(roles=["planner"]), backend="rantai.foundation.access.backends.RoleBackend")
    return client


def cell(level):
    return f"c:{level.key}:{FIRST_WEEK.isoformat()}"


def test_a_segments_row_is_shown_looked_ahead_changed_and_leads_to_its_customers(planner, world):
    page = f"{reverse('iscm_demand:grid')}?i={world.item.pk}&by=segment"
    typed = {cell(world.of(segment=world.schools)): "70", "reason": "budget"}

    shown = planner.get(page).content.decode()
    ahead = planner.post(page, typed | {"look": "1"}).content.decode()

    assert f"by=customer&amp;g={world.schools}" in shown
    assert cell(world.of(segment=world.shops)) in shown
    assert "What it makes of the forecast" in ahead
    assert not ForecastOverride.objects.exists()
    assert planner.post(page, typed).status_code == 302
    row = ForecastOverride.objects.get()
    assert (row.item_id, row.party_id, row.segment_id, row.quantity) == (world.item.pk, None, world.schools, 700_000)
    inside = planner.get(f"{reverse('iscm_demand:grid')}?i={world.item.pk}&g={world.schools}&by=segment")
    assert [tab.label for tab in inside.context["tabs"] if tab.current] == ["Customers"]
    assert "MON-15 · school" in " ".join(one.where for one in inside.context["changes"])
    assert inside.context["crumbs"][-1] == ("school", "")
    refused = planner.post(page, {cell(Level(item=world.other.pk, segment=world.schools)): "5", "reason": "x"})
    assert refused.status_code == 422


def test_a_segments_cells_go_to_excel_and_come_back(planner, world):
    page = f"{reverse('iscm_demand:grid')}?i={world.item.pk}&by=segment&export=xlsx"
    frame = pl.read_excel(io.BytesIO(b"".join(planner.get(page).streaming_content)))
    schools = world.of(segment=world.schools)
    assert set(frame["Level"]) == {schools.key, world.of(segment=world.shops).key}
    is_ours = pl.col("Level") == schools.key
    changed = frame.with_columns(
        pl.when(is_ours).then(99.0).otherwise(pl.col("2026-11-02")).alias("2026-11-02"),
        pl.when(is_ours).then(pl.lit("school tender")).alias("Why"),
    )
    book = io.BytesIO()
    changed.write_excel(book)
    book.seek(0)
    book.name = "grid.xlsx"

    answer = planner.post(reverse("wires_imports:grid_new"), {"file": book}, follow=True)
    planner.post(answer.redirect_chain[-1][0])

    row = ForecastOverride.objects.get()
    assert (row.segment_id, row.quantity) == (world.schools, 990_000)
