"""Many planned orders answered at once: from a sheet to a preview, from the preview to what is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rantai.foundation.access import rules as access
from rantai.iscm.supply import forms
from rantai.iscm.supply.actions import proposals
from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries import words as naming
from rantai.iscm.supply.views import edge, ordersheets, sheets, tables
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.ui import clicks, toasts


@require_http_methods(["GET", "POST"])
@access.permission_required("plan.decide")
def sheet(request: access.StaffRequest) -> HttpResponseBase:
    """Give the list as a sheet to fill in, or take it back: what was answered or changed in it is previewed."""
    if request.method == "GET":
        table = tables.SheetTable(tables.list_orders(), request=request, today=edge.today())
        ids = [values[table.key] for values in table.page.rows]
        found = {row.pk: row for row in _list_open(ids)}
        return ordersheets.write([found[pk] for pk in ids if pk in found])
    try:
        filled = ordersheets.read(request.FILES.get("file"))
    except ordersheets.NotOurSheet as problem:
        toasts.hurt(request, str(problem))
        return redirect("iscm_supply:plan")
    answers = ordersheets.find_now(filled)
    if not answers:
        toasts.warn(request, _("No open planned order was answered or changed in this sheet."))
        return redirect("iscm_supply:plan")
    unread = [
        row for row, (one, _f) in answers.items() if one.answer not in ("", ordersheets.ACCEPT, ordersheets.DISMISS)
    ]
    dropped = [row for row, (one, _fields) in answers.items() if one.answer == ordersheets.DISMISS]
    kept = [row for row in answers if row not in dropped and row not in unread]
    fields = {row.pk: answers[row][1] for row in kept}
    told = {row.pk: answers[row][0].answer for row in unread}
    return _show(request, [_fill(row, fields[row.pk]) for row in kept], dropped, unread=told)


@require_POST
@access.permission_required("plan.decide")
def decide(request: access.StaffRequest) -> HttpResponse:
    """Accept and dismiss what the preview showed, all or none."""
    kept, dropped = _list_open(clicks.read_ids(request)), _list_open(clicks.read_ids(request, "drop"))
    if not kept and not dropped:
        toasts.warn(
            request, _("That has been decided already, or a newer plan says otherwise. Here is what waits now.")
        )
        return redirect("iscm_supply:plan")
    found = [forms.ChangeForm(request.POST, order=row, today=edge.today(), prefix=f"p{row.pk}") for row in kept]
    if any(form.errors for form in found):
        return _show(request, found, dropped, status=422)

    def work() -> None:
        _answer(found, dropped, by=request.user.actor, reason=request.POST.get("reason", "").strip())

    n = len(kept) + len(dropped)
    said = ngettext("%(n)s planned order decided", "%(n)s planned orders decided", n) % {"n": n}
    return edge.attempt(request, work, said=said, back=reverse("iscm_supply:plan"))


def _answer(found: Sequence[forms.ChangeForm], dropped: Sequence[PlannedOrder], *, by: str, reason: str) -> None:
    at = clock.now()
    if dropped:
        proposals.dismiss_proposals([row.pk for row in dropped], by=by, at=at, note=reason)
    plain = [form.order.pk for form in found if not form.is_other]
    if plain:
        proposals.accept_proposals(plain, by=by, at=at)
    for form in found:
        if form.is_other:
            values = form.cleaned_data
            proposals.change_proposal(
                form.order.pk, revision=values["revision"], units=Quantity(values["units"]), due_on=values["due_on"],
                by=by, at=at, note=reason,
            )  # fmt: skip


def _show(
    request: HttpRequest, found: Sequence[forms.ChangeForm], dropped: Sequence[PlannedOrder], *,
    unread: Mapping[int, str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    lines = [{"pk": form.order.pk, "title": naming.title_of(form.order), "form": form} for form in found]
    lost = _list_open(list(unread or ()))
    context: dict[str, Any] = {
        "house": "operations",
        "lines": lines,
        "dropped": [{"pk": row.pk, "title": naming.title_of(row)} for row in dropped],
        "unread": [{"title": naming.title_of(row), "answer": (unread or {})[row.pk]} for row in lost],
        "count": len(lines) + len(dropped),
    }
    return render(request, "iscm/supply/orders_preview.html", context, status=status)


def _fill(row: PlannedOrder, fields: Mapping[str, str]) -> forms.ChangeForm:
    """Return the form with what stands in the sheet; what it left as it was stands as the plan has it now."""
    today, prefix = edge.today(), f"p{row.pk}"
    empty = forms.ChangeForm(None, order=row, today=today, prefix=prefix)
    typed = {empty.add_prefix(name): fields.get(name, empty[name].value()) for name in ("units", "due_on", "revision")}
    return forms.ChangeForm(typed, order=row, today=today, prefix=prefix)


def _list_open(ids: Sequence[int]) -> list[PlannedOrder]:
    rows = PlannedOrder.objects.filter(pk__in=list(ids)[: sheets.MOST_ROWS], run__state="current", state="proposed")
    return list(rows.select_related("item__base_unit", "location", "supplier", "origin").order_by("start_on", "pk"))
