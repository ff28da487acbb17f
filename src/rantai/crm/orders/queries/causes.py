"""Why a promised day moved, in words that a customer may read: no supplier, no plan, no other customer is named."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

FOR_CUSTOMERS = {
    "customer": gettext_lazy("You asked for a change."),
    "supply_late": gettext_lazy("A delivery to us comes later than we were told."),
    "supply_early": gettext_lazy("A delivery to us comes earlier than we were told."),
    "supply_cancelled": gettext_lazy("A delivery to us was cancelled."),
    "partner_cancelled": gettext_lazy("Our partner cannot send it."),
    "plan": gettext_lazy("We planned our deliveries anew."),
    "stock_count": gettext_lazy("We counted our stock and found a difference."),
    "shortage": gettext_lazy("More was ordered than we can deliver by then."),
    "quality": gettext_lazy("A part of the goods did not pass our inspection."),
}


def say_cause(code: str) -> str:
    """Return the sentence for a cause; one that we have no words for was a new plan."""
    return str(FOR_CUSTOMERS.get(code, FOR_CUSTOMERS["plan"]))
