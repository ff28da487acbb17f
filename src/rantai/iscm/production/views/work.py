"""What is done on the page of a production order."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse as url_of
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rantai.foundation.access import rules as access
from rantai.iscm.inventory.views import edge
from rantai.iscm.production import forms
from rantai.iscm.production.actions import components, steps
from rantai.iscm.production.actions import orders as actions
from rantai.iscm.production.models import ProductionOrder
from rantai.kernel import clock
from rantai.ui import clicks, toasts

REFUSALS = (
    *edge.REFUSALS,
    components.ComponentsShort,
    steps.StepOutOfTurn,
    steps.StepsOpen,
    steps.WrongUnits,
    steps.NothingGood,
    steps.MarkMissing,
)


@require_POST
@access.permission_required("production.work")
def release(request: HttpRequest, order_id: int) -> HttpResponse:
    """Let a proposal go to the shop floor, with the orders that make its components."""
    at, by, revision = clock.now(), edge.actor(request), _revision(request)
    return _act(
        request,
        order_id,
        lambda: actions.release_tree(actions.lock_order(order_id), revision=revision, at=at, by=by),
        said=_("Released. Parts are held as they are there."),
    )


@require_POST
@access.permission_required("production.work")
def cancel(request: HttpRequest, order_id: int) -> HttpResponse:
    """Cancel an order that is not finished."""
    at, by, revision = clock.now(), edge.actor(request), _revision(request)
    return _act(
        request,
        order_id,
        lambda: actions.cancel_order(actions.lock_order(order_id), revision=revision, at=at, by=by),
        said=_("Cancelled. Its parts are free again."),
    )


@require_POST
@access.permission_required("production.work")
def start_step(request: HttpRequest, order_id: int, position: int) -> HttpResponse:
    """Begin a step."""
    at, by = clock.now(), edge.actor(request)
    return _act(
        request,
        order_id,
        lambda: steps.start_step(*actions.lock_step(order_id, position), at=at, by=by),
        said=_("Step %(k)s began.") % {"k": position},
    )


@require_POST
@access.permission_required("production.work")
def finish_step(request: HttpRequest, order_id: int, position: int) -> HttpResponse:
    """End a step with what came out of it."""
    form = forms.StepForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form, order_id)
    good, scrap, at, by = form.cleaned_data["good"], form.cleaned_data["scrap"], clock.now(), edge.actor(request)
    return _act(
        request,
        order_id,
        lambda: steps.finish_step(*actions.lock_step(order_id, position), good=good, scrap=scrap, at=at, by=by),
        said=_("Step %(k)s is finished.") % {"k": position},
    )


@require_POST
@access.permission_required("production.work")
def finish(request: HttpRequest, order_id: int) -> HttpResponse:
    """Bring what was made to stock."""
    row = get_object_or_404(ProductionOrder.objects.select_related("item"), pk=order_id)
    form = forms.FinishForm(request.POST, order=row)
    if not form.is_valid():
        return _refuse(request, form, order_id)
    lot, serials, at, by = form.cleaned_data.get("lot", ""), form.read_serials(), clock.now(), edge.actor(request)
    return _act(
        request,
        order_id,
        lambda: steps.finish_order(actions.lock_order(order_id), lot_code=lot, serials=serials, at=at, by=by),
        said=_("Finished: the units are in stock."),
    )


@require_POST
@access.permission_required("production.work")
def reverse(request: HttpRequest, order_id: int) -> HttpResponse:
    """Take back what was reported as finished by mistake."""
    at, by = clock.now(), edge.actor(request)
    return _act(
        request,
        order_id,
        lambda: steps.reverse_finish(actions.lock_order(order_id), at=at, by=by),
        said=_("Taken back: the order runs again."),
    )


@require_POST
@access.permission_required("production.work")
def close(request: HttpRequest, order_id: int) -> HttpResponse:
    """End a finished order."""
    at, by, revision = clock.now(), edge.actor(request), _revision(request)
    return _act(
        request,
        order_id,
        lambda: actions.close_order(actions.lock_order(order_id), revision=revision, at=at, by=by),
        said=_("Closed."),
    )


def _act(request: HttpRequest, order_id: int, work: Callable[[], object], *, said: str) -> HttpResponse:
    get_object_or_404(ProductionOrder, pk=order_id)
    back = url_of("iscm_production:order", args=[order_id])
    return clicks.attempt(request, work, refusals=REFUSALS, said=said, back=back)


def _refuse(request: HttpRequest, form: object, order_id: int) -> HttpResponse:
    for problems in form.errors.values():  # type: ignore[attr-defined]
        toasts.hurt(request, " ".join(problems))
    return redirect("iscm_production:order", order_id)


def _revision(request: HttpRequest) -> int | None:
    """Return the revision that the page showed; without one the newest is meant: a list's button."""
    return clicks.read_revision(request) or None
