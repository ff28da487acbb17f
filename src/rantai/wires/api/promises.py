"""Dates by machine: ask without taking."""

from __future__ import annotations

from ninja import Router

from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.iscm.messages import Ask, AskLine
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.wires.api.keys import ApiRequest, allow
from rantai.wires.api.orders import find_items
from rantai.wires.api.shapes import AskIn, OfferOut, show_offer

router = Router()


@router.post("", auth=allow("promise.read", "orders.view"), response=OfferOut, operation_id="askPromise")
def ask(request: ApiRequest, body: AskIn) -> OfferOut:
    """Say when units could be at the customer's door; nothing is taken."""
    line = AskLine(
        line=1,
        item_id=find_items({body.item})[body.item],
        units=Quantity.parse(body.quantity),
        requested_on=body.requested_on,
        address_id=body.ship_to,
    )
    company = parties.get_company()
    return show_offer(iscm.promise(Ask(company_id=company.pk, lines=(line,), as_of=clock.now())))
