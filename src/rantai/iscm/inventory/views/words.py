"""Say in words what rows of stock policy hold as codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rantai.iscm.inventory.forms import DECOUPLINGS, KINDS, LOT_RULES
from rantai.kernel.texts import pick

__all__ = ["ASKED", "CANDIDATES", "DECOUPLINGS", "DEFAULT", "KINDS", "LOT_RULES", "REASONS", "say_subject"]

ASKED = {
    "service": gettext_lazy("Service level"),
    "review": gettext_lazy("Days between two looks"),
    "way": gettext_lazy("Way of replenishing"),
    "lot": gettext_lazy("Lot size"),
    "safety": gettext_lazy("Safety stock by hand"),
    "cover": gettext_lazy("Days covered by safety stock"),
}
DEFAULT = pgettext_lazy("stock policy", "the usual for everything")
"""Nobody set it: the company's settings hold."""
CANDIDATES = {
    "expiring": gettext_lazy("Will expire"),
    "excess": gettext_lazy("More than is used"),
    "ageing": gettext_lazy("Grows old"),
}
REASONS = {
    "no_time": gettext_lazy("nothing to wait for, so nothing to cover"),
    "passes_on": gettext_lazy("holds none: those it supplies cover its wait too"),
    "customer_wait": gettext_lazy("customers wait no longer than promised, so it stands here"),
    "decouples": gettext_lazy("holds all, so that those after it need not"),
    "covers_part": gettext_lazy("holds a part and promises the rest"),
}


def say_subject(row: Mapping[str, Any]) -> str:
    """Return what a policy is for, from its columns and the names beside them."""
    if row["item_id"]:
        return f"{row['item__code']} · {row['location__name']}" if row["location_id"] else str(row["item__code"])
    classes = [word for word in (f"{row['abc']}{row['xyz']}", row["demand_class"]) if word]
    reach = pick(row["category__name"]) or row["category__code"] if row["category_id"] else ""
    named = [word for word in (reach, *classes) if word]
    return ", ".join(named) if named else _("Everything")
