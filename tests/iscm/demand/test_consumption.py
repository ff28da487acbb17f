"""Orders consume the forecast that foresaw them, exactly once, and give it back."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rantai.foundation.items.models import Item
from rantai.iscm import facade as iscm_door
from rantai.iscm import messages
from rantai.iscm.demand.actions import netting
from rantai.iscm.demand.models import Demand
from rantai.iscm.demand.models.consumption import ConsumptionPolicy, ForecastBalance, ForecastConsumption
from rantai.iscm.demand.queries import consumption
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from tests.factories import forecasting, foundation, iscm
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)

WEEKS = 26


def make_foreseen(units: list[int], *, stock: int = 100_000, back: int = 1, forward: int = 1) -> Item:
    """An item whose first weeks are foreseen as given and whose later weeks are not at all."""
    site = foundation.make_site()
    item = foundation.make_item()
    iscm.make_stock(item, site, stock)
    forecasting.make_history({item: [10] * 8}, location=site)
    forecasting.forecast()
    with transaction.atomic():
        ConsumptionPolicy.objects.create(item=item, weeks_back=back, weeks_forward=forward, by="user:1", at=MONDAY)
        for place, amount in enumerate([*units, 0]):
            first = FIRST_WEEK + timedelta(weeks=place)
            last = first + timedelta(weeks=1 if place < len(units) else WEEKS - place)
            iscm_door.set_forecast_override(
                messages.ForecastChange(
                    item_id=item.pk, location_id=None, starts_on=first, ends_on=last, quantity=Quantity.of(amount),
                    reason="test", by="user:1",
                )
            )  # fmt: skip
        netting.renet_items([item.pk])
    return item


def read(item: Item) -> list[tuple[int, int]]:
    """Gross and consumed of the weeks that have any, in whole units."""
    return [(row.gross // 10_000, row.consumed // 10_000) for row in consumption.list_weeks(item.pk) if row.gross]


def on(week: int) -> date:
    return FIRST_WEEK + timedelta(weeks=week, days=2)


@transaction.atomic
def change(demand: Demand, units: int, requested_on: date | None = None) -> None:
    demand.refresh_from_db()
    iscm_door.change_demand(
        (
            messages.DemandChange(
                key=messages.DemandKey(kind=demand.kind, order_id=demand.order_id, line=demand.line),
                expected_revision=demand.revision,
                units=Quantity.of(units),
                requested_on=requested_on or demand.requested_on,
            ),
        ),
        as_of=MONDAY,
    )


def test_an_order_consumes_its_own_week_then_backward_then_forward():
    item = make_foreseen([10, 10, 10, 10])

    demand = iscm.make_demand(item, 26, requested_on=on(1))

    assert read(item) == [(10, 10), (10, 10), (10, 6), (10, 0)]
    told = [(row.week, row.units // 10_000) for row in consumption.list_of_demand(demand.pk)]
    assert told == [(FIRST_WEEK, 10), (FIRST_WEEK + timedelta(weeks=1), 10), (FIRST_WEEK + timedelta(weeks=2), 6)]
    assert iscm.list_violations() == []


def test_what_nobody_foresaw_consumes_nothing():
    item = make_foreseen([10, 10], back=0, forward=0)

    iscm.make_demand(item, 25, requested_on=on(0))
    iscm.make_demand(item, 5, requested_on=on(5))
    iscm.make_demand(item, 5, requested_on=FIRST_WEEK - timedelta(days=1))

    assert read(item) == [(10, 10), (10, 0)]
    assert iscm.list_violations() == []


def test_a_reduction_and_a_cancellation_give_back_and_a_new_day_moves():
    item = make_foreseen([10, 10, 10], back=0, forward=1)
    first = iscm.make_demand(item, 15, requested_on=on(0))
    assert read(item) == [(10, 10), (10, 5), (10, 0)]

    change(first, 8)
    assert read(item) == [(10, 8), (10, 0), (10, 0)]

    change(first, 8, on(2))
    assert read(item) == [(10, 0), (10, 0), (10, 8)]

    change(first, 0)
    assert read(item) == [(10, 0), (10, 0), (10, 0)]
    assert not ForecastConsumption.objects.exists()
    assert iscm.list_violations() == []


def test_what_has_left_keeps_what_it_consumed_when_the_rest_is_cancelled():
    item = make_foreseen([10, 10])
    demand = iscm.make_demand(item, 6, requested_on=FIRST_WEEK)
    (shipment,) = iscm.release()
    iscm_door.pack_shipment(shipment.pk, by="user:1", as_of=MONDAY)
    iscm_door.ship_shipment(shipment.pk, by="user:1", as_of=MONDAY)
    iscm.drain()
    demand.refresh_from_db()

    with transaction.atomic():
        iscm_door.cancel_demands(DocRef("sales_order", demand.order_id), "user:1", as_of=MONDAY)

    assert demand.fulfilled == 60_000
    assert read(item) == [(10, 6), (10, 0)]


def test_a_new_forecast_is_netted_against_all_orders_at_once(django_assert_max_num_queries):
    item = make_foreseen([10, 10, 10])
    iscm.make_demand(item, 12, requested_on=on(0))
    iscm.make_demand(item, 3, requested_on=on(2))
    before = read(item)

    with transaction.atomic(), django_assert_max_num_queries(22):
        netting.renet_items([item.pk])

    assert read(item) == before == [(10, 10), (10, 2), (10, 3)]
    forecasting.forecast()
    assert read(item) == before
    assert iscm.list_violations() == []


def test_netting_many_items_costs_the_queries_of_one():
    items = [make_foreseen([10, 10]), *(foundation.make_item() for _each in range(6))]
    site = ForecastBalance.objects.values_list("location_id", flat=True).first()
    forecasting.make_history({item: [5] * 8 for item in items[1:]}, location=foundation.Location(pk=site))
    for item in items[1:]:
        iscm.make_stock(item, foundation.Location(pk=site), 100)
    forecasting.forecast()
    for item in items:
        iscm.make_demand(item, 2, requested_on=on(0))

    counts = []
    for some in (items[:1], items):
        with transaction.atomic(), CaptureQueriesContext(connection) as found:
            netting.renet_items([item.pk for item in some])
        counts.append(len(found))

    assert counts[0] == counts[1]


def test_confirming_costs_two_statements_more_whatever_the_lines(monkeypatch):
    item = make_foreseen([100, 100])

    def count(lines: int, *, consuming: bool) -> int:
        with monkeypatch.context() as patch, CaptureQueriesContext(connection) as found:
            if not consuming:
                patch.setattr(netting, "consume_new", lambda *_rows, **_options: None)
            iscm.make_demands([(item, 1)] * lines, requested_on=on(0))
        return len(found)

    for consuming in (True, False):
        count(2, consuming=consuming)  # what is put together once is put together
    added = [count(lines, consuming=True) - count(lines, consuming=False) for lines in (2, 20)]

    # SQLite cannot write two tables in one statement; there a statement is no journey
    assert added == ([2, 2] if connection.vendor == "postgresql" else [3, 3])


def test_where_nothing_is_foreseen_confirming_costs_one_statement(monkeypatch):
    item = foundation.make_item()
    iscm.make_stock(item, foundation.make_site(), 100)

    def count(*, consuming: bool) -> int:
        with monkeypatch.context() as patch, CaptureQueriesContext(connection) as found:
            if not consuming:
                patch.setattr(netting, "consume_new", lambda *_rows, **_options: None)
            iscm.make_demands([(item, 1)], requested_on=on(0))
        return len(found)

    count(consuming=True)
    assert count(consuming=True) - count(consuming=False) == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("order"), st.integers(1, 30), st.integers(-1, 5)),
        st.tuples(st.just("change"), st.integers(0, 40), st.integers(0, 5)),
        st.tuples(st.just("forecast"), st.integers(0, 20), st.integers(0, 3)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, back=st.integers(0, 2), forward=st.integers(0, 2))
def test_gross_is_consumed_plus_remaining_whatever_happens(foreseen, steps, back, forward):
    item = foreseen
    ConsumptionPolicy.objects.filter(item=item).update(weeks_back=back, weeks_forward=forward)
    run_atomic(lambda: netting.renet_items([item.pk]))
    made: list[Demand] = []
    for kind, amount, week in steps:
        if kind == "order":
            made.append(iscm.make_demand(item, amount, requested_on=on(week)))
        elif kind == "change" and made:
            change(made[week % len(made)], amount, on(week))
        elif kind == "forecast":
            with transaction.atomic():
                iscm_door.set_forecast_override(
                    messages.ForecastChange(
                        item_id=item.pk, location_id=None, starts_on=FIRST_WEEK + timedelta(weeks=week),
                        ends_on=FIRST_WEEK + timedelta(weeks=week + 1), quantity=Quantity.of(amount), reason="t",
                        by="user:1",
                    )
                )  # fmt: skip
                netting.renet_items([item.pk])

        rows = consumption.list_weeks(item.pk)
        assert all(row.gross == row.consumed + row.remaining and row.remaining >= 0 <= row.consumed for row in rows)
        assert iscm.list_violations() == []
        for demand in Demand.objects.filter(item=item):
            taken = sum(one.units for one in consumption.list_of_demand(demand.pk))
            assert taken <= demand.units - demand.cancelled
    netted = sum(row.consumed for row in consumption.list_weeks(item.pk))
    assert netted == sum(consumption.load_consumed(FIRST_WEEK, WEEKS, item_id=item.pk).units.tolist())
    for demand in made:
        change(demand, 0)
    assert not sum(row.consumed for row in consumption.list_weeks(item.pk))


@pytest.fixture
def foreseen() -> Item:
    return make_foreseen([10, 10, 10, 10], stock=1_000_000)


def test_a_broken_ledger_is_found():
    item = make_foreseen([10, 10])
    demand = iscm.make_demand(item, 4, requested_on=on(0))

    ForecastConsumption.objects.update(units=90_000)
    rules = {found.split()[0] for found in iscm.list_violations()}

    ForecastConsumption.objects.update(units=demand.units)

    assert rules == {"forecast.consumed_by_orders", "forecast.consumed_by_what_is_wanted"}


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer")
def test_two_orders_never_consume_the_same_units():
    item = make_foreseen([40, 40, 40], stock=10_000)
    orders = [[(item, 3), (item, 2)] for _each in range(24)]
    problems: list[BaseException] = []
    gate = threading.Barrier(8)

    def work(mine: list[list[tuple[Item, int]]]) -> None:
        try:
            gate.wait()
            for place, lines in enumerate(mine):
                order = iscm.make_demand_order(lines, requested_on=on(place % 3))
                recorded = run_atomic(lambda order=order: iscm_door.record_demand(order))
                if place % 3 == 2:
                    ref = order.ref
                    run_atomic(lambda ref=ref: iscm_door.cancel_demands(ref, "user:1", as_of=MONDAY))
                assert recorded
        except BaseException as problem:
            problems.append(problem)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=work, args=(orders[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    renets = 0
    while any(thread.is_alive() for thread in threads):
        run_atomic(lambda: netting.renet_items([item.pk]))
        renets += 1
        threads[0].join(0.02)
    for thread in threads:
        thread.join()

    assert not problems
    assert renets
    kept = sum(row.units - row.cancelled for row in Demand.objects.all())
    assert kept == 16 * 5 * 10_000
    assert iscm.list_violations() == []
    assert sum(row.consumed for row in consumption.list_weeks(item.pk)) == kept
