"""Whatever people do with shipments, in any order, every unit is counted once."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from rantai.iscm import facade as iscm
from rantai.iscm.fulfilment import queries, states
from rantai.iscm.fulfilment.actions import returns, shipments, withdrawals
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.inventory.models import StockBalance
from rantai.kernel.refs import DocRef
from rantai.kernel.transitions import IllegalTransition
from tests.factories import foundation
from tests.factories import iscm as factory

BY = {"at": factory.MONDAY, "by": "user:1"}
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Shrinking replays a database: minutes. Give hypothesis its own phases by hand when a failure is hard to read."""
REFUSALS = (IllegalTransition, withdrawals.CannotWithdraw, returns.CannotReturn, shipments.WrongQuantity)


class Warehouse(RuleBasedStateMachine):
    """A site with ten pieces, orders that come and go, and people at the dock."""

    def __init__(self) -> None:
        super().__init__()
        self.site, self.item = foundation.make_site(), foundation.make_item()
        factory.make_stock(self.item, self.site, 10)
        self.demands = [factory.make_demand(self.item, units) for units in (2, 3)]
        factory.release()

    def act(self, work) -> None:
        try:
            with transaction.atomic():
                work()
        except REFUSALS:
            pass

    def pick_one(self, number: int) -> Shipment | None:
        rows = list(Shipment.objects.filter(lines__item=self.item).distinct().order_by("id"))
        return rows[number % len(rows)] if rows else None

    @rule(units=st.integers(1, 6))
    def order(self, units: int) -> None:
        self.demands.append(factory.make_demand(self.item, units))

    @rule()
    def release(self) -> None:
        factory.release()

    @rule(number=st.integers(0, 9), found=st.integers(0, 60_000))
    def pick(self, number: int, found: int) -> None:
        shipment = self.pick_one(number)
        tasks = [task for task in queries.list_picks(shipment) if task.state == "open"] if shipment else []
        if tasks:
            self.act(lambda: shipments.pick(tasks[0], found=min(found, tasks[0].units), **BY))

    @rule(number=st.integers(0, 9), name=st.sampled_from(["pack", "ship", "ship", "reverse_shipment"]))
    def work(self, number: int, name: str) -> None:
        shipment = self.pick_one(number)
        if shipment:
            self.act(lambda: getattr(shipments, name)(shipment, **BY))

    @rule(number=st.integers(0, 9))
    def deliver(self, number: int) -> None:
        shipment = self.pick_one(number)
        if shipment:
            self.act(lambda: shipments.deliver(shipment, proof="signature", **BY))

    @rule(number=st.integers(0, 9))
    def cancel(self, number: int) -> None:
        shipment = self.pick_one(number)
        if shipment:
            self.act(lambda: withdrawals.cancel_shipment(shipment, **BY))

    @rule(number=st.integers(0, 9), units=st.integers(1, 60_000))
    def take_return(self, number: int, units: int) -> None:
        shipment = self.pick_one(number)
        lines = queries.list_lines(shipment) if shipment else []
        if shipment and lines:
            rows = [returns.ReturnedLine(line_id=lines[0].pk, units=units, status="available")]
            self.act(lambda: returns.receive_return(shipment, lines=rows, reason="wrong", **BY))

    @rule(number=st.integers(0, 9))
    def cancel_order(self, number: int) -> None:
        if self.demands:
            demand = self.demands[number % len(self.demands)]
            ref = DocRef("sales_order", demand.order_id)
            self.act(lambda: iscm.cancel_demands(ref, "user:1", as_of=factory.MONDAY))

    @rule()
    def deliver_facts(self) -> None:
        factory.drain()

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert factory.list_violations() == []

    @invariant()
    def states_are_legal(self) -> None:
        found = set(Shipment.objects.values_list("state", flat=True))
        assert found <= set(states.shipment.states)

    @invariant()
    def ten_pieces_remain_ten(self) -> None:
        rows = StockBalance.objects.filter(item=self.item).values_list("on_hand", flat=True)
        assert sum(rows) == 0

    def teardown(self) -> None:
        factory.drain()
        assert factory.list_violations() == []
        for demand in self.demands:
            demand.refresh_from_db()


@pytest.mark.django_db
class ShipmentMachine(TestCase):
    @pytest.mark.slow
    def test_any_order_of_acts_keeps_the_books(self) -> None:
        def fresh() -> Warehouse:
            # each run in a savepoint of its own, taken back at its end
            self.savepoint = transaction.savepoint()
            machine = Warehouse()
            end = machine.teardown

            def teardown() -> None:
                end()
                transaction.savepoint_rollback(self.savepoint)

            machine.teardown = teardown  # type: ignore[method-assign]
            return machine

        run_state_machine_as_test(
            fresh,
            settings=settings(
                max_examples=12,
                stateful_step_count=25,
                deadline=None,
                phases=QUICK,
                suppress_health_check=list(HealthCheck),
            ),
        )
