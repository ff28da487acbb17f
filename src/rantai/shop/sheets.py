"""What the tracking page says: the answer first, then each line's way, then parcels and papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext, pgettext

from rantai.crm.messages import TrackedLine, TrackedOrder, TrackedReturn, TrackedStage
from rantai.ui import formats, shapes

NEXT = {
    "date_promised": gettext_lazy("Next we get your goods ready. We write when they leave."),
    "order_received": gettext_lazy("Next we work out the day and write to you."),
    "material_ordered": gettext_lazy("Next the material arrives. We write when it is here."),
    "material_arrived": gettext_lazy("Next we begin to make your goods. We write when we do."),
    "production_started": gettext_lazy("Your goods are being made. We write at each step."),
    "operation_finished": gettext_lazy("Your goods are being made. We write when they have passed our inspection."),
    "quality_passed": gettext_lazy("Next we pack your goods. We write when they leave."),
    "passed_to_partner": gettext_lazy("Next our partner accepts your order. We write when they have."),
    "partner_accepted": gettext_lazy("Next our partner packs your goods. We write when they leave."),
    "partner_packed": gettext_lazy("Next the carrier fetches your goods. We write when they leave."),
    "picking": gettext_lazy("Next we pack your goods. We write when they leave."),
    "packed": gettext_lazy("Next the carrier fetches your goods. We write when they leave."),
    "handed_to_carrier": gettext_lazy("Next the carrier brings your goods. We write when they are delivered."),
    "in_transit": gettext_lazy("Next the carrier brings your goods. We write when they are delivered."),
}
"""What happens next at a line whose last stage is the key."""


RETURN_STATES = {
    "open": gettext_lazy("can be sent back"),
    "received": gettext_lazy("is back with us"),
    "ended": gettext_lazy("stays with you"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The page's title: the sentence, its end that is red where the customer is hurt, and one sentence below."""

    text: str
    hurt: str = ""
    lede: str = ""


def describe_order(order: TrackedOrder) -> dict[str, Any]:
    """Return the page's context."""
    goods = [line for line in order.lines if line.is_dated]
    opened = [line for line in goods if line.is_open]
    return {
        "order": order,
        "answer": answer(order, goods),
        "ways": _list_ways(order),
        "charges": [line for line in order.lines if not line.is_dated and not line.cancelled.amount],
        "next": _say_next(order, opened),
        "count": len(goods),
        "returns": [
            {"view": row, "state": str(RETURN_STATES[row.state]), "next": _say_return(row, order)}
            for row in order.returns
        ],
        "papers": [
            {"id": paper.id, "name": _name_paper(paper.kind, paper.number), "issued_on": paper.issued_on}
            for paper in order.papers
        ],
    }


def answer(order: TrackedOrder, goods: Sequence[TrackedLine]) -> Answer:
    """Say when the goods come, and what became of the promise."""
    if order.state == "cancelled" or not goods:
        return Answer(text=_("This order is cancelled"), lede=_("Nothing more comes, and nothing is billed for it."))
    waiting = [line for line in goods if line.is_open]
    if not waiting:
        last = max((parcel.delivered_on for parcel in order.parcels if parcel.delivered_on), default=None)
        return Answer(
            text=_("Everything was delivered on %(day)s") % {"day": _long(last, order)}
            if last
            else _("Everything was delivered"),
            lede=_("Should anything be missing or damaged, tell us soon."),
        )
    undated = [line for line in waiting if line.promised_on is None]
    if undated:
        return Answer(
            text=_("We look for a day for %(goods)s") % {"goods": _name(undated)},
            lede=_("As soon as we have one we write to you."),
        )
    return _answer_dated(order, waiting)


def _answer_dated(order: TrackedOrder, waiting: Sequence[TrackedLine]) -> Answer:
    moved = [line for line in waiting if line.days_moved > 0]
    last = max(line.promised_on for line in waiting if line.promised_on)
    if moved:
        worst = max(moved, key=lambda line: line.promised_on or order.today)
        return Answer(
            text=pgettext("before a day", "%(goods)s: now on") % {"goods": _name(moved)},
            hurt=_long(worst.promised_on, order),
            lede=_say_delay(worst, [line for line in waiting if line not in moved], order),
        )
    if last < order.today:
        return Answer(
            text=_("Your goods are overdue since"),
            hurt=_long(last, order),
            lede=_("We are sorry. We are looking into it and write as soon as we know the new day."),
        )
    day = {"day": _long(last, order)}
    if any(not line.is_open for line in order.lines if line.is_dated):
        text = _("The rest comes by %(day)s") % day
    elif len({line.promised_on for line in waiting}) > 1:
        text = _("Everything comes by %(day)s") % day
    else:
        text = _("Your goods come by %(day)s") % day
    return Answer(text=text, lede=_say_kept(order, waiting))


def _say_delay(worst: TrackedLine, kept: Sequence[TrackedLine], order: TrackedOrder) -> str:
    days = worst.days_moved
    late = ngettext("%(n)s day later than we promised.", "%(n)s days later than we promised.", days) % {"n": days}
    parts = [late, worst.cause, _("We are sorry.")]
    if kept:
        day = formats.day(max(line.promised_on for line in kept if line.promised_on), today=order.today)
        parts.append(_("The rest still comes by %(day)s.") % {"day": day})
    return " ".join(filter(None, parts))


def _say_kept(order: TrackedOrder, waiting: Sequence[TrackedLine]) -> str:
    if any(line.days_moved < 0 for line in waiting):
        return _("That is earlier than we promised.")
    if any(parcel.delivered_on is None for parcel in order.parcels):
        return _("As promised. A part is on its way already.")
    return _("As promised. Should the day move, we write to you at once.")


def _say_next(order: TrackedOrder, waiting: Sequence[TrackedLine]) -> str:
    if not waiting or order.state == "cancelled":
        return ""
    behind = min(waiting, key=lambda line: sum(stage.is_done for stage in line.stages) / len(line.stages))
    current = next((stage.code for stage in behind.stages if stage.is_current), "")
    parts = [str(NEXT.get(current, ""))]
    if behind.promised_on:
        parts.append(_("At your door by %(day)s.") % {"day": _long(behind.promised_on, order)})
    return " ".join(filter(None, parts))


def _list_ways(order: TrackedOrder) -> list[dict[str, Any]]:
    """Return the lines, those that go the same way on the same days together."""
    ways: list[dict[str, Any]] = []
    for line in order.lines:
        if not (line.is_dated or line.cancelled.amount):
            continue
        shown = _show_line(line, order.today)
        same = next((way for way in ways if way["key"] == shown["key"]), None)
        if same:
            same["lines"].append(shown)
        else:
            ways.append({**shown, "lines": [shown]})
    return ways


def _show_line(line: TrackedLine, today: date) -> dict[str, Any]:
    is_late = line.days_moved > 0 and line.is_open
    steps = [_show_stage(stage, line, is_late=is_late, today=today) for stage in line.stages]
    return {
        "key": (steps, line.promised_on, line.first_promised_on, line.parts, line.is_open),
        "line": line,
        "quantity": formats.quantity(line.quantity, line.unit),
        "is_late": is_late,
        "is_cancelled": not line.quantity.amount,
        "progress": _say_progress(line),
        "was": line.first_promised_on if line.days_moved else None,
        "parts": [
            _("%(units)s on %(day)s")
            % {"units": formats.quantity(part.units, line.unit), "day": formats.day(part.promised_on, today=today)}
            for part in line.parts
            if line.is_open
        ],
        "steps": steps,
    }


def _show_stage(stage: TrackedStage, line: TrackedLine, *, is_late: bool, today: date) -> shapes.Step:
    kind = "done" if stage.is_done else ("hurt" if is_late else "now") if stage.is_current else ""
    notes = []
    if stage.note:
        step, _slash, steps = stage.note.partition("/")
        notes.append(_("step %(step)s of %(steps)s") % {"step": step, "steps": steps})
    if stage.reached_on:
        notes.append(formats.day(stage.reached_on, today=today))
    elif stage.code == "delivered" and line.promised_on:
        notes.append(_("by %(day)s") % {"day": formats.day(line.promised_on, today=today)})
    return shapes.Step(stage.name, " · ".join(notes), kind)


def _say_progress(line: TrackedLine) -> str:
    parts = []
    if line.is_open and line.delivered.amount:
        parts.append(_("%(units)s delivered") % {"units": formats.quantity(line.delivered, line.unit)})
    if line.shipped > line.delivered and line.shipped < line.quantity:
        under_way = formats.quantity(line.shipped - line.delivered, line.unit)
        parts.append(_("%(units)s on their way") % {"units": under_way})
    if line.cancelled.amount:
        parts.append(_("%(units)s cancelled") % {"units": formats.quantity(line.cancelled, line.unit)})
    return ", ".join(parts)


def _say_return(row: TrackedReturn, order: TrackedOrder) -> str:
    if row.state != "open":
        return ""
    facts = {"number": row.number, "company": order.company, "site": row.site}
    return _("Write %(number)s on the parcel and send it to %(company)s, %(site)s.") % facts


def _name_paper(kind: str, number: str) -> str:
    names = {
        "invoice": _("Invoice %(number)s"),
        "credit_note": _("Credit note %(number)s"),
        "order_confirmation": _("Order confirmation %(number)s"),
    }
    return names[kind] % {"number": number}


def _name(lines: Sequence[TrackedLine]) -> str:
    """Name one line by its goods, several by their number."""
    if len(lines) == 1:
        return lines[0].name
    return npgettext("for a customer", "%(n)s line", "%(n)s lines", len(lines)) % {"n": len(lines)}


def _long(day: date | None, order: TrackedOrder) -> str:
    return formats.day(day, today=order.today, style="long")
