"""Say an exception in the planner's words: what it is, who is hurt, and what accepting it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rantai.iscm.supply.models import PlanException
from rantai.iscm.supply.queries import board, steps
from rantai.iscm.supply.queries import words as naming
from rantai.kernel.texts import pick
from rantai.ui import formats

MOST_NAMES = 2

ANSWERS = {
    "dismissed": gettext_lazy("Dismissed"),
    "asked": gettext_lazy("Supplier asked"),
    "set": gettext_lazy("Changed"),
    "cancelled": gettext_lazy("Cancelled"),
    "task": gettext_lazy("Made a task"),
    "released": gettext_lazy("Ordered"),
}
_TITLES = {
    "expedite": gettext_lazy("Get %(units)s %(item)s from %(number)s by %(wanted)s instead of %(day)s"),
    "overdue": gettext_lazy("%(number)s should have come on %(day)s: %(units)s %(item)s"),
    "defer": gettext_lazy("%(number)s comes on %(day)s and is needed on %(wanted)s: %(units)s %(item)s"),
    "cancel": gettext_lazy("Nobody needs %(number)s of %(day)s: %(units)s %(item)s"),
    "release": gettext_lazy("Order %(units)s %(item)s by %(day)s to have them on %(wanted)s"),
    "short": gettext_lazy("%(units)s %(item)s have no date; they were promised for %(wanted)s"),
    "late": gettext_lazy("%(units)s %(item)s come on %(day)s instead of %(wanted)s"),
    "no_source": gettext_lazy("%(item)s has no source at %(place)s"),
    "circle": gettext_lazy("%(item)s needs itself"),
    "bad_row": gettext_lazy("%(item)s cannot be planned as it stands"),
}
_TASKS = {
    "expedite": gettext_lazy("Finish %(number)s by %(wanted)s: %(units)s %(item)s"),
    "overdue": gettext_lazy("Bring %(number)s to its end, it was due on %(day)s: %(units)s %(item)s"),
    "defer": gettext_lazy("Put %(number)s off to %(wanted)s: %(units)s %(item)s"),
    "cancel": gettext_lazy("Stop %(number)s, nobody needs it: %(units)s %(item)s"),
    "short": gettext_lazy("Agree with the customer what becomes of %(units)s %(item)s without a date"),
    "late": gettext_lazy("Agree %(day)s with the customer for %(units)s %(item)s"),
}


def title_of(row: PlanException, *, today: date) -> str:
    """Return an exception as a sentence."""
    return str(_TITLES[row.kind]) % _values(row, today)


def task_of(row: PlanException, *, today: date) -> str:
    """Return what a colleague would be asked to do."""
    return str(_TASKS.get(row.kind, _TITLES[row.kind])) % _values(row, today)


def why_of(row: PlanException, waiting: Sequence[board.Waiting], *, is_open: bool = False) -> str:
    """Return who waits and why, in one line; empty parts are left out."""
    parts = [who_waits(waiting), say_cause(row, waiting)]
    if row.location_id and row.location is not None and row.kind != "no_source":
        parts.append(row.location.name)
    return " · ".join(part for part in parts if part)


def who_waits(waiting: Sequence[board.Waiting]) -> str:
    """Return the customers behind an exception: the first two named, the others counted."""
    names = list(dict.fromkeys(one.demand.party.name for one in waiting))
    if not names:
        return ""
    shown = ", ".join(names[:MOST_NAMES])
    left = len(names) - MOST_NAMES
    if left > 0:
        shown = ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s more", left) % {"names": shown, "n": left}
    n = len(waiting)
    orders = ngettext("%(n)s order line", "%(n)s order lines", n) % {"n": formats.number(n)}
    return f"{shown} ({orders})" if n > 1 else f"{shown}, {waiting[0].demand.number}"


def say_cause(row: PlanException, waiting: Sequence[board.Waiting] = ()) -> str:
    """Return the leaf cause in words, with the item in which it lies."""
    said = str(naming.CAUSES.get(row.cause, ""))
    outcome = waiting[0].outcome if waiting and row.ref_kind == "demand" else None
    item = outcome.cause_item if outcome and outcome.cause_item_id != row.item_id else None
    return f"{said}: {pick(item.name) or item.code}" if said and item else said


def act_of(step: steps.Step, *, today: date) -> str:
    """Return the label of the button that accepts an exception, '' where no click can."""
    day = formats.day(step.due_on, today=today) if step.due_on else ""
    if step.way == steps.ASK:
        if not step.units or step.row.kind == "cancel":
            return _("Ask %(party)s to cancel") % {"party": step.party}
        return _("Ask %(party)s for %(day)s") % {"party": step.party, "day": day}
    if step.way == steps.SET:
        return _("Take it out") if step.row.kind == "cancel" else _("Move it to %(day)s") % {"day": day}
    labels = {steps.CANCEL: _("Cancel it"), steps.RELEASE: _("Order now"), steps.TASK: _("Make it a task")}
    return labels.get(step.way, "")


def say_step(step: steps.Step, *, today: date) -> str:
    """Return what accepting does, in one sentence for the preview."""
    values = {
        "party": step.party, "day": formats.day(step.due_on, today=today) if step.due_on else "–",
        "units": formats.quantity(step.units, str(step.row.item.base_unit)),
        "number": step.row.number or step.row.item.code,
    }  # fmt: skip
    return str(_SAID[step.way if step.way != steps.ASK or step.row.kind != "cancel" else "withdraw"]) % values


_SAID = {
    steps.ASK: gettext_lazy("%(party)s gets a letter: %(number)s, %(units)s, on %(day)s. Its answer moves the plan."),
    "withdraw": gettext_lazy("%(party)s gets a letter that asks to cancel what has not come of %(number)s."),
    steps.SET: gettext_lazy("%(number)s is changed at once to %(units)s on %(day)s; nobody was sent it yet."),
    steps.CANCEL: gettext_lazy("%(number)s is cancelled; no work has begun."),
    steps.RELEASE: gettext_lazy("%(number)s becomes an order of %(units)s for %(day)s."),
    steps.TASK: gettext_lazy("You get a task on %(number)s, due on %(day)s."),
    steps.PAGE: gettext_lazy("No click can mend it: its item needs a source."),
    steps.GONE: gettext_lazy("The order is not open any more; the next plan leaves it out."),
}


def _values(row: PlanException, today: date) -> dict[str, str]:
    return {
        "units": formats.quantity(row.units, str(row.item.base_unit)),
        "item": pick(row.item.name) or row.item.code,
        "number": row.number or row.item.code,
        "day": formats.day(row.is_on, today=today) if row.is_on else "–",
        "wanted": formats.day(row.wanted_on, today=today) if row.wanted_on else "–",
        "place": row.location.name if row.location else "–",
    }
