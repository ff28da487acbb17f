"""Pages of sources, units and substitutes of an item."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rantai.foundation.access import rules as access
from rantai.foundation.items import forms, queries
from rantai.foundation.items.actions import items, sources, substitutes
from rantai.foundation.items.models import Item, Source, SubstitutionRule
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def source(request: access.StaffRequest, item_id: int, source_id: int | None = None) -> HttpResponse:
    """Add or change a source; looking at an assumed one makes it a real one."""
    item = get_object_or_404(Item, pk=item_id)
    found = get_object_or_404(Source, pk=source_id, item=item) if source_id else None
    form = forms.SourceForm(
        request.POST or None,
        item=item,
        hides_cost=not request.user.has_perm(access.SEES_COST),
        initial=_source_values(found),
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        expected = data.pop("revision") or 0
        by = request.user.actor
        save = (
            partial(sources.edit_source, found, values=data, expected_revision=expected, by=by)
            if found
            else partial(sources.add_source, item.pk, by=by, **data)
        )
        try:
            run_atomic(save)
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
        toasts.say(request, _("Source of %(item)s saved") % {"item": item.code})
        return redirect("foundation_items:item", item.pk)
    context = {"item": item, "source": found, "form": form, "house": "operations"}
    return render(request, "foundation/items/source.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("items.edit")
def archive_source(request: access.StaffRequest, item_id: int, source_id: int) -> HttpResponse:
    """Take a source out of use."""
    found = get_object_or_404(Source, pk=source_id, item_id=item_id)
    run_atomic(partial(sources.archive_source, found, by=request.user.actor))
    toasts.say(request, _("The source is archived"))
    return redirect("foundation_items:item", item_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def units(request: access.StaffRequest, item_id: int) -> HttpResponse:
    """Change in which other units an item is counted."""
    item = get_object_or_404(Item.objects.select_related("base_unit"), pk=item_id)
    stored = [
        {"unit": row.unit, "holds": row.numerator * 10_000 // row.denominator}
        for row in item.units.select_related("unit").order_by("id")
    ]
    rows = forms.UnitSet(request.POST or None, prefix="units", initial=stored)
    if request.method == "POST" and rows.is_valid():
        chosen = [row.cleaned_data for row in rows if row.cleaned_data.get("unit")]
        factors = {row["unit"].code: Fraction(row["holds"], 10_000) for row in chosen if row["unit"] != item.base_unit}
        run_atomic(partial(items.set_units, item, factors=factors, by=request.user.actor))
        toasts.say(request, _("Units of %(item)s saved") % {"item": item.code})
        return redirect("foundation_items:item", item.pk)
    is_bad = rows.is_bound and not rows.is_valid()
    context = {"item": item, "rows": rows, "house": "operations"}
    return render(request, "foundation/items/units.html", context, status=422 if is_bad else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def add_substitute(request: access.StaffRequest, item_id: int) -> HttpResponse:
    """Let an item stand in for another."""
    item = get_object_or_404(Item, pk=item_id)
    form = forms.SubstituteForm(request.POST or None, item=item)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        other = data.pop("substitute")
        run_atomic(partial(substitutes.add_substitute, item.pk, substitute_id=other.pk, by=request.user.actor, **data))
        toasts.say(request, _("%(other)s may stand in") % {"other": other.code})
        return redirect("foundation_items:item", item.pk)
    context = {"item": item, "form": form, "codes": queries.list_codes(), "house": "operations"}
    return render(request, "foundation/items/substitute.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("items.edit")
def remove_substitute(request: access.StaffRequest, item_id: int, rule_id: int) -> HttpResponse:
    """Let an item no longer stand in for another."""
    rule = get_object_or_404(SubstitutionRule, pk=rule_id, item_id=item_id)
    run_atomic(partial(substitutes.remove_substitute, rule, by=request.user.actor))
    return redirect("foundation_items:item", item_id)


def _source_values(found: Source | None) -> dict[str, Any]:
    if found is None:
        return {}
    names = (
        "kind", "location", "supplier", "origin", "bill", "routing", "rank", "lead_time_days", "minimum", "multiple",
        "maximum", "fixed_quantity", "weekly_capacity", "share", "cost", "currency", "calendar",
        "valid_from", "valid_to", "revision",
    )  # fmt: skip
    return {name: getattr(found, name) for name in names}
