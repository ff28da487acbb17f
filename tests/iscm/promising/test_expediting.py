"""A faster supplier is asked for a demand: the promise moves, one requisition stands for it, nothing comes twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from rantai.foundation.items.models import Item, Source
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Party
from rantai.iscm import facade as iscm
from rantai.iscm import messages, reports
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.models import Promise, PromiseRevision, SlotTake
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlannedOrder
from rantai.kernel.models import DecisionRecord
from rantai.kernel.quantities import ZERO, Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from rantai.srm import facade as srm
from rantai.srm.buying.actions import requisitions, sending
from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.factories import srm as srm_factory

pytestmark = pytest.mark.django_db
autodiscover_modules("tasks")
WANTED = date(2026, 11, 9)


def make_case(**facts: int) -> tuple[Item, Party, Source]:
    """Twenty days from the usual supplier, two from a dearer one."""
    foundation.make_site("FAST")
    item, dear = foundation.make_item(), foundation.make_party(role="supplier")
    foundation.make_source(item, supplier=foundation.make_party(role="supplier"), lead_time_days=20, cost=20_000)
    fast = foundation.make_source(item, supplier=dear, lead_time_days=2, cost=35_000, rank=2, **facts)
    return item, dear, fast


def find_way(demand: Demand) -> reports.Alternative:
    key = messages.DemandKey(kind=demand.kind, order_id=demand.order_id, line=demand.line)
    line = messages.AskLine(
        line=demand.line, item_id=demand.item_id, units=Quantity(demand.units), requested_on=demand.requested_on
    )
    ask = messages.Ask(company_id=demand.company_id, lines=(line,), as_of=factory.MONDAY, releasing=(key,))
    (row,) = iscm.list_alternatives(ask)
    site = Location.objects.get(code="FAST")
    (way,) = [way for way in row.alternatives if (way.kind, way.location_id) == ("expedite", site.pk)]
    return way


def expedite(demand: Demand, way: reports.Alternative, *, as_of: datetime = factory.MONDAY) -> messages.RecordedDemand:
    change = messages.DemandChange(
        key=messages.DemandKey(kind=demand.kind, order_id=demand.order_id, line=demand.line),
        expected_revision=demand.revision, units=Quantity(demand.units), requested_on=demand.requested_on,
        offer=messages.OfferLine(line=demand.line, schedule=1, item_id=demand.item_id, slices=way.slices),
        cause="expedited", cause_ref=f"source:{way.slices[-1].source_id}",
    )  # fmt: skip
    with transaction.atomic():
        recorded = iscm.expedite_demand(change, as_of=as_of, by="user:1")
    factory.drain()
    demand.refresh_from_db()
    return recorded


def send(requisition: PurchaseRequisition) -> PurchaseOrder:
    """Let a buyer order it, and the supplier have the order."""
    (order_id,) = srm.order_requisitions([requisition.pk], by="user:2", as_of=factory.MONDAY)
    srm.approve_order(order_id, by="user:2", as_of=factory.MONDAY)
    order = PurchaseOrder.objects.get(pk=order_id)
    with transaction.atomic():
        sending.send_order(order.pk, by="user:2", on=factory.MONDAY.date(), paper=None)
    factory.drain()
    return order


def test_a_requisition_at_that_supplier_stands_for_the_demand_and_the_promise_moves() -> None:
    item, dear, fast = make_case()
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    late = Promise.objects.get(pk=demand.pk).promised_on
    way = find_way(demand)

    recorded = expedite(demand, way)

    (wish,) = PurchaseRequisition.objects.all()
    assert (wish.supplier_id, wish.source_id, wish.units, wish.state) == (dear.pk, fast.pk, 100_000, "open")
    assert (wish.cause.kind, wish.cause.id, wish.drop_for_number) == ("demand", demand.pk, "")
    assert (wish.due_on, wish.unit_cost) == (date(2026, 11, 4), 35_000)
    head = Promise.objects.get(pk=demand.pk)
    assert not recorded.promise_changed
    assert late is not None
    assert head.promised_on == way.promised_on == WANTED < late
    last = PromiseRevision.objects.filter(demand=demand).latest("revision")
    assert (last.revision, last.cause, last.cause_ref) == (2, "expedited", f"source:{fast.pk}")
    record = DecisionRecord.objects.get(subject_kind="purchase_requisition", subject_id=wish.pk)
    assert (record.kind, record.units) == ("purchase", 100_000)
    assert factory.list_violations() == []


def test_a_plan_that_runs_again_buys_nothing_a_second_time() -> None:
    item, _dear, _fast = make_case()
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    planning.make_plan(factory.MONDAY, builder="test")
    assert PlannedOrder.objects.filter(item=item, state="proposed").exists()

    expedite(demand, find_way(demand))
    run = planning.make_plan(factory.MONDAY, builder="test").run

    assert not PlannedOrder.objects.filter(run=run, item=item).exists()
    assert PurchaseRequisition.objects.count() == 1
    assert factory.list_violations() == []


def test_whom_it_was_bought_for_has_it_before_somebody_more_urgent() -> None:
    item, _dear, _fast = make_case()
    urgent = factory.make_demand(item, 10, requested_on=date(2026, 11, 4))
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    expedite(demand, find_way(demand))

    order = send(PurchaseRequisition.objects.get())

    (take,) = SlotTake.objects.filter(slot__isnull=False)
    assert (take.demand_id, take.units, take.slot and take.slot.supply_id) == (demand.pk, 100_000, order.pk)
    assert set(SlotTake.objects.filter(demand=urgent).values_list("basis", flat=True)) == {"lead_time"}
    assert factory.list_violations() == []


def test_what_the_lot_brings_beyond_it_is_free_for_others() -> None:
    item, _dear, _fast = make_case(multiple=60_000)
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()

    expedite(demand, find_way(demand))

    wish = PurchaseRequisition.objects.get()
    assert wish.units == 120_000
    record = DecisionRecord.objects.get(subject_kind="purchase_requisition", subject_id=wish.pk)
    reasons = record.reasons.order_by("id").values_list("code", "units")
    assert list(reasons) == [("order", 100_000), ("lot", 20_000)]


@pytest.mark.parametrize(("units", "left"), [(0, None), (4, 40_000)])
def test_what_is_not_wanted_any_more_is_not_bought(units: int, left: int | None) -> None:
    item, _dear, _fast = make_case()
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    expedite(demand, find_way(demand))

    change = messages.DemandChange(
        key=messages.DemandKey(kind=demand.kind, order_id=demand.order_id, line=demand.line),
        expected_revision=demand.revision, units=Quantity.of(units) if units else ZERO, requested_on=WANTED,
    )  # fmt: skip
    with transaction.atomic():
        iscm.change_demand((change,), as_of=factory.MONDAY, by="user:1")
    factory.drain()

    open_wishes = PurchaseRequisition.objects.filter(state="open").values_list("units", flat=True)
    assert list(open_wishes) == ([left] if left else [])
    assert factory.list_violations() == []


def test_stock_that_comes_back_withdraws_what_was_not_ordered_yet() -> None:
    item, _dear, _fast = make_case()
    factory.make_stock(item, Location.objects.get(code="FAST"), 10)
    other, demand = (factory.make_demand(item, 10, requested_on=WANTED) for _number in range(2))
    factory.drain()
    expedite(demand, find_way(demand))

    with transaction.atomic():
        iscm.cancel_demands(DocRef(other.kind, other.order_id), "user:1", as_of=factory.MONDAY)
    factory.drain()

    assert [take.basis for take in SlotTake.objects.filter(demand=demand)] == ["stock"]
    assert not PurchaseRequisition.objects.filter(state="open").exists()
    assert srm.list_supply_for("demand", [demand.pk]) == ()


def test_what_comes_too_late_does_not_take_the_place_of_what_is_bought() -> None:
    item, dear, _fast = make_case()
    usual = Source.objects.get(item=item, rank=1).supplier
    assert usual is not None
    srm_factory.make_sent(
        usual, [(item, 10)], location_id=Location.objects.get(code="FAST").pk, due_on=date(2026, 12, 10)
    )
    factory.drain()
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    assert SlotTake.objects.get(demand=demand).basis == "receipt"

    expedite(demand, find_way(demand))

    # what it let go, a delivery of December, is offered to who waits: not to this one
    assert SlotTake.objects.get(demand=demand).basis == "lead_time"
    assert Promise.objects.get(pk=demand.pk).promised_on == WANTED
    wish = PurchaseRequisition.objects.get(supplier=dear)
    assert wish.state == "open"
    order = send(wish)
    take = SlotTake.objects.get(demand=demand)
    assert take.slot is not None
    assert take.slot.supply_id == order.pk
    assert factory.list_violations() == []


def test_the_same_way_again_asks_for_nothing_more() -> None:
    item, _dear, _fast = make_case()
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    way = find_way(demand)
    expedite(demand, way)

    expedite(demand, way)
    send(PurchaseRequisition.objects.get())
    demand.refresh_from_db()
    expedite(demand, way)

    assert PurchaseRequisition.objects.count() == 1
    (supply,) = srm.list_supply_for("demand", [demand.pk])
    assert supply.open_units == Quantity.of(10)
    assert list(SlotTake.objects.values_list("basis", "units")) == [("receipt", 100_000)]
    assert factory.list_violations() == []


def test_what_a_buyer_does_not_buy_is_the_next_plans_to_bring() -> None:
    item, _dear, _fast = make_case()
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    expedite(demand, find_way(demand))
    with transaction.atomic():
        requisitions.dismiss_requisition(PurchaseRequisition.objects.get(), by="user:2", reason="too dear")

    run = planning.make_plan(factory.MONDAY, builder="test").run

    assert sum(PlannedOrder.objects.filter(run=run, item=item).values_list("units", flat=True)) == 100_000
    assert factory.list_violations() == []


def test_where_somebody_changed_it_meanwhile_nothing_is_bought() -> None:
    item, _dear, _fast = make_case()
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    way = find_way(demand)
    expedite(demand, way)
    demand.revision -= 1

    with pytest.raises(RevisionConflict):
        expedite(demand, way)

    assert PurchaseRequisition.objects.count() == 1


def test_an_offer_that_cannot_be_taken_any_more_buys_nothing() -> None:
    item, _dear, _fast = make_case()
    factory.make_stock(item, Location.objects.get(code="FAST"), 4)
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    way = find_way(demand)
    assert [part.basis for part in way.slices] == ["stock", "lead_time"]

    # the page lay open until its days had gone by
    recorded = expedite(demand, way, as_of=factory.MONDAY + timedelta(days=10))

    assert recorded.promise_changed
    assert not PurchaseRequisition.objects.exists()


def test_the_purchase_is_part_of_what_the_demand_leans_on() -> None:
    item, _dear, _fast = make_case()
    demand = factory.make_demand(item, 10, requested_on=WANTED)
    factory.drain()
    expedite(demand, find_way(demand))

    (supply,) = srm.list_supply_for("demand", [demand.pk])

    assert supply.ref == DocRef("purchase_requisition", PurchaseRequisition.objects.get().pk)
    assert supply.cause is not None
    assert supply.cause.id == demand.pk
