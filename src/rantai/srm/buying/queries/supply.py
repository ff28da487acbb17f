"""What is on order, as the planner, the promise and the warehouse read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from rantai.kernel import clock
from rantai.kernel.compiled import Compiled
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm.buying import states
from rantai.srm.buying.models import PurchaseOrderLine, PurchaseRequisition, PurchaseScheduleLine
from rantai.srm.messages import OpenSupply, PurchaseLine

_ENDED = ("received", "closed", "cancelled")
_CHUNK = 900
Row = TypeVar("Row", bound=Model)


def list_open_supply(
    item_ids: Sequence[int] | None = None, order_ids: Sequence[int] | None = None
) -> tuple[OpenSupply, ...]:
    """Return every open schedule line and open requisition; with `order_ids`, all schedules of these orders."""
    if order_ids is not None:
        rows = PurchaseScheduleLine.objects.filter(line__order_id__in=list(order_ids))
        return tuple(_read_schedule(row) for row in rows.select_related("line__order", "requisition").order_by("id"))
    if item_ids is None:
        schedules = [_read_schedule(row) for row in _open_schedules().iterator(chunk_size=2000)]
        requisitions = [_read_requisition(row) for row in _open_requisitions().iterator(chunk_size=2000)]
    else:
        wanted = [list(item_ids[start : start + _CHUNK]) for start in range(0, len(item_ids), _CHUNK)]
        schedules = [_read_schedule(row) for part in wanted for row in _SCHEDULES_OF.read(part)]
        requisitions = [_read_requisition(row) for part in wanted for row in _REQUISITIONS_OF.read(part)]
    return tuple(supply for supply in schedules + requisitions if supply.open_units)


def list_changed_items(since: int) -> set[int]:
    """Return the items whose purchases or requisitions changed after a `changed_seq`."""
    return {pk for (pk,) in (*_CHANGED_SCHEDULES.read(since), *_CHANGED_REQUISITIONS.read(since))}


_CHANGED_SCHEDULES = Compiled(
    lambda since: PurchaseScheduleLine.objects.filter(changed_seq__gt=since).order_by().values_list("line__item_id")
)
_CHANGED_REQUISITIONS = Compiled(
    lambda since: PurchaseRequisition.objects.filter(changed_seq__gt=since).order_by().values_list("item_id")
)


def list_supply_for(kind: str, ids: Sequence[int]) -> tuple[OpenSupply, ...]:
    """Return what is or was bought for causes of one kind, or out of requisitions; open requisitions too."""
    is_own = kind == "purchase_requisition"
    cause = {"pk__in": list(ids)} if is_own else {"cause_kind": kind, "cause_id__in": list(ids)}
    wishes = PurchaseRequisition.objects.filter(**cause)
    rows = PurchaseScheduleLine.objects.filter(requisition__in=wishes).exclude(line__order__state="cancelled")
    found = [_read_schedule(row) for row in rows.select_related("line__order", "requisition").order_by("id")]
    return (*found, *(_read_requisition(row) for row in wishes.filter(state="open").order_by("id")))


def get_purchase_lines(refs: Iterable[DocRef]) -> tuple[PurchaseLine, ...]:
    """Return the cited order lines, or all lines of a cited order, in the order of their positions."""
    wanted = list(refs)
    lines = [ref.line for ref in wanted if ref.line]
    orders = [ref.id for ref in wanted if not ref.line]
    rows = PurchaseOrderLine.objects.filter(Q(pk__in=lines) | Q(order_id__in=orders))
    rows = rows.select_related("order__supplier").prefetch_related("schedules").order_by("order_id", "position")
    return tuple(_read_line(row) for row in rows)


def number_lines(order_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return order and position of every line of these orders, by the line's id."""
    rows = PurchaseOrderLine.objects.filter(order_id__in=set(order_ids))
    return {pk: (order_id, position) for pk, order_id, position in rows.values_list("pk", "order_id", "position")}


def list_receivable(location_id: int | None = None) -> tuple[PurchaseLine, ...]:
    """Return the lines that goods may come in for, soonest first."""
    rows = PurchaseOrderLine.objects.filter(order__state__in=states.AWAITED, order__drop_to_address=None)
    if location_id is not None:
        rows = rows.filter(order__location_id=location_id)
    rows = rows.select_related("order__supplier").prefetch_related("schedules")
    found = (_read_line(row) for row in rows)
    return tuple(sorted((line for line in found if line.open_units), key=lambda line: (line.expected_on, line.ref)))


def count_on_order(item_id: int) -> Quantity:
    """Return the units of an item still to come from suppliers."""
    return Quantity(sum(supply.open_units.amount for supply in list_open_supply([item_id]) if supply.is_firm))


def _open_schedules() -> QuerySet[PurchaseScheduleLine]:
    rows = PurchaseScheduleLine.objects.exclude(line__order__state__in=_ENDED)
    return rows.select_related("line__order", "requisition").order_by("expected_on", "id")


def _open_requisitions() -> QuerySet[PurchaseRequisition]:
    return PurchaseRequisition.objects.filter(state="open").order_by("due_on", "id")


_SCHEDULES_OF = Compiled(lambda items: _open_schedules().filter(line__item_id__in=items))
_REQUISITIONS_OF = Compiled(lambda items: _open_requisitions().filter(item_id__in=items))


def _read_schedule(row: PurchaseScheduleLine) -> OpenSupply:
    order = row.line.order
    has_ended = order.state in _ENDED
    return OpenSupply(
        ref=row.line.ref,
        schedule_id=row.pk,
        order_number=str(order),
        supplier_id=order.supplier_id,
        item_id=row.line.item_id,
        location_id=order.location_id,
        ordered=Quantity(row.asked),
        received=Quantity(row.received),
        open_units=Quantity(0 if has_ended else row.open_units),
        requested_on=row.requested_on,
        committed_on=row.committed_on,
        expected_on=row.expected_on,
        is_firm=order.state in states.WITH_SUPPLIER,
        cause=row.requisition.cause if row.requisition else None,
        changed_seq=row.changed_seq,
        drop_to_address_id=order.drop_to_address_id,
        drop_for_number=order.drop_for_number,
        sent_at=order.sent_at,
    )


def _read_requisition(row: PurchaseRequisition) -> OpenSupply:
    return OpenSupply(
        ref=DocRef("purchase_requisition", row.pk),
        schedule_id=0,
        order_number="",
        supplier_id=row.supplier_id or 0,
        item_id=row.item_id,
        location_id=row.location_id,
        ordered=Quantity(row.units),
        received=Quantity(0),
        open_units=Quantity(row.units),
        requested_on=row.due_on,
        committed_on=None,
        expected_on=row.due_on,
        is_firm=False,
        cause=row.cause,
        changed_seq=row.changed_seq,
        drop_to_address_id=row.drop_to_address_id,
        drop_for_number=row.drop_for_number,
    )


def _read_line(row: PurchaseOrderLine) -> PurchaseLine:
    schedules = list(row.schedules.all())
    expected = [schedule.expected_on for schedule in schedules if schedule.open_units]
    return PurchaseLine(
        ref=row.ref,
        order_number=str(row.order),
        order_state=row.order.state,
        supplier_id=row.order.supplier_id,
        supplier_name=row.order.supplier.name,
        item_id=row.item_id,
        location_id=row.order.location_id,
        ordered=Quantity(sum(schedule.asked for schedule in schedules)),
        received=Quantity(sum(schedule.received for schedule in schedules)),
        open_units=Quantity(sum(schedule.open_units for schedule in schedules)),
        expected_on=min(expected or [schedule.expected_on for schedule in schedules]),
        is_receivable=row.order.state in states.WITH_SUPPLIER,
    )


def list_ordered(*, since: date, until: date) -> tuple[tuple[int, date, int], ...]:
    """Return (item, day sent, 1/10,000 base units) of order lines sent in [since, until); days are the company's."""
    lines = PurchaseOrderLine.objects.filter(order__sent_at__isnull=False, ordered__gt=0).order_by("id")
    first, last = (datetime.combine(day, time(), tzinfo=UTC) for day in (since, until))
    near = lines.filter(order__sent_at__gte=first - timedelta(days=1), order__sent_at__lt=last + timedelta(days=1))
    rows = near.values_list("item_id", "order__sent_at", "order__company__zone", "ordered")
    dated = ((item, clock.business_date(at, zone), units) for item, at, zone, units in rows if at is not None)
    return tuple((item, on, units) for item, on, units in dated if since <= on < until)
