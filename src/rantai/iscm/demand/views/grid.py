"""The forecast grid: any level down, weeks across, every figure changed where it stands."""

from __future__ import annotations

import secrets
from functools import partial
from operator import itemgetter

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rantai.foundation.access import rules as access
from rantai.iscm.demand.actions import overrides as actions
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.queries import forecasts, steps
from rantai.iscm.demand.queries import grid as queries
from rantai.iscm.demand.queries.grid import Bucket
from rantai.iscm.demand.queries.gridrows import GROUPS, MONTHS, WEEKS, Asked
from rantai.iscm.demand.queries.levels import Level
from rantai.iscm.demand.views import cells, edge, gridlines
from rantai.iscm.demand.views.cells import Edit
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, table_exports, toasts


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("demand.view")
def grid(request: HttpRequest) -> HttpResponseBase:
    """Show the grid, take what was typed into it, or give it as a file."""
    asked, run = read_asked(request), forecasts.find_run()
    if run is None:
        return render(request, "iscm/demand/grid.html", {"house": "operations", "run": None})
    if request.GET.get("export") == "xlsx":
        return export(run, asked)
    may_edit = request.user.has_perm("demand.edit")
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    if request.method == "POST" and may_edit:
        typed = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        edits, problems = read_edits(run, asked, typed)
        if "look" in typed and edits and not problems:
            return _look(request, run, asked, edits, typed)
        problems |= _find_missing(edits, typed)
        refused = "" if problems or not edits else _keep(request, edits, typed["reason"])
        if not problems and not refused:
            return redirect(f"{reverse('iscm_demand:grid')}?{request.GET.urlencode()}")
        problems |= {"": refused} if refused else {}
    found = queries.load(run, asked)
    context = gridlines.describe(found, typed=typed, problems=problems, may_edit=may_edit)
    return render(request, "iscm/demand/grid.html", context, status=422 if problems else 200)


def _look(
    request: HttpRequest, run: ForecastRun, asked: Asked, edits: list[Edit], typed: dict[str, str]
) -> HttpResponse:
    """Show what was typed beside what it would make of the forecast; nothing is kept."""
    found = queries.load(run, asked)
    ahead = steps.look_ahead(run, [cells.to_override(edit, pk=place) for place, edit in enumerate(edits)])
    then = queries.load(run, asked, found=ahead, shown_levels=[row.level for row in found.rows])
    context = gridlines.describe(found, typed=typed, problems={}, may_edit=True)
    context |= {"preview": gridlines.compare(found, then, edits)}
    return render(request, "iscm/demand/grid.html", context)


@require_POST
@access.permission_required("demand.edit")
def end_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Undo everything that was changed at once."""
    ended = run_atomic(lambda: actions.end_batch(batch, by=edge.actor(request), at=clock.now()))
    told = ngettext("%(n)s change no longer holds; it stays on record.",
                    "%(n)s changes no longer hold; they stay on record.", ended)  # fmt: skip
    toasts.say(request, told % {"n": ended})
    return redirect("iscm_demand:grid")


def read_asked(request: HttpRequest) -> Asked:
    """Read what the address asks for; what it cannot mean is left out."""
    given = request.GET

    def number(name: str) -> int:
        return clicks.read_id(given.get(name))

    item, place = number("i"), number("l")
    level = Level(item, 0 if item else number("c"), place, 0 if place else number("t"), number("p"),
                  0 if number("p") else number("g"))  # fmt: skip
    group = given.get("by", "")
    if level.party and group == "customer":
        group = "place" if item else "item"
    if group == "segment" and (level.party or level.segment):
        group = "customer" if level.segment else "place" if item else "item"
    return Asked(
        level=level,
        group=group if group in GROUPS else "category",
        per=MONTHS if given.get("per") == MONTHS else WEEKS,
        start=number("from"),
        text=given.get("q", "").strip()[:60],
        page=max(1, number("page")),
        shows_steps=given.get("lines") == "all",
    )


def read_edits(run: ForecastRun, asked: Asked, typed: dict[str, str]) -> tuple[list[Edit], dict[str, str]]:
    """Return what was typed as changes, and what is wrong by field."""

    def expected(level: Level, bucket: Bucket) -> float:
        return queries.read_final(run, level, bucket.starts_on, bucket.ends_on)

    return cells.read_cells(typed, queries.list_buckets(run, asked), expected)


def export(run: ForecastRun, asked: Asked) -> HttpResponseBase:
    """Answer with the rows that are filtered, every one of them, weeks across, and a column for the reason."""
    buckets, found = queries.list_finals(run, asked)
    names = _name_buckets(buckets)
    # what was written stands behind, so that a file tells which cells a person changed though the forecast moved since
    heads: table_exports.Heads = [
        ("Level", itemgetter("key")),
        (_("Name"), itemgetter("name")),
        (_("Under it"), itemgetter("note")),
        *((name, itemgetter(name)) for name in names),
        (_("Why"), itemgetter("why")),
        *((f"{name} was", itemgetter(name)) for name in names),
    ]
    # a part that was searched for is no group: it would come back as if it were the whole
    shown = found if not asked.text or asked.group in ("item", "place", "customer") else []
    rows = (
        {"key": level.key, "name": name, "note": note, "why": "", **dict(zip(names, units, strict=True))}
        for level, name, note, units in shown
    )
    return table_exports.write_xlsx(rows, heads, name="forecast-grid")


def _name_buckets(buckets: tuple[Bucket, ...]) -> list[str]:
    """Weeks by their Monday, months by their first Monday and the Monday after their last week."""
    return [
        bucket.starts_on.isoformat()
        if bucket.last - bucket.first == 1
        else f"{bucket.starts_on.isoformat()}/{bucket.ends_on.isoformat()}"
        for bucket in buckets
    ]


def _find_missing(edits: list[Edit], typed: dict[str, str]) -> dict[str, str]:
    if edits and not typed.get("reason", "").strip():
        return {"reason": _("Say why: whoever reads this forecast next year will ask.")}
    return {} if edits else {"": _("Nothing was typed. Write into a cell: 250, +20, −5 % or 120 %.")}


def _keep(request: HttpRequest, edits: list[Edit], reason: str) -> str:
    """Keep all changes in one transaction; return why they were refused, or nothing."""
    batch = f"grid:{secrets.token_hex(8)}"
    refused = edge.attempt(partial(write_edits, edits, batch=batch, reason=reason, by=edge.actor(request)))
    if not refused:
        told = ngettext("%(n)s change is kept. The next plan counts on it.",
                        "%(n)s changes are kept. The next plan counts on them.", len(edits))  # fmt: skip
        toasts.say(request, told % {"n": len(edits)}, undo=reverse("iscm_demand:end_batch", args=[batch]))
    return refused


def write_edits(edits: list[Edit], *, batch: str, reason: str, by: str) -> None:
    """Write changes in the caller's transaction; raises BadOverride."""
    wanted = [
        actions.Wanted(
            level=edit.level, starts_on=edit.starts_on, ends_on=edit.ends_on, quantity=edit.quantity,
            factor=edit.factor, is_span=edit.is_span, reason=reason[:300],
        )
        for edit in edits
    ]  # fmt: skip
    actions.set_overrides(wanted, batch=batch, by=by, at=clock.now())
