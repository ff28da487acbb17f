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
    "safety_stock": gettext_lazy("Safety stock"),
    "order_up_to": gettext_lazy("Filled up to the order-up-to level"),
    "minimum": gettext_lazy("Raised to the minimum"),
    "multiple": gettext_lazy("Rounded up to whole lots"),
}


def title_of(row: PlannedOrder) -> str:
    """Return a proposal as a sentence."""
    unit = str(row.item.base_unit)
    return str(TITLES[row.kind]) % {
        "quantity": formats.quantity(row.units, unit),
        "item": pick(row.item.name) or row.item.code,
        "party": row.supplier.name if row.supplier else _("a supplier to choose"),
        "place": row.location.name if row.location else "",
    }
