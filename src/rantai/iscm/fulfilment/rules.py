"""Who may see and do the work at the dock, and what proves a delivery."""

from django.utils.translation import gettext_lazy as _

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "shipments.view": ("sales", "service", "planner", "warehouse", "finance"),
    "shipments.work": ("warehouse",),
    "receipts.view": ("planner", "buyer", "warehouse", "production", "finance"),
    "receipts.work": ("warehouse",),
    "transfers.view": ("sales", "planner", "buyer", "warehouse", "production", "manager"),
    "transfers.work": ("planner", "warehouse", "manager"),
}

PROOFS = {
    "signature": _("Signed delivery note"),
    "photo": _("Photo"),
    "carrier": _("The carrier's word"),
    "handed_over": _("Collected here"),
}
"""How we know that a consignee has the goods."""
