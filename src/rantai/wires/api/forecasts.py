"""The forecast by machine: what a planner's own tool knows better."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja import Router

from rantai.foundation.locations.models import Location
from rantai.iscm import facade as iscm
from rantai.iscm.messages import ForecastChange
from rantai.kernel.quantities import Quantity
from rantai.wires.api.idempotency import once
from rantai.wires.api.keys import ApiRequest, allow
from rantai.wires.api.orders import find_items
from rantai.wires.api.shapes import ForecastChangeIn, ForecastChangeOut

router = Router()


class UnknownLocation(ValueError):
    """A code that is no place of ours."""

    def __init__(self, code: str) -> None:
        super().__init__(_("There is no location %(code)s. Use the codes of the locations list.") % {"code": code})


@router.post(
    "/changes", auth=allow("forecast.write", "demand.edit"), response={201: ForecastChangeOut},
    operation_id="changeForecast",
)  # fmt: skip
def change_forecast(request: ApiRequest, body: ForecastChangeIn) -> tuple[int, dict[str, Any]]:
    """Lay a quantity a week, or a percentage, over the forecast of an item, or over one customer's part of it.

    Days are widened to whole weeks from Monday. What was set before stays and lies under it; the figure of a customer
    and a total both hold. The next plan counts on it. Needs an Idempotency-Key.
    """
    return once(request, request.auth.actor, lambda: (201, {"id": _change(body, request.auth.actor)}))


def _change(body: ForecastChangeIn, by: str) -> int:
    return iscm.set_forecast_override(
        ForecastChange(
            item_id=find_items({body.item})[body.item],
            location_id=_find_location(body.location) if body.location else None,
            party_id=body.customer,
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            quantity=None if body.quantity is None else Quantity.parse(body.quantity),
            factor=None if body.percent is None else body.percent * 100,
            reason=body.reason,
            by=by,
        )
    )


def _find_location(code: str) -> int:
    found = Location.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise UnknownLocation(code)
    return found
