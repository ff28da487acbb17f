"""Legal ways between the states of requisitions, orders and asked changes."""

from django.utils.translation import gettext_lazy as _

from rantai.kernel.transitions import Machine

REQUISITION = Machine(
    "purchase_requisition", {"open": ("ordered", "dismissed"), "ordered": ("open",), "dismissed": ("open",)}
)

ORDER = Machine(
    "purchase_order",
    {
        "draft": ("approved", "cancelled"),
        "approved": ("draft", "sent", "cancelled"),
        "sent": ("part_confirmed", "confirmed", "received", "closed", "cancelled"),
        "part_confirmed": ("confirmed", "received", "closed", "cancelled"),
        "confirmed": ("part_confirmed", "received", "closed", "cancelled"),
        "received": ("confirmed", "closed"),
        # goods that go back after the end open the order again
        "closed": ("confirmed",),
        "cancelled": (),
    },
)

UNSENT = ("draft", "approved")
WITH_SUPPLIER = ("sent", "part_confirmed", "confirmed", "received")
AWAITED = ("sent", "part_confirmed", "confirmed")
"""States in which goods are still to come."""

CHANGE = Machine(
    "purchase_change_request",
    {
        "proposed": ("asked", "withdrawn"),
        "asked": ("accepted", "refused", "withdrawn"),
        "accepted": (),
        "refused": (),
        "withdrawn": (),
    },
)

_WORDS = {
    "draft": _("draft"),
    "approved": _("approved"),
    "sent": _("sent"),
    "part_confirmed": _("partly confirmed"),
    "confirmed": _("confirmed"),
    "received": _("received"),
    "closed": _("closed"),
    "cancelled": _("cancelled"),
    "open": _("open"),
    "ordered": _("ordered"),
    "dismissed": _("dismissed"),
}


def say(state: str) -> str:
    """Return a state as a word within a sentence."""
    return str(_WORDS.get(state, state))
