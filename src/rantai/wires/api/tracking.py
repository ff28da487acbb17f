"""Tracking by token: what the customer's page shows, for a customer's own program."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from rantai.crm import facade as crm
from rantai.wires.api.shapes import TrackingOut, show_lines, show_parcel

router = Router()


@router.get("/{token}", auth=None, response=TrackingOut, operation_id="trackOrder")
def track(request: HttpRequest, token: str) -> TrackingOut:
    """Show the order that a tracking link opens."""
    order = crm.find_tracking(token)
    if order is None:
        raise Http404(_("This link is not valid any more. Ask us for a new one."))
    tracked = crm.find_tracked_order(token)
    return TrackingOut(
        number=order.number,
        state=order.state,
        lines=show_lines(order),
        parcels=[show_parcel(parcel) for parcel in tracked.parcels] if tracked else [],
    )
