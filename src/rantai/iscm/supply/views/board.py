"""The exceptions queue: what to do about orders, the worst first; accept, change or dismiss one or many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.iscm.supply import forms
from rantai.iscm.supply.actions import exceptions as actions
from rantai.iscm.supply.models import PlanException
from rantai.iscm.supply.queries import board, plans, steps
from rantai.iscm.supply.views import boardrows, boardsheets, boardtables, boardwords, edge, tables
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, toasts


@require_safe
@access.permission_required("plan.view")
def exceptions(request: access.StaffRequest) -> HttpResponseBase:
    """Answer what a planner should do, the most at stake first, and show one thing beside the list."""
    today, run = edge.today(), plans.find_run()
    sees_cost, may = request.user.has_perm(access.SEES_COST), request.user.has_perm("plan.decide")
    if request.headers.get("HX-Request") and run:
        return _show_detail(request, today=today)
    kind = boardtables.BoardTable if sees_cost else boardtables.CostlessBoardTable
    source = board.list_board(today=today)
    table = kind(boardtables.name_rows(source), request=request, today=today)
    if table.params.get("export") in ("csv", "xlsx"):
        return table.respond("")
    rows = _fetch([values[table.key] for values in table.page.rows], source)
    opened = _find_opened(request, rows, source)
    shown = rows if opened is None or opened in rows else [*rows, opened]
    waiting = board.find_waiting(run, shown) if run else {}
    query = _keep(request)
    open_ones = board.only_open(source)
    context: dict[str, Any] = {
        "house": "operations",
        "table": table,
        "query": query,
        "may": may,
        "is_picked": bool(request.GET.get("at")),
        "groups": boardrows.show_groups(
            rows, waiting, today=today, query=query, opened=opened.pk if opened else 0, sees_cost=sees_cost, may=may
        ),
        **open_ones.aggregate(count=Count("pk"), hurt=Count("pk", filter=Q(kind__in=board.URGENT, stake__gt=0))),
        "has_plan": run is not None,
        "later": tables.count_later(run)[0] if run else 0,
        "today": today,
    }  # fmt: skip
    if opened:
        context |= _describe(opened, waiting.get(opened.pk, []), today=today, sees_cost=sees_cost, may=may)
    return render(request, "iscm/supply/exceptions.html", context)


@require_POST
@access.permission_required("plan.decide")
def preview(request: access.StaffRequest) -> HttpResponse:
    """Show what accepting or dismissing the ticked would do, row by row; nothing is written."""
    today = edge.today()
    rows = _fetch(_read_ids(request), board.list_open(today=today))
    if not rows:
        return _nothing_left(request)
    verb = _read_verb(request)
    return _show_preview(request, rows, verb=verb, today=today)


@require_http_methods(["GET", "POST"])
@access.permission_required("plan.decide")
def sheet(request: access.StaffRequest) -> HttpResponseBase:
    """Give the queue as a sheet to fill in, or take it back: whatever day or quantity was changed is previewed."""
    today = edge.today()
    if request.method == "GET":
        table = boardtables.SheetTable(
            boardtables.name_rows(board.list_board(today=today)), request=request, today=today
        )
        ids = [values[table.key] for values in table.page.rows]
        return boardsheets.write(_fetch(ids, board.list_open(today=today)))
    try:
        found = boardsheets.read(request.FILES.get("file"))
    except boardsheets.NotOurSheet as problem:
        toasts.hurt(request, str(problem))
        return redirect(_back(request))
    rows = _fetch(list(found), board.list_open(today=today))
    changed = [row for row in rows if boardsheets.is_changed(row, found[row.pk])]
    if not changed:
        toasts.warn(request, _("No day and no quantity of an open exception was changed in this sheet."))
        return redirect(_back(request))
    data = {name: value for row in changed for name, value in boardsheets.to_fields(row, found[row.pk]).items()}
    return _show_preview(request, changed, verb="accept", today=today, data=data)


@require_POST
@access.permission_required("plan.decide")
def decide(request: access.StaffRequest) -> HttpResponse:
    """Do what a person decided about one exception or many, and say so with the way back."""
    today = edge.today()
    rows = _fetch(_read_ids(request), board.list_open(today=today))
    if not rows:
        return _nothing_left(request)
    if _read_verb(request) == "dismiss":
        return _dismiss(request, rows, today=today)
    changes, is_valid = forms.read_changes(request.POST, rows, today=today)
    if not is_valid:
        return _show_preview(request, rows, verb="accept", today=today, status=422)
    return _accept(request, rows, changes, today=today)


@require_POST
@access.permission_required("plan.decide")
def reopen(request: HttpRequest) -> HttpResponse:
    """Take dismissals back."""
    ids = clicks.read_ids(request)
    said = ngettext("%(n)s exception is open again", "%(n)s exceptions are open again", len(ids)) % {"n": len(ids)}
    return edge.attempt(request, lambda: actions.reopen_exceptions(ids, at=clock.now()), said=said, back=_back(request))


def _accept(
    request: access.StaffRequest, rows: Sequence[PlanException], changes: dict[int, steps.Change], *, today: date
) -> HttpResponse:
    found = steps.list_steps(rows, today=today, changes=changes)
    done = [step for step in found if step.way not in (steps.PAGE, steps.GONE)]
    left = len(found) - len(done)
    if not done:
        toasts.warn(request, str(actions.NotDecided(found[0])))
        return redirect(_back(request))
    titles = {step.row.pk: boardwords.task_of(step.row, today=today) for step in done if step.way == steps.TASK}
    said = ngettext("%(n)s exception accepted", "%(n)s exceptions accepted", len(done)) % {"n": len(done)}
    if len(done) == 1:
        said = boardwords.say_step(done[0], today=today)
    if left:
        said += " " + ngettext("%(n)s was left out", "%(n)s were left out", left) % {"n": left}
    return edge.attempt(
        request,
        lambda: actions.accept_exceptions(
            [step.row.pk for step in done], user=request.user, at=clock.now(), today=today, changes=changes,
            words=titles, reason=request.POST.get("reason", "").strip(),
        ),
        said=said,
        back=_back(request),
    )  # fmt: skip


def _dismiss(request: access.StaffRequest, rows: Sequence[PlanException], *, today: date) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:200]
    ids = [row.pk for row in rows]
    try:
        answers = run_atomic(
            lambda: actions.dismiss_exceptions(ids, by=request.user.actor, at=clock.now(), today=today, reason=reason)
        )
    except edge.REFUSALS as problem:
        toasts.hurt(request, str(problem))
        return redirect(_back(request))
    undo = reverse("iscm_supply:exceptions_reopen") + "?" + "&".join(f"ids={row.pk}" for row in answers[:50])
    n = len(answers)
    toasts.say(request, ngettext("%(n)s exception dismissed", "%(n)s exceptions dismissed", n) % {"n": n}, undo=undo)
    return redirect(_back(request))


def _show_preview(
    request: access.StaffRequest, rows: Sequence[PlanException], *, verb: str, today: date, status: int = 200,
    data: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    typed = request.POST if data is None else data
    changes, _is_valid = forms.read_changes(typed, rows, today=today)
    found = steps.list_steps(rows, today=today, changes=changes)
    is_bound = any(name.endswith(("-due_on", "-units")) for name in typed)
    lines = [
        {
            "step": step,
            "title": boardwords.title_of(step.row, today=today),
            "does": boardwords.say_step(step, today=today),
            "is_done": step.way not in (steps.PAGE, steps.GONE),
            "form": forms.make_change(step, data=typed if is_bound else None, today=today),
        }
        for step in found
    ]
    context = {
        "house": "operations",
        "verb": verb,
        "lines": lines,
        "count": len(lines) if verb == "dismiss" else sum(1 for line in lines if line["is_done"]),
        "letters": len({(step.ref and step.ref.id) for step in found if step.way == steps.ASK}),
        "query": _keep(request),
        "today": today,
    }
    return render(request, "iscm/supply/exceptions_preview.html", context, status=status)


def _show_detail(request: access.StaffRequest, *, today: date) -> HttpResponse:
    sees_cost, may = request.user.has_perm(access.SEES_COST), request.user.has_perm("plan.decide")
    opened = _find_opened(request, [], board.list_board(today=today))
    waiting = board.find_waiting(opened.run, [opened]).get(opened.pk, []) if opened else []
    context = _describe(opened, waiting, today=today, sees_cost=sees_cost, may=may) if opened else {}
    return render(request, "iscm/supply/_exception_detail.html", context | {"query": _keep(request), "may": may})


def _describe(
    row: PlanException, waiting: Sequence[board.Waiting], *, today: date, sees_cost: bool, may: bool
) -> dict[str, Any]:
    sheet = boardrows.show_sheet(row, waiting, today=today, sees_cost=sees_cost)
    form = forms.make_change(sheet["step"], data=None, today=today) if may and sheet["act"] else None
    return {"sheet": sheet, "form": form}


def _find_opened(
    request: HttpRequest, rows: Sequence[PlanException], source: QuerySet[PlanException]
) -> PlanException | None:
    asked = _fetch([clicks.read_id(request.GET.get("at"))], source)
    return next(iter([*asked, *rows]), None)


def _fetch(ids: Sequence[int], source: QuerySet[PlanException]) -> list[PlanException]:
    """Return exceptions in the order of their ids as given."""
    rows = source.filter(pk__in=ids).select_related("item__base_unit", "location", "run")
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in ids if pk in found]


def _read_ids(request: HttpRequest) -> list[int]:
    """Return the row whose own button was pressed, else the ticked rows."""
    only = clicks.read_id(request.GET.get("only"))
    return [only] if only else clicks.read_ids(request)


def _read_verb(request: HttpRequest) -> str:
    said = request.POST.get("do") or request.GET.get("do")
    return "dismiss" if said == "dismiss" else "accept"


def _nothing_left(request: HttpRequest) -> HttpResponse:
    toasts.warn(request, _("That has been decided already, or a newer plan says otherwise. Here is what waits now."))
    return redirect(_back(request))


def _keep(request: HttpRequest) -> str:
    """Return the words of the address without the row that is opened."""
    words = (request.GET if request.method == "GET" else request.POST).copy()
    if request.method != "GET":
        return str(words.get("query", ""))[:300]
    words.pop("at", None)
    return words.urlencode()


def _back(request: HttpRequest) -> str:
    query = request.POST.get("query", "")[:300]
    return reverse("iscm_supply:exceptions") + (f"?{query}" if query else "")
