"""Turn exceptions into the rows and the sheet of their page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.parties import queries as parties
from rantai.iscm.supply.models import PlanException
from rantai.iscm.supply.queries import board, steps
from rantai.iscm.supply.views import boardwords, pictures, words
from rantai.kernel.refs import DocRef
from rantai.ui import formats, gauges, shapes

MOST_WAITING = 12
PLACES = {
    "hurt": gettext_lazy("Hurts a customer"),
    "money": gettext_lazy("Costs money"),
    "order": gettext_lazy("Keeps the house in order"),
}
_LAMPS = {"hurt": "hurt", "money": "look", "order": "new"}


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardRow:
    """One exception as the list draws it."""

    pk: int
    lamp: str
    title: str
    why: str
    stake: str
    href: str
    is_open: bool
    act: str
    """Label of the button that does it; empty where no click can."""
    may_change: bool
    """Whether a day or a quantity could be another; what is cancelled has none."""
    mend_href: str
    """Where a person mends what no click can."""
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """What stands in one place."""

    label: str
    rows: tuple[BoardRow, ...]


def show_groups(
    rows: Sequence[PlanException],
    waiting: Mapping[int, Sequence[board.Waiting]],
    *,
    today: date,
    query: str,
    opened: int,
    sees_cost: bool,
    may: bool,
) -> list[Group]:
    """Return a page of exceptions under the headings of the places that they belong to."""
    found = steps.list_steps(rows, today=today)
    currency = parties.get_company().currency
    shown = [
        (
            _place(row),
            _show(row, step, waiting.get(row.pk, ()), today=today, query=query, opened=opened, may=may,
                  stake=formats.money(row.stake, currency, short=True) if sees_cost and row.stake else ""),
        )
        for row, step in zip(rows, found, strict=True)
    ]  # fmt: skip
    return [
        Group(label=str(PLACES[place]), rows=tuple(row for _place_of, row in mine))
        for place, mine in groupby(shown, key=lambda pair: pair[0])
    ]


def show_sheet(row: PlanException, waiting: Sequence[board.Waiting], *, today: date, sees_cost: bool) -> dict[str, Any]:
    """Return everything about one exception: whom it hurts, what is known, what accepting does."""
    (step,) = steps.list_steps([row], today=today)
    scale = _scale(waiting[:MOST_WAITING], today)
    return {
        "row": row,
        "title": boardwords.title_of(row, today=today),
        "why": boardwords.why_of(row, waiting),
        "kind": words.EXCEPTIONS[row.kind],
        "is_hurt": _place(row) == "hurt",
        "act": boardwords.act_of(step, today=today),
        "does": boardwords.say_step(step, today=today),
        "mend_href": mend_href(row),
        "step": step,
        "facts": _list_facts(row, step, today=today, sees_cost=sees_cost),
        "waiting": waiting[:MOST_WAITING],
        "others": max(0, len(waiting) - MOST_WAITING),
        "scale": scale,
        "today": today,
        "answered": boardwords.ANSWERS.get(getattr(row, "answer", ""), ""),
        "explain": _explain(row),
    }


def mend_href(row: PlanException) -> str:
    """Return the page on which a person mends what no click can."""
    return reverse("foundation_items:item", args=[row.item_id]) if row.kind in board.MASTERS else ""


def _place(row: PlanException) -> str:
    if row.kind in board.URGENT and row.stake > 0:
        return "hurt"
    return "money" if row.kind in (*board.URGENT, *board.SPARE) else "order"


def _show(
    row: PlanException, step: steps.Step, waiting: Sequence[board.Waiting], *, today: date, query: str, opened: int,
    stake: str, may: bool,
) -> BoardRow:  # fmt: skip
    return BoardRow(
        pk=row.pk,
        lamp=_LAMPS[_place(row)],
        title=boardwords.title_of(row, today=today),
        why=boardwords.why_of(row, waiting),
        stake=stake,
        href=f"{reverse('iscm_supply:exceptions')}?{query}{'&' if query else ''}at={row.pk}",
        is_open=row.pk == opened,
        act=boardwords.act_of(step, today=today) if may else "",
        may_change=row.kind != "cancel" and step.way != steps.CANCEL,
        mend_href=mend_href(row),
        answer=str(boardwords.ANSWERS.get(getattr(row, "answer", ""), "")),
    )


def _scale(waiting: Sequence[board.Waiting], today: date) -> gauges.Scale | None:
    days = [
        day
        for one in waiting
        for day in (one.demand.requested_on, one.outcome and one.outcome.due_on, one.outcome and one.outcome.planned_on)
    ]
    return gauges.Scale.around([day for day in days if day], today=today) if waiting else None


def _list_facts(row: PlanException, step: steps.Step, *, today: date, sees_cost: bool) -> list[shapes.Fact]:
    unit = str(row.item.base_unit)
    facts = [shapes.Fact(_("Quantity"), formats.quantity(row.units, unit), strong=True)]
    if row.is_on:
        label = _("Order by") if row.kind == "release" else _("Comes")
        facts.append(shapes.Fact(label, formats.day(row.is_on, today=today), hurt=row.is_on < today))
    if row.wanted_on:
        label = _("There on") if row.kind == "release" else _("Wanted")
        facts.append(shapes.Fact(label, formats.day(row.wanted_on, today=today)))
    if step.party and row.ref_kind != "demand":
        facts.append(shapes.Fact(_("Supplier"), step.party))
    if row.number:
        ref = DocRef(row.ref_kind, row.ref_id, row.ref_line)
        facts.append(shapes.Fact(_("Document"), row.number, href=pictures.find_page(ref)))
    if row.location_id and row.location is not None:
        href = reverse("iscm_supply:stock", args=[row.item_id, row.location_id])
        facts.append(shapes.Fact(_("Projected stock"), row.location.name, href=href))
    if sees_cost and row.stake:
        facts.append(shapes.Fact(_("At stake"), formats.money(row.stake, parties.get_company().currency), rule=True))
    return facts


def _explain(row: PlanException) -> DocRef | None:
    return DocRef(row.ref_kind, row.ref_id, row.ref_line) if row.ref_kind in _EXPLAINED else None


_EXPLAINED = ("demand", "planned_order", "purchase_order", "purchase_requisition", "production_order", "transfer_order")
