"""What ISCM does about facts: its own warehouse's, and those of SRM below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rantai.iscm import events
from rantai.iscm.demand.actions import demands
from rantai.iscm.demand.models import Milestone
from rantai.iscm.promising.actions import alarms, backing, covering, dropped, made, moved, records, slots
from rantai.kernel import clock
from rantai.kernel.facts import Fact
from rantai.srm import events as srm


def on_shipped(fact: events.Shipped) -> None:
    """Count what left as fulfilled."""
    demands.settle_demands([fact.demand_id])


def on_shipment_reversed(fact: events.ShipmentReversed) -> None:
    """Count what came back as reserved again, or as a partner's to send once more."""
    demands.settle_demands([fact.demand_id])
    dropped.follow_reversal(fact, at=clock.now())


def on_milestone_reached(fact: events.MilestoneReached) -> None:
    """Remember the stage, once."""
    subject = fact.shipment_id or 0
    demands.note_milestones(
        [
            Milestone(
                demand_id=fact.demand_id, code=fact.milestone, subject_id=subject, position=fact.position, of=fact.of,
                units=fact.units, at=fact.at,
            )
        ]
    )  # fmt: skip


def on_reservation_freed(fact: events.ReservationFreed) -> None:
    """Find another supply for a demand whose stock the warehouse gave back."""
    locked = demands.settle_demands([fact.demand_id])
    now = clock.now()
    slots.follow_stock([(fact.item_id, fact.location_id)], cause=fact.cause, as_of=now)
    records.promise_again(locked, cause=fact.cause, cause_ref="", as_of=now)


def on_stock_changed(fact: events.StockChanged) -> None:
    """Let promises follow a count, a return, a status; what nobody was promised goes to parts that wait."""
    now, pair = clock.now(), (fact.item_id, fact.location_id)
    made.lock_waiting([pair])
    slots.follow_stock([pair], cause="stock_count", as_of=now)
    made.serve_components([pair], as_of=now)
    moved.hold_waiting(*pair, as_of=now)


def on_supply_freed(fact: events.SupplyFreed) -> None:
    """Let those who wait have what others let go."""
    slots.follow_stock([(fact.item_id, fact.location_id)], cause="stock_count", as_of=clock.now())


def on_supply_unsettled(fact: events.SupplyUnsettled) -> None:
    """Promise anew the next of those who lean on more than there is."""
    now = clock.now()
    if fact.kind == "production":
        made.follow_order(fact.supply_id, as_of=now)
    elif fact.kind == "transfer":
        moved.follow_transfer(fact.supply_id, as_of=now)
    else:
        slots.follow(fact, as_of=now)


def on_promises_undated(fact: events.PromisesUndated) -> None:
    """Date the next of those whose supply has another day."""
    slots.date_left(fact, as_of=clock.now())


def on_supply_left(fact: events.SupplyLeft) -> None:
    """Look at the next of those who wait."""
    covering.go_on(fact, as_of=clock.now(), most=slots.AT_ONCE)


def on_goods_received(fact: events.GoodsReceived) -> None:
    """Hold goods for the parts that they were bought for, then let promises lean on stock, then serve who waits."""
    now, pair = clock.now(), (fact.item_id, fact.location_id)
    made.lock_waiting([pair])
    made.serve_bought(fact.purchase_order_id, pair=pair, as_of=now)
    slots.follow_receipt(fact.purchase_order_id, pair=pair, as_of=now)
    made.serve_components([pair], as_of=now)
    moved.hold_waiting(*pair, as_of=now)


def on_purchase_moved(fact: srm.PurchaseFact) -> None:
    """Let slots follow what a supplier was asked, confirmed or changed."""
    slots.follow_purchases([fact.purchase_order_id], cause="supply_late", as_of=clock.now())


def on_purchase_cancelled(fact: srm.PurchaseCancelled) -> None:
    """Promise anew what leaned on units that will not come, here or from a partner."""
    slots.follow_purchases([fact.purchase_order_id], cause="supply_cancelled", as_of=clock.now())
    dropped.follow_cancelled(fact, at=clock.now())


def on_promise_revised(fact: events.PromiseRevised) -> None:
    """Ask for the supply that a promise was given for: make to order, drop-ship."""
    backing.back_demand(fact.demand_id, at=clock.now())


def on_demand_changed(fact: events.DemandChanged) -> None:
    """Let what is proposed for a demand follow what it still wants."""
    backing.back_demand(fact.demand_id, at=clock.now())


def on_shortage_foreseen(fact: events.ShortageForeseen) -> None:
    """Tell the planners."""
    alarms.tell_planners(fact)


def on_production_changed(fact: events.ProductionChanged) -> None:
    """Let slots, parts and promises follow a production order."""
    made.follow_order(fact.production_order_id, as_of=clock.now())


def on_transfer_changed(fact: events.TransferChanged) -> None:
    """Let stock and promises follow a transfer."""
    moved.follow_transfer(fact.transfer_order_id, as_of=clock.now())


def on_purchase_for_customer(fact: srm.PurchaseOrdered) -> None:
    """Tell customers whose material was ordered, or whose order was passed to a partner."""
    made.note_ordered(fact, at=clock.now())
    dropped.pass_on(fact, at=clock.now())


def on_partner_commit(fact: srm.PurchaseFact) -> None:
    """Move the expected day of what a partner sends straight to a customer."""
    dropped.follow_commit(fact.purchase_order_id, at=clock.now())


def on_ship_noticed(fact: srm.ShipNoticed) -> None:
    """Follow a partner's goods on their way to the customer."""
    dropped.follow_commit(fact.purchase_order_id, at=clock.now())
    dropped.follow_stage(fact, at=clock.now())


HANDLED: tuple[tuple[type[Fact], Callable[[Any], None]], ...] = (
    (events.Shipped, on_shipped),
    (events.ShipmentReversed, on_shipment_reversed),
    (events.MilestoneReached, on_milestone_reached),
    (events.ReservationFreed, on_reservation_freed),
    (events.StockChanged, on_stock_changed),
    (events.SupplyFreed, on_supply_freed),
    (events.SupplyUnsettled, on_supply_unsettled),
    (events.PromisesUndated, on_promises_undated),
    (events.SupplyLeft, on_supply_left),
    (events.GoodsReceived, on_goods_received),
    (srm.PurchaseOrdered, on_purchase_moved),
    (srm.PurchaseConfirmed, on_purchase_moved),
    (srm.PurchaseCommitChanged, on_purchase_moved),
    (srm.PurchaseCancelled, on_purchase_cancelled),
    (events.PromiseRevised, on_promise_revised),
    (events.DemandChanged, on_demand_changed),
    (events.ShortageForeseen, on_shortage_foreseen),
    (events.ProductionChanged, on_production_changed),
    (events.TransferChanged, on_transfer_changed),
    (srm.PurchaseOrdered, on_purchase_for_customer),
    (srm.PurchaseConfirmed, on_partner_commit),
    (srm.PurchaseCommitChanged, on_partner_commit),
    (srm.ShipNoticed, on_ship_noticed),
)
"""Which handler hears which fact; config.wiring subscribes them."""
