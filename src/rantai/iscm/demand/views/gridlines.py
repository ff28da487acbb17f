"""The grid as its page shows it: every figure said once, every row with its way down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from rantai.foundation.items.models import Category
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries import grid as queries
from rantai.iscm.demand.queries import meeting, names, overrides
from rantai.iscm.demand.queries.grid import Bucket, Grid, Lines, Row
from rantai.iscm.demand.queries.gridrows import MONTHS, Asked
from rantai.iscm.demand.queries.levels import Level, Trees
from rantai.iscm.demand.views import cells, edge, gridways
from rantai.ui import formats

MOST_CHANGES = 30
LEAST_SHOWN = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One figure, with the field in which it is changed where it may be."""

    text: str
    name: str = ""
    label: str = ""
    typed: str = ""
    problem: str = ""
    is_own: bool = False
    narrow: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A row of figures under its name."""

    name: str
    cells: tuple[Cell, ...]
    total: str
    is_sum: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A row of the grid with its way down."""

    name: str
    note: str
    href: str
    forecast: Line
    change: str
    """Against last year, in words."""
    steps: tuple[Line, ...]
    """How it came about, where that is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A change that holds here."""

    row: ForecastOverride
    what: str
    where: str
    weeks: str
    who: str
    is_under: bool
    """A later change lies on top of some of it."""


def describe(found: Grid, *, typed: Mapping[str, str], problems: Mapping[str, str], may_edit: bool) -> dict[str, Any]:
    """Return what the page shows."""
    asked = found.asked
    is_partial = bool(asked.text)
    by_item = asked.group in ("item", "place", "customer")
    pen = _Pen(found.buckets, typed, problems)
    parents = set(Category.objects.exclude(parent=None).values_list("parent_id", flat=True))
    quarter, before = found.whole.lines.plan.sum(), found.whole.lines.last_year.sum()
    whole = _list_whole(found, pen, may_edit=may_edit and not is_partial)
    rows = [
        _show(row, found, pen, parents, may_edit=may_edit and not row.is_rest and (by_item or not is_partial))
        for row in found.rows
    ]
    return {
        **gridways.describe(found),
        "house": "operations",
        "run": found.run,
        "asked": asked,
        "is_months": asked.per == MONTHS,
        "buckets": [(_say_bucket(bucket, asked), _narrow(place)) for place, bucket in enumerate(found.buckets)],
        "whole": whole,
        "has_last_year": any(row.change for row in rows),
        "rows": rows,
        "count": found.count,
        "head": _say_group(asked),
        "finds": _("Customer's name") if asked.group == "customer" else _("Item code or name"),
        "total": round(quarter),
        "against": None if before <= 0 else quarter / before - 1,
        "may_edit": may_edit,
        "problems": [pen.told.get(field, text) for field, text in problems.items()],
        "needs_reason": "reason" in problems,
        "reason": typed.get("reason", ""),
        "first_row": (asked.page - 1) * queries.ROWS_A_PAGE + 1,
        "last_row": (asked.page - 1) * queries.ROWS_A_PAGE + len(found.rows),
        "changes": list_held(found),
        "is_agreed": found.is_agreed,
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What typed changes make of one row, in the weeks that they touch."""

    name: str
    now: str
    then: str
    difference: str


def compare(now: Grid, then: Grid, edits: Sequence[cells.Edit]) -> list[Outcome]:
    """Return what typed changes make of everything looked at and of each row that they move."""
    touched = np.array([any(edit.starts_on < one.ends_on and edit.ends_on > one.starts_on for edit in edits)
                        for one in now.buckets])  # fmt: skip
    after = {(row.level, row.is_rest): row for row in then.rows}
    pairs = [(_("Together"), now.whole, then.whole)]
    pairs += [
        (_say_row(row, now.asked)[0], row, after[row.level, row.is_rest])
        for row in now.rows
        if (row.level, row.is_rest) in after
    ]
    found = [
        (name, float(one.lines.final[touched].sum()), float(other.lines.final[touched].sum()))
        for name, one, other in pairs
    ]
    return [
        Outcome(name=name, now=say(before), then=say(later), difference=_sign(later - before))
        for place, (name, before, later) in enumerate(found)
        if place == 0 or abs(later - before) >= LEAST_SHOWN
    ]


class _Pen:
    """Writes cells: what was typed stays typed, what is wrong is said at its place."""

    def __init__(self, buckets: Sequence[Bucket], typed: Mapping[str, str], problems: Mapping[str, str]) -> None:
        self.buckets, self.typed, self.problems = buckets, typed, problems
        self.today = edge.today()
        self.told: dict[str, str] = {}
        """What is wrong by field, with the row and the week that it stands in."""

    def write(self, level: Level, name: str, values: Sequence[float], own: frozenset[int], *, may_edit: bool) -> Line:
        """Return the line of a forecast, each cell with its field."""
        found = []
        for place, (bucket, value) in enumerate(zip(self.buckets, values, strict=True)):
            field = cells.name_field(level, bucket) if may_edit else ""
            day = formats.day(bucket.starts_on, today=self.today)
            label = _("%(row)s, from %(day)s: %(units)s") % {"row": name, "day": day, "units": say(value)}
            typed, problem = (held.get(field, "") if field else "" for held in (self.typed, self.problems))
            if problem:
                self.told[field] = f"{name} · {day} · {typed}: {problem}"
            found.append(
                Cell(text=say(value), name=field, label=label, typed=typed, problem=problem, is_own=place in own,
                     narrow=_narrow(place))
            )  # fmt: skip
        return Line(name=name, cells=tuple(found), total=say(sum(values)), is_sum=True)


def list_held(found: Grid) -> list[Held]:
    """Return the changes that reach what is looked at, newest first, with those that lie under a later one."""
    run, trees = found.run, Trees(found.run.pk)
    rows = overrides.list_columns(overrides.list_live(first_week=run.first_week))
    changes = overrides.read_changes(rows, first_week=run.first_week, horizon=run.horizon, trees=trees)
    here = trees.reach(found.asked.level)
    near = meeting.list_near(changes, here)
    shown = near[-MOST_CHANGES:][::-1]
    by_id = ForecastOverride.objects.in_bulk([one.override_id for one in shown])
    covered = meeting.find_covered(near, shown)
    people = edge.name_actors({one.by for one in shown})
    told = names.name_levels([overrides.level_of(by_id[one.override_id]) for one in shown])
    today = edge.today()
    return [
        Held(
            row=by_id[one.override_id],
            what=say_change(by_id[one.override_id]),
            where=told[overrides.level_of(by_id[one.override_id])] or _("everything, everywhere"),
            weeks=say_weeks(by_id[one.override_id], today),
            who=people[one.by],
            is_under=one.override_id in covered,
        )
        for one in shown
    ]


def say_change(row: ForecastOverride) -> str:
    """Say what a change makes of the forecast."""
    if row.factor is not None:
        return _("%(share)s of the forecast") % {"share": formats.percent(row.factor / 10_000)}
    units = formats.quantity(row.quantity)
    return _("%(units)s in all") % {"units": units} if row.is_span else _("%(units)s a week") % {"units": units}


def say_weeks(row: ForecastOverride, today: Any) -> str:
    """Say from when until when a change holds."""
    last = row.ends_on.fromordinal(row.ends_on.toordinal() - 1)
    return f"{formats.day(row.starts_on, today=today)} – {formats.day(last, today=today)}"


def say(value: float) -> str:
    """Say units: whole from ten on."""
    return formats.number(round(value) if abs(value) >= 10 else round(value, 1))


def _list_whole(found: Grid, pen: _Pen, *, may_edit: bool) -> list[Line]:
    lines = found.whole.lines
    forecast = pen.write(found.whole.level, _("Forecast"), lines.final.tolist(), found.whole.own, may_edit=may_edit)
    return [*_list_before(lines), forecast, *_list_after(lines, is_agreed=found.is_agreed)]


def _list_before(lines: Lines) -> list[Line]:
    """Return the steps that lead to a forecast; those that moved nothing are left out."""
    steps = (
        (_("From customers"), lines.terms - lines.statistical),
        (_("Promotions and events"), lines.events - lines.terms),
        (_("Changed by hand"), lines.final - lines.events),
    )
    moved = [_signed(name, units) for name, units in steps if abs(units).max(initial=0.0) >= LEAST_SHOWN]
    return [_plain(_("Statistics"), lines.statistical), *moved]


def _list_after(lines: Lines, *, is_agreed: bool) -> list[Line]:
    """Return what a forecast is held against."""
    told = [_plain(_("Agreed"), lines.plan)] if is_agreed else []
    told += [_plain(name, values) for name, values in _list_said(lines)]
    told.append(_plain(_("Used up by orders"), lines.consumed))
    return [*told, _plain(_("Last year"), lines.last_year)] if lines.last_year.any() or not lines.said else told


def _list_said(lines: Lines) -> list[tuple[str, Any]]:
    """Return what is known of customers beside the forecast."""
    heads = (_("Told by signals"), _("Most likely"), _("Asked for by orders"))
    return list(zip(heads, lines.said or (), strict=False))


def _plain(name: str, values: Any) -> Line:
    told = tuple(Cell(text=say(value), narrow=_narrow(place)) for place, value in enumerate(values.tolist()))
    return Line(name=name, cells=told, total=say(float(values.sum())))


def _signed(name: str, values: Any) -> Line:
    told = tuple(Cell(text=_sign(value), narrow=_narrow(place)) for place, value in enumerate(values.tolist()))
    return Line(name=name, cells=told, total=_sign(float(values.sum())))


def _sign(value: float) -> str:
    if abs(value) < LEAST_SHOWN:
        return ""
    return ("+" if value > 0 else "") + say(value)


def _narrow(place: int) -> str:
    """Weeks that leave first on a narrower page."""
    return "" if place < 2 else "p2" if place < 6 else "p3"


def _show(row: Row, found: Grid, pen: _Pen, parents: set[int], *, may_edit: bool) -> Shown:
    steps = [*_list_before(row.lines), *_list_after(row.lines, is_agreed=found.is_agreed)]
    plan, before = float(row.lines.plan.sum()), float(row.lines.last_year.sum())
    name, note = _say_row(row, found.asked)
    return Shown(
        name=name,
        note=note,
        href="" if row.is_rest else gridways.way_down(row.level, found.asked, parents),
        forecast=pen.write(row.level, name, row.lines.final.tolist(), row.own, may_edit=may_edit),
        change=_sign_share(plan / before - 1) if before > 0 else "",
        steps=tuple(steps) if found.asked.shows_steps else (),
    )


def _say_row(row: Row, asked: Asked) -> tuple[str, str]:
    """Return the name of a row and what stands under it."""
    if asked.group in ("customer", "segment"):
        return row.name or _("Everybody else"), _say_known(row.lines)
    if row.level.item and row.note:
        # People know an item by its name; its code stands below, as in every list.
        return row.note, row.name
    return row.name or _("without a group"), row.note


def _say_known(lines: Lines) -> str:
    if lines.said is None:
        return ""
    told, likely, ordered = (say(float(units.sum())) for units in lines.said)
    words = {"told": told, "likely": likely, "ordered": ordered}
    return _("%(told)s told, %(likely)s likely, %(ordered)s ordered") % words


def _sign_share(share: float) -> str:
    return ("+" if share > 0 else "") + formats.percent(share, 0)


def _say_group(asked: Asked) -> str:
    return {
        "category": _("Category"), "item": _("Item"), "place": _("Item and location"), "location": _("Location"),
        "territory": _("Territory"), "segment": _("Segment"),
        "customer": _("Customer"),
    }[asked.group]  # fmt: skip


def _say_bucket(bucket: Bucket, asked: Asked) -> str:
    if asked.per == MONTHS:
        return formats.month(bucket.month)
    return formats.day(bucket.starts_on, today=bucket.starts_on)
