"""What the page of a shipment shows, as frozen rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rantai.foundation.access.models import User
from rantai.iscm.fulfilment import forms, queries, rules
from rantai.iscm.fulfilment.actions import papers
from rantai.iscm.fulfilment.models import PickTask, Shipment, ShipmentLine
from rantai.kernel.models import AuditEntry
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.ui import formats, shapes

STORY = ("released", "picking", "packed", "shipped", "delivered")
WORDS = {
    "released": gettext_lazy("Released"),
    "picking": gettext_lazy("Picking"),
    "packed": gettext_lazy("Packed"),
    "shipped": gettext_lazy("Shipped"),
    "delivered": gettext_lazy("Delivered"),
    "cancelled": gettext_lazy("Cancelled"),
}
TOLD = {
    **WORDS,
    "reversed": gettext_lazy("Shipment taken back"),
    "lines_withdrawn": gettext_lazy("Lines taken off: the order changed"),
    "picked_short": gettext_lazy("Picked short"),
    "returned": gettext_lazy("Return received"),
    "return_authorized": gettext_lazy("Return allowed"),
    "return_ended": gettext_lazy("Return awaited no more"),
    "attached": gettext_lazy("File added"),
    "received": gettext_lazy("Goods received"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """Units to fetch, as the picker reads them."""

    id: int
    code: str
    name: str
    where: str
    lot: str
    units: Quantity
    unit: str
    is_open: bool
    is_done: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a shipment."""

    id: int
    code: str
    name: str
    units: Quantity
    returned: Quantity
    unit: str


def describe_shipment(shipment: Shipment, *, today: date) -> dict[str, Any]:
    """Return the context of a shipment's page."""
    tasks = [_read_task(task) for task in queries.list_picks(shipment)]
    left = sum(task.is_open for task in tasks)
    is_late = shipment.state in queries.OPEN and shipment.ship_on < today
    return {
        "house": "operations",
        "shipment": shipment,
        "answer": _answer(shipment, left, today),
        "is_late": is_late,
        "steps": list_steps(shipment),
        "tasks": tasks,
        "lines": [_read_line(line) for line in queries.list_lines(shipment)],
        "facts": _list_facts(shipment, today=today, is_late=is_late),
        "address": papers.describe_address(shipment.address),
        "entries": [*list_entries(DocRef("shipment", shipment.pk)), _released(shipment)],
        "ref": DocRef("shipment", shipment.pk),
        "can_pick": shipment.state in ("released", "picking"),
        "can_ship": shipment.state == "packed",
        "can_deliver": shipment.state == "shipped",
        "can_cancel": shipment.state in queries.OPEN,
        "can_return": shipment.state == "delivered",
        "pack_form": forms.PackForm(),
        "ship_form": forms.ShipForm(initial={"carrier": shipment.carrier, "tracking": shipment.tracking}),
        "deliver_form": forms.DeliverForm(),
    }


def list_steps(shipment: Shipment) -> list[shapes.Step]:
    """Return the way of a shipment with where it stands."""
    if shipment.state == "cancelled":
        return [shapes.Step(str(WORDS["released"]), kind="done"), shapes.Step(str(WORDS["cancelled"]), kind="now")]
    place = STORY.index(shipment.state)
    return [shapes.Step(str(WORDS[state]), kind=_mark(index, place)) for index, state in enumerate(STORY)]


def _mark(index: int, place: int) -> str:
    if index < place or place == len(STORY) - 1:
        return "done"
    return "now" if index == place else ""


def list_entries(ref: DocRef) -> list[shapes.Entry]:
    """Return what happened to a document, newest first."""
    rows = list(AuditEntry.objects.filter(ref_kind=ref.kind, ref_id=ref.id).order_by("-id")[:50])
    names = _name_actors({row.actor for row in rows})
    return [
        shapes.Entry(str(TOLD.get(row.action, row.action)), row.at, who=names[row.actor], house="operations")
        for row in rows
    ]


def _released(shipment: Shipment) -> shapes.Entry:
    who = _name_actors({shipment.released_by})[shipment.released_by]
    return shapes.Entry(str(WORDS["released"]), shipment.released_at, who=who, house="operations")


def _name_actors(actors: set[str]) -> dict[str, str]:
    ids = {actor: int(actor[5:]) for actor in actors if actor.startswith("user:") and actor[5:].isdigit()}
    users = {user.pk: str(user) for user in User.objects.filter(pk__in=ids.values())}
    return {actor: users.get(ids.get(actor, 0), _("system")) for actor in actors}


def _answer(shipment: Shipment, left: int, today: date) -> str:
    if shipment.state == "picking" and not left:
        return _("All is picked: pack it")
    words = {
        "released": ngettext(
            "%(n)s place to pick, it leaves on %(day)s", "%(n)s places to pick, it leaves on %(day)s", left
        ),
        "picking": ngettext("%(n)s place left to pick", "%(n)s places left to pick", left),
        "packed": _("Packed: hand it to the carrier"),
        "shipped": _("On its way since %(left_on)s"),
        "delivered": _("Delivered on %(there_on)s"),
        "cancelled": _("Cancelled"),
    }
    return words[shipment.state] % {
        "n": left,
        "day": formats.day(shipment.ship_on, today=today),
        "left_on": formats.day(shipment.shipped_at, today=today),
        "there_on": formats.day(shipment.delivered_at, today=today),
    }


def _list_facts(shipment: Shipment, *, today: date, is_late: bool) -> list[shapes.Fact]:
    facts = [
        shapes.Fact(_("Customer"), shipment.party.name, strong=True),
        shapes.Fact(_("Order"), shipment.order_number),
        shapes.Fact(_("Ships from"), shipment.location.name),
        shapes.Fact(_("Leaves"), formats.day(shipment.ship_on, today=today), hurt=is_late),
        shapes.Fact(_("Promised"), formats.day(shipment.promised_on, today=today)),
        shapes.Fact(_("Packages"), shipment.packages),
    ]
    if shipment.carrier or shipment.tracking:
        facts.append(shapes.Fact(_("Carrier"), f"{shipment.carrier} {shipment.tracking}".strip()))
    if shipment.proof:
        facts.append(shapes.Fact(_("Proof"), str(rules.PROOFS.get(shipment.proof, shipment.proof))))
    return facts


def _read_task(task: PickTask) -> Task:
    balance, item = task.reservation.balance, task.line.item
    return Task(
        id=task.pk,
        code=item.code,
        name=pick(item.name),
        where=balance.bin.code if balance.bin else "",
        lot=balance.serial or (balance.lot.code if balance.lot else ""),
        units=Quantity(task.units),
        unit=str(item.base_unit),
        is_open=task.state == "open",
        is_done=task.state == "done",
    )


def _read_line(line: ShipmentLine) -> Line:
    return Line(
        id=line.pk,
        code=line.item.code,
        name=pick(line.item.name),
        units=Quantity(line.units),
        returned=Quantity(line.returned),
        unit=str(line.item.base_unit),
    )
