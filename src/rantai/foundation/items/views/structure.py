"""Pages of bills and routings: adding, changing, archiving one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rantai.foundation.access import rules as access
from rantai.foundation.items import forms, queries
from rantai.foundation.items.actions import bills, routings
from rantai.foundation.items.models import BillOfMaterials, Item, Routing
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts

HEAD = ("location", "code", "rank", "valid_from", "valid_to", "revision")


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def bill(request: access.StaffRequest, item_id: int, bill_id: int | None = None) -> HttpResponse:
    """Add or change a bill of materials; one that would contain itself is refused with the way it would."""
    item = get_object_or_404(Item, pk=item_id)
    found = get_object_or_404(BillOfMaterials, pk=bill_id, item=item) if bill_id else None
    form = forms.BillForm(request.POST or None, initial=_head(found, ("batch",)))
    lines = forms.ComponentSet(request.POST or None, prefix="lines", initial=_read_lines(found))
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        components = _components(lines)
        save = _save_bill(item, found, form.cleaned_data, components, request.user.actor)
        try:
            if not components:
                form.add_error(None, _("A bill needs at least one component."))
            else:
                run_atomic(save)
                toasts.say(request, _("Bill of %(item)s saved") % {"item": item.code})
                return redirect("foundation_items:item", item.pk)
        except bills.BillContainsItself as error:
            form.add_error(None, str(error))
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
    return _show(request, "foundation/items/bill.html", item, form, lines, bill=found)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def routing(request: access.StaffRequest, item_id: int, routing_id: int | None = None) -> HttpResponse:
    """Add or change a routing."""
    item = get_object_or_404(Item, pk=item_id)
    found = get_object_or_404(Routing, pk=routing_id, item=item) if routing_id else None
    form = forms.PlaceForm(request.POST or None, initial=_head(found, ()))
    lines = forms.StepSet(request.POST or None, prefix="lines", initial=_read_steps(found))
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        steps = _steps(lines, found)
        save = _save_routing(item, found, form.cleaned_data, steps, request.user.actor)
        try:
            if not steps:
                form.add_error(None, _("A routing needs at least one step."))
            else:
                run_atomic(save)
                toasts.say(request, _("Routing of %(item)s saved") % {"item": item.code})
                return redirect("foundation_items:item", item.pk)
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
    return _show(request, "foundation/items/routing.html", item, form, lines, routing=found)


@require_POST
@access.permission_required("items.edit")
def archive_bill(request: access.StaffRequest, item_id: int, bill_id: int) -> HttpResponse:
    """Take a bill out of use."""
    found = get_object_or_404(BillOfMaterials, pk=bill_id, item_id=item_id)
    run_atomic(partial(bills.archive_bill, found, by=request.user.actor))
    toasts.say(request, _("The bill is archived"))
    return redirect("foundation_items:item", item_id)


@require_POST
@access.permission_required("items.edit")
def archive_routing(request: access.StaffRequest, item_id: int, routing_id: int) -> HttpResponse:
    """Take a routing out of use."""
    found = get_object_or_404(Routing, pk=routing_id, item_id=item_id)
    run_atomic(partial(routings.archive_routing, found, by=request.user.actor))
    toasts.say(request, _("The routing is archived"))
    return redirect("foundation_items:item", item_id)


def _show(
    request: access.StaffRequest, template: str, item: Item, form: forms.PlaceForm, lines: Any, **more: object
) -> HttpResponse:
    is_bad = bool(form.errors or lines.total_error_count() if lines.is_bound else form.errors)
    context = {"item": item, "form": form, "lines": lines, "codes": queries.list_codes(), "house": "operations", **more}
    return render(request, template, context, status=422 if is_bad else 200)


def _head(found: BillOfMaterials | Routing | None, more: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(found, name) for name in (*HEAD, *more)} if found else {}


def _read_lines(found: BillOfMaterials | None) -> list[dict[str, Any]]:
    rows = found.lines.select_related("component").order_by("position") if found else []
    return [
        {
            "component": row.component, "quantity": row.quantity, "yield_share": row.yield_share,
            "operation": row.operation or None, "choice": row.choice or None, "rank": row.rank if row.choice else None,
            "valid_from": row.valid_from, "valid_to": row.valid_to,
        }
        for row in rows
    ]  # fmt: skip


def _components(lines: Any) -> list[bills.Component]:
    rows = [form.cleaned_data for form in lines if form.cleaned_data.get("component")]
    return [
        bills.Component(
            item_id=row["component"].pk,
            quantity=row["quantity"],
            yield_share=row["yield_share"] or 10_000,
            operation=row["operation"] or 0,
            choice=row["choice"] or 0,
            rank=row["rank"] or 1,
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
        )
        for row in rows
    ]


def _save_bill(
    item: Item, found: BillOfMaterials | None, data: dict[str, Any], components: list[bills.Component], by: str
) -> Callable[[], BillOfMaterials]:
    facts = {name: data[name] for name in ("location", "code", "batch", "rank", "valid_from", "valid_to")}
    if found is None:
        return partial(bills.add_bill, item.pk, components=components, by=by, **facts)
    expected = data["revision"] or 0
    return partial(bills.edit_bill, found, values=facts, components=components, expected_revision=expected, by=by)


def _read_steps(found: Routing | None) -> list[dict[str, Any]]:
    rows = found.operations.select_related("resource").prefetch_related("alternates").order_by("step") if found else []
    return [
        {
            "step": row.step, "name": pick(row.name), "resource": row.resource, "is_milestone": row.is_milestone,
            "alternate": next(iter(routings.read_step(row).alternates), None), "setup_family": row.setup_family,
            "setup_minutes": row.setup_seconds // 60, "seconds_per_unit": row.seconds_per_unit,
            "wait_minutes": row.wait_seconds // 60,
        }
        for row in rows
    ]  # fmt: skip


def _steps(lines: Any, found: Routing | None) -> list[routings.Step]:
    operations = found.operations.prefetch_related("alternates") if found else []
    stored = {row.step: routings.read_step(row) for row in operations}
    rows = [form.cleaned_data for form in lines if form.cleaned_data.get("step")]
    return [_to_step(row, stored.get(row["step"], routings.Step(step=row["step"]))) for row in rows]


def _to_step(row: dict[str, Any], before: routings.Step) -> routings.Step:
    """Return a step as it was typed; of several alternates the form shows the first, the others stay."""
    first = (row["alternate"].pk,) if row["alternate"] else ()
    return routings.Step(
        step=row["step"],
        name=forms.name_in_my_language(row["name"], before.name),
        resource_id=row["resource"].pk if row["resource"] else None,
        setup_seconds=(row["setup_minutes"] or 0) * 60,
        seconds_per_unit=row["seconds_per_unit"] or 0,
        wait_seconds=(row["wait_minutes"] or 0) * 60,
        is_milestone=row["is_milestone"],
        setup_family=row["setup_family"],
        alternates=(*first, *before.alternates[1:]),
    )


def _save_routing(
    item: Item, found: Routing | None, data: dict[str, Any], steps: list[routings.Step], by: str
) -> Callable[[], Routing]:
    facts = {name: data[name] for name in ("location", "code", "rank", "valid_from", "valid_to")}
    if found is None:
        return partial(routings.add_routing, item.pk, steps=steps, by=by, **facts)
    expected = data["revision"] or 0
    return partial(routings.edit_routing, found, values=facts, steps=steps, expected_revision=expected, by=by)
