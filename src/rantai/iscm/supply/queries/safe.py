"""What a customer and a supplier may know of a chain: kinds, days and counts; no name, number or price of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from rantai.foundation.items.models import Item
from rantai.foundation.parties import queries as parties
from rantai.iscm import messages, reports
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.models import PlanException, PlanOutcome
from rantai.iscm.supply.queries import chains, keys, pegsteps, plans
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm

PART, MADE, MOVED, COMING = "part", "made", "moved", "coming"
"""What a customer's goods wait for: a part of them, that they are made, that they reach our warehouse, a delivery."""
MAY_SEE_STAKE = "suppliers_see_stake"
"""Of Company.settings: suppliers read what is at stake behind their lines. Not unless somebody said so."""

_BOUGHT = ("purchase_order", "purchase_requisition", "source")


def tell_customer(ref: DocRef, *, as_of: datetime) -> reports.CustomersWait | None:
    """Return what an order line waits for, None where nothing open keeps it or nothing is known."""
    chain = chains.trace(ref, as_of=as_of)
    nodes = {node.key: node for node in chain.nodes} if chain else {}
    if chain is None or chain.root not in nodes or chain.leaf not in nodes:
        return None
    root, leaf = nodes[chain.root], nodes[chain.leaf]
    waits_for = _kind_of(root, leaf)
    if not waits_for or leaf.is_done or root.is_done:
        return None
    return reports.CustomersWait(
        waits_for=waits_for,
        part=_name_part(leaf) if waits_for == PART else {},
        due_on=leaf.due_on,
        promised_on=root.promised_on,
        sure_percent=_find_sureness(root.key),
    )


def tell_supplier(order_id: int) -> tuple[reports.SuppliersHold, ...]:
    """Return what hangs on each open schedule line of a purchase order: a few queries for the whole order."""
    run = plans.find_run()
    supplies = [row for row in srm.list_open_supply(order_ids=[order_id]) if row.schedule_id and row.open_units.amount]
    if run is None or not supplies:
        return ()
    starts = {
        row.schedule_id: [
            pegsteps.Supply(
                pair=keys.pair_of(row.item_id, row.location_id), receipt=int(keys.tag(row.schedule_id, keys.SCHEDULE))
            )
        ]
        for row in supplies
    }
    served = pegsteps.list_served(run, starts)
    ids = {pk for mine in served.values() for pk in mine}
    outcomes = {row.demand_id: row for row in PlanOutcome.objects.filter(run=run, demand_id__in=ids)}
    wanted = _list_wanted(run.pk, order_id)
    may_see = parties.get_company().settings.get(MAY_SEE_STAKE) is True
    return tuple(
        reports.SuppliersHold(
            schedule_id=row.schedule_id,
            orders=len(mine),
            late_orders=sum(1 for pk in mine if pk in outcomes and (outcomes[pk].late_days or outcomes[pk].short)),
            wanted_on=wanted.get((row.ref.line, row.expected_on)),
            stake=round_rough(sum(outcomes[pk].stake for pk in mine if pk in outcomes)) if may_see else None,
        )
        for row in supplies
        if (mine := served.get(row.schedule_id, []))
    )


def round_rough(amount: int) -> int:
    """Return an amount with two exact figures: how much, but not which orders it is the sum of."""
    size = 10 ** max(0, len(str(abs(amount))) - 2)
    return (amount + size // 2) // size * size


def _kind_of(root: messages.ChainNode, leaf: messages.ChainNode) -> str:
    kind = leaf.note if leaf.kind == "planned_order" else leaf.kind
    if kind in ("production_order", "production"):
        return MADE if leaf.item_id == root.item_id else PART
    if kind in ("transfer_order", "transfer"):
        return MOVED if leaf.item_id == root.item_id else PART
    if kind in (*_BOUGHT, "purchase", "dropship"):
        return COMING if leaf.item_id == root.item_id else PART
    return ""


def _name_part(leaf: messages.ChainNode) -> Mapping[str, str]:
    item = Item.objects.filter(pk=leaf.item_id or 0).only("name", "code").first()
    return dict(item.name) if item and item.name else {}


def _find_sureness(key: str) -> int | None:
    """Return in how many of a hundred cases the promised day of a demand is kept: the best of 90, 80 and 50."""
    kind, _colon, pk = key.partition(":")
    demand = Demand.objects.filter(pk=int(pk)).select_related("promise").first() if kind == "demand" else None
    promise = getattr(demand, "promise", None)
    if promise is None or promise.promised_on is None:
        return None
    shares = ((90, promise.p90_on), (80, promise.p80_on), (50, promise.expected_on))
    return next((share for share, day in shares if day and day <= promise.promised_on), None)


def _list_wanted(run_id: int, order_id: int) -> dict[tuple[int, date | None], date]:
    rows = PlanException.objects.filter(
        run_id=run_id, kind="expedite", ref_kind="purchase_order", ref_id=order_id, wanted_on__isnull=False
    )
    found: dict[tuple[int, date | None], date] = defaultdict(lambda: date.max)
    for line, is_on, wanted_on in rows.values_list("ref_line", "is_on", "wanted_on"):
        if wanted_on is not None:
            found[line, is_on] = min(found[line, is_on], wanted_on)
    return dict(found)
