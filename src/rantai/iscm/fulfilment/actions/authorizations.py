"""Let a customer send goods back, so that the site expects them; take note when they are here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from rantai.foundation.parties import actions as parties
from rantai.iscm import messages, reports
from rantai.iscm.fulfilment import queries, states
from rantai.iscm.fulfilment.models import (
    ReturnAuthorization,
    ReturnAuthorizationLine,
    Shipment,
)
from rantai.kernel import audit
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

REASONS = ("damaged", "wrong", "unwanted", "warranty")


class CannotAuthorize(ValueError):
    """More units than the customer has and nobody allowed to send back yet."""

    def __init__(self, code: str, asked: int, left: int) -> None:
        self.code, self.asked, self.left = code, asked, left
        super().__init__(
            _("Cannot take %(asked)s of %(item)s back: %(left)s can still be sent back. Choose at most that.")
            % {"asked": Quantity(asked), "item": code, "left": Quantity(left)}
        )


class NoSuchReturn(LookupError):
    """An authorization that is none of this document's."""

    def __init__(self, authorization_id: int) -> None:
        self.authorization_id = authorization_id
        super().__init__(_("This order has no such return. Open its page again and choose one of the list."))


REFUSALS: tuple[type[Exception], ...] = (CannotAuthorize, NoSuchReturn)
"""Why goods may not come back, in words for the person who asked."""


def authorize_returns(
    ref: DocRef, *, wanted: Sequence[messages.WantedReturn], reason: str, note: str = "", by: str, as_of: datetime
) -> tuple[reports.ReturnView, ...]:
    """Allow goods of a document's delivered shipments to come back: one authorization for each shipment.

    Joins the caller's transaction. Locks the shipment lines in id order, the number series last. Raises CannotAuthorize
    before anything is written.
    """
    require_transaction()
    assert reason in REASONS
    asked = {row.line_id: row.units.amount for row in wanted}
    lines = queries.lock_returnable(ref, asked)
    for pk, units in asked.items():
        line, left = lines.get(pk, (None, 0))
        if line is None or not 0 < units <= left:
            raise CannotAuthorize(line.item.code if line else "–", units, left)
    by_shipment: dict[int, dict[int, int]] = defaultdict(dict)
    for line, _left in lines.values():
        by_shipment[line.shipment_id][line.pk] = asked[line.pk]
    shipments = {line.shipment_id: line.shipment for line, _left in lines.values()}
    made = [
        _write(shipments[pk], units, reason=reason, note=note, by=by, at=as_of) for pk, units in by_shipment.items()
    ]
    rows = queries.list_authorizations(ReturnAuthorization.objects.filter(pk__in=made))
    return tuple(queries.describe_return(row) for row in rows.order_by("id"))


def end_return(ref: DocRef, authorization_id: int, *, by: str, as_of: datetime) -> None:
    """Expect nothing more of an open authorization; joins the caller's transaction.

    Raises NoSuchReturn, IllegalTransition.
    """
    require_transaction()
    row = queries.find_locked_authorization(ref, authorization_id)
    if row is None:
        raise NoSuchReturn(authorization_id)
    states.return_authorization.move(row, "ended")
    ReturnAuthorization.objects.filter(pk=row.pk).update(ended_at=as_of)
    audit.record(
        DocRef("shipment", row.shipment_id), action="return_ended", by=by, changes={"number": [row.number, None]}
    )


def note_received(shipment: Shipment, units: Mapping[int, int], *, at: datetime) -> None:
    """Count what came back, by shipment line, on the open authorizations, oldest first; what is complete is received.

    The caller holds the shipment's lines.
    """
    require_transaction()
    rest = dict(units)
    for authorization in queries.list_open_authorizations(shipment):
        for row in authorization.lines.all():
            taken = min(rest.get(row.line_id, 0), row.units - row.received)
            if taken:
                rest[row.line_id] -= taken
                row.received += taken
                ReturnAuthorizationLine.objects.filter(pk=row.pk).update(received=row.received)
        if all(row.received == row.units for row in authorization.lines.all()):
            states.return_authorization.move(authorization, "received")
            ReturnAuthorization.objects.filter(pk=authorization.pk).update(ended_at=at)


def _write(shipment: Shipment, units: Mapping[int, int], *, reason: str, note: str, by: str, at: datetime) -> int:
    row = ReturnAuthorization.objects.create(
        company_id=shipment.company_id,
        number=parties.next_number(shipment.company_id, "return_authorization"),
        shipment=shipment,
        reason=reason,
        note=note[:500],
        authorized_at=at,
        authorized_by=by,
    )
    ReturnAuthorizationLine.objects.bulk_create(
        ReturnAuthorizationLine(authorization=row, line_id=line_id, units=count) for line_id, count in units.items()
    )
    audit.record(
        DocRef("shipment", shipment.pk), action="return_authorized", by=by, changes={"number": [None, row.number]}
    )
    return row.pk
