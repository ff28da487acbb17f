"""What a buyer must know of orders: broken minimums, missing answers, late lines."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext as _

from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity
from rantai.srm.buying import states
from rantai.srm.buying.models import PurchaseOrder, PurchaseScheduleLine
from rantai.srm.suppliers import queries as suppliers

SETTLED_AFTER = timedelta(days=30)


def list_warnings(order: PurchaseOrder) -> list[str]:
    """Return the minimums and multiples that an order breaks, each with its figures."""
    found = []
    for line in order.lines.select_related("item", "source").order_by("position"):
        source = line.source
        if source is None or not line.ordered:
            continue
        facts = {"item": line.item.code, "units": Quantity(line.ordered)}
        if line.ordered < source.minimum:
            text = _("%(item)s: %(units)s ordered, the supplier's minimum is %(limit)s.")
            found.append(text % {**facts, "limit": Quantity(source.minimum)})
        if source.multiple and line.ordered % source.multiple:
            text = _("%(item)s: %(units)s ordered, the supplier sells multiples of %(limit)s.")
            found.append(text % {**facts, "limit": Quantity(source.multiple)})
        if source.maximum and line.ordered > source.maximum:
            text = _("%(item)s: %(units)s ordered, the supplier's maximum is %(limit)s.")
            found.append(text % {**facts, "limit": Quantity(source.maximum)})
    supplier = suppliers.find_supplier(order.supplier_id)
    minimum = supplier.minimum_order if supplier and supplier.currency in ("", order.currency) else 0
    if order.total < minimum:
        text = _("The order is worth %(total)s, the supplier's minimum is %(limit)s.")
        found.append(text % {"total": Money(order.total, order.currency), "limit": Money(minimum, order.currency)})
    return found


def list_unanswered(*, on: date) -> QuerySet[PurchaseOrder]:
    """Return sent orders whose answer is overdue."""
    rows = PurchaseOrder.objects.filter(state__in=["sent", "part_confirmed"], answer_due_on__lt=on)
    missing = Q(lines__schedules__committed=None) | Q(lines__schedules__change_requests__state="asked")
    return rows.filter(missing).distinct()


def list_settled(*, on: date) -> QuerySet[PurchaseOrder]:
    """Return received orders to which nothing came for a month."""
    recent = PurchaseScheduleLine.objects.filter(receipts__received_on__gt=on - SETTLED_AFTER)
    return PurchaseOrder.objects.filter(state="received").exclude(lines__schedules__in=recent)


def list_awaited() -> QuerySet[PurchaseScheduleLine]:
    """Return sent schedules with units still to come, `left` in 1/10,000."""
    whole = BigIntegerField()
    asked = ExpressionWrapper(F("ordered") - F("cancelled"), output_field=whole)
    coming = Least(asked, Coalesce(F("committed"), asked, output_field=whole), output_field=whole)
    rows = PurchaseScheduleLine.objects.filter(line__order__state__in=states.AWAITED)
    return rows.annotate(left=ExpressionWrapper(coming - F("received"), output_field=whole)).filter(left__gt=0)


def list_late(*, on: date) -> QuerySet[PurchaseScheduleLine]:
    """Return awaited schedules that come later than asked, or are overdue."""
    return list_awaited().filter(late(on))


def late(on: date) -> Q:
    """Return the condition of an awaited schedule that comes later than asked, or is overdue."""
    return Q(expected_on__gt=F("requested_on")) | Q(expected_on__lt=on)
