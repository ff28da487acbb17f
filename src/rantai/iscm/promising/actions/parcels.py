"""Which shipment brings what a partner was asked to send; a parcel may hold several lines of one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.fulfilment.actions import dropships
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.promising.queries.partners import Asked
from rantai.kernel import externals
from rantai.kernel.transactions import require_transaction

_SOURCE = "dropship"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Units of a parcel, with what was asked for them."""

    demand: Demand
    asked: Asked
    units: int
    promised_on: date


def find_shipment(row: Asked) -> Shipment | None:
    """Return the shipment in which the units of a purchase left, locked, or None while they have not."""
    known = externals.find_external(_SOURCE, "shipment", [_key(row)]).get(_key(row))
    return fulfilment.lock_shipment(known) if known else None


def send(parts: Sequence[Part], *, carrier: str, tracking: str, at: datetime, by: str) -> Shipment:
    """Post a parcel for one order of a customer and remember which purchases it holds; stock is locked last."""
    require_transaction()
    demand = parts[0].demand
    draft = dropships.DirectShipment(
        company_id=demand.company_id, party_id=demand.party_id, address_id=demand.address_id, order_kind=demand.kind,
        order_id=demand.order_id, order_number=demand.number, ship_on=at.date(),
        promised_on=max(part.promised_on for part in parts), lines=tuple(_to_line(part) for part in parts),
        carrier=carrier, tracking=tracking,
    )  # fmt: skip
    shipment, lines = dropships.ship_direct(draft, at=at, by=by)
    keys = [_key(part.asked) for part in parts]
    externals.rebind_external(_SOURCE, "shipment", dict.fromkeys(keys, shipment.pk))
    externals.rebind_external(_SOURCE, "line", {key: line.pk for key, line in zip(keys, lines, strict=True)})
    return shipment


def list_lines(shipment: Shipment, rows: Sequence[Asked]) -> list[tuple[Asked, int]]:
    """Return those purchases that a shipment holds, each with the id of its line there."""
    keys = [_key(row) for row in rows]
    held = externals.find_external(_SOURCE, "shipment", keys)
    lines = externals.find_external(_SOURCE, "line", keys)
    # a parcel that was on its way before several lines could share one has a line for each demand
    by_demand = {line.demand_id: line.pk for line in fulfilment.list_lines(shipment)}
    return [
        (row, lines.get(_key(row)) or by_demand[row.demand_id]) for row in rows if held.get(_key(row)) == shipment.pk
    ]


def open_again(shipment: Shipment, rows: Sequence[Asked]) -> list[Asked]:
    """Forget that a shipment held purchases, so that the partner can send them again; return those."""
    require_transaction()
    held = [row for row, _line in list_lines(shipment, rows)]
    externals.rebind_external(_SOURCE, "shipment", {_key(row): 0 for row in held})
    return held


def _to_line(part: Part) -> dropships.DirectLine:
    demand = part.demand
    return dropships.DirectLine(
        order_line=demand.line, order_schedule=demand.schedule, demand_id=demand.pk, item_id=demand.item_id,
        units=part.units,
    )  # fmt: skip


def _key(row: Asked) -> str:
    return f"{row.supply.ref.id}/{row.supply.schedule_id}"
