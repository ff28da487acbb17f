"""The work on a shipment: pick, pack, ship, deliver, and take back what has not arrived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from rantai.foundation.documents import actions as documents
from rantai.foundation.locations import queries as locations
from rantai.iscm import events, milestones
from rantai.iscm.fulfilment import queries, rules, states
from rantai.iscm.fulfilment.actions import papers, withdrawals
from rantai.iscm.fulfilment.models import PackTask, PickTask, Shipment, ShipmentLine
from rantai.iscm.inventory.actions import reservations
from rantai.kernel import audit, jobs, outbox
from rantai.kernel.facts import Fact
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition


class WrongQuantity(ValueError):
    """A picked quantity that cannot be."""


class UnknownProof(ValueError):
    """A proof of delivery that is none of ours."""

    def __init__(self, proof: str) -> None:
        self.proof = proof
        super().__init__(
            _("“%(proof)s” is no proof of delivery. Say one of these: %(known)s.")
            % {"proof": proof[:40], "known": ", ".join(f"{code} ({word})" for code, word in rules.PROOFS.items())}
        )


def start_picking(shipment: Shipment, *, at: datetime, by: str) -> None:
    """Begin to fetch a shipment. Raises IllegalTransition. Records MilestoneReached (picking)."""
    require_transaction()
    states.shipment.move(shipment, "picking")
    audit.record(_ref(shipment), action="picking", by=by)
    _announce(shipment, queries.list_lines(shipment), milestones.PICKING, at=at)


def pick(task: PickTask, *, found: int | None = None, at: datetime, by: str) -> None:
    """Note that a task's units were fetched, all of them or fewer; raises WrongQuantity.

    Begins the shipment's picking where nobody has. Fewer units free the rest for another supply.
    """
    require_transaction()
    shipment = task.line.shipment
    units = task.units if found is None else found
    if not 0 <= units <= task.units:
        raise WrongQuantity
    _require(shipment, ("released", "picking"), to="picking")
    if shipment.state == "released":
        start_picking(shipment, at=at, by=by)
    if task.state != "open":
        return
    if units < task.units:
        withdrawals.pick_short(task, found=units, at=at, by=by)
    else:
        states.work.move(task, "done")
        PickTask.objects.filter(pk=task.pk).update(done_at=at, done_by=by)


def pick_all(shipment: Shipment, *, at: datetime, by: str) -> None:
    """Note that everything still open on a shipment was fetched. Raises IllegalTransition once it is packed."""
    require_transaction()
    _require(shipment, ("released", "picking"), to="picking")
    if shipment.state == "released":
        start_picking(shipment, at=at, by=by)
    PickTask.objects.filter(line__shipment=shipment, state="open").update(state="done", done_at=at, done_by=by)


def pack(
    shipment: Shipment, *, packages: int = 1, weight_g: int = 0, logistic_unit: str = "", at: datetime, by: str
) -> None:
    """Close the boxes; what was not ticked counts as picked. Records MilestoneReached (packed)."""
    require_transaction()
    # 'shipped' leads to 'packed' too, but by a reversal
    _require(shipment, ("released", "picking"), to="packed")
    pick_all(shipment, at=at, by=by)
    states.shipment.move(shipment, "packed")
    PackTask.objects.filter(shipment=shipment, state="open").update(
        state="done", weight_g=weight_g, logistic_unit=logistic_unit, done_at=at, done_by=by
    )
    _set(shipment, packages=packages, packed_at=at)
    audit.record(_ref(shipment), action="packed", by=by)
    _announce(shipment, queries.list_lines(shipment), milestones.PACKED, at=at)


def ship(shipment: Shipment, *, carrier: str = "", tracking: str = "", at: datetime, by: str) -> None:
    """Hand the goods over: their stock goes to the customers' account. Stock is locked last.

    Raises IllegalTransition. Records MilestoneReached (handed to carrier) and Shipped for each line, and has the
    delivery note printed.
    """
    require_transaction()
    states.shipment.move(shipment, "shipped")
    _set(shipment, carrier=carrier, tracking=tracking, shipped_at=at)
    lines = queries.list_lines(shipment)
    tasks = queries.list_done_picks(shipment)
    audit.record(_ref(shipment), action="shipped", by=by)
    _announce(shipment, lines, milestones.HANDED_TO_CARRIER, at=at, note_follows=True)
    outbox.record(*(_shipped(shipment, line, at) for line in lines))
    jobs.enqueue(papers.PRINT_TASK, {"shipment_id": shipment.pk}, key=str(shipment.pk))
    reservations.issue(
        [task.reservation for task in tasks],
        lines={task.reservation_id: task.line_id for task in tasks},
        customer_location_id=locations.get_account(shipment.company_id, "customer"),
        company_id=shipment.company_id,
        ref=_ref(shipment),
        at=at,
        by=by,
    )


def note_in_transit(shipment: Shipment, *, tracking: str = "", at: datetime) -> None:
    """Note the carrier's first scan. Records MilestoneReached (in transit)."""
    require_transaction()
    if tracking:
        _set(shipment, tracking=tracking)
    _announce(shipment, queries.list_lines(shipment), milestones.IN_TRANSIT, at=at)


def deliver(shipment: Shipment, *, proof: str, at: datetime, by: str) -> None:
    """Note that the consignee has the goods, and how we know. Records MilestoneReached (delivered).

    Raises IllegalTransition, or UnknownProof.
    """
    require_transaction()
    if proof not in rules.PROOFS:
        raise UnknownProof(proof)
    states.shipment.move(shipment, "delivered")
    _set(shipment, proof=proof, delivered_at=at)
    audit.record(_ref(shipment), action="delivered", by=by)
    _announce(shipment, queries.list_lines(shipment), milestones.DELIVERED, at=at)


def reverse_shipment(shipment: Shipment, *, at: datetime, by: str) -> None:
    """Take back goods that have not reached the customer: they stand packed and reserved again.

    Raises IllegalTransition after delivery: then it is a return. Records ShipmentReversed for each line.
    """
    require_transaction()
    _require(shipment, ("shipped",), to="packed")
    states.shipment.move(shipment, "packed")
    _set(shipment, shipped_at=None)
    for note in queries.list_notes([shipment.pk]):
        documents.remove_attachment(note, by=by)
    lines = queries.list_lines(shipment)
    tasks = queries.list_done_picks(shipment)
    audit.record(_ref(shipment), action="reversed", by=by)
    outbox.record(*(_reversed(shipment, line, at) for line in lines))
    reservations.take_back(
        [task.reservation for task in tasks], company_id=shipment.company_id, ref=_ref(shipment), at=at, by=by
    )


def order_fields(shipment: Shipment, line: ShipmentLine) -> dict[str, Any]:
    """Return how a fact names the demand of a line."""
    return {
        "order_kind": shipment.order_kind,
        "order_id": shipment.order_id,
        "line": line.order_line,
        "schedule": line.order_schedule,
        "demand_id": line.demand_id,
    }


def _require(shipment: Shipment, states_before: tuple[str, ...], *, to: str) -> None:
    if shipment.state not in states_before:
        raise IllegalTransition(str(shipment), shipment.state, to, states.shipment.ways[shipment.state])


def _announce(
    shipment: Shipment, lines: Sequence[ShipmentLine], milestone: str, *, at: datetime, note_follows: bool = False
) -> None:
    facts: Iterable[Fact] = (
        events.MilestoneReached(
            milestone=milestone,
            at=at,
            units=line.units,
            carrier=shipment.carrier,
            tracking=shipment.tracking,
            shipment_id=shipment.pk,
            note_follows=note_follows,
            **order_fields(shipment, line),
        )
        for line in lines
    )
    outbox.record(*facts)


def _shipped(shipment: Shipment, line: ShipmentLine, at: datetime) -> events.Shipped:
    return events.Shipped(
        shipment_id=shipment.pk,
        shipment_number=shipment.number,
        units=line.units,
        at=at,
        **order_fields(shipment, line),
    )


def _reversed(shipment: Shipment, line: ShipmentLine, at: datetime) -> events.ShipmentReversed:
    return events.ShipmentReversed(shipment_id=shipment.pk, units=line.units, at=at, **order_fields(shipment, line))


def _ref(shipment: Shipment) -> DocRef:
    return DocRef("shipment", shipment.pk)


def _set(shipment: Shipment, **changes: Any) -> None:
    """Write what an act adds to a shipment; each act is a new revision."""
    shipment.revision += 1
    for name, value in changes.items():
        setattr(shipment, name, value)
    Shipment.objects.filter(pk=shipment.pk).update(revision=shipment.revision, **changes)
