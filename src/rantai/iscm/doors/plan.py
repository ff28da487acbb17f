"""The published plan, its proposals, and the chain behind a thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from rantai.iscm import messages, reports
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.queries import consumption
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.inventory import queries as inventory
from rantai.iscm.production.queries import checks as production_checks
from rantai.iscm.promising.queries import checks
from rantai.iscm.supply.actions import proposals
from rantai.iscm.supply.queries import answers as plan_answers
from rantai.iscm.supply.queries import chains, finding, plans, safe
from rantai.kernel.hits import Hit
from rantai.kernel.invariants import Violation
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import join_atomic


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
    return len(join_atomic(ways[action]))


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


def tell_customer(ref: DocRef, *, as_of: datetime) -> reports.CustomersWait | None:
    """Return what an order line waits for, in kinds and days that its customer may read; None where nothing does."""
    return safe.tell_customer(ref, as_of=as_of)


def tell_supplier(order_id: int) -> tuple[reports.SuppliersHold, ...]:
    """Return what hangs on the open schedule lines of a purchase order: counts and days, no name of a customer."""
    return safe.tell_supplier(order_id)


def search(text: str, *, limit: int = 5) -> tuple[Hit, ...]:
    """Return documents of operations that are numbered as somebody typed, at most `limit` of a kind."""
    return finding.search(text, limit=limit)


def list_violations() -> Iterator[Violation]:
    """Check everything that must always hold of stock, demand, promises and shipments."""
    yield from inventory.list_violations()
    yield from demands.list_violations()
    yield from consumption.list_violations()
    yield from fulfilment.list_violations()
    yield from production_checks.list_violations()
    yield from transfers.list_violations()
    yield from checks.list_violations()
    yield from plans.list_violations()
