"""Hold what an order takes, and take it from stock into the work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from rantai.foundation.locations import queries as locations
from rantai.iscm import milestones
from rantai.iscm.inventory.actions import moves, work
from rantai.iscm.production.actions import orders as order_actions
from rantai.iscm.production.models import ProductionComponent, ProductionOrder
from rantai.iscm.production.queries import orders
from rantai.kernel import audit, changes
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class ComponentsShort(Exception):
    """Work that cannot begin because parts are not there; every part at once."""

    def __init__(self, order: ProductionOrder, short: Sequence[ProductionComponent]) -> None:
        self.order, self.short = order, tuple(short)
        parts = ", ".join(f"{Quantity(row.short)} {row.item.code}" for row in short)
        super().__init__(
            _("%(order)s waits for parts: %(parts)s are missing. Receive or make them first.")
            % {"order": order, "parts": parts}
        )


def hold_component(component: ProductionComponent, *, units: int, at: datetime) -> int:
    """Hold free stock of the order's site for a component, as far as it goes; return the units held.

    The caller holds the order's lock and knows that no customer was promised the stock. Stock is locked last.
    """
    require_transaction()
    wanted = min(units, component.short)
    if wanted <= 0:
        return 0
    held = work.hold_stock(
        holder_of(component), item_id=component.item_id, location_id=component.order.location_id, units=wanted, at=at
    )
    count = sum(row.units for row in held)
    if count:
        component.reserved += count
        ProductionComponent.objects.filter(pk=component.pk).update(reserved=F("reserved") + count)
        _mark(component.order)
    return count


def free_component(component: ProductionComponent, *, at: datetime) -> int:
    """Give back what is held for a component; return the units."""
    require_transaction()
    count = work.free_stock(holder_of(component), at=at)
    if count:
        component.reserved -= count
        ProductionComponent.objects.filter(pk=component.pk).update(reserved=F("reserved") - count)
        _mark(component.order)
    return count


def issue_components(
    order: ProductionOrder, components: Iterable[ProductionComponent] | None = None, *, at: datetime, by: str
) -> None:
    """Take what is held for components from stock into the work. Raises ComponentsShort where something is missing."""
    require_transaction()
    rows = [
        row for row in (orders.list_components(order) if components is None else components) if row.issued < row.needed
    ]
    require_parts(order, rows)
    target = moves.Account(location_id=locations.get_account(order.company_id, "production"))
    for row in sorted(rows, key=lambda row: row.pk):
        work.issue_stock(
            holder_of(row), target=target, reason="issue", company_id=order.company_id, unit_cost=_find_cost(row),
            at=at, by=by,
        )  # fmt: skip
        ProductionComponent.objects.filter(pk=row.pk).update(reserved=0, issued=F("issued") + row.reserved)
        row.issued, row.reserved = row.issued + row.reserved, 0
    if rows:
        _mark(order)
        audit.record(order.ref, action="issued", by=by, changes={"components": [[], [row.pk for row in rows]]})


def require_parts(order: ProductionOrder, components: Iterable[ProductionComponent]) -> None:
    """Raise ComponentsShort where something that is still to be taken is not held."""
    short = [row for row in components if row.short]
    if short:
        raise ComponentsShort(order, short)


def note_ordered(order_id: int, component_id: int, *, at: datetime) -> None:
    """Note that a component was ordered from a supplier; tells 'material ordered' when the last of the tree is.

    Locks the order at the top of the tree. Records MilestoneReached, once.
    """
    require_transaction()
    ProductionComponent.objects.filter(pk=component_id, order_id=order_id, ordered_at=None).update(ordered_at=at)
    root = _lock_root(order_id)
    rows = _list_bought(root)
    if root.material_ordered_at is None and rows and all(row.ordered_at for row in rows):
        order_actions.touch(root, material_ordered_at=at)
        order_actions.announce_milestone(root, milestones.MATERIAL_ORDERED, at=at)


def note_arrived(order_id: int, *, at: datetime) -> None:
    """Tell 'material arrived' when all that was bought for a tree of orders is held or issued.

    Locks the order at the top of the tree. Records MilestoneReached, once.
    """
    require_transaction()
    root = _lock_root(order_id)
    rows = _list_bought(root)
    if root.material_arrived_at is None and rows and not any(row.short for row in rows):
        order_actions.touch(root, material_arrived_at=at)
        order_actions.announce_milestone(root, milestones.MATERIAL_ARRIVED, at=at)


def holder_of(component: ProductionComponent) -> DocRef:
    """Return how stock names the component that holds it, and purchasing the need."""
    return DocRef(order_actions.PEG_KIND, component.order_id, component.pk)


def _find_cost(component: ProductionComponent) -> int | None:
    """Return what a unit cost that was made for a component; None: the item's standard cost."""
    made = ProductionOrder.objects.filter(supplies=component, state__in=["finished", "closed"]).order_by("-id")
    return made.values_list("unit_cost", flat=True).first()


def _mark(order: ProductionOrder) -> None:
    """Let followers of the table see that an order's needs changed, without a new revision of what people edit."""
    ProductionOrder.objects.filter(pk=order.pk).update(changed_seq=changes.next_change())


def _lock_root(order_id: int) -> ProductionOrder:
    root = orders.find_root(ProductionOrder.objects.get(pk=order_id))
    return orders.lock_order(root.pk)


def _list_bought(root: ProductionOrder) -> list[ProductionComponent]:
    tree = [order.pk for order in orders.list_tree(root)]
    return list(ProductionComponent.objects.filter(order_id__in=tree, asked__gt=0))
