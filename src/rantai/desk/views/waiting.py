"""What needs me now: the list, one thing with its reasons, and what is done about it in place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from rantai.desk import forms
from rantai.desk.queries import waiting as queries
from rantai.desk.queries import work
from rantai.desk.shapes import waiting as shapes
from rantai.foundation.access import rules as access
from rantai.foundation.access.rules import StaffRequest
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, relay
from rantai.kernel.needs import Act, Answer, Done, Need, NoSuchNeed, Sheet
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, conflicts, formats, toasts

PAGE = 50
MOST_IDS = 200
"""Documents that one undo names."""
_KEPT = ("all", "house", "page")


@require_GET
@access.permission_required("desk.needs")
def needs(request: StaffRequest) -> HttpResponse:
    """Answer what waits for this person, the costliest first, and show one thing beside the list."""
    now = clock.now()
    if request.headers.get("HX-Request"):
        return _show_detail(request)
    everything = queries.list_recent(request.user)
    mine = queries.list_mine(request.user, everything)
    house = request.GET.get("house", "")
    chosen = [need for need in (everything if request.GET.get("all") else mine) if not house or need.house == house]
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    opened = _open(request, page.object_list)
    query = _keep(request)
    rows = [shapes.show_row(need, user=request.user, query=query, opened=_key_of(opened)) for need in page.object_list]
    company = parties.find_company()
    today = clock.business_date(now, company.zone) if company else now.date()
    context = {
        "groups": shapes.group(rows, chosen),
        "count": len(chosen),
        "hurt": sum(need.is_hurt for need in chosen),
        "page": page,
        "mine": len(mine),
        "everything": len(everything),
        "shows_all": bool(request.GET.get("all")),
        "house_chosen": house,
        "houses": _count_houses(everything if request.GET.get("all") else mine),
        "query": query,
        "is_picked": bool(request.GET.get("at")),
        "today": today,
    }
    if opened:
        context |= shapes.show_sheet(opened, user=request.user, query=query, today=today)
        context |= {"form": _make_form(opened), "asks": request.GET.get("asks", ""), "sheet_page": _page(request)}
    return render(request, "desk/needs.html", context)


def _show_detail(request: StaffRequest) -> HttpResponse:
    """Show one thing alone, for the list that is walked with the keys."""
    context: dict[str, Any] = {"query": _keep(request)}
    opened = _open(request, ())
    if opened:
        company = parties.get_company()
        today = clock.business_date(clock.now(), company.zone)
        context |= shapes.show_sheet(opened, user=request.user, query=context["query"], today=today)
        context |= {"form": _make_form(opened), "asks": "", "sheet_page": _page(request), "today": today}
    return render(request, "desk/_detail.html", context)


@require_POST
@access.permission_required("desk.needs")
def act(request: StaffRequest) -> HttpResponse:
    """Do what a person decided about a need, say so with the way back, and go on to the next."""
    key, code = request.POST.get("key", ""), request.POST.get("code", "")
    back = f"{reverse('desk:needs')}?{request.POST.get('query', '')[:200]}"
    try:
        sheet = queries.describe_need(request.user, key, as_of=clock.now())
    except NoSuchNeed:
        toasts.warn(request, _("That has been decided already. Here is what waits now."))
        return redirect(back)
    chosen = next((one for one in sheet.need.acts if one.code == code), None)
    if chosen is None:
        raise PermissionDenied
    return _do(request, sheet, chosen, back=back)


@require_POST
@access.permission_required("desk.needs")
def undo(request: StaffRequest) -> HttpResponse:
    """Take back what was just decided, where nothing cites it yet."""
    house, key, code = (request.GET.get(name, "") for name in ("house", "key", "code"))
    door = queries.DOORS.get(house)
    if door is None or not request.user.has_perm(_UNDO.get((house, code), "nobody")):
        raise PermissionDenied
    ids = tuple(int(text) for text in request.GET.getlist("ids")[:MOST_IDS] if text.isascii() and text.isdigit())
    try:
        done = door.decide_need(key, Answer(code=code, by=request.user.actor, ids=ids), as_of=clock.now())
    except (NoSuchNeed, *door.NEED_REFUSALS) as problem:
        toasts.hurt(request, str(problem))
    else:
        count = done.count
        toasts.say(request, ngettext("%(n)s is open again", "%(n)s are open again", count) % {"n": count})
    queries.forget(request.user)
    back = request.GET.get("back", "")
    return redirect(back if back.startswith(reverse("desk:needs")) else "desk:needs")


_UNDO = {("operations", "reopen"): "plan.decide", ("suppliers", "reopen"): "purchasing.edit"}


def _do(request: StaffRequest, sheet: Sheet, chosen: Act, *, back: str) -> HttpResponse:
    need = sheet.need
    if not request.user.has_perm(chosen.permission):
        raise PermissionDenied
    form = forms.ChangeForm(request.POST) if chosen.asks == "figures" else None
    if form is not None and not form.is_valid():
        return _show_again(request, sheet, form)
    answer = _read_answer(request, chosen, form)
    door = queries.DOORS.get(need.house)
    refusals = door.NEED_REFUSALS if door else ()
    try:
        done = door.decide_need(need.key, answer, as_of=clock.now()) if door else _do_own(need)
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, form=form, href=back)
    except (NoSuchNeed, *refusals) as problem:
        toasts.hurt(request, str(problem))
    else:
        undo = _link_undo(need, chosen, done, back) if chosen.undo and done.count else ""
        toasts.say(request, _say_done(chosen, need, done), undo=undo)
    queries.forget(request.user)
    return redirect(back)


def _read_answer(request: StaffRequest, chosen: Act, form: forms.ChangeForm | None) -> Answer:
    ids = tuple(int(text) for text in request.POST.getlist("ids") if text.isascii() and text.isdigit())
    typed: dict[str, Any] = form.cleaned_data if form else {}
    return Answer(
        code=chosen.code,
        by=request.user.actor,
        ids=ids,
        note=str(typed.get("note") or request.POST.get("note", ""))[:200],
        units=typed.get("units"),
        due_on=typed.get("due_on"),
        source=str(typed.get("source") or ""),
        revision=clicks.read_revision(request) or None,
    )


def _do_own(need: Need) -> Done:
    rows = list(work.list_parked().values_list("pk", flat=True)[:MOST_IDS])
    for delivery_id in rows:
        run_atomic(lambda: relay.retry_parked(delivery_id))  # noqa: B023 (called at once)
    return Done(count=len(rows))


def _say_done(chosen: Act, need: Need, done: Done) -> str:
    if done.count == 1:
        return f"{chosen.done}: {need.title}"
    return _("%(done)s: %(n)s") % {"done": chosen.done, "n": formats.number(done.count)}


def _link_undo(need: Need, chosen: Act, done: Done, back: str) -> str:
    if len(done.ids) > MOST_IDS:
        return ""
    wanted = [("house", need.house), ("key", need.key), ("code", chosen.undo), ("back", back)]
    return reverse("desk:undo") + "?" + urlencode([*wanted, *(("ids", pk) for pk in done.ids)])


def _open(request: StaffRequest, shown: Any) -> Sheet | None:
    """Return what stands beside the list: what was picked, else the first; nothing where it is gone."""
    wanted = request.GET.get("at") or next((need.key for need in shown), "")
    if not wanted:
        return None
    try:
        return queries.describe_need(request.user, wanted, as_of=clock.now(), page=_page(request))
    except NoSuchNeed:
        if request.GET.get("at"):
            toasts.warn(request, _("That has been decided already. Here is what waits now."))
        return None


def _show_again(request: StaffRequest, sheet: Sheet, form: forms.ChangeForm) -> HttpResponse:
    """Show what was typed with what is wrong in it."""
    company = parties.get_company()
    today = clock.business_date(clock.now(), company.zone)
    context = shapes.show_sheet(sheet, user=request.user, query="", today=today)
    form.offer(sheet.figures)
    context |= {"form": form, "asks": "figures", "today": today, "query": "", "is_alone": True}
    return render(request, "desk/need.html", context, status=422)


def _make_form(sheet: Sheet) -> forms.ChangeForm | None:
    if sheet.figures is None:
        return None
    held = sheet.figures
    form = forms.ChangeForm(initial={"units": held.units, "due_on": held.due_on, "source": held.source})
    form.offer(held)
    return form


def _keep(request: StaffRequest) -> str:
    """Return the part of the address that stays while one walks the list."""
    return urlencode([(name, request.GET[name]) for name in _KEPT if request.GET.get(name)])


def _key_of(sheet: Sheet | None) -> str:
    return sheet.need.key if sheet else ""


def _page(request: StaffRequest) -> int:
    text = request.GET.get("rows", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _count_houses(found: list[Need]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for need in found:
        if need.house:
            counts[need.house] = counts.get(need.house, 0) + 1
    return counts


needs.house = ""  # type: ignore[attr-defined]
