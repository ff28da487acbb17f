"""Why a promised day moved, in words that a customer may read: no supplier, no plan, no other customer is named."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.iscm.reports import CustomersWait
from rantai.kernel import texts
from rantai.ui import formats

FOR_CUSTOMERS = {
    "customer": gettext_lazy("You asked for a change."),
    "supply_late": gettext_lazy("A delivery to us comes later than we were told."),
    "supply_early": gettext_lazy("A delivery to us comes earlier than we were told."),
    "supply_cancelled": gettext_lazy("A delivery to us was cancelled."),
    "expedited": gettext_lazy("We found a faster way."),
    "partner_cancelled": gettext_lazy("Our partner cannot send it."),
    "plan": gettext_lazy("We planned our deliveries anew."),
    "stock_count": gettext_lazy("We counted our stock and found a difference."),
    "shortage": gettext_lazy("More was ordered than we can deliver by then."),
    "quality": gettext_lazy("A part of the goods did not pass our inspection."),
}


def say_cause(code: str) -> str:
    """Return the sentence for a cause; one that we have no words for was a new plan."""
    return str(FOR_CUSTOMERS.get(code, FOR_CUSTOMERS["plan"]))


_WAITS = {
    "part": gettext_lazy("Your %(item)s waits for %(part)s, due on %(due)s."),
    "made": gettext_lazy("Your %(item)s is to be made by %(due)s."),
    "moved": gettext_lazy("Your %(item)s is to reach our warehouse by %(due)s."),
    "coming": gettext_lazy("Your %(item)s waits for a delivery to us, due on %(due)s."),
}
_WAITS_FOR_A_PART = gettext_lazy("Your %(item)s waits for a part, due on %(due)s.")


def say_wait(wait: CustomersWait, *, item: str, today: date) -> str:
    """Return what an order line waits for and how sure its new day is; '' where no day is known."""
    if wait.due_on is None:
        return ""
    part = texts.pick(dict(wait.part))
    form = _WAITS_FOR_A_PART if wait.waits_for == "part" and not part else _WAITS[wait.waits_for]
    said = str(form) % {"item": item, "part": part, "due": formats.day(wait.due_on, today=today, style="long")}
    if wait.promised_on is None:
        return said
    values = {"day": formats.day(wait.promised_on, today=today, style="long"), "sure": wait.sure_percent}
    if wait.sure_percent is None:
        return f"{said} " + _("New date: %(day)s.") % values
    return f"{said} " + _("New date: %(day)s, %(sure)s %% sure.") % values
