"""Customers' parts of the forecast: changed at their own level, reconciled to the base unit, never lost."""

import io
import re
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai.iscm.demand.actions import netting
from rantai.iscm.demand.actions import overrides as actions
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.models.accounts import AccountForecast
from rantai.iscm.demand.models.consumption import ForecastBalance
from rantai.iscm.demand.queries import accounts, consumption, forecasts, grid, steps
from rantai.iscm.demand.queries.accounts import OTHERS, Accounts
from rantai.iscm.demand.queries.gridrows import Asked
from rantai.iscm.demand.queries.laying import Table
from rantai.iscm.demand.queries.levels import Level, Reach, Rows
from rantai.iscm.demand.queries.overrides import Change
from rantai.kernel.models import KpiValue
from tests.factories import forecasting, foundation, iscm
from tests.factories.forecasting import FIRST_WEEK, MONDAY
from tests.iscm.demand.test_signals import AHEAD, TESTED, tell

pytestmark = pytest.mark.django_db(transaction=True)


class World:
    """An item that sells a hundred a week at two sites; Surya is known for forty of them, Melati for ten."""

    def __init__(self):
        foundation.make_company()
        self.sites = [foundation.make_site("A"), foundation.make_site("B")]
        self.item = foundation.make_item("MON-15")
        self.other = foundation.make_item("HDMI")
        self.surya, self.melati, self.toko = (foundation.make_party(name) for name in ("Surya", "Melati", "Toko"))
        for site in self.sites:
            iscm.make_stock(self.item, site, 10_000)
            forecasting.make_history({self.item: [50] * 60, self.other: [5] * 60}, location=site)
        self.tell("one", 40.0)
        forecasting.forecast()

    def tell(self, key, of_surya):
        length = TESTED + AHEAD
        tell([(self.surya.pk, self.item, [of_surya] * length), (self.melati.pk, self.item, [10.0] * length),
              (0, self.item, [50.0] * length)], key=key)  # fmt: skip

    def of(self, party=None, item=None):
        return Level(item=(item or self.item).pk, party=party.pk if party else 0)


@pytest.fixture
def world():
    return World()


@transaction.atomic
def override(level, weeks=(0, 1), *, units=None, factor=None, by="user:1"):
    return actions.set_override(
        item_id=level.item or None, category_id=level.category or None, location_id=level.location or None,
        territory_id=level.territory or None, party_id=level.party or None,
        starts_on=FIRST_WEEK + timedelta(weeks=weeks[0]), ends_on=FIRST_WEEK + timedelta(weeks=weeks[1]),
        quantity=None if units is None else units * 10_000, factor=factor, reason="tender", by=by,
        at=MONDAY - timedelta(hours=1),
    )  # fmt: skip


@transaction.atomic
def net():
    netting.renet_items(forecasts.load_current().item_ids.tolist())


def total(level, week=0):
    run = forecasts.find_run()
    return grid.read_final(run, level, FIRST_WEEK + timedelta(weeks=week), FIRST_WEEK + timedelta(weeks=week + 1))


def by_customer(world, week=0):
    found = grid.load(forecasts.find_run(), Asked(level=Level(item=world.item.pk), group="customer", start=week))
    return {row.level.party: float(row.lines.final[0]) for row in found.rows}, float(found.whole.lines.final[0])


def test_a_run_freezes_the_part_of_each_customer(world):
    rows, whole = by_customer(world)

    assert AccountForecast.objects.count() == 1
    assert whole == pytest.approx(100, abs=0.5)
    assert rows[world.surya.pk] == pytest.approx(0.4 * whole)
    assert rows[OTHERS] == pytest.approx(0.5 * whole)


def test_a_customers_figure_moves_its_item_and_leaves_the_others(world):
    before, whole = by_customer(world)

    override(world.of(world.surya), units=70)

    rows, now = by_customer(world)
    assert rows[world.surya.pk] == pytest.approx(70, abs=1e-9)
    assert rows[world.melati.pk] == pytest.approx(before[world.melati.pk])
    assert now == pytest.approx(whole + 70 - before[world.surya.pk])
    assert total(world.of()) == pytest.approx(now)


@pytest.mark.parametrize("customer_first", [True, False])
def test_a_total_and_a_customers_figure_both_hold_and_the_others_share_what_is_left(world, customer_first):
    changes = [(world.of(world.surya), 70), (world.of(), 120)]
    for level, units in changes if customer_first else changes[::-1]:
        override(level, units=units)

    rows, whole = by_customer(world)

    assert whole == pytest.approx(120, abs=1e-9)
    assert rows[world.surya.pk] == pytest.approx(70, abs=1e-9)
    # ten and fifty share fifty as they stood to each other
    assert rows[world.melati.pk] == pytest.approx(50 / 6, abs=0.01)
    assert rows[OTHERS] == pytest.approx(50 * 5 / 6, abs=0.01)


def test_where_nothing_is_left_the_later_word_holds(world):
    override(world.of(world.surya), units=70)
    override(world.of(), units=35)
    rows, whole = by_customer(world)
    assert whole == pytest.approx(35, abs=1e-9)
    assert rows[world.surya.pk] < 35

    override(world.of(world.melati), units=80)

    rows, whole = by_customer(world)
    assert (rows[world.melati.pk], whole) == (pytest.approx(80, abs=1e-9), pytest.approx(80, abs=1e-9))
    assert rows[OTHERS] == pytest.approx(0, abs=1e-9)


def test_a_wider_total_moves_by_what_a_customer_adds(world):
    override(Level(), units=150)
    share = total(world.of(world.surya))

    override(world.of(world.surya), units=70)

    assert total(Level()) == pytest.approx(150 + 70 - share, abs=1e-3)


def test_a_customers_total_over_everything_is_spread_over_its_items(world):
    override(Level(party=world.surya.pk), units=60)

    assert total(Level(party=world.surya.pk)) == pytest.approx(60, abs=1e-9)
    assert total(world.of(world.surya)) == pytest.approx(60, abs=1e-9)


def test_a_customer_of_whom_nothing_was_expected_comes_on_top(world):
    whole = total(world.of())

    override(world.of(world.toko), units=12)
    override(world.of(world.toko, world.other), units=3)

    assert total(world.of(world.toko)) == pytest.approx(12, abs=1e-9)
    assert total(world.of()) == pytest.approx(whole + 12)
    assert total(world.of(world.toko, world.other)) == pytest.approx(3, abs=1e-9)


def test_a_factor_leaves_a_customers_figure_where_it_is(world):
    override(world.of(world.surya), units=70)
    whole = total(world.of())

    override(world.of(), factor=11_000)

    assert total(world.of()) == pytest.approx(1.1 * whole, abs=1e-3)
    assert total(world.of(world.surya)) == pytest.approx(70, abs=1e-9)


def test_a_customers_figure_outlives_statistics_and_signals_that_move(world):
    change = override(world.of(world.surya), units=70)
    forecasting.make_history({world.item: {FIRST_WEEK - timedelta(days=3): 300}}, location=world.sites[0])
    world.tell("two", 20.0)

    forecasting.forecast()

    assert total(world.of(world.surya)) == pytest.approx(70, abs=1e-9)
    assert total(world.of(world.surya), 1) == pytest.approx(total(world.of(), 1) * 20 / 80, rel=1e-6)
    change.refresh_from_db()
    assert change.ended_at is None


def test_a_customer_that_was_merged_keeps_its_change(world):
    override(world.of(world.toko), units=12)
    world.toko.canonical = world.surya
    world.toko.save()
    steps.forget()

    assert total(world.of(world.surya)) == pytest.approx(12, abs=1e-9)


def test_orders_of_a_customer_use_up_its_changed_part_first(world):
    override(world.of(world.surya), (0, 26), units=70)
    net()
    own = list(ForecastBalance.objects.filter(party=world.surya, item=world.item).order_by("location_id"))
    assert sum(int(consumption.read_units(row.gross)[0]) for row in own) == 700_000

    iscm.make_demand(world.item, 60, requested_on=FIRST_WEEK, party=world.surya, location_id=world.sites[0].pk)

    own[0].refresh_from_db()
    rest = ForecastBalance.objects.get(party=None, item=world.item, location=world.sites[0])
    # thirty-five of its own week here, the rest of its next week's
    assert (own[0].consumed_units, rest.consumed_units) == (600_000, 0)
    assert iscm.list_violations() == []


def test_balances_of_customers_add_up_to_the_items_forecast_to_the_base_unit(world):
    override(world.of(world.surya), (0, 3), units=71)
    override(world.of(), (1, 4), units=133)
    override(world.of(world.melati), (2, 6), factor=13_333)

    net()

    current = forecasts.load_current()
    for row in range(current.item_ids.size):
        held = ForecastBalance.objects.filter(
            item_id=int(current.item_ids[row]), location_id=int(current.location_ids[row])
        )
        sums = sum(consumption.read_units(one.gross) for one in held)
        assert sums.tolist() == consumption.to_units(current.mean[row]).tolist()


def test_value_added_by_a_customers_change_is_measured_by_its_own_orders(world):
    good = override(world.of(world.surya), (1, 2), units=60, by="user:1")
    bad = override(world.of(world.melati), (1, 2), units=30, by="user:2")
    forecasting.forecast()
    week = FIRST_WEEK + timedelta(weeks=1)
    for party, units in ((world.surya, 60), (world.melati, 10), (world.toko, 40)):
        iscm.make_demand(world.item, units, requested_on=week, party=party, location_id=world.sites[0].pk)

    forecasting.forecast(MONDAY + timedelta(weeks=2))

    told = {row.subject: row for row in KpiValue.objects.filter(code="fva_change")}
    # forty were expected of Surya and ten of Melati
    assert told[str(good.pk)].numerator == pytest.approx(20, abs=0.5)
    assert told[str(good.pk)].denominator == pytest.approx(60)
    assert told[str(bad.pk)].numerator == pytest.approx(-20, abs=0.5)
    people = {row.subject: row.numerator for row in KpiValue.objects.filter(code="fva_person")}
    assert people == {"user:1": pytest.approx(20, abs=0.5), "user:2": pytest.approx(-20, abs=0.5)}


def test_a_change_of_a_customer_is_refused_where_nobody_is_meant(world):
    with pytest.raises(actions.BadOverride), transaction.atomic():
        override(Level(item=world.item.pk, party=10**6), units=1)
    assert not ForecastOverride.objects.exists()


PARTIES = (7, 8, 9)
EVERYWHERE, FIRST, SECOND = Reach(), Reach(items=frozenset([1])), Reach(items=frozenset([2]))


@st.composite
def changes(draw):
    found = []
    for number in range(draw(st.integers(1, 6))):
        reach = draw(st.sampled_from((EVERYWHERE, FIRST, SECOND)))
        party = draw(st.sampled_from((0, *PARTIES)))
        start = draw(st.integers(0, 3))
        units = draw(st.one_of(st.none(), st.integers(0, 5_000_000)))
        found.append(
            Change(
                0, 0, start, draw(st.integers(start + 1, 4)), None if units is None else units / 10_000,
                draw(st.integers(0, 30_000)) / 10_000 if units is None else None,
                Reach(reach.items, reach.categories, None, party), draw(st.booleans()) and units is not None, number,
            )
        )  # fmt: skip
    return found


@settings(max_examples=150, deadline=None)
@given(
    laid=changes(),
    mean=st.lists(st.lists(st.floats(0, 1e4), min_size=4, max_size=4), min_size=3, max_size=3),
    told=st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
def test_whatever_is_laid_on_customers_and_everybody_else_add_up_and_the_last_word_holds(laid, mean, told):
    rows = Rows(np.array([1, 1, 2]), np.array([1, 2, 1]))
    shares = np.array([[told[0]] * 4, [(1 - told[0]) * told[1]] * 4, [told[2]] * 4])
    known = Accounts(item_ids=np.array([1, 1, 2]), party_ids=np.array([7, 8, 7]), shares=shares)
    table = Table(np.array(mean), rows, np.array([1.0, 2.0, 3.0]), accounts=known, changes=laid)

    for change in laid:
        table.lay(change)
        touched = table.rows.find(change.reach)
        if change.quantity is not None and touched.size:
            weekly = table.mean[touched, change.start : change.end].sum(axis=0)
            length = 1 if not change.is_span else weekly.size
            last = weekly.sum() if change.is_span else weekly
            assert last == pytest.approx(change.quantity, abs=1e-6), length

    assert (table.mean >= 0).all()
    whole, split = table.sum_rows(), table.split()
    parts = np.zeros_like(whole)
    np.add.at(parts, split.rows, split.shares * whole[split.rows])
    told_apart = np.unique(split.rows)
    assert parts[told_apart] == pytest.approx(whole[told_apart], rel=1e-12, abs=1e-9)


def test_customers_of_two_sources_are_one_row():
    items, parties, mean = accounts.merge(np.array([1, 1, 1]), np.array([7, 7, 0]), np.ones((3, 2)))

    assert (items.tolist(), parties.tolist(), mean[:, 0].tolist()) == ([1, 1], [0, 7], [1.0, 2.0])


@pytest.fixture
def planner(client, world):
    client.force_login(foundation.make_user(roles=["planner"]), backend="rantai.foundation.access.backends.RoleBackend")
    return client


def cell(level, week=0):
    return f"c:{level.key}:{(FIRST_WEEK + timedelta(weeks=week)).isoformat()}"


def test_a_customers_row_is_shown_looked_ahead_and_changed(planner, world):
    page = f"{reverse('iscm_demand:grid')}?i={world.item.pk}&by=customer"
    iscm.make_demand(world.item, 15, requested_on=FIRST_WEEK, party=world.surya)
    iscm.make_demand(world.item, 4, requested_on=FIRST_WEEK, party=world.toko)
    typed = {cell(world.of(world.surya)): "70", "reason": "called"}

    shown = planner.get(page).content.decode()
    ahead = planner.post(page, typed | {"look": "1"}).content.decode()

    assert "520 told, 520 likely, 15 ordered" in shown
    assert "650 told, 650 likely, 4 ordered" in shown
    assert cell(Level(item=world.item.pk)) in shown
    assert not ForecastOverride.objects.exists()
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", ahead[ahead.index("What it makes of the forecast") :]))
    assert "Together 100 130 +30 Surya 40 70 +30 " in told
    assert 'value="70"' in ahead

    assert planner.post(page, typed).status_code == 302
    row = ForecastOverride.objects.get()
    assert (row.item_id, row.party_id, row.quantity) == (world.item.pk, world.surya.pk, 700_000)
    listed = planner.get(page).content.decode()
    assert "MON-15 · Surya" in re.sub(r"<[^>]+>", "", listed)


def test_a_difference_is_from_what_the_customers_cell_shows(planner, world):
    level = world.of(world.surya)

    planner.post(f"{reverse('iscm_demand:grid')}?p={world.surya.pk}&by=item", {cell(level): "+20", "reason": "x"})

    assert ForecastOverride.objects.get().quantity == 600_000


def test_items_of_a_customer_and_customers_that_are_searched_for(world):
    run = forecasts.find_run()

    of_surya = grid.load(run, Asked(level=Level(party=world.surya.pk), group="item"))
    found = grid.load(run, Asked(level=Level(item=world.item.pk), group="customer", text="tok"))
    everything = grid.load(run, Asked(group="customer"))

    assert [row.level for row in of_surya.rows] == [world.of(world.surya)]
    assert [(row.name, row.lines.final.sum()) for row in found.rows] == [("Toko", 0)]
    assert {row.name for row in everything.rows} == {"Surya", "Melati", ""}
    parts = sum(row.lines.final for row in everything.rows)
    assert parts == pytest.approx(everything.whole.lines.final)
    assert everything.whole.lines.last_year.sum() > 0


def test_a_customers_cells_go_to_excel_and_come_back(planner, world):
    page = f"{reverse('iscm_demand:grid')}?i={world.item.pk}&by=customer&export=xlsx"
    frame = pl.read_excel(io.BytesIO(b"".join(planner.get(page).streaming_content)))
    assert set(frame["Level"]) == {world.of(world.surya).key, world.of(world.melati).key}
    is_ours = pl.col("Level") == world.of(world.surya).key
    changed = frame.with_columns(
        pl.when(is_ours).then(99.0).otherwise(pl.col("2026-11-02")).alias("2026-11-02"),
        pl.when(is_ours).then(pl.lit("school tender")).alias("Why"),
    )
    book = io.BytesIO()
    changed.write_excel(book)
    book.seek(0)
    book.name = "grid.xlsx"

    page = planner.post(reverse("wires_imports:grid_new"), {"file": book}, follow=True)
    planner.post(page.redirect_chain[-1][0])

    assert "MON-15 · Item MON-15 · Surya" in page.content.decode()
    row = ForecastOverride.objects.get()
    assert (row.item_id, row.party_id, row.quantity) == (world.item.pk, world.surya.pk, 990_000)


def test_who_may_only_look_sees_customers_and_changes_nothing(client, world):
    client.force_login(foundation.make_user(roles=["sales"]), backend="rantai.foundation.access.backends.RoleBackend")
    page = f"{reverse('iscm_demand:grid')}?i={world.item.pk}&by=customer"

    shown = client.get(page).content.decode()
    client.post(page, {cell(world.of(world.surya)): "5", "reason": "x"})
    client.post(page, {cell(world.of(world.surya)): "5", "look": "1"})

    assert "sheet-in" not in shown
    assert "Surya" in shown
    assert not ForecastOverride.objects.exists()
