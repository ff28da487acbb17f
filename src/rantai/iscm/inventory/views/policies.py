"""By which rules stock is kept: policies of everything, of classes, of categories, and of single item-locations."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Category, Item, Source
from rantai.foundation.locations import queries as locations
from rantai.foundation.locations.models import Location
from rantai.foundation.parties import queries as parties
from rantai.iscm.inventory import forms
from rantai.iscm.inventory.actions import decoupling as decoupling_actions
from rantai.iscm.inventory.actions import limits as limit_actions
from rantai.iscm.inventory.actions import policies as actions
from rantai.iscm.inventory.models import StockPolicy, StockTarget
from rantai.iscm.inventory.models.policies import ABC, XYZ
from rantai.iscm.inventory.queries import classes, decoupling, policies, vendors
from rantai.iscm.inventory.views import edge, explained, words
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, formats, tables, toasts


def _say_level(value: Any, _row: Any) -> str:
    return formats.percent(value / 10_000, 2) if value is not None else ""


class PolicyTable(tables.Table):
    """What people asked of stock."""

    name = "stock-policies"
    caption = gettext_lazy("Stock policies")
    subject = tables.Column(
        gettext_lazy("For"), accessor="id", format=lambda _value, row: words.say_subject(row), grow=True, phone="head",
        link="iscm_inventory:edit_policy", needs=explained.SUBJECT,
    )  # fmt: skip
    service_level = tables.Column(gettext_lazy("Service level"), format=_say_level, align="end", sort=True)
    kind = tables.Column(
        gettext_lazy("Replenished by"), format=lambda value, _row: str(words.KINDS.get(value, "")), narrow=2
    )
    lot_rule = tables.Column(
        gettext_lazy("Lot size"), format=lambda value, _row: str(words.LOT_RULES.get(value, "")), narrow=3
    )
    reason = tables.Column(gettext_lazy("Why"), narrow=3)
    set_at = tables.Column(gettext_lazy("Set"), format="moment", sort=True, narrow=2)
    filters = (
        tables.Search("q", ["item__code__icontains", "category__code__icontains", "reason__icontains"]),
        tables.Flag("single", gettext_lazy("Single items"), q=Q(item__isnull=False)),
    )
    views = (
        tables.View("all", gettext_lazy("All"), {}),
        tables.View("single", gettext_lazy("Single items"), {"single": "1"}, count=True),
    )
    sort, key, page_size = "-set_at", "id", 50
    empty = tables.Empty(
        gettext_lazy("Nobody asked for anything yet"),
        gettext_lazy("Until somebody does, the company's usual service level holds for every item."),
    )


@require_safe
@access.permission_required("stock.view")
def listing(request: HttpRequest) -> HttpResponseBase:
    """Answer by which rules stock is kept, with the classes of items beside them."""
    usual = policies.Policies().default
    context = {
        "house": "operations",
        "count": StockPolicy.objects.count(),
        "usual": usual.service_level / 10_000,
        "matrix": _read_matrix(),
        "limits": classes.read_limits().percents,
        "xyz": XYZ,
    }
    return PolicyTable(_list_rows(), request=request).respond("iscm/inventory/policies.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("stock.plan")
def edit(request: HttpRequest, policy_id: int | None = None) -> HttpResponseBase:
    """Set a policy of everything, of classes or of a category."""
    row = get_object_or_404(StockPolicy, pk=policy_id) if policy_id else None
    if row and row.item_id and row.location_id:
        return redirect("iscm_inventory:policy", row.item_id, row.location_id)
    form = _make_form(request, row)
    if request.method == "POST" and form.is_valid():
        subject = actions.Subject(item_id=row.item_id) if row and row.item_id else form.read_subject()
        answer = _set(request, form, subject, reverse("iscm_inventory:policies"))
        if answer is not None:
            return answer
    context = {"house": "operations", "row": row, "form": form, "subject": _say(row)}
    return render(request, "iscm/inventory/policy.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("stock.plan")
def drop(request: HttpRequest, policy_id: int) -> HttpResponse:
    """Take a policy away."""
    get_object_or_404(StockPolicy, pk=policy_id)
    run_atomic(lambda: actions.drop_policy(policy_id, by=edge.actor(request)))
    toasts.say(request, _("The policy is gone. What is set above it holds from the next stock targets on."))
    return redirect("iscm_inventory:policies")


@require_http_methods(["GET", "POST"])
@access.permission_required("stock.plan")
def limits(request: HttpRequest) -> HttpResponseBase:
    """Set where one class ends and the next begins."""
    held = classes.read_limits()
    initial = {name: getattr(held, name) for name in forms.LimitsForm.base_fields}
    form = forms.LimitsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        found = classes.Limits(**form.cleaned_data)
        company = parties.get_company()
        try:
            run_atomic(lambda: limit_actions.set_limits(company.pk, found, by=edge.actor(request)))
        except limit_actions.BadLimits as problem:
            form.add_error(None, str(problem))
        else:
            toasts.say(request, _("Kept. The next stock targets class items by it."))
            return redirect("iscm_inventory:policies")
    context = {"house": "operations", "form": form}
    return render(request, "iscm/inventory/limits.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access.permission_required("stock.plan")
def place(request: HttpRequest, item_id: int, location_id: int) -> HttpResponseBase:
    """Set what is wanted of an item's stock at a location, where it is decoupled, and who keeps it."""
    item = get_object_or_404(Item, pk=item_id)
    site = get_object_or_404(locations.list_sites(), pk=location_id)
    own, wanted = policies.find_own(item_id, location_id), policies.find_policy(item_id, location_id)
    form = forms.PlaceForm(
        data=request.POST or None, initial=_start_place(item_id, location_id, own), suppliers=_list_suppliers(item)
    )
    if request.method == "POST" and form.is_valid():
        answer = _set_place(request, form, item, site)
        if answer is not None:
            return answer
    context = {
        "house": "operations",
        "item": item,
        "name": pick(item.name),
        "place": site,
        "wanted": wanted,
        "asked": wanted.service_level / 10_000,
        "way": words.KINDS[wanted.kind],
        "own": own,
        "form": form,
    }
    return render(request, "iscm/inventory/place_policy.html", context, status=422 if form.errors else 200)


def _list_rows() -> QuerySet[StockPolicy]:
    return StockPolicy.objects.all()


def _read_matrix() -> list[dict[str, Any]]:
    """Return the classes of the current targets as rows of a table: by value down, by variability across."""
    rows = StockTarget.objects.filter(run__state="current").exclude(abc="").order_by()
    counts = {(abc, xyz): n for abc, xyz, n in rows.values_list("abc", "xyz").annotate(n=Count("id"))}
    if not counts:
        return []
    rules = policies.Policies()
    return [
        {
            "name": abc,
            "cells": [
                {
                    "count": counts.get((abc, xyz), 0),
                    "level": rules.find(0, None, None, abc=abc, xyz=xyz).service_level / 10_000,
                    "href": f"{reverse('iscm_inventory:targets')}?abc={abc}&xyz={xyz}",
                }
                for xyz in XYZ
            ],
        }
        for abc in ABC
    ]


def _make_form(request: HttpRequest, row: StockPolicy | None) -> forms.SubjectForm:
    settings = parties.get_company().settings
    held = StockPolicy.objects.exclude(demand_class="").values_list("demand_class", flat=True).distinct()
    names = sorted({*map(str, settings.get("demand_classes", ())), *held, *([] if row is None else [row.demand_class])})
    initial = {name: getattr(row, name) for name in forms.PolicyForm.base_fields} if row else {}
    if row:
        initial |= {"category": row.category_id or "", "abc": row.abc, "xyz": row.xyz, "demand_class": row.demand_class}
    form = forms.SubjectForm(
        data=request.POST or None,
        initial=initial,
        categories=[(pk, pick(name) or code) for pk, code, name in Category.objects.values_list("id", "code", "name")],
        demand_classes=[name for name in names if name],
    )
    if row:
        for name in ("category", "abc", "xyz", "demand_class"):
            form.fields[name].disabled = True
            form.fields[name].widget = form.fields[name].hidden_widget()
    return form


def _say(row: StockPolicy | None) -> str:
    return words.say_subject(StockPolicy.objects.filter(pk=row.pk).values(*explained.SUBJECT).get()) if row else ""


def _list_suppliers(item: Item) -> list[tuple[int, str]]:
    rows = Source.objects.filter(item=item, supplier__isnull=False, archived_at=None).order_by("supplier__name")
    return list(rows.values_list("supplier_id", "supplier__name").distinct())


def _start_place(item_id: int, location_id: int, own: StockPolicy | None) -> dict[str, Any]:
    initial = {name: getattr(own, name) for name in actions.Terms.__dataclass_fields__} if own else {}
    if own:
        initial |= {"reason": own.reason, "revision": own.revision}
    agreed, point = vendors.find_agreement(item_id, location_id), decoupling.find_point(item_id, location_id)
    if agreed:
        initial |= {"supplier": str(agreed.supplier_id), "least": agreed.least, "most": agreed.most}
    return initial | {"decoupling": point.decoupling if point else ""}


def _set_place(request: HttpRequest, form: forms.PlaceForm, item: Item, site: Location) -> HttpResponse | None:
    told, by, at = form.cleaned_data, edge.actor(request), clock.now()

    def change() -> None:
        decoupling_actions.set_decoupling(
            item.pk, site.pk, decoupling=told["decoupling"], reason=told["reason"], by=by, at=at
        )
        if told["supplier"]:
            decoupling_actions.set_agreement(
                item.pk, site.pk, supplier_id=int(told["supplier"]), least=told["least"], most=told["most"],
                on=edge.today(), by=by, at=at,
            )  # fmt: skip
        else:
            decoupling_actions.end_agreement(item.pk, site.pk, on=edge.today(), by=by)

    subject = actions.Subject(item_id=item.pk, location_id=site.pk)
    back = reverse("iscm_inventory:item_location", args=[item.pk, site.pk])
    return _set(request, form, subject, back, also=change)


def _set(
    request: HttpRequest, form: forms.PolicyForm, subject: actions.Subject, back: str, *, also: Any = None
) -> HttpResponse | None:
    """Keep what was typed; None where it was refused and the form says why."""

    def keep() -> None:
        actions.set_policy(
            subject,
            form.read_terms(),
            reason=form.cleaned_data["reason"],
            by=edge.actor(request),
            at=clock.now(),
            revision=form.cleaned_data["revision"],
        )
        if also:
            also()

    try:
        run_atomic(keep)
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, form=form)
    except (actions.BadPolicy, decoupling_actions.BadAgreement) as problem:
        form.add_error(None, str(problem))
        return None
    toasts.say(request, _("Kept. It holds from the next stock targets on."))
    return redirect(back)
