"""One planned order: why so many, for whom, and the three answers to it; many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rantai.foundation.access import rules as access
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply import forms
from rantai.iscm.supply.actions import proposals
from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries import answers, chains, plans
from rantai.iscm.supply.queries import words as naming
from rantai.iscm.supply.views import edge, pictures, words
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.ui import clicks, formats, shapes


@require_http_methods(["GET", "POST"])
@access.permission_required("plan.view")
def order(request: access.StaffRequest, order_id: int) -> HttpResponseBase:
    """Show a proposal with its reasons and chain; change it while it is open."""
    rows = PlannedOrder.objects.select_related(
        "item__base_unit", "location", "supplier", "origin", "source", "company", "run", "demand", "decision"
    )
    row = get_object_or_404(rows, pk=order_id)
    is_open = row.state == "proposed" and row.run.state == "current"
    may_change = is_open and request.user.has_perm("plan.decide")
    form = forms.ChangeForm(request.POST or None, order=row, today=edge.today())
    if request.method == "POST" and may_change and form.is_valid():
        return _change(request, row, form.cleaned_data)
    sees_cost = request.user.has_perm(access.SEES_COST)
    context = _describe(row, is_open=is_open, sees_cost=sees_cost) | {"form": form, "may_change": may_change}
    return render(request, "iscm/supply/order.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("plan.decide")
def accept(request: HttpRequest, order_id: int) -> HttpResponse:
    """Accept one proposal as it stands."""
    return _accept(request, [order_id])


@require_POST
@access.permission_required("plan.decide")
def accept_many(request: HttpRequest) -> HttpResponse:
    """Accept the ticked proposals."""
    return _accept(request, clicks.read_ids(request))


@require_POST
@access.permission_required("plan.decide")
def dismiss(request: HttpRequest, order_id: int) -> HttpResponse:
    """Let one proposal go."""
    return _dismiss(request, [order_id])


@require_POST
@access.permission_required("plan.decide")
def dismiss_many(request: HttpRequest) -> HttpResponse:
    """Let the ticked proposals go."""
    return _dismiss(request, clicks.read_ids(request))


@require_POST
@access.permission_required("plan.decide")
def reopen_many(request: HttpRequest) -> HttpResponse:
    """Take dismissals back."""
    ids = clicks.read_ids(request)
    said = ngettext("%(n)s proposal is open again", "%(n)s proposals are open again", len(ids)) % {"n": len(ids)}
    back = reverse("iscm_supply:plan")
    return edge.attempt(request, lambda: proposals.reopen_proposals(ids, at=clock.now()), said=said, back=back)


def _describe(row: PlannedOrder, *, is_open: bool, sees_cost: bool) -> dict[str, Any]:
    today = edge.today()
    chain = chains.trace(DocRef("planned_order", row.pk))
    reasons = plans.list_reasons([row.decision_id] if row.decision_id else []).get(row.decision_id or 0, ())
    unit = str(row.item.base_unit)
    waiting = _name_waiting(reasons, today=today)
    sums = [
        shapes.Reason(
            str(naming.REASONS.get(one.code, one.code)), formats.quantity(one.units),
            note=waiting.get(one.ref.id, one.number) if one.ref and one.ref.kind == "demand" else one.number,
        )
        for one in reasons
    ]  # fmt: skip
    return {
        "house": "operations",
        "row": row,
        "title": naming.title_of(row),
        "when": words.WHENS[row.kind]
        % {"start": formats.day(row.start_on, today=today), "due": formats.day(row.due_on, today=today)},
        "is_open": is_open,
        "is_late": is_open and row.start_on < today,
        "state": words.STATES[row.state],
        "reasons": [*sums, shapes.Reason(_("In all"), formats.quantity(row.proposed_units, unit), total=True)],
        "chain": pictures.draw_chain(chain, title=naming.title_of(row), today=today) if chain else None,
        "facts": _list_facts(row, unit, sees_cost=sees_cost),
        "today": today,
        "ref": DocRef("planned_order", row.pk),
    }


def _name_waiting(reasons: Sequence[answers.ProposalReason], *, today: date) -> dict[int, str]:
    """Return whose orders stand behind reasons, as people know them: number, customer, item, day."""
    ids = [one.ref.id for one in reasons if one.ref and one.ref.kind == "demand"]
    rows = Demand.objects.filter(pk__in=ids).select_related("party", "item") if ids else []
    return {
        row.pk: " · ".join((row.number, row.party.name, row.item.code, formats.day(row.requested_on, today=today)))
        for row in rows
    }


def _list_facts(row: PlannedOrder, unit: str, *, sees_cost: bool) -> list[shapes.Fact]:
    today = edge.today()
    facts = [
        shapes.Fact(str(words.STARTS[row.kind]), formats.day(row.start_on, today=today), hurt=row.start_on < today),
        shapes.Fact(_("There on"), formats.day(row.due_on, today=today)),
        shapes.Fact(_("Lead time, working days"), formats.number(row.source.lead_time_days)),
        shapes.Fact(_("Minimum"), formats.quantity(row.source.minimum, unit)),
        shapes.Fact(_("In steps of"), formats.quantity(row.source.multiple or None, unit)),
    ]
    if sees_cost:
        facts += [
            shapes.Fact(_("Cost"), formats.money(row.amount, row.company.currency), strong=True, rule=True),
            shapes.Fact(_("At stake"), formats.money(row.stake, row.company.currency)),
        ]
    if row.location_id:
        href = reverse("iscm_supply:stock", args=[row.item_id, row.location_id])
        facts.insert(0, shapes.Fact(_("Projected stock"), row.location.name if row.location else "", href=href))
    return facts


def _change(request: HttpRequest, row: PlannedOrder, cleaned: dict[str, Any]) -> HttpResponse:
    return edge.attempt(
        request,
        lambda: proposals.change_proposal(
            row.pk,
            revision=cleaned["revision"],
            units=Quantity(cleaned["units"]),
            due_on=cleaned["due_on"],
            note=cleaned["note"],
            by=edge.actor(request),
            at=clock.now(),
        ),
        said=_("Accepted with your figures."),
        back=reverse("iscm_supply:order", args=[row.pk]),
    )


def _accept(request: HttpRequest, ids: Sequence[int]) -> HttpResponse:
    if not ids:
        return redirect("iscm_supply:plan")
    said = ngettext("%(n)s proposal accepted", "%(n)s proposals accepted", len(ids)) % {"n": len(ids)}
    return edge.attempt(
        request,
        lambda: proposals.accept_proposals(ids, by=edge.actor(request), at=clock.now()),
        said=said,
        back=reverse("iscm_supply:plan"),
    )


def _dismiss(request: HttpRequest, ids: Sequence[int]) -> HttpResponse:
    if not ids:
        return redirect("iscm_supply:plan")
    said = ngettext("%(n)s proposal dismissed", "%(n)s proposals dismissed", len(ids)) % {"n": len(ids)}
    undo = reverse("iscm_supply:reopen_many") + "?" + "&".join(f"ids={pk}" for pk in ids[:50])
    return edge.attempt(
        request,
        lambda: proposals.dismiss_proposals(
            ids, by=edge.actor(request), at=clock.now(), note=request.POST.get("note", "")
        ),
        said=said,
        back=reverse("iscm_supply:plan"),
        undo=undo,
    )
