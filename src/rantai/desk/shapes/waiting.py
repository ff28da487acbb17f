"""Turn what waits into the rows and the sheet of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rantai.desk.explain import shapes as explaining
from rantai.desk.queries.waiting import PLACES
from rantai.foundation.access.models import User
from rantai.kernel.money import Money
from rantai.kernel.needs import Act, Need, Sheet
from rantai.ui import formats, gauges
from rantai.ui.shapes import Fact, Reason

GROUPS = {
    "hurt": _("Hurts a customer"),
    "money": _("Costs money"),
    "order": _("Keeps the house in order"),
}
_LAMPS = {"hurt": "hurt", "money": "look", "order": "new"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One need as the list draws it."""

    need: Need
    lamp: str
    stake: str
    href: str
    is_open: bool
    acts: tuple[Act, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """What stands in one place, with its sum."""

    label: str
    note: str
    rows: tuple[Row, ...]


def show_row(need: Need, *, user: User, query: str, opened: str = "") -> Row:
    """Return a need with its address on the page and what this person may do about it."""
    return Row(
        need=need,
        lamp=_LAMPS[need.place],
        stake=formats.money(need.stake, short=True) if need.stake else "",
        href=f"{reverse('desk:needs')}?{query}{'&' if query else ''}at={need.key}",
        is_open=need.key == opened,
        acts=list_acts(need, user),
    )


def list_acts(need: Need, user: User) -> tuple[Act, ...]:
    """Return what this person may do about a need in place."""
    return tuple(act for act in need.acts if user.has_perm(act.permission))


def group(rows: Sequence[Row], needs: Sequence[Need]) -> list[Group]:
    """Put the rows of a page under their heads; the sums are those of everything, not of the page alone."""
    found = []
    for place in PLACES:
        mine = tuple(row for row in rows if row.need.place == place)
        if mine:
            everything = [need for need in needs if need.place == place]
            found.append(Group(label=str(GROUPS[place]), note=_sum(everything), rows=mine))
    return found


def show_sheet(sheet: Sheet, *, user: User, query: str, today: date) -> dict[str, Any]:
    """Return the detail of a need."""
    days = [day for one in sheet.touched for day in (one.asked, one.promised, one.expected) if day]
    return {
        "sheet": sheet,
        "need": sheet.need,
        "row": show_row(sheet.need, user=user, query=query, opened=sheet.need.key),
        "acts": list_acts(sheet.need, user),
        "facts": [Fact(label, value, hurt=hurt) for label, value, hurt in (*sheet.facts, *sheet.costs)],
        "parts": [Reason(part.label, part.amount, note=part.note, total=part.is_total) for part in sheet.parts],
        "scale": gauges.Scale.around(days, today=today) if days else None,
        "rows": [show_row(need, user=user, query=query) for need in sheet.rows],
        "explain_url": explaining.find_why(sheet.need.ref, user),
    }


def _sum(needs: Sequence[Need]) -> str:
    """Return what is at stake in all, by currency."""
    sums: dict[str, int] = {}
    for need in needs:
        if need.stake:
            sums[need.stake.currency] = sums.get(need.stake.currency, 0) + need.stake.amount
    return " + ".join(formats.money(Money(amount, currency), short=True) for currency, amount in sums.items() if amount)
