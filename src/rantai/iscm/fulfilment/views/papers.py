"""The delivery note as it is printed."""

from __future__ import annotations

from typing import Any

from rantai.foundation.documents import papers
from rantai.foundation.parties.models import Address
from rantai.iscm.fulfilment import queries
from rantai.iscm.fulfilment.models import PickTask, Shipment
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.texts import pick


def render_delivery_note(shipment_id: int, *, carrier: str = "", tracking: str = "") -> bytes:
    """Return the PDF of a shipment in its consignee's language; `carrier` is who is about to take it.

    Takes a tenth of a second and more in a process of its own: call it before the transaction that ships.
    """
    rows = Shipment.objects.select_related("party", "location", "address__party", "company")
    shipment = rows.get(pk=shipment_id)
    values = describe_shipment(shipment)
    if carrier or tracking:
        values |= {"carrier": carrier, "tracking": tracking}
    return papers.render_paper(
        "delivery_note", language=shipment.party.language, values=values, company_id=shipment.company_id
    )


def describe_shipment(shipment: Shipment) -> dict[str, Any]:
    """Return what the template prints."""
    left_at = shipment.shipped_at or clock.now()
    return {
        "number": shipment.number,
        "day": clock.business_date(left_at, shipment.location.zone).isoformat(),
        "consignee": {"name": shipment.party.name, "address": describe_address(shipment.address)},
        "order_number": shipment.order_number,
        "site": shipment.location.name,
        "carrier": shipment.carrier,
        "tracking": shipment.tracking,
        "packages": str(shipment.packages),
        "lines": _lines(shipment),
    }


def describe_address(address: Address | None) -> list[str]:
    """Return an address line by line."""
    if address is None:
        return []
    place = f"{address.postcode} {address.city}".strip()
    lines = [address.attention, address.street, place, address.region, address.country]
    return [line for line in lines if line]


def _lines(shipment: Shipment) -> list[dict[str, str]]:
    lots: dict[int, list[str]] = {}
    for task in queries.list_picks(shipment):
        if task.state != "cancelled":
            lots.setdefault(task.line_id, []).append(_name_lot(task))
    language = shipment.party.language
    return [
        {
            "position": str(place),
            "code": line.item.code,
            "name": pick(line.item.name, language),
            "lots": ", ".join(sorted(filter(None, set(lots.get(line.pk, []))))),
            "units": str(Quantity(line.units)),
            "unit": pick(line.item.base_unit.name, language) or line.item.base_unit.code,
        }
        for place, line in enumerate(queries.list_lines(shipment), start=1)
    ]


def _name_lot(task: PickTask) -> str:
    balance = task.reservation.balance
    return balance.serial or (balance.lot.code if balance.lot else "")
