"""What plan things are called on pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rantai.iscm.supply.queries import words as naming

KINDS = {
    "purchase": _("Buy"),
    "production": _("Make"),
    "transfer": _("Move"),
    "dropship": _("Buy, sent straight to the customer"),
}
WHENS = {
    "purchase": _("Order by %(start)s to have it on %(due)s."),
    "production": _("Begin by %(start)s to have it on %(due)s."),
    "transfer": _("Send by %(start)s to have it on %(due)s."),
    "dropship": _("Order by %(start)s to have it on %(due)s."),
}
STARTS = {
    "purchase": _("Order by"), "production": _("Begin by"), "transfer": _("Send by"), "dropship": _("Order by"),
}  # fmt: skip
STATES = {
    "proposed": ("new", _("To decide")),
    "accepted": ("wait", _("Accepted, waits for its document")),
    "released": ("done", _("Ordered")),
    "dismissed": ("end", _("Dismissed")),
    "superseded": ("end", _("Replaced by a newer plan")),
}
AGGREGATES = {
    "proposed": ("new", _("Proposed")),
    "standing": ("done", _("Taken over: detailed plans follow it")),
    "returned": ("end", _("Given back")),
    "replaced": ("end", _("Replaced by a newer one")),
}
EXCEPTIONS = {
    "expedite": ("hurt", _("Get it sooner")),
    "overdue": ("hurt", _("Should have come")),
    "short": ("hurt", _("Cannot be served")),
    "late": ("hurt", _("Will be late")),
    "release": ("wait", _("Order today")),
    "no_source": ("look", _("Has no source")),
    "circle": ("look", _("Needs itself")),
    "bad_row": ("look", _("Cannot be planned as it stands")),
    "defer": ("look", _("Comes before it is needed")),
    "cancel": ("look", _("Nobody needs it")),
}
CAUSES = naming.CAUSES
NODES = {
    "demand": _("Order of a customer"),
    "forecast": _("Expected demand"),
    "requirement": _("Order under way"),
    "stock_target": _("Safety stock"),
    "stock": _("On stock"),
    "receipt": _("Under way"),
    "planned_order": _("Planned"),
    "purchase_order": _("Purchase order"),
    "purchase_requisition": _("Requisition"),
    "production_order": _("Production order"),
    "transfer_order": _("Transfer"),
    "goods_receipt": _("Receipt"),
    "shipment": _("Shipment"),
    "lot": _("Lot"),
    "opening": _("Opening stock"),
    "stock_count": _("Counted"),
    "return_receipt": _("Came back"),
    "source": _("Not ordered yet"),
    "short": _("Nobody has it yet"),
}
HOUSES = {
    "demand": "customers",
    "forecast": "customers",
    "purchase_order": "suppliers",
    "purchase_requisition": "suppliers",
}
