"""Pages of items: the list, one item, adding and changing it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items import forms, queries
from rantai.foundation.items.actions import items as actions
from rantai.foundation.items.models import Item, Source
from rantai.foundation.parties import queries as parties
from rantai.kernel.money import Money
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, formats, tables, toasts
from rantai.ui.shapes import Fact


def _pick(value: Any, row: dict[str, Any]) -> str:
    return pick(value or {})


def _say_category(value: Any, row: dict[str, Any]) -> str:
    return pick(row["category__name"] or {}) or value or formats.NOTHING


def _say_how(value: Any, row: dict[str, Any]) -> str:
    return str(dict(forms.DECOUPLINGS)[value])


class ItemTable(tables.Table):
    """What is planned, bought, made or sold."""

    name = "items"
    caption = gettext_lazy("Items")
    code = tables.Column(gettext_lazy("Item"), sort=True, link="foundation_items:item", link_args=("id",))
    title = tables.Column(gettext_lazy("Name"), accessor="name", format=_pick, sort=False, grow=True)
    unit = tables.Column(gettext_lazy("Unit"), accessor="base_unit__name", format=_pick, sort=False, narrow=3)
    category = tables.Column(
        gettext_lazy("Category"), accessor="category__code", format=_say_category, needs=["category__name"], narrow=2
    )
    how = tables.Column(gettext_lazy("Customers get it"), accessor="decoupling", format=_say_how, narrow=2)
    sources = tables.Column(gettext_lazy("Sources"), accessor="source_count", format="number", sort=False)
    updated_at = tables.Column(gettext_lazy("Last change"), format="moment", narrow=3, hidden=True)
    filters = [
        tables.Search("q", ["code__icontains", "name__icontains", "gtin__startswith"]),
        tables.Choice("kind", gettext_lazy("Kind"), field="kind", choices=forms.KINDS, many=True),
        tables.Choice(
            "how", gettext_lazy("Customers get it"), field="decoupling", choices=forms.list_ways_to_customers, many=True
        ),
        tables.Flag("blocked", gettext_lazy("Takes no new orders"), q=queries.BLOCKED),
        tables.Flag("unsourced", gettext_lazy("Without a source"), q=queries.UNSOURCED),
        tables.Flag("assumed", gettext_lazy("With an assumed lead time"), q=queries.ASSUMED),
    ]
    views = [
        tables.View("all", gettext_lazy("All"), {}),
        tables.View("unsourced", gettext_lazy("Without a source"), {"unsourced": "1"}, count=True, hurt=True),
        tables.View("assumed", gettext_lazy("Assumed lead times"), {"assumed": "1"}, count=True),
    ]
    sort, key, page_size = "code", "id", 50
    empty = tables.Empty(
        gettext_lazy("No item yet"),
        gettext_lazy("Items come with your order history, from a file, or one by one."),
    )


@require_safe
@access.permission_required("items.view")
def items(request: access.StaffRequest) -> HttpResponseBase:
    """Show the items."""
    rows = queries.list_items_with_sources()
    context = {
        "house": "operations",
        "count": rows.count(),
        "unsourced": rows.filter(queries.UNSOURCED).count(),
        "makes": parties.is_shown("foundation_items:resources"),
        "may_edit": request.user.has_perm("items.edit"),
    }
    return ItemTable(rows, request=request).respond("foundation/items/items.html", context)


@require_safe
@access.permission_required("items.view")
def item(request: access.StaffRequest, item_id: int) -> HttpResponse:
    """Show an item with its sources, bills, routings, units and substitutes."""
    found = get_object_or_404(Item.objects.select_related("base_unit", "category"), pk=item_id)
    company = parties.find_company()
    currency = company.currency if company else ""
    shows_cost = request.user.has_perm(access.SEES_COST)
    makes = parties.is_shown("foundation_items:bill")
    context = {
        "house": "operations",
        "item": found,
        "name": pick(found.name),
        "unit": pick(found.base_unit.name),
        "ref": DocRef("item", found.pk),
        "facts": _facts(found, currency if shows_cost else ""),
        "sources": queries.list_all_sources(found.pk),
        "makes": makes,
        "bills": queries.list_bills(found.pk) if makes else (),
        "routings": queries.list_routings(found.pk) if makes else (),
        "units": found.units.select_related("unit").order_by("id"),
        "substitutes": queries.list_substitution_rules(found.pk),
        "used_in": queries.list_where_used(found.pk)[:20] if makes else (),
        "currency": currency,
        "shows_cost": shows_cost,
        "may_edit": request.user.has_perm("items.edit"),
        "assumed": Source.objects.filter(item=found, is_placeholder=True, archived_at=None).count(),
    }
    return render(request, "foundation/items/item.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def add(request: access.StaffRequest) -> HttpResponse:
    """Add an item."""
    form = forms.ItemForm(
        request.POST or None,
        hides_cost=not request.user.has_perm(access.SEES_COST),
        initial={"is_sold": True, "tracking": "none"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = run_atomic(partial(_add, form.cleaned_data, request.user.actor))
        except actions.CodeInUse as error:
            form.add_error("code", str(error))
        else:
            return redirect("foundation_items:item", added.pk)
    context = {"form": form, "house": "operations"}
    return render(request, "foundation/items/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def edit(request: access.StaffRequest, item_id: int) -> HttpResponse:
    """Change an item."""
    found = get_object_or_404(Item, pk=item_id)
    form = forms.ItemForm(
        request.POST or None, item=found, hides_cost=not request.user.has_perm(access.SEES_COST), initial=_values(found)
    )
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in _editable(form)}
        expected = form.cleaned_data["revision"] or 0
        change = partial(actions.edit_item, found, values=values, expected_revision=expected, by=request.user.actor)
        try:
            run_atomic(change)
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
        toasts.say(request, _("%(item)s saved") % {"item": found.code})
        return redirect("foundation_items:item", found.pk)
    context = {"form": form, "item": found, "house": "operations"}
    return render(request, "foundation/items/edit.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("items.edit")
def archive(request: access.StaffRequest, item_id: int) -> HttpResponse:
    """Hide an item that is no longer used."""
    found = get_object_or_404(Item, pk=item_id)
    run_atomic(partial(actions.archive_item, found, by=request.user.actor))
    toasts.say(request, _("%(item)s is archived") % {"item": found.code})
    return redirect("foundation_items:items")


def _add(data: dict[str, Any], by: str) -> Item:
    facts = {
        name: data[name]
        for name in ("kind", "category", "decoupling", "tracking", "gtin", "weight_g", "is_sold", "is_blocked")
    }
    facts["standard_cost"] = data.get("standard_cost", 0)
    return actions.add_item(data["code"].strip(), name=data["name"], unit=data["base_unit"].code, by=by, **facts)


def _editable(form: forms.ItemForm) -> list[str]:
    return [name for name in form.fields if not name.startswith("name_") and name != "revision"] + ["name"]


def _values(item: Item) -> dict[str, Any]:
    names = (
        "kind",
        "category",
        "decoupling",
        "tracking",
        "gtin",
        "weight_g",
        "standard_cost",
        "is_sold",
        "is_blocked",
        "revision",
    )
    return {name: getattr(item, name) for name in names} | forms.NamesForm.names_of(item.name)


def _facts(item: Item, currency: str) -> list[Fact]:
    rows = [
        Fact(_("Kind"), str(dict(forms.KINDS)[item.kind])),
        Fact(_("Customers get it"), str(dict(forms.DECOUPLINGS)[item.decoupling])),
        Fact(_("Tracking"), str(dict(forms.TRACKINGS)[item.tracking])),
        Fact(_("Category"), pick(item.category.name) if item.category else ""),
        Fact("GTIN", item.gtin),
    ]
    if currency:
        rows.append(Fact(_("Standard cost"), Money(item.standard_cost, currency)))
    return rows
