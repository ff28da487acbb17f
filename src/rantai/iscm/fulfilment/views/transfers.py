"""Transfers between our sites: the list, one, and the work on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.foundation.items import queries as items
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import queries as parties
from rantai.iscm.fulfilment.actions import transfers as actions
from rantai.iscm.fulfilment.models import TransferLine, TransferOrder
from rantai.iscm.inventory.views import edge
from rantai.kernel import clock
from rantai.kernel.models import AuditEntry
from rantai.kernel.quantities import NotAQuantity, Quantity, QuantityOutOfRange
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, formats, shapes, tables, toasts
from rantai.ui.inputs import DayField, FigureField, read_figure

STATES = {
    "planned": ("new", gettext_lazy("Proposed")),
    "released": ("wait", gettext_lazy("To send")),
    "shipped": ("run", gettext_lazy("On its way")),
    "received": ("done", gettext_lazy("Received")),
    "cancelled": ("end", gettext_lazy("Cancelled")),
}
OPEN = ["planned", "released", "shipped"]
REFUSALS = (*edge.REFUSALS, actions.NothingToShip, actions.WrongArrival, actions.NotATransfer)


class TransferTable(tables.Table):
    """Goods between our sites."""

    name = "transfers"
    caption = gettext_lazy("Transfers")
    number = tables.Column(gettext_lazy("Transfer"), sort=True, link="iscm_fulfilment:transfer")
    origin = tables.Column(gettext_lazy("From"), accessor="origin__name", grow=True)
    destination = tables.Column(gettext_lazy("To"), accessor="destination__name")
    state = tables.StateColumn(gettext_lazy("State"), states=STATES)
    lines = tables.Column(gettext_lazy("Items"), accessor="line_count", format="number", align="end", narrow=3)
    ship_on = tables.Column(gettext_lazy("Leaves"), format="day", sort=True, narrow=2)
    due_on = tables.Column(gettext_lazy("Arrives"), format="day", sort=True, hurt="is_late")
    filters = (
        tables.Search("q", fields=["number__icontains", "lines__item__code__icontains"]),
        tables.Choice(
            "state", gettext_lazy("State"), field="state", many=True,
            choices=[(code, word) for code, (_k, word) in STATES.items()],
        ),
        tables.Flag("late", gettext_lazy("Late"), q=Q(is_late=1)),
    )  # fmt: skip
    views = (
        tables.View("open", gettext_lazy("Open"), {"state": OPEN}),
        tables.View("way", gettext_lazy("On its way"), {"state": "shipped"}, count=True),
        tables.View("late", gettext_lazy("Late"), {"late": "1"}, count=True, hurt=True),
        tables.View("all", gettext_lazy("All"), {"state": list(STATES)}),
    )
    sort = "due_on"
    empty = tables.Empty(
        gettext_lazy("Nothing goes between sites"), gettext_lazy("Transfers come from the plan, or are made by hand.")
    )


class TransferForm(forms.Form):
    """Goods that shall go to another site."""

    origin = forms.ChoiceField(label=gettext_lazy("From"))
    destination = forms.ChoiceField(label=gettext_lazy("To"))
    item = forms.CharField(label=gettext_lazy("Item"), max_length=60)
    units = FigureField(label=gettext_lazy("Quantity"), minimum=1)
    ship_on = DayField(label=gettext_lazy("Leaves"))
    due_on = DayField(label=gettext_lazy("Arrives"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = [(str(site.pk), site.name) for site in locations.list_sites()]
        for name in ("origin", "destination"):
            self.fields[name].choices = sites  # type: ignore[attr-defined]

    def clean_item(self) -> int:
        """Read an item's code."""
        found = items.find_item(self.cleaned_data["item"].strip())
        if found is None:
            raise forms.ValidationError(_("There is no item of this code. Choose one of the list."))
        return found.pk


@require_safe
@access.permission_required("transfers.view")
def transfers(request: access.StaffRequest) -> HttpResponseBase:
    """Show transfers; the title says how many are on their way."""
    today = edge.today()
    table = TransferTable(_list_rows(today), request=request, today=today)
    rows = TransferOrder.objects
    context = {
        "house": "operations",
        "on_the_way": rows.filter(state="shipped").count(),
        "to_send": rows.filter(state="released").count(),
    }
    return table.respond("iscm/fulfilment/transfers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("transfers.work")
def new(request: access.StaffRequest) -> HttpResponse:
    """Make a transfer by hand."""
    today = edge.today()
    filled = {name: request.GET[name] for name in ("origin", "destination", "item", "units") if name in request.GET}
    form = TransferForm(request.POST or None, initial={"ship_on": today, "due_on": today, **filled})
    if request.method == "POST" and form.is_valid():
        typed, at, by = form.cleaned_data, clock.now(), request.user.actor
        draft = actions.TransferDraft(
            company_id=parties.get_company().pk, origin_id=int(typed["origin"]),
            destination_id=int(typed["destination"]), ship_on=typed["ship_on"], due_on=typed["due_on"],
            lines=((typed["item"], typed["units"]),), cause=DocRef("manual", 0),
        )  # fmt: skip
        try:
            made = run_atomic(lambda: actions.plan_transfer(draft, at=at, by=by))
            return redirect("iscm_fulfilment:transfer", made.pk)
        except actions.NotATransfer as problem:
            form.add_error("destination", str(problem))
    return render(request, "iscm/fulfilment/new_transfer.html", {"house": "operations", "form": form})


@require_safe
@access.permission_required("transfers.view")
def transfer(request: access.StaffRequest, transfer_id: int) -> HttpResponse:
    """Show a transfer: what is held, what is on its way, what can be done."""
    row = get_object_or_404(TransferOrder.objects.select_related("origin", "destination"), pk=transfer_id)
    return render(request, "iscm/fulfilment/transfer.html", _describe(row, edge.today()))


@require_POST
@access.permission_required("transfers.work")
def release(request: access.StaffRequest, transfer_id: int) -> HttpResponse:
    """Let a proposal go to the warehouse."""
    return _act(request, transfer_id, actions.release_transfer, said=_("Released. Stock is held as it is there."))


@require_POST
@access.permission_required("transfers.work")
def ship(request: access.StaffRequest, transfer_id: int) -> HttpResponse:
    """Send what is held."""
    return _act(request, transfer_id, actions.ship_transfer, said=_("Sent: it is on its way."))


@require_POST
@access.permission_required("transfers.work")
def receive(request: access.StaffRequest, transfer_id: int) -> HttpResponse:
    """Receive what is on the way, as it was counted."""
    counted: dict[int, int] = {}
    for name, text in request.POST.items():
        if name.startswith("line-") and name[5:].isdigit():
            try:
                counted[int(name[5:])] = Quantity.parse(read_figure(str(text))).amount
            except (NotAQuantity, QuantityOutOfRange):
                toasts.hurt(request, _("'%(text)s' is no quantity. Nothing was received.") % {"text": text})
                return redirect("iscm_fulfilment:transfer", transfer_id)

    def work(row: TransferOrder, **act: Any) -> None:
        actions.receive_transfer(row, arrived=counted, **act)

    return _act(request, transfer_id, work, said=_("Received."))


@require_POST
@access.permission_required("transfers.work")
def cancel(request: access.StaffRequest, transfer_id: int) -> HttpResponse:
    """Cancel a transfer that has not left."""
    return _act(request, transfer_id, actions.cancel_transfer, said=_("Cancelled. Its stock is free again."))


def _act(request: access.StaffRequest, transfer_id: int, act: Callable[..., object], *, said: str) -> HttpResponse:
    get_object_or_404(TransferOrder, pk=transfer_id)
    at, by, revision = clock.now(), request.user.actor, clicks.read_revision(request)
    return clicks.attempt(
        request,
        lambda: act(actions.lock_transfer(transfer_id), revision=revision, at=at, by=by),
        refusals=REFUSALS,
        said=said,
        back=reverse("iscm_fulfilment:transfer", args=[transfer_id]),
    )


def _list_rows(today: date) -> QuerySet[TransferOrder]:
    return TransferOrder.objects.annotate(
        line_count=Count("lines"),
        is_late=Case(
            When(Q(state__in=OPEN, due_on__lt=today), then=Value(1)), default=Value(0), output_field=IntegerField()
        ),
    )


def _describe(row: TransferOrder, today: date) -> dict[str, Any]:
    lines = actions.list_lines(row)
    is_late = row.state in OPEN and row.due_on < today
    story = list(STATES)[:4]
    reached = story.index(row.state) if row.state in story else len(story)
    return {
        "house": "operations",
        "transfer": row,
        "ref": row.ref,
        "answer": _say(row, is_late, today),
        "is_hurt": is_late,
        "steps": [
            shapes.Step(
                label=str(STATES[code][1]), kind="done" if place < reached else "now" if place == reached else ""
            )
            for place, code in enumerate(story)
        ],
        "lines": [_describe_line(line) for line in lines],
        "can_release": row.state == "planned",
        "can_ship": row.state == "released",
        "can_receive": row.state == "shipped",
        "can_cancel": row.state in ("planned", "released"),
        "facts": [
            shapes.Fact(label=_("From"), value=row.origin.name),
            shapes.Fact(label=_("To"), value=row.destination.name),
            shapes.Fact(label=_("Leaves"), value=formats.day(row.ship_on, today=today)),
            shapes.Fact(label=_("Arrives"), value=formats.day(row.due_on, today=today), hurt=is_late, strong=True),
            *([shapes.Fact(label=_("Carrier"), value=row.carrier)] if row.carrier else []),
        ],
        "entries": _entries(row),
    }


def _say(row: TransferOrder, is_late: bool, today: date) -> str:
    day = formats.day(row.due_on, today=today)
    if is_late:
        return _("Late: it was to arrive on %(day)s") % {"day": day}
    if row.state in OPEN:
        return _("%(state)s, to arrive on %(day)s") % {"state": STATES[row.state][1], "day": day}
    return str(STATES[row.state][1])


def _describe_line(line: TransferLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "item_id": line.item_id,
        "code": line.item.code,
        "name": pick(line.item.name),
        "unit": str(line.item.base_unit),
        "units": Quantity(line.units),
        "held": Quantity(line.held),
        "shipped": Quantity(line.shipped),
        "received": Quantity(line.received),
        "coming": Quantity(line.shipped - line.received),
    }


def _entries(row: TransferOrder) -> list[shapes.Entry]:
    rows = list(AuditEntry.objects.filter(ref_kind="transfer_order", ref_id=row.pk).order_by("-id")[:50])
    names = {f"user:{pk}": name for pk, name in User.objects.values_list("pk", "name")} if rows else {}
    return [
        shapes.Entry(
            text=str(STATES[entry.action][1]) if entry.action in STATES else entry.action, at=entry.at,
            who=names.get(entry.actor, ""), house="operations",
        )
        for entry in rows
    ]  # fmt: skip
