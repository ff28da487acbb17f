"""What proposals and their reasons are called, wherever they are shown."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.iscm.supply.models import PlannedOrder
from rantai.kernel.texts import pick
from rantai.ui import formats

TITLES = {
    "purchase": gettext_lazy("Buy %(quantity)s %(item)s from %(party)s"),
    "production": gettext_lazy("Make %(quantity)s %(item)s at %(place)s"),
    "transfer": gettext_lazy("Move %(quantity)s %(item)s to %(place)s"),
    "dropship": gettext_lazy("Let %(party)s send %(quantity)s %(item)s to the customer"),
}
REASONS = {
    "order": gettext_lazy("Customers' orders"),
    "forecast": gettext_lazy("Expected demand"),
    "requirement": gettext_lazy("Needed for orders under way"),
    "built_ahead": gettext_lazy("Built ahead for weeks that are short of hours"),
    "safety_stock": gettext_lazy("Safety stock"),
    "order_up_to": gettext_lazy("Filled up to the order-up-to level"),
    "minimum": gettext_lazy("Raised to the minimum"),
    "multiple": gettext_lazy("Rounded up to whole lots"),
}
CAUSES = {
    "": "",
    "lead_time": gettext_lazy("the lead time is too long"),
    "no_source": gettext_lazy("nothing says where it comes from"),
    "supplier_maximum": gettext_lazy("the source gives no more"),
    "effectivity": gettext_lazy("the source is not valid then"),
    "awaits_receipt": gettext_lazy("it waits for an order under way"),
    "fence": gettext_lazy("inside the time fence"),
    "size": gettext_lazy("lot sizes do not allow it"),
    "shipment_rule": gettext_lazy("the order ships in one piece"),
    "max_lateness": gettext_lazy("it would come too late to be wanted"),
    "calendar": gettext_lazy("the source does not work then"),
    "circle": gettext_lazy("the bill of materials needs itself"),
    "horizon": gettext_lazy("beyond the planning horizon"),
    "due_in_past": gettext_lazy("it was due already"),
    "capacity": gettext_lazy("the machine is busy then"),
    "negative_time": gettext_lazy("its lead time is below zero"),
    "no_batch": gettext_lazy("the bill says for no units"),
    "bad_bill": gettext_lazy("a line of the bill cannot be counted"),
    "too_large": gettext_lazy("the quantity is beyond what can be planned"),
    "same_rank": gettext_lazy("another source has the same rank and cost"),
    "no_capacity": gettext_lazy("the resource has no capacity"),
    "no_working_day": gettext_lazy("the calendar has no working day"),
}
"""Leaf causes of what a plan brings late or not at all."""


def title_of(row: PlannedOrder) -> str:
    """Return a proposal as a sentence."""
    unit = str(row.item.base_unit)
    return str(TITLES[row.kind]) % {
        "quantity": formats.quantity(row.units, unit),
        "item": pick(row.item.name) or row.item.code,
        "party": row.supplier.name if row.supplier else _("a supplier to choose"),
        "place": row.location.name if row.location else "",
    }
