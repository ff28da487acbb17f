"""Take units off shipments before they leave: an order was cancelled, or the shelf was empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from rantai.iscm import events
from rantai.iscm.fulfilment import queries, states
from rantai.iscm.fulfilment.models import PackTask, PickTask, Shipment, ShipmentLine
from rantai.iscm.inventory.actions import moves, reservations
from rantai.iscm.inventory.models import Reservation
from rantai.kernel import audit, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class CannotWithdraw(Exception):
    """Units that are packed or gone cannot be taken off a shipment by the office."""

    def __init__(self, shipment: Shipment) -> None:
        self.shipment = shipment
        super().__init__(
            _("%(shipment)s is packed. Ask the warehouse to cancel it first, or let it go and take a return.")
            % {"shipment": shipment}
        )


def withdraw_demands(demand_ids: Sequence[int], *, at: datetime, by: str) -> None:
    """Take demands off shipments that are released or being picked; raises CannotWithdraw for packed ones.

    Locks shipments in ascending id order. The caller settles the demands: no fact is told back to it.
    """
    require_transaction()
    for shipment in queries.lock_open_of_demands(demand_ids):
        if shipment.state == "packed":
            raise CannotWithdraw(shipment)
        lines = [line for line in queries.list_lines(shipment) if line.demand_id in set(demand_ids)]
        _drop_lines(shipment, lines, at=at, by=by)


def cancel_shipment(shipment: Shipment, *, at: datetime, by: str) -> None:
    """Cancel a shipment that has not left; its stock is free and its demands wait again.

    Raises IllegalTransition. Records ReservationFreed for each line.
    """
    require_transaction()
    lines = queries.list_lines(shipment)
    units = {line.pk: line.units for line in lines}
    states.shipment.move(shipment, "cancelled")
    freed = _free(lines, at=at, by=by)
    PackTask.objects.filter(shipment=shipment, state="open").update(state="cancelled")
    audit.record(DocRef("shipment", shipment.pk), action="cancelled", by=by)
    if freed:
        outbox.record(*(_freed(shipment, line, units[line.pk], "shipment_cancelled") for line in lines))


def pick_short(task: PickTask, *, found: int, at: datetime, by: str) -> None:
    """Pick only what was found; the missing units are freed for another supply, and the place wants a count.

    Records ReservationFreed. A shipment that loses its last unit is cancelled.
    """
    require_transaction()
    line, missing = task.line, task.units - found
    shipment = line.shipment
    rest = reservations.split(task.reservation, keep=found) if found else task.reservation
    reservations.free([rest], at=at)
    _set_aside(rest, shipment, at=at, by=by)
    PickTask.objects.filter(pk=task.pk).update(
        units=found or task.units, state="done" if found else "cancelled", done_at=at, done_by=by
    )
    _shrink(line, missing)
    outbox.record(_freed(shipment, line, missing, "short_pick"))
    audit.record(DocRef("shipment", shipment.pk), action="picked_short", by=by, changes={"units": [task.units, found]})
    if not queries.list_lines(shipment):
        states.shipment.move(shipment, "cancelled")


def _set_aside(reservation: Reservation, shipment: Shipment, *, at: datetime, by: str) -> None:
    """Put units that the books have and nobody found into quarantine, so that they are not promised again."""
    balance = reservation.balance
    here = moves.Account.of(balance)
    move = moves.Move(
        item_id=balance.item_id,
        units=reservation.units,
        source=here,
        target=replace(here, status="quarantine"),
        lot_id=balance.lot_id,
        serial=balance.serial,
        reason="not_found",
        ref=DocRef("shipment", shipment.pk),
    )
    moves.post_moves([move], company_id=balance.company_id, at=at, by=by)


def _drop_lines(shipment: Shipment, lines: Sequence[ShipmentLine], *, at: datetime, by: str) -> None:
    _free(lines, at=at, by=by)
    left = len(queries.list_lines(shipment)) - len(lines)
    if left:
        PickTask.objects.filter(line__in=lines).delete()
        ShipmentLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
    else:
        states.shipment.move(shipment, "cancelled")
        PackTask.objects.filter(shipment=shipment, state="open").update(state="cancelled")
    audit.record(
        DocRef("shipment", shipment.pk),
        action="lines_withdrawn",
        by=by,
        changes={"demands": [[line.demand_id for line in lines], []]},
    )


def _free(lines: Sequence[ShipmentLine], *, at: datetime, by: str) -> list[Reservation]:
    tasks = PickTask.objects.filter(line__in=lines).exclude(state="cancelled").select_related("reservation")
    held = [task.reservation for task in tasks.order_by("reservation_id")]
    reservations.free(held, at=at)
    PickTask.objects.filter(pk__in=[task.pk for task in tasks]).update(state="cancelled", done_at=at, done_by=by)
    return held


def _shrink(line: ShipmentLine, missing: int) -> None:
    if line.units > missing:
        line.units -= missing
        ShipmentLine.objects.filter(pk=line.pk).update(units=line.units)
    else:
        PickTask.objects.filter(line=line).delete()
        ShipmentLine.objects.filter(pk=line.pk).delete()


def _freed(shipment: Shipment, line: ShipmentLine, units: int, cause: str) -> events.ReservationFreed:
    return events.ReservationFreed(
        order_kind=shipment.order_kind,
        order_id=shipment.order_id,
        line=line.order_line,
        schedule=line.order_schedule,
        demand_id=line.demand_id,
        item_id=line.item_id,
        location_id=shipment.location_id,
        units=units,
        cause=cause,
    )
