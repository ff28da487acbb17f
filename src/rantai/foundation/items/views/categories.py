"""Pages of the tree in which items are grouped."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.access.forms import NamesForm
from rantai.foundation.items import forms, queries
from rantai.foundation.items.actions import categories as actions
from rantai.foundation.items.models import Category
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_safe
@access.permission_required("items.view")
def categories(request: access.StaffRequest) -> HttpResponse:
    """Show the categories with how many items each has."""
    context = {
        "house": "operations",
        "rows": queries.list_categories(),
        "may_edit": request.user.has_perm("items.edit"),
    }
    return render(request, "foundation/items/categories.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("items.edit")
def category(request: access.StaffRequest, category_id: int | None = None) -> HttpResponse:
    """Add or change a category."""
    found = get_object_or_404(Category, pk=category_id) if category_id else None
    initial = {**NamesForm.names_of(found.name), "parent": found.parent} if found else {}
    form = forms.CategoryForm(request.POST or None, category=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        save = (
            partial(actions.edit_category, found, name=data["name"], parent=data["parent"], by=request.user.actor)
            if found
            else partial(
                actions.add_category, data["code"], name=data["name"], parent=data["parent"], by=request.user.actor
            )
        )
        try:
            saved = run_atomic(save)
        except (actions.CategoryCodeInUse, actions.CategoryCircle) as error:
            form.add_error("parent" if found else "code", str(error))
        else:
            toasts.say(request, _("%(name)s saved") % {"name": pick(saved.name)})
            return redirect("foundation_items:categories")
    context = {"form": form, "category": found, "house": "operations"}
    return render(request, "foundation/items/category.html", context, status=422 if form.errors else 200)
