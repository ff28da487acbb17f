"""Read shipments, receipts and returns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from django.db.models import F, QuerySet, Sum

from rantai.foundation.documents.models import Attachment
from rantai.foundation.locations import rules as places
from rantai.iscm import reports
from rantai.iscm.fulfilment.models import (
    GoodsReceipt,
    GoodsReceiptLine,
    PickTask,
    ReturnAuthorization,
    ReturnAuthorizationLine,
    Shipment,
    ShipmentLine,
)
from rantai.iscm.inventory.models import StockBalance
from rantai.kernel.invariants import Violation, rows
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef

OPEN = ("released", "picking", "packed")
"""States of a shipment that has not left."""

NOTE = "delivery_note"
"""The purpose of the file that is a shipment's delivery note, and the kind of its paper."""


def lock_shipment(shipment_id: int) -> Shipment:
    """Return one shipment, locked."""
    return Shipment.objects.select_for_update().get(pk=shipment_id)


def lock_open_of_demands(demand_ids: Iterable[int]) -> list[Shipment]:
    """Return the shipments with units of demands that have not left, locked in ascending id order."""
    ids = ShipmentLine.objects.filter(demand_id__in=list(demand_ids), shipment__state__in=OPEN).values("shipment_id")
    return list(Shipment.objects.select_for_update().filter(pk__in=ids).order_by("id"))


def list_lines(shipment: Shipment) -> list[ShipmentLine]:
    """Return the lines of a shipment in the order of the order."""
    lines = ShipmentLine.objects.filter(shipment=shipment).select_related("item__base_unit")
    return list(lines.order_by("order_line", "order_schedule", "id"))


def list_done_picks(shipment: Shipment) -> list[PickTask]:
    """Return what was fetched for a shipment, by reservation."""
    tasks = PickTask.objects.filter(line__shipment=shipment, state="done").select_related("reservation")
    return list(tasks.order_by("reservation_id"))


def list_picks(shipment: Shipment) -> list[PickTask]:
    """Return the tasks of a shipment as a picker walks: by bin, then item."""
    tasks = PickTask.objects.filter(line__shipment=shipment).select_related(
        "line__item__base_unit", "reservation__balance__lot", "reservation__balance__bin"
    )
    return list(tasks.order_by("reservation__balance__bin__code", "line__item__code", "id"))


def count_late(on: date) -> int:
    """Count the shipments that should have left before a day."""
    return Shipment.objects.filter(state__in=OPEN, ship_on__lt=on).count()


def lock_lines(shipment: Shipment) -> list[ShipmentLine]:
    """Return the lines of a shipment, locked in ascending id order."""
    lines = ShipmentLine.objects.select_for_update(of=("self",)).select_related("item")
    return list(lines.filter(shipment=shipment).order_by("id"))


def list_issued(line: ShipmentLine) -> list[tuple[StockBalance, int]]:
    """Return the balances that a line's units left from, with the units, in the order of picking."""
    tasks = PickTask.objects.filter(line=line, state="done", reservation__state="issued")
    tasks = tasks.select_related("reservation__balance__item").order_by("id")
    return [(task.reservation.balance, task.units) for task in tasks]


def get_receipt(receipt_id: int) -> GoodsReceipt:
    """Return one receipt."""
    return GoodsReceipt.objects.get(pk=receipt_id)


def list_receipt_lines(receipt: GoodsReceipt) -> list[GoodsReceiptLine]:
    """Return the lines of a receipt."""
    lines = GoodsReceiptLine.objects.filter(receipt=receipt).select_related("item__base_unit", "lot")
    return list(lines.order_by("id"))


def list_shipments() -> QuerySet[Shipment]:
    """Return all shipments."""
    return Shipment.objects.all()


def list_of_order(ref: DocRef) -> list[Shipment]:
    """Return the shipments of a document, oldest first."""
    shipments = Shipment.objects.filter(order_kind=ref.kind, order_id=ref.id)
    return list(shipments.select_related("location").order_by("id"))


def describe_shipments(ref: DocRef) -> tuple[reports.ShipmentView, ...]:
    """Return the shipments of a document with their lines and printed notes, in three queries."""
    rows = Shipment.objects.filter(order_kind=ref.kind, order_id=ref.id).prefetch_related("lines")
    shipments = list(rows.order_by("id"))
    notes = _find_notes([shipment.pk for shipment in shipments])
    return tuple(_describe(shipment, notes.get(shipment.pk)) for shipment in shipments)


def list_notes(shipment_ids: Sequence[int]) -> QuerySet[Attachment]:
    """Return the delivery notes that left with shipments; none before one is printed, or once its goods came back."""
    rows = Attachment.objects.filter(ref_kind="shipment", ref_id__in=shipment_ids, purpose=NOTE)
    return rows.filter(archived_at=None).order_by("id")


def _find_notes(shipment_ids: Sequence[int]) -> dict[int, int]:
    """Return shipment → the attachment with its delivery note, the newest where it left twice."""
    return dict(list_notes(shipment_ids).values_list("ref_id", "id")) if shipment_ids else {}


def _describe(shipment: Shipment, note: int | None) -> reports.ShipmentView:
    return reports.ShipmentView(
        id=shipment.pk,
        number=shipment.number,
        state=shipment.state,
        location_id=shipment.location_id,
        ship_on=shipment.ship_on,
        promised_on=shipment.promised_on,
        carrier=shipment.carrier,
        tracking=shipment.tracking,
        shipped_at=shipment.shipped_at,
        delivered_at=shipment.delivered_at,
        note=note,
        lines=tuple(
            reports.ShipmentLineView(
                line=line.order_line,
                schedule=line.order_schedule,
                demand_id=line.demand_id,
                item_id=line.item_id,
                units=Quantity(line.units),
                returned=Quantity(line.returned),
            )
            for line in sorted(shipment.lines.all(), key=lambda line: (line.order_line, line.order_schedule, line.pk))
        ),
    )


def count_to_pick(on: date) -> int:
    """Count the shipments that must leave by a day and are not packed yet."""
    return Shipment.objects.filter(state__in=("released", "picking"), ship_on__lte=on).count()


def list_returnable(ref: DocRef) -> tuple[reports.ReturnableLine, ...]:
    """Return what of a document was delivered from our sites and may still be sent back, in the order of its lines."""
    lines = _list_delivered(ref).select_related("shipment").order_by("order_line", "order_schedule", "id")
    waiting = _sum_authorized(lines)
    return tuple(
        reports.ReturnableLine(
            line_id=line.pk,
            shipment_id=line.shipment_id,
            shipment_number=line.shipment.number,
            line=line.order_line,
            schedule=line.order_schedule,
            item_id=line.item_id,
            units=Quantity(left),
            delivered_at=line.shipment.delivered_at,
        )
        for line in lines
        if (left := line.units - line.returned - waiting.get(line.pk, 0)) > 0
    )


def list_returns(ref: DocRef) -> tuple[reports.ReturnView, ...]:
    """Return what may come back of a document's shipments and what has, newest first."""
    rows = ReturnAuthorization.objects.filter(shipment__order_kind=ref.kind, shipment__order_id=ref.id)
    return tuple(describe_return(row) for row in list_authorizations(rows).order_by("-id"))


def list_authorizations(rows: QuerySet[ReturnAuthorization]) -> QuerySet[ReturnAuthorization]:
    """Return authorizations with all that their description reads."""
    return rows.select_related("shipment__location").prefetch_related("lines__line__item__base_unit")


def describe_return(row: ReturnAuthorization) -> reports.ReturnView:
    """Return an authorization as other houses show it."""
    return reports.ReturnView(
        id=row.pk,
        number=row.number,
        state=row.state,
        reason=row.reason,
        note=row.note,
        shipment_id=row.shipment_id,
        shipment_number=row.shipment.number,
        site=row.shipment.location.name,
        authorized_at=row.authorized_at,
        ended_at=row.ended_at,
        lines=tuple(
            reports.ReturnLineView(
                line=part.line.order_line,
                schedule=part.line.order_schedule,
                item_id=part.line.item_id,
                units=Quantity(part.units),
                received=Quantity(part.received),
            )
            for part in row.lines.all()
        ),
    )


def lock_returnable(ref: DocRef, line_ids: Collection[int]) -> dict[int, tuple[ShipmentLine, int]]:
    """Return delivered lines of a document, locked in id order, with the units that may still be sent back."""
    rows = _list_delivered(ref).select_for_update(of=("self",)).select_related("shipment__location", "item")
    lines = list(rows.filter(pk__in=line_ids).order_by("id"))
    waiting = _sum_authorized(lines)
    return {line.pk: (line, line.units - line.returned - waiting.get(line.pk, 0)) for line in lines}


def find_locked_authorization(ref: DocRef, authorization_id: int) -> ReturnAuthorization | None:
    """Return one authorization of a document, locked."""
    rows = ReturnAuthorization.objects.select_for_update()
    shipments = Shipment.objects.filter(order_kind=ref.kind, order_id=ref.id)
    return rows.filter(pk=authorization_id, shipment__in=shipments).first()


def list_open_authorizations(shipment: Shipment) -> list[ReturnAuthorization]:
    """Return what may still come back of a shipment, oldest first."""
    rows = ReturnAuthorization.objects.filter(shipment=shipment, state="open")
    return list(rows.prefetch_related("lines").order_by("id"))


def count_awaited() -> int:
    """Count the authorizations of which goods may still come."""
    return ReturnAuthorization.objects.filter(state="open").count()


def _list_delivered(ref: DocRef) -> QuerySet[ShipmentLine]:
    """Return lines that left our own sites: what a partner shipped does not come back to us."""
    return ShipmentLine.objects.filter(
        shipment__order_kind=ref.kind, shipment__order_id=ref.id, shipment__state="delivered",
        shipment__location__kind__in=places.SITES,
    )  # fmt: skip


def _sum_authorized(lines: Iterable[ShipmentLine]) -> dict[int, int]:
    """Return shipment line → units that were allowed to come back and have not."""
    rows = ReturnAuthorizationLine.objects.filter(line__in=[line.pk for line in lines], authorization__state="open")
    return dict(rows.order_by().values_list("line").annotate(units=Sum(F("units") - F("received"))))


def list_receipts() -> QuerySet[GoodsReceipt]:
    """Return all goods receipts."""
    return GoodsReceipt.objects.all()


def list_receipts_of(ref: DocRef) -> list[GoodsReceipt]:
    """Return the receipts of a purchase order, oldest first."""
    receipts = GoodsReceipt.objects.filter(ref_kind=ref.kind, ref_id=ref.id)
    return list(receipts.select_related("location").prefetch_related("lines__item__base_unit").order_by("id"))


def get_lines(line_ids: Sequence[int]) -> dict[int, ShipmentLine]:
    """Return shipment lines by id."""
    return ShipmentLine.objects.select_related("item", "shipment").in_bulk(list(line_ids))


def list_violations() -> Iterator[Violation]:
    """Check that lines ship what their picks hold."""
    found = rows(
        "SELECT l.id, l.units, COALESCE(SUM(p.units), 0) FROM iscm_fulfilment_shipmentline l"
        " JOIN iscm_fulfilment_shipment s ON s.id = l.shipment_id AND s.state <> 'cancelled'"
        " LEFT JOIN iscm_fulfilment_picktask p ON p.line_id = l.id AND p.state <> 'cancelled'"
        " GROUP BY l.id, l.units HAVING l.units <> COALESCE(SUM(p.units), 0)"
    )
    for pk, units, picked in found:
        text = f"ships {units}, its tasks fetch {picked}"
        yield Violation(rule="shipment.line_is_sum_of_picks", subject=f"shipment line {pk}", message=text)
    unlike = rows(
        "SELECT p.id, p.units, r.units FROM iscm_fulfilment_picktask p"
        " JOIN iscm_inventory_reservation r ON r.id = p.reservation_id"
        " WHERE p.units <> r.units AND p.state <> 'cancelled'"
    )
    for pk, units, reserved in unlike:
        text = f"fetches {units}, its reservation holds {reserved}"
        yield Violation(rule="shipment.pick_is_its_reservation", subject=f"pick task {pk}", message=text)
