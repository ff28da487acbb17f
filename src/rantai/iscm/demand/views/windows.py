"""How far from their own week orders for an item may use up its forecast."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.iscm.demand import forms
from rantai.iscm.demand.actions import windows as actions
from rantai.iscm.demand.queries import consumption
from rantai.iscm.demand.views import edge
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts


@require_http_methods(["GET", "POST"])
@access.permission_required("demand.edit")
def window(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Show and set the window of an item, of its category, or of everything."""
    item = get_object_or_404(Item.objects.select_related("category"), pk=item_id)
    held = consumption.find_window(item_id)
    initial = {"level": "item", "weeks_back": held.weeks_back, "weeks_forward": held.weeks_forward}
    form = forms.WindowForm(data=request.POST or None, initial=initial, category=item.category)
    if request.method == "POST" and form.is_valid():
        return _keep(request, item, form)
    context = {"house": "operations", "item": item, "name": pick(item.name), "window": held, "form": form}
    return render(request, "iscm/demand/window.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, item: Item, form: forms.WindowForm) -> HttpResponse:
    told = form.cleaned_data
    level = told.pop("level")
    try:
        run_atomic(
            lambda: actions.set_window(
                item_id=item.pk if level == "item" else None,
                category_id=item.category_id if level == "category" else None,
                by=edge.actor(request),
                at=clock.now(),
                **told,
            )
        )
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, form=form)
    toasts.say(request, _("Kept. Orders have used up the forecast anew."))
    return redirect("iscm_demand:forecast", item.pk)
