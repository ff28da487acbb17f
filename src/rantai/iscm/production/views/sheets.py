"""What the page of a production order shows, as frozen rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from rantai.foundation.access.models import User
from rantai.iscm.production import forms, states
from rantai.iscm.production.actions import steps as actions
from rantai.iscm.production.models import ProductionComponent, ProductionOrder, ProductionStep
from rantai.iscm.production.queries import orders
from rantai.iscm.production.views.tables import ORDER_STATES
from rantai.kernel.models import AuditEntry
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import PAGES
from rantai.kernel.texts import pick
from rantai.ui import formats, shapes

STORY = ("planned", "released", "started", "finished")
TOLD = {
    "planned": gettext_lazy("Proposed"),
    "released": pgettext_lazy("production", "Released"),
    "started": gettext_lazy("Work began"),
    "step_started": gettext_lazy("Step began"),
    "step_finished": gettext_lazy("Step finished"),
    "issued": gettext_lazy("Parts taken from stock"),
    "finished": gettext_lazy("Finished, quality passed"),
    "reversed": gettext_lazy("Taken back: it was not finished"),
    "closed": gettext_lazy("Closed"),
    "cancelled": gettext_lazy("Cancelled"),
    "attached": gettext_lazy("File added"),
}
STEP_STATES = {
    "waiting": ("wait", gettext_lazy("Waits")),
    "running": ("run", gettext_lazy("Running")),
    "finished": ("done", gettext_lazy("Finished")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step as the shop floor reads it."""

    position: int
    name: str
    resource: str
    hours: str
    kind: str
    word: str
    good: Quantity
    scrap: Quantity
    into: Quantity
    can_start: bool
    can_finish: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A component as the shop floor reads it."""

    code: str
    name: str
    item_id: int
    unit: str
    needed: Quantity
    reserved: Quantity
    issued: Quantity
    short: Quantity
    needed_on: date
    made_by: ProductionOrder | None
    is_asked: bool


def describe_order(order: ProductionOrder, *, today: date) -> dict[str, Any]:
    """Return the context of an order's page."""
    steps, parts = orders.list_steps(order), orders.list_components(order)
    short = [row for row in parts if row.short and order.state in states.LIVE]
    all_done = all(step.state == "finished" for step in steps)
    rows = [_describe_step(order, step, steps) for step in steps]
    return {
        "house": "operations",
        "order": order,
        "ref": order.ref,
        "name": pick(order.item.name) or order.item.code,
        "answer": _say(order, steps, short, today),
        "is_hurt": bool(short) or (order.state in states.LIVE and order.due_on < today),
        "stages": _stages(order),
        "steps": rows,
        "current": next((row for row in rows if row.can_start or row.can_finish), None),
        "parts": _describe_parts(parts),
        "can_release": order.state == "planned",
        "can_cancel": order.state in states.LIVE,
        "can_finish": order.state in states.OPEN and all_done and not short,
        "can_reverse": order.state == "finished",
        "finish_form": forms.FinishForm(order=order),
        "step_form": forms.StepForm(initial=_expect(rows)),
        "facts": _facts(order, today),
        "pegs": [(peg, _find_page(peg.order_kind)) for peg in orders.list_pegs(order)],
        "parent": ProductionOrder.objects.filter(components__made_by=order).first(),
        "entries": _entries(order),
    }


def _expect(rows: list[Step]) -> dict[str, int]:
    """Return what a running step is expected to bring: all that went into it."""
    running = next((row for row in rows if row.can_finish), None)
    return {"good": running.into.amount, "scrap": 0} if running else {}


def _say(order: ProductionOrder, steps: list[ProductionStep], short: list[ProductionComponent], today: date) -> str:
    """Answer the page's question: can it be worked on, and is it in time."""
    if short and order.state in ("released", "started"):
        return ngettext("Waits for %(n)s part", "Waits for %(n)s parts", len(short)) % {"n": len(short)}
    if order.state == "planned":
        return _("Proposed: nobody has released it yet")
    if order.state in states.OPEN and order.due_on < today:
        return _("Late: it was due on %(day)s") % {"day": formats.day(order.due_on, today=today)}
    running = next((step for step in steps if step.state != "finished"), None)
    if order.state in states.OPEN and running is not None:
        return _("Step %(k)s of %(n)s is next: %(name)s") % {
            "k": running.position, "n": running.of, "name": pick(running.name),
        }  # fmt: skip
    if order.state in states.OPEN:
        return _("Ready to be finished")
    return str(ORDER_STATES[order.state][1])


def _stages(order: ProductionOrder) -> list[shapes.Step]:
    reached = STORY.index(order.state) if order.state in STORY else len(STORY)
    words = {code: str(ORDER_STATES[code][1]) for code in STORY}
    return [
        shapes.Step(label=words[code], kind="done" if place < reached else "now" if place == reached else "")
        for place, code in enumerate(STORY)
    ]


def _describe_step(order: ProductionOrder, step: ProductionStep, steps: list[ProductionStep]) -> Step:
    before = next((row for row in steps if row.position == step.position - 1), None)
    is_next = order.state in states.OPEN and (before is None or before.state == "finished")
    kind, word = STEP_STATES[step.state]
    return Step(
        position=step.position,
        name=pick(step.name) or str(step.step),
        resource=step.resource.code if step.resource else "",
        hours=formats.number(step.planned_seconds / 3600, 1),
        kind=kind,
        word=str(word),
        good=Quantity(step.good),
        scrap=Quantity(step.scrap),
        into=Quantity(actions.units_into(order, step)),
        can_start=is_next and step.state == "waiting",
        can_finish=is_next and step.state == "running",
    )


def _describe_parts(parts: list[ProductionComponent]) -> list[Part]:
    made = {
        row.supplies_id: row
        for row in ProductionOrder.objects.filter(supplies__in=[part.pk for part in parts])
        .exclude(state="cancelled")
        .order_by("id")
    }
    return [
        Part(
            code=part.item.code,
            name=pick(part.item.name),
            item_id=part.item_id,
            unit=str(part.item.base_unit),
            needed=Quantity(part.needed),
            reserved=Quantity(part.reserved),
            issued=Quantity(part.issued),
            short=Quantity(part.short),
            needed_on=part.needed_on,
            made_by=made.get(part.pk),
            is_asked=bool(part.asked),
        )
        for part in parts
    ]


def _facts(order: ProductionOrder, today: date) -> list[shapes.Fact]:
    unit = str(order.item.base_unit)
    facts = [
        shapes.Fact(label=_("Quantity"), value=formats.quantity(order.units, unit), strong=True),
        shapes.Fact(label=_("Site"), value=order.location.name),
        shapes.Fact(label=_("Start"), value=formats.day(order.start_on, today=today)),
        shapes.Fact(label=_("Due"), value=formats.day(order.due_on, today=today)),
    ]
    if order.good:
        facts.append(shapes.Fact(label=_("Good"), value=formats.quantity(order.good, unit)))
        cost = formats.money(order.unit_cost, order.company.currency)
        facts.append(shapes.Fact(label=_("Cost of one"), value=cost))
    if order.scrap:
        facts.append(shapes.Fact(label=pgettext("scrap", "Lost"), value=formats.quantity(order.scrap, unit), hurt=True))
    return facts


def _find_page(kind: str) -> str:
    return PAGES.get(kind, "")


def _entries(order: ProductionOrder) -> list[shapes.Entry]:
    rows = AuditEntry.objects.filter(ref_kind="production_order", ref_id=order.pk).order_by("-id")[:100]
    found = list(rows)
    names = {f"user:{pk}": name for pk, name in User.objects.values_list("pk", "name")} if found else {}
    return [
        shapes.Entry(
            text=_describe_entry(row), at=row.at, who=names.get(row.actor, ""), house="operations",
            hurt=row.action in ("reversed", "cancelled"),
        )
        for row in found
    ]  # fmt: skip


def _describe_entry(row: AuditEntry) -> str:
    text = str(TOLD.get(row.action, row.action))
    step = row.changes.get("step")
    return f"{text} ({step[1]})" if step else text
