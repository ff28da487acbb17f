"""Put requisitions on draft orders, and keep lines and totals in step with their schedules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F, Max, Sum
from django.utils import timezone

from rantai.kernel import audit, changes, money
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm.buying.models import PurchaseOrder, PurchaseOrderLine, PurchaseRequisition, PurchaseScheduleLine
from rantai.srm.contracts import queries as contracts
from rantai.srm.suppliers import queries as suppliers

_BUNDLE = (
    "company_id",
    "supplier_id",
    "location_id",
    "currency",
    "drop_to_address_id",
    "drop_for_number",
    "policy_id",
)


def bundle_key(row: PurchaseRequisition) -> tuple[object, ...]:
    """Return what requisitions must share to stand on one order: a drop-ship never mixes customers' orders."""
    return tuple(getattr(row, name) for name in _BUNDLE)


def add_to_draft(rows: Sequence[PurchaseRequisition], *, by: str, on: date) -> PurchaseOrder:
    """Put requisitions of one bundle on its open draft, or on a new one."""
    require_transaction()
    order = _find_draft(rows[0]) or _open_draft(rows[0], by=by)
    for row in rows:
        line = _find_line(order, row) or _add_line(order, row, on=on)
        _add_schedule(line, row)
    for line in order.lines.all():
        settle_line(line, on=on, reprice=True)
    settle_total(order)
    audit.record(
        DocRef("purchase_order", order.pk),
        action="lines_added",
        by=by,
        changes={"requisitions": [None, [row.pk for row in rows]]},
    )
    return PurchaseOrder.objects.get(pk=order.pk)


def settle_line(line: PurchaseOrderLine, *, on: date | None = None, reprice: bool = False) -> None:
    """Set a line's units and amount from its schedules; with `reprice` the price break of the new quantity holds."""
    sums = line.schedules.aggregate(ordered=Sum("ordered"), cancelled=Sum("cancelled"))
    ordered, cancelled = sums["ordered"] or 0, sums["cancelled"] or 0
    cost = line.unit_cost
    if reprice and on is not None:
        price = contracts.find_price(
            line.order.supplier_id, item_id=line.item_id, units=ordered, on=on, currency=line.order.currency
        )
        cost = cost if price is None else price
    amount = money.extend(cost, ordered - cancelled, line.order.currency)
    typed = ordered * line.factor_denominator // line.factor_numerator
    line.ordered, line.unit_cost, line.amount, line.typed = ordered, cost, amount, typed
    PurchaseOrderLine.objects.filter(pk=line.pk).update(ordered=ordered, unit_cost=cost, amount=amount, typed=typed)


def settle_total(order: PurchaseOrder) -> None:
    """Set an order's total from its lines and raise its revision."""
    total = order.lines.aggregate(total=Sum("amount"))["total"] or 0
    PurchaseOrder.objects.filter(pk=order.pk).update(total=total, revision=F("revision") + 1, updated_at=timezone.now())
    order.refresh_from_db(fields=["total", "revision", "updated_at"])


def _find_draft(row: PurchaseRequisition) -> PurchaseOrder | None:
    same: dict[str, Any] = {name: getattr(row, name) for name in _BUNDLE}
    return PurchaseOrder.objects.select_for_update().filter(**same, state="draft").order_by("id").first()


def _open_draft(row: PurchaseRequisition, *, by: str) -> PurchaseOrder:
    supplier = suppliers.find_supplier(row.supplier_id or 0)
    same: dict[str, Any] = {name: getattr(row, name) for name in _BUNDLE}
    term = supplier.payment_term_id if supplier else None
    return PurchaseOrder.objects.create(**same, payment_term_id=term, created_by=by)


def _find_line(order: PurchaseOrder, row: PurchaseRequisition) -> PurchaseOrderLine | None:
    same: dict[str, Any] = {"item_id": row.item_id, "source_id": row.source_id}
    return order.lines.filter(**same).order_by("id").first()


def _add_line(order: PurchaseOrder, row: PurchaseRequisition, *, on: date) -> PurchaseOrderLine:
    last = order.lines.aggregate(last=Max("position"))["last"] or 0
    return PurchaseOrderLine.objects.create(
        order=order,
        position=last + 1,
        item_id=row.item_id,
        source_id=row.source_id,
        ordered=row.units,
        typed=row.units,
        typed_unit_id=row.item.base_unit_id,
        unit_cost=row.unit_cost or _fallback_cost(order, row),
    )


def _fallback_cost(order: PurchaseOrder, row: PurchaseRequisition) -> int:
    return row.item.standard_cost if order.currency == order.company.currency else 0


def _add_schedule(line: PurchaseOrderLine, row: PurchaseRequisition) -> None:
    last = line.schedules.aggregate(last=Max("position"))["last"] or 0
    PurchaseScheduleLine.objects.create(
        line=line,
        position=last + 1,
        requisition=row,
        ordered=row.units,
        requested_on=row.due_on,
        expected_on=row.due_on,
        changed_seq=changes.next_change(),
    )
