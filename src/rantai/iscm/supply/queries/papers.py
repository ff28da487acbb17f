"""Say which document each movement or run of the plan is: a few queries for many rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rantai.foundation.items.models import Item
from rantai.foundation.parties.models import Party
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import TransferLine
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.supply.models import PlannedOrder, PlanRun
from rantai.iscm.supply.queries import keys
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm

Tag = int


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """What stands behind a row of the plan."""

    ref: DocRef | None
    number: str
    party: str = ""
    item_id: int = 0
    due_on: date | None = None


NOTHING = Paper(ref=None, number="")


def name_demands(tags: Iterable[Tag]) -> dict[Tag, Paper]:
    """Return the orders behind firm demands, and the work behind requirements; expected demand has no paper."""
    known = [(tag, *keys.untag(tag)) for tag in tags]
    ids = [pk for _tag, pk, kind in known if kind == keys.ORDER]
    demands = Demand.objects.select_related("party").in_bulk(ids) if ids else {}
    return {
        tag: Paper(
            ref=DocRef(row.kind, row.order_id, row.line), number=row.number, party=row.party.name, item_id=row.item_id,
            due_on=row.requested_on,
        )
        for tag, pk, kind in known
        if kind == keys.ORDER and (row := demands.get(pk))
    }  # fmt: skip


def name_receipts(tags: Iterable[Tag], item_ids: Iterable[int]) -> dict[Tag, Paper]:
    """Return the purchase, requisition, production order or transfer behind receipts."""
    known = {tag: keys.untag(tag) for tag in tags}
    found: dict[Tag, Paper] = {}
    if any(kind in (keys.SCHEDULE, keys.REQUISITION) for _pk, kind in known.values()):
        found |= _name_purchases(set(known), item_ids)
    made = [pk for pk, kind in known.values() if kind == keys.PRODUCTION]
    for row in ProductionOrder.objects.filter(pk__in=made) if made else ():
        found[int(keys.tag(row.pk, keys.PRODUCTION))] = Paper(ref=row.ref, number=str(row), item_id=row.item_id)
    moved = [pk for pk, kind in known.values() if kind == keys.TRANSFER]
    for line in TransferLine.objects.filter(pk__in=moved).select_related("transfer") if moved else ():
        found[int(keys.tag(line.pk, keys.TRANSFER))] = Paper(
            ref=DocRef("transfer_order", line.transfer_id, line.pk), number=line.transfer.number, item_id=line.item_id
        )
    decided = [pk for pk, kind in known.values() if kind == keys.PLANNED]
    for order in PlannedOrder.objects.filter(pk__in=decided).select_related("supplier") if decided else ():
        found[int(keys.tag(order.pk, keys.PLANNED))] = _of_proposal(order)
    return found


def name_orders(run: PlanRun, rows: Iterable[int]) -> dict[int, Paper]:
    """Return the proposals for planned orders, by row; what is planned for later has none yet."""
    wanted = list(rows)
    if not wanted:
        return {}
    found = PlannedOrder.objects.filter(run=run, plan_row__in=wanted).select_related("supplier")
    return {order.plan_row: _of_proposal(order) for order in found}


def name_items(ids: Iterable[int]) -> Mapping[int, Item]:
    """Return items with their units."""
    return Item.objects.select_related("base_unit").in_bulk(set(ids))


def _of_proposal(order: PlannedOrder) -> Paper:
    return Paper(
        ref=DocRef("planned_order", order.pk), number=str(order), item_id=order.item_id, due_on=order.due_on,
        party=order.supplier.name if order.supplier else "",
    )  # fmt: skip


def _name_purchases(tags: set[Tag], item_ids: Iterable[int]) -> dict[Tag, Paper]:
    supplies = srm.list_open_supply(sorted(set(item_ids)))
    names = dict(Party.objects.filter(pk__in={row.supplier_id for row in supplies}).values_list("pk", "name"))
    found = {}
    for row in supplies:
        key = keys.tag(row.schedule_id, keys.SCHEDULE) if row.schedule_id else keys.tag(row.ref.id, keys.REQUISITION)
        if int(key) in tags:
            found[int(key)] = Paper(
                ref=row.ref, number=row.order_number, party=names.get(row.supplier_id, ""), item_id=row.item_id,
                due_on=row.expected_on,
            )  # fmt: skip
    return found
