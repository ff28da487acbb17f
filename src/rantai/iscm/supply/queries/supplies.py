"""Read what there is and what comes: free stock, its targets, open orders of every kind, accepted proposals."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import F, Sum

from rantai.iscm.fulfilment.models import TransferLine
from rantai.iscm.inventory import queries as inventory
from rantai.iscm.inventory.queries import targets
from rantai.iscm.production.queries import open_orders
from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries import days, keys, wholes
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import Columns, fetch, ints
from rantai.iscm.supply.queries.sites import Sites
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply

PURCHASE, PRODUCTION, TRANSFER = 0, 1, 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """What an exception about a receipt says, parallel to the receipts."""

    refs: Sequence[DocRef]
    numbers: Sequence[str]
    days: Sequence[date]


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """Units that an order under way still takes from an item-location (key); `key` is the receipt that it feeds."""

    own_key: int
    key: int
    pair: int
    units: int
    needed_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class _Receipt:
    """One order under way, as columns and exceptions need it."""

    key: int
    pair: int
    units: int
    due_on: date
    kind: int
    is_firm: bool
    ref: DocRef
    number: str


def read_stock(site_ids: Sequence[int], *, items: Collection[int] | None = None) -> Columns:
    """Return free units (on hand and not reserved) by item-location; of some items where they are named."""
    free = Sum(F("on_hand") - F("reserved"))
    known = inventory.usable() if items is None else inventory.usable().filter(item_id__in=items)
    rows = known.filter(location_id__in=site_ids).order_by().values_list("item_id", "location_id")
    found = [row for row in fetch(rows.annotate(free=free)) if row[2] > 0]
    columns = list(zip(*found, strict=True)) if found else [(), (), ()]
    return {"place": keys.pair(ints(columns[0]), ints(columns[1])), "on_hand": ints(columns[2])}


def read_targets() -> Columns:
    """Return stock targets by item-location: safety stock, the level below which stock is filled up and to what, lots.

    What is expected during the lead time is in the plan as demand, day by day: a reorder point, which covers it too,
    would have it bought twice (time-phased order point; Silver, Pyke and Thomas, 2017).
    """
    names = ("safety_stock", "reorder_level", "order_up_to", "lot_minimum", "lot_multiple")
    current = targets.load_current()
    if current is None:
        return dict.fromkeys(("place", *names), np.zeros(0, np.int64))
    known = current.location_ids > 0
    whole = wholes.are_whole(current.item_ids[known])
    return {
        "place": keys.pair(current.item_ids[known], current.location_ids[known]),
        **{
            name: wholes.lift(units[known], whole=whole)
            for name, units in zip(names, _read_levels(current), strict=True)
        },
    }


def _read_levels(current: targets.CurrentTargets) -> tuple[Ints, ...]:
    """Return the levels that a plan counts with; a run of the former release has only those of the order point."""
    if current.plan_level.any() or current.plan_up_to.any():
        return (
            current.safety_stock, current.plan_level, current.plan_up_to, current.plan_minimum, current.plan_multiple,
        )  # fmt: skip
    safety, lot = current.safety_stock, current.order_up_to - current.reorder_point
    none = np.zeros(len(safety), np.int64)
    return safety, safety, np.where(lot > 0, safety + lot, 0), none, none


def read_receipts(sites: Sites) -> tuple[Columns, Awaited]:
    """Return what is under way: purchases, requisitions, production, transfers, proposals that were accepted.

    What is overdue is awaited by tonight.
    """
    return _lay_out([*_list_purchases(sites), *_list_production(), *_list_transfers(), *_list_decided()], sites)


def read_receipts_at(
    sites: Sites, places: Collection[int], *, known: Container[int], is_worked: bool
) -> tuple[Columns, Awaited]:
    """Return the same of some item-locations (keys), what a plan knows of it (keys of receipts).

    `is_worked`: something else than purchases is under way there.
    """
    bought = _list_purchases(sites, sorted({keys.split(place)[0] for place in places}))
    worked = (*_list_production(), *_list_transfers(), *_list_decided()) if is_worked else ()
    return _lay_out([row for row in (*bought, *worked) if row.pair in places and row.key in known], sites)


def _lay_out(rows: Sequence[_Receipt], sites: Sites) -> tuple[Columns, Awaited]:
    refs, numbers = [row.ref for row in rows], [row.number for row in rows]
    return _to_columns(rows, sites), Awaited(refs=refs, numbers=numbers, days=[row.due_on for row in rows])


def read_purchases(sites: Sites, *, items: Collection[int]) -> Columns:
    """Return what is bought of some items."""
    return _to_columns(list(_list_purchases(sites, sorted(items))), sites)


def read_work(sites: Sites, *, items: Collection[int]) -> Columns:
    """Return what production and transfers bring of some items."""
    found = (*_list_production(), *_list_transfers())
    return _to_columns([row for row in found if keys.split(row.pair)[0] in items], sites)


def _to_columns(rows: Sequence[_Receipt], sites: Sites) -> Columns:
    return {
        "key": ints([row.key for row in rows]),
        "place": ints([row.pair for row in rows]),
        "time": ints([arrival(row.due_on, keys.split(row.pair)[1], sites) for row in rows]),
        "quantity": ints([row.units for row in rows]),
        "kind": ints([row.kind for row in rows]),
        "firm": np.array([row.is_firm for row in rows], np.bool_),
    }


def list_requirements() -> list[Requirement]:
    """Return what open production still takes from stock, and what transfers still take at their origin."""
    found = open_orders.load()
    parts = [
        Requirement(
            own_key=own_key(pk, 0),
            key=_tag(order, keys.PRODUCTION),
            pair=keys.pair_of(item, place),
            units=units,
            needed_on=day,
        )
        for pk, order, item, place, units, day in zip(
            found.component_ids.tolist(),
            found.component_orders.tolist(),
            found.component_items.tolist(),
            found.component_locations.tolist(),
            found.component_units.tolist(),
            found.needed_on,
            strict=True,
        )
    ]
    for line in _transfer_lines():
        left = line.units - line.held - line.shipped
        if left > 0:
            pair = keys.pair_of(line.item_id, line.transfer.origin_id)
            day = line.transfer.ship_on
            key = _tag(line.pk, keys.TRANSFER)
            parts.append(Requirement(own_key=own_key(line.pk, 1), key=key, pair=pair, units=left, needed_on=day))
    return parts


def own_key(pk: int, kind: int) -> int:
    """Return the key of a requirement: of a component (0), a transfer line (1), a part of a proposal (2)."""
    return _tag(pk << 2 | kind, keys.REQUIREMENT)


def list_accepted() -> list[PlannedOrder]:
    """Return proposals that a person accepted and no document stands for yet."""
    return list(PlannedOrder.objects.filter(state="accepted").select_related("source").order_by("id"))


def arrival(day: date, place: int, sites: Sites) -> int:
    """Return the instant of an arrival on a day: of today's and earlier ones tonight, so that they leave tomorrow."""
    zone, today = sites.zone(place), sites.today(place)
    if day <= today:
        return days.midnight(today + timedelta(days=1), zone)
    return days.midnight(day, zone) + days.TICK


def _list_purchases(sites: Sites, items: Sequence[int] | None = None) -> Iterator[_Receipt]:
    for row in srm.list_open_supply(items):
        if row.open_units:
            # a requisition has no schedule yet
            kind, pk = (keys.SCHEDULE, row.schedule_id) if row.schedule_id else (keys.REQUISITION, row.ref.id)
            yield _Receipt(
                key=_tag(pk, kind),
                pair=keys.pair_of(row.item_id, _place_of(row, sites)),
                units=row.open_units.amount,
                due_on=row.expected_on,
                kind=PURCHASE,
                is_firm=row.is_firm,
                ref=row.ref,
                number=row.order_number,
            )


def _list_production() -> Iterator[_Receipt]:
    found = open_orders.load()
    for row, pk in enumerate(found.order_ids.tolist()):
        yield _Receipt(
            key=_tag(pk, keys.PRODUCTION),
            pair=keys.pair_of(int(found.item_ids[row]), int(found.location_ids[row])),
            units=int(found.units[row]),
            due_on=found.due_on[row],
            kind=PRODUCTION,
            is_firm=bool(found.is_firm[row]),
            ref=DocRef("production_order", pk),
            number=found.numbers[row],
        )


def _list_transfers() -> Iterator[_Receipt]:
    for line in _transfer_lines():
        transfer = line.transfer
        yield _Receipt(
            key=_tag(line.pk, keys.TRANSFER),
            pair=keys.pair_of(line.item_id, transfer.destination_id),
            units=line.units - line.received,
            due_on=transfer.due_on,
            kind=TRANSFER,
            is_firm=transfer.state != "planned",
            ref=DocRef("transfer_order", transfer.pk, line.pk),
            number=transfer.number,
        )


def _list_decided() -> Iterator[_Receipt]:
    kinds = {"production": PRODUCTION, "transfer": TRANSFER}
    for row in list_accepted():
        yield _Receipt(
            key=_tag(row.pk, keys.PLANNED),
            pair=keys.pair_of(row.item_id, row.location_id),
            units=row.units,
            due_on=row.due_on,
            kind=kinds.get(row.kind, PURCHASE),
            is_firm=True,
            ref=DocRef("planned_order", row.pk),
            number=str(row),
        )


def _transfer_lines() -> Iterator[TransferLine]:
    rows = TransferLine.objects.exclude(transfer__state__in=("received", "cancelled")).filter(units__gt=F("received"))
    yield from rows.select_related("transfer").order_by("id")


def _tag(pk: int, kind: int) -> int:
    return int(keys.tag(pk, kind))


def _place_of(row: OpenSupply, sites: Sites) -> int:
    if row.drop_to_address_id:
        return keys.DIRECT
    return row.location_id or sites.default_id
