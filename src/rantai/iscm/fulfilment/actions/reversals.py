"""Take back shipments that turned round before they reached the customer: ours, and those that a partner sent."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm.fulfilment.actions import dropships, shipments
from rantai.iscm.fulfilment.models import Shipment


def reverse_shipment(shipment: Shipment, *, at: datetime, by: str) -> None:
    """Take goods back that have not arrived: ours stand packed here again, a partner's never left.

    Raises IllegalTransition after delivery: then it is a return. Records ShipmentReversed for each line.
    """
    reverse = dropships.take_back if dropships.is_direct(shipment) else shipments.reverse_shipment
    reverse(shipment, at=at, by=by)
