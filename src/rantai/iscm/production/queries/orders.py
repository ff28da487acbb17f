"""Read production orders, what they wait for and whom they serve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F, Q, QuerySet

from rantai.iscm.production import states
from rantai.iscm.production.models import ProductionComponent, ProductionOrder, ProductionPeg, ProductionStep
from rantai.kernel.compiled import Compiled
from rantai.kernel.refs import DocRef

SHORT = Q(components__needed__gt=F("components__reserved") + F("components__issued"))
"""Orders with a component that is neither held nor issued."""


def lock_order(order_id: int) -> ProductionOrder:
    """Return one order, locked."""
    return ProductionOrder.objects.select_for_update(of=("self",)).select_related("item").get(pk=order_id)


def lock_orders(order_ids: Iterable[int]) -> list[ProductionOrder]:
    """Return orders, locked in ascending id order."""
    return _LOCKED.read(sorted(set(order_ids)))


_LOCKED = Compiled(
    lambda order_ids: (
        ProductionOrder.objects.select_for_update(of=("self",))
        .select_related("item")
        .filter(pk__in=order_ids)
        .order_by("id")
    )
)


def lock_free_orders(order_ids: Iterable[int]) -> list[ProductionOrder]:
    """Return those of the orders that no other transaction holds, locked: who holds slots waits for no order."""
    can_skip = connection.features.has_select_for_update_skip_locked
    rows = ProductionOrder.objects.select_for_update(of=("self",), skip_locked=can_skip).select_related("item")
    return list(rows.filter(pk__in=set(order_ids)).order_by("id"))


def find_by_cause(cause: DocRef) -> ProductionOrder | None:
    """Return the order that a cause has, if it has one."""
    rows = ProductionOrder.objects.filter(cause_kind=cause.kind, cause_id=cause.id, cause_line=cause.line)
    return rows.exclude(cause_kind="manual").first()


def list_orders() -> QuerySet[ProductionOrder]:
    """Return all orders."""
    return ProductionOrder.objects.all()


def list_components(order: ProductionOrder) -> list[ProductionComponent]:
    """Return the components of an order, by position."""
    rows = ProductionComponent.objects.filter(order=order).select_related("item__base_unit")
    return list(rows.order_by("position", "id"))


def list_steps(order: ProductionOrder) -> list[ProductionStep]:
    """Return the steps of an order, the first first."""
    return list(ProductionStep.objects.filter(order=order).select_related("resource").order_by("position"))


def list_pegs(order: ProductionOrder) -> list[ProductionPeg]:
    """Return whom an order still serves, the first pegged first."""
    return list(ProductionPeg.objects.filter(order=order, ended_at=None).order_by("id"))


def list_tree(root: ProductionOrder) -> list[ProductionOrder]:
    """Return an order and those that make its components, level by level; cancelled ones are left out."""
    found, layer = [root], [root.pk]
    while layer:
        rows = ProductionOrder.objects.filter(supplies__order_id__in=layer).exclude(state="cancelled")
        below = list(rows.select_related("item").order_by("id"))
        found += below
        layer = [row.pk for row in below]
    return found


def find_root(order: ProductionOrder) -> ProductionOrder:
    """Return the order at the top of the tree: the one that makes what a customer waits for."""
    while order.supplies_id is not None:
        order = ProductionOrder.objects.get(components__pk=order.supplies_id)
    return order


def list_of_demands(demand_ids: Sequence[int], *, state: str | None = None) -> list[ProductionPeg]:
    """Return the pegs of demands on orders that are not cancelled."""
    pegs = _PEGS.read(list(demand_ids))
    return [peg for peg in pegs if peg.order.state == state] if state else pegs


_PEGS = Compiled(
    lambda demand_ids: (
        ProductionPeg.objects.filter(demand_id__in=demand_ids, ended_at=None)
        .exclude(order__state="cancelled")
        .select_related("order")
        .order_by("order_id", "id")
    )
)


def list_above(order_ids: Iterable[int]) -> set[int]:
    """Return orders and those for which they make components, up to the tops of their trees."""
    layer = set(order_ids)
    found = set(layer)
    while layer:
        rows = ProductionOrder.objects.filter(pk__in=layer, supplies__isnull=False)
        layer = set(rows.values_list("supplies__order_id", flat=True)) - found
        found |= layer
    return found


def list_waiting_components(item_id: int, location_id: int) -> list[ProductionComponent]:
    """Return components of an item that orders under way are short of, the first needed first."""
    rows = ProductionComponent.objects.filter(
        item_id=item_id,
        order__location_id=location_id,
        order__state__in=states.OPEN,
        needed__gt=F("reserved") + F("issued"),
    )
    return list(rows.select_related("order").order_by("needed_on", "order_id", "id"))


def list_short_pairs(order: ProductionOrder) -> list[tuple[int, int]]:
    """Return the item-locations that an order is short of."""
    rows = ProductionComponent.objects.filter(order=order, needed__gt=F("reserved") + F("issued"))
    return [(item, order.location_id) for item in rows.order_by("item_id").values_list("item_id", flat=True)]


def sum_unreserved(item_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """Return units that live orders want, do not hold and did not ask purchasing for, by item and location."""
    found: dict[tuple[int, int], int] = {}
    rows = ProductionComponent.objects.filter(item_id__in=list(item_ids), order__state__in=states.LIVE)
    for item, place, needed, reserved, issued, asked in rows.values_list(
        "item_id", "order__location_id", "needed", "reserved", "issued", "asked"
    ):
        found[item, place] = found.get((item, place), 0) + max(0, needed - reserved - issued - asked)
    return found


def count_waiting() -> int:
    """Count released orders that wait for parts."""
    return ProductionOrder.objects.filter(SHORT, state="released").distinct().count()


def count_running() -> int:
    """Count orders on which work has begun."""
    return ProductionOrder.objects.filter(state="started").count()
