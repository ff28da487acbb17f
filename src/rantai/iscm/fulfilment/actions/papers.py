"""The delivery note: printed in the consignee's language, hung on its shipment, and told of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import override

from rantai.foundation.documents import actions as documents
from rantai.foundation.documents import papers
from rantai.foundation.parties.models import Address
from rantai.iscm import events
from rantai.iscm.fulfilment import queries
from rantai.iscm.fulfilment.models import PickTask, Shipment
from rantai.kernel import clock, outbox
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.kernel.transactions import require_transaction
from rantai.ui import formats

PRINT_TASK = "iscm.print_delivery_note"


def render_delivery_note(shipment_id: int) -> bytes:
    """Return the PDF of a shipment in its consignee's language; raises PaperNotPrintable.

    Takes a tenth of a second and more in a process of its own: never call it inside a transaction.
    """
    rows = Shipment.objects.select_related("party", "location", "address__party", "company")
    shipment = rows.get(pk=shipment_id)
    return papers.render_paper(
        queries.NOTE,
        language=shipment.party.language,
        values=describe_shipment(shipment),
        company_id=shipment.company_id,
    )


def keep_delivery_note(shipment_id: int, *, printed: bytes | None, shipped_at: datetime, by: str) -> int | None:
    """Hang the note on the shipment that left at that instant and tell of it; again changes nothing.

    Nothing printed (its template cannot be) is told too: who waits for the paper goes on without it. Returns the
    attachment; None where there is none or the shipment did not leave so. Records DeliveryNotePrinted.
    """
    require_transaction()
    shipment = queries.lock_shipment(shipment_id)
    if shipment.shipped_at != shipped_at or queries.list_notes([shipment_id]).exists():
        return None
    attachment = None
    if printed is not None:
        name, ref = f"{shipment.number}.pdf", DocRef("shipment", shipment.pk)
        attachment = documents.attach(ref, name=name, content=printed, purpose=queries.NOTE, by=by).pk
    outbox.record(
        events.DeliveryNotePrinted(
            order_kind=shipment.order_kind,
            order_id=shipment.order_id,
            shipment_id=shipment.pk,
            attachment_id=attachment,
            shipped_at=shipped_at,
        )
    )
    return attachment


def describe_shipment(shipment: Shipment) -> dict[str, Any]:
    """Return what the template prints."""
    left_on = clock.business_date(shipment.shipped_at or clock.now(), shipment.location.zone)
    with override(shipment.party.language):
        day, lines = formats.day(left_on, today=left_on, style="year"), describe_address(shipment.address)
    return {
        "number": shipment.number,
        "day": day,
        "consignee": {"name": shipment.party.name, "address": lines},
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
    lines = [address.attention, address.street, place, address.region, formats.country(address.country)]
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
