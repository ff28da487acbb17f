"""Production orders as other houses and desks see them."""

from __future__ import annotations

from rantai.iscm import reports
from rantai.iscm.production.models import ProductionOrder, ProductionPeg
from rantai.iscm.production.queries import orders
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef


def list_of_document(ref: DocRef) -> tuple[reports.ProductionView, ...]:
    """Return what is made for a document (or one line of it), with the orders that make the components."""
    pegs = ProductionPeg.objects.filter(order_kind=ref.kind, order_id_of=ref.id).exclude(order__state="cancelled")
    if ref.line:
        pegs = pegs.filter(line=ref.line)
    roots = ProductionOrder.objects.filter(pk__in=pegs.values("order_id")).select_related("item").order_by("id")
    return tuple(to_view(order) for root in roots for order in orders.list_tree(root))


def to_view(order: ProductionOrder) -> reports.ProductionView:
    """Return an order as a plain value."""
    return reports.ProductionView(
        id=order.pk,
        number=order.number,
        item_id=order.item_id,
        location_id=order.location_id,
        units=Quantity(order.units),
        good=Quantity(order.good),
        state=order.state,
        start_on=order.start_on,
        due_on=order.due_on,
        is_for_order=order.supplies_id is None,
        short=tuple((row.item_id, Quantity(row.short)) for row in orders.list_components(order) if row.short),
        steps=tuple(step.state for step in orders.list_steps(order)),
    )
