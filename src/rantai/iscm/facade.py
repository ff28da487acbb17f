"""The front door of ISCM: what the houses above, the desks and the doors may ask of operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import connection

from rantai.iscm import messages, reports, waiting
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.actions import demands as demand_actions
from rantai.iscm.demand.actions import history
from rantai.iscm.demand.actions import overrides as forecast_changes
from rantai.iscm.demand.queries import answers as forecasts
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.fulfilment.actions import authorizations, receipts, reversals, shipments, transfers, withdrawals
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.inventory import queries as inventory
from rantai.iscm.inventory.actions import openings, policies
from rantai.iscm.inventory.queries import levels
from rantai.iscm.production.actions import orders as production
from rantai.iscm.production.actions import steps
from rantai.iscm.production.queries import checks as production_checks
from rantai.iscm.production.queries import views as production_views
from rantai.iscm.promising.actions import records, releases, slots
from rantai.iscm.promising.queries import asks, checks, leanings, statuses
from rantai.iscm.supply.actions import proposals
from rantai.iscm.supply.queries import answers as plan_answers
from rantai.iscm.supply.queries import chains, finding, plans
from rantai.kernel import clock
from rantai.kernel.hits import Hit
from rantai.kernel.invariants import Violation
from rantai.kernel.quantities import ZERO, Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic

Result = TypeVar("Result")

REFUSALS: tuple[type[Exception], ...] = (
    demand_actions.CannotReduce, demand_actions.DemandExists, withdrawals.CannotWithdraw, shipments.UnknownProof,
    *authorizations.REFUSALS,
)  # fmt: skip
"""What may be refused to a house above for a reason that a person can do something about."""

NEED_REFUSALS = waiting.NEED_REFUSALS
list_needs, describe_need, decide_need = waiting.list_needs, waiting.describe_need, waiting.decide_need
list_figures, get_reach, get_lateness = waiting.list_figures, waiting.get_reach, waiting.get_lateness
say_shortage, number_documents = waiting.say_shortage, waiting.number_documents
list_returnable, list_returns = fulfilment.list_returnable, fulfilment.list_returns
authorize_returns, end_return = authorizations.authorize_returns, authorizations.end_return


def promise(ask: messages.Ask) -> messages.Offer:
    """Return when units can be at the customer's door: reads only, each unit offered once."""
    return asks.promise(ask)


def record_demand(order: messages.DemandOrder) -> tuple[messages.RecordedDemand, ...]:
    """Take an offer and record firm demand in the caller's transaction; one answer a line, in their order.

    Raises DemandExists. A line whose offer was taken by others meanwhile says `promise_changed`.
    """
    return records.record_demand(order)


def change_demand(
    changes: tuple[messages.DemandChange, ...], *, as_of: datetime | None = None, by: str = ""
) -> tuple[messages.RecordedDemand, ...]:
    """Change quantities and days of recorded demand in the caller's transaction.

    Raises RevisionConflict, CannotReduce, CannotWithdraw.
    """
    at = as_of or clock.now()
    return tuple(records.change_demand(change, as_of=at, by=by) for change in changes)


def cancel_demands(ref: DocRef, by: str, *, as_of: datetime | None = None) -> int:
    """Cancel what a document (or one line of it) still wants, in the caller's transaction; return how many demands.

    Raises CannotWithdraw where units are packed.
    """
    return records.cancel_demands(ref, as_of=as_of or clock.now(), by=by)


def update_stakes(update: messages.StakeUpdate) -> int:
    """Write what is at stake in bulk, in the caller's transaction; return how many demands were known."""
    return demand_actions.update_stakes(update)


def record_history(past: messages.DemandHistory) -> int:
    """Stage past demand of a run, in the caller's transaction; readers see it after `publish_history`."""
    return history.stage_history(past, at=clock.now())


def publish_history(run_key: str) -> int:
    """Let readers see a run of past demand, in the caller's transaction; return its rows. Raises NoSuchRun."""
    return history.publish_history(run_key)


def remove_history(run_key: str) -> bool:
    """Take a run of past demand away, in the caller's transaction; return whether there was one."""
    return history.remove_history(run_key)


def set_opening_stock(opening: messages.OpeningStock, *, by: str = "import") -> bool:
    """Post opening stock in the caller's transaction; the same run key twice changes nothing."""
    at = clock.now()
    posted = openings.set_opening_stock(opening, at=at, by=by)
    if posted:
        slots.open_stock(zip(opening.item_ids, opening.location_ids, strict=True), as_of=at)
    return posted


def remove_opening_stock(run_key: str, *, by: str = "import") -> bool:
    """Take opening stock back in the caller's transaction; raises NotEnoughStock where it was used."""
    at = clock.now()
    pairs = openings.list_pairs(run_key)
    removed = openings.remove_opening_stock(run_key, at=at, by=by)
    if removed:
        slots.follow_stock(pairs, cause="stock_count", as_of=at)
    return removed


def list_demand_status(ref: DocRef) -> tuple[messages.DemandStatus, ...]:
    """Return where the demands of a document stand, by line, in a fixed number of queries."""
    return statuses.list_demand_status(ref)


def list_stock(
    *, item_code: str = "", location_code: str = "", after: str = "", limit: int = 200
) -> tuple[reports.StockView, ...]:
    """Return our available stock by item and place, at most `limit` rows after a cursor."""
    return levels.list_stock(item_code=item_code, location_code=location_code, after=after, limit=limit)


def release_for_shipping(as_of: datetime, *, by: str = "system") -> tuple[int, ...]:
    """Reserve stock for demand whose ship date has come and open shipments; return their ids.

    An edge: outside a transaction it works in short ones, so that nobody waits for long.
    """
    orders = releases.list_due_orders(as_of)
    made: list[int] = []
    for start in range(0, len(orders), releases.ORDERS_AT_ONCE):
        chunk = orders[start : start + releases.ORDERS_AT_ONCE]
        made += [row.pk for row in _release(chunk, as_of=as_of, by=by)]
    return tuple(made)


def list_leanings(ref: DocRef) -> tuple[reports.Leaning, ...]:
    """Return on which stock, receipt or source each part of a document's promises leans."""
    return tuple(leanings.list_leanings(ref))


def list_shipments(ref: DocRef) -> tuple[reports.ShipmentView, ...]:
    """Return the shipments of a document with their lines, oldest first."""
    return fulfilment.describe_shipments(ref)


def pick_shipment(shipment_id: int, *, by: str, as_of: datetime) -> None:
    """Note that everything on a shipment was fetched. Raises IllegalTransition."""
    _work(shipment_id, lambda row: shipments.pick_all(row, at=as_of, by=by))


def pack_shipment(shipment_id: int, *, packages: int = 1, by: str, as_of: datetime) -> None:
    """Close the boxes of a shipment; what was not picked one by one counts as picked. Raises IllegalTransition."""
    _work(shipment_id, lambda row: shipments.pack(row, packages=packages, at=as_of, by=by))


def ship_shipment(shipment_id: int, *, carrier: str = "", tracking: str = "", by: str, as_of: datetime) -> None:
    """Hand a packed shipment over; its stock leaves, its delivery note is printed. Raises IllegalTransition."""
    _work(shipment_id, lambda row: shipments.ship(row, carrier=carrier, tracking=tracking, at=as_of, by=by))


def deliver_shipment(shipment_id: int, *, proof: str = "carrier", by: str, as_of: datetime) -> None:
    """Note that the consignee has the goods; `proof` is signature, photo, carrier or handed_over.

    Raises IllegalTransition, or UnknownProof.
    """
    _work(shipment_id, lambda row: shipments.deliver(row, proof=proof, at=as_of, by=by))


def reverse_shipment(shipment_id: int, *, by: str, as_of: datetime) -> None:
    """Take back goods that have not arrived: ours stand packed again, a partner's never left.

    Raises IllegalTransition after delivery: then it is a return.
    """
    _work(shipment_id, lambda row: reversals.reverse_shipment(row, at=as_of, by=by))


def cancel_shipment(shipment_id: int, *, by: str, as_of: datetime) -> None:
    """Cancel a shipment that has not left; its demands look for another supply. Raises IllegalTransition."""
    _work(shipment_id, lambda row: withdrawals.cancel_shipment(row, at=as_of, by=by))


def receive_purchase(
    lines: Sequence[messages.ReceiptLine], *, location_id: int, key: str = "", by: str, as_of: datetime
) -> tuple[int, ...]:
    """Post goods that arrived, one receipt a purchase order; the same key twice is one receipt. Returns receipt ids.

    Raises receipts.WrongReceipt, receipts.LotMissing and what srm.record_receipts raises.
    """
    made = _in_transaction(lambda: receipts.receive_lines(lines, location_id=location_id, key=key, at=as_of, by=by))
    return tuple(row.pk for row in made)


def reverse_receipt(receipt_id: int, *, by: str, as_of: datetime) -> int:
    """Take a wrong receipt back; return the reversing one. Raises AlreadyReversed or NotEnoughStock."""
    row = fulfilment.get_receipt(receipt_id)
    return _in_transaction(lambda: receipts.reverse_receipt(row, at=as_of, by=by)).pk


def list_production(ref: DocRef) -> tuple[reports.ProductionView, ...]:
    """Return what is made for a document, the orders that make components behind those that take them."""
    return production_views.list_of_document(ref)


def release_production(order_id: int, *, by: str, as_of: datetime) -> tuple[int, ...]:
    """Let a production order and those that make its components go to the shop floor; return their ids."""
    made = _in_transaction(lambda: production.release_tree(production.lock_order(order_id), at=as_of, by=by))
    return tuple(row.pk for row in made)


def start_step(order_id: int, position: int, *, by: str, as_of: datetime) -> None:
    """Begin step k of a production order. Raises StepOutOfTurn, ComponentsShort, IllegalTransition."""
    _in_transaction(lambda: steps.start_step(*production.lock_step(order_id, position), at=as_of, by=by))


def finish_step(
    order_id: int, position: int, *, good: Quantity | None = None, scrap: Quantity = ZERO, by: str, as_of: datetime
) -> None:
    """End step k of a production order with what came out of it. Raises WrongUnits and what start_step raises."""
    _in_transaction(
        lambda: steps.finish_step(
            *production.lock_step(order_id, position),
            good=None if good is None else good.amount,
            scrap=scrap.amount,
            at=as_of,
            by=by,
        )
    )


def finish_production(order_id: int, *, lot: str = "", serials: tuple[str, ...] = (), by: str, as_of: datetime) -> None:
    """Bring what was made to stock. Raises StepsOpen, NothingGood, MarkMissing, ComponentsShort."""
    _in_transaction(
        lambda: steps.finish_order(production.lock_order(order_id), lot_code=lot, serials=serials, at=as_of, by=by)
    )


def reverse_production(order_id: int, *, by: str, as_of: datetime) -> None:
    """Take back what was finished by mistake. Raises IllegalTransition, NotEnoughStock."""
    _in_transaction(lambda: steps.reverse_finish(production.lock_order(order_id), at=as_of, by=by))


def cancel_production(order_id: int, *, by: str, as_of: datetime) -> None:
    """Cancel a production order that is not finished. Raises IllegalTransition."""
    _in_transaction(lambda: production.cancel_order(production.lock_order(order_id), at=as_of, by=by))


def plan_transfer(request: messages.TransferRequest, *, by: str, as_of: datetime) -> int:
    """Write a transfer between our sites; return its id. Raises NotATransfer."""
    draft = transfers.TransferDraft(
        company_id=request.company_id, origin_id=request.origin_id, destination_id=request.destination_id,
        ship_on=request.ship_on, due_on=request.due_on, cause=request.cause,
        lines=tuple((item, units.amount) for item, units in request.lines),
    )  # fmt: skip
    return _in_transaction(lambda: transfers.plan_transfer(draft, at=as_of, by=by)).pk


def release_transfer(transfer_id: int, *, by: str, as_of: datetime) -> None:
    """Let a transfer go to the warehouse, which holds stock for it. Raises IllegalTransition."""
    _in_transaction(lambda: transfers.release_transfer(transfers.lock_transfer(transfer_id), at=as_of, by=by))


def ship_transfer(transfer_id: int, *, carrier: str = "", tracking: str = "", by: str, as_of: datetime) -> None:
    """Send what is held for a transfer. Raises NothingToShip, IllegalTransition."""
    _in_transaction(
        lambda: transfers.ship_transfer(
            transfers.lock_transfer(transfer_id), carrier=carrier, tracking=tracking, at=as_of, by=by
        )
    )


def receive_transfer(transfer_id: int, *, by: str, as_of: datetime) -> None:
    """Receive what is on the way. Raises IllegalTransition."""
    _in_transaction(lambda: transfers.receive_transfer(transfers.lock_transfer(transfer_id), at=as_of, by=by))


def get_plan() -> plan_answers.PlanView | None:
    """Return the figures of the current plan, or None before the first."""
    return plans.get_plan()


def list_proposals(*, limit: int = 500) -> tuple[plan_answers.ProposalView, ...]:
    """Return proposals that wait for a person, the costliest to miss first, with reasons that add up."""
    return plans.list_proposals(limit=limit)


def decide_proposals(order_ids: Sequence[int], action: str, *, by: str, as_of: datetime, note: str = "") -> int:
    """Accept, dismiss or reopen proposals: an edge with its own transaction. Raises proposals.ProposalGone."""
    ways: dict[str, Callable[[], list[object]]] = {
        "accept": lambda: [*proposals.accept_proposals(order_ids, by=by, at=as_of)],
        "dismiss": lambda: [*proposals.dismiss_proposals(order_ids, by=by, at=as_of, note=note)],
        "reopen": lambda: [*proposals.reopen_proposals(order_ids, at=as_of)],
    }
    return len(_in_transaction(ways[action]))


def list_outcomes(ref: DocRef) -> tuple[plan_answers.OutcomeView, ...]:
    """Return what the current plan says of the demands of a document, or of one line of it."""
    return plans.list_outcomes(ref)


def count_awaiting_plan() -> dict[str, int]:
    """Return how many open demands the published plan has not seen as they are now."""
    return plans.count_awaiting_plan()


def trace(ref: DocRef, *, as_of: datetime | None = None) -> messages.Chain | None:
    """Return what a thing leans on and who leans on it, by facts, by promise and by plan; None of what is unknown.

    Kinds: what recorded demand (or one line of it), demand, shipment, goods_receipt, stock (item, location),
    planned_order, purchase_order (or line), purchase_requisition, production_order, transfer_order.
    """
    return chains.trace(ref, as_of=as_of)


def search(text: str, *, limit: int = 5) -> tuple[Hit, ...]:
    """Return documents of operations that are numbered as somebody typed, at most `limit` of a kind."""
    return finding.search(text, limit=limit)


def get_forecast(item_id: int, location_id: int | None = None) -> reports.ItemForecast | None:
    """Return what is expected of an item week by week, or None before the first forecast."""
    return forecasts.find_forecast(item_id, location_id)


def list_forecast_errors(item_ids: Sequence[int] | None = None) -> tuple[reports.ForecastError, ...]:
    """Return how far off the current methods were on the weeks they were tested on, by item and location."""
    return forecasts.list_errors(item_ids)


def set_forecast_override(change: messages.ForecastChange, *, as_of: datetime | None = None) -> int:
    """Lay a person's change over the forecast in the caller's transaction; return its id. Raises BadOverride."""
    override = forecast_changes.set_override(
        item_id=change.item_id,
        location_id=change.location_id,
        starts_on=change.starts_on,
        ends_on=change.ends_on,
        quantity=None if change.quantity is None else change.quantity.amount,
        factor=change.factor,
        reason=change.reason,
        by=change.by,
        at=as_of or clock.now(),
    )
    return override.pk


def set_stock_policy(
    *, service_level: int, item_id: int | None = None, location_id: int | None = None, category_id: int | None = None,
    safety_stock: Quantity | None = None, reason: str = "", by: str, as_of: datetime | None = None,
) -> int:  # fmt: skip
    """Say how sure stock must be (1/10,000) in the caller's transaction; return the policy's id. Raises BadPolicy."""
    policy = policies.set_policy(
        item_id=item_id,
        location_id=location_id,
        category_id=category_id,
        service_level=service_level,
        safety_stock=None if safety_stock is None else safety_stock.amount,
        reason=reason,
        by=by,
        at=as_of or clock.now(),
    )
    return policy.pk


def list_violations() -> Iterator[Violation]:
    """Check everything that must always hold of stock, demand, promises and shipments."""
    yield from inventory.list_violations()
    yield from demands.list_violations()
    yield from fulfilment.list_violations()
    yield from production_checks.list_violations()
    yield from transfers.list_violations()
    yield from checks.list_violations()
    yield from plans.list_violations()


def _release(orders: Sequence[releases.OrderKey], *, as_of: datetime, by: str) -> list[Shipment]:
    return _in_transaction(lambda: releases.release_orders(orders, as_of=as_of, by=by))


def _in_transaction(work: Callable[[], Result]) -> Result:
    return work() if connection.in_atomic_block else run_atomic(work)


def _work(shipment_id: int, act: Callable[[Shipment], object]) -> None:
    """Do one thing to a locked shipment."""
    _in_transaction(lambda: act(fulfilment.lock_shipment(shipment_id)))
