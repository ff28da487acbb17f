"""The grid as its page shows it: every figure said once, every row with its way down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.foundation.items.models import Category
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries import grid as queries
from rantai.iscm.demand.queries import overrides
from rantai.iscm.demand.queries.grid import Asked, Bucket, Grid, Lines, Row
from rantai.iscm.demand.queries.levels import Level, Trees
from rantai.iscm.demand.views import cells, edge
from rantai.ui import formats, shapes

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
    by_item = asked.group in ("item", "place")
    pen = _Pen(found.buckets, typed, problems)
    parents = set(Category.objects.exclude(parent=None).values_list("parent_id", flat=True))
    quarter, before = found.whole.lines.plan.sum(), found.whole.lines.last_year.sum()
    whole = _list_whole(found, pen, may_edit=may_edit and not is_partial)
    rows = [
        _show(row, found, pen, parents, may_edit=may_edit and not row.is_rest and (by_item or not is_partial))
        for row in found.rows
    ]
    return {
        "house": "operations",
        "run": found.run,
        "asked": asked,
        "is_months": asked.per == queries.MONTHS,
        "buckets": [(_say_bucket(bucket, asked), _narrow(place)) for place, bucket in enumerate(found.buckets)],
        "whole": whole,
        "rows": rows,
        "count": found.count,
        "head": _say_group(asked),
        "tabs": _list_groups(asked),
        "periods": _list_periods(asked),
        "steps_url": address(asked, lines="" if asked.shows_steps else "all", page=asked.page if asked.page > 1 else 0),
        "crumbs": _list_crumbs(asked),
        "total": round(quarter),
        "against": None if before <= 0 else quarter / before - 1,
        "may_edit": may_edit,
        "problems": [pen.told.get(field, text) for field, text in problems.items()],
        "needs_reason": "reason" in problems,
        "reason": typed.get("reason", ""),
        "earlier": address(asked, **{"from": max(0, asked.start - queries.WEEKS_SHOWN)}) if asked.start else "",
        "later": _later(found),
        "previous": address(asked, page=asked.page - 1) if asked.page > 1 else "",
        "next": address(asked, page=asked.page + 1) if asked.page < found.pages else "",
        "first_row": (asked.page - 1) * queries.ROWS_A_PAGE + 1,
        "last_row": (asked.page - 1) * queries.ROWS_A_PAGE + len(found.rows),
        "xlsx": address(asked, export="xlsx"),
        "kept_words": [(name, value) for name, value in _words(asked).items() if name != "q"],
        "changes": list_held(found),
        "is_agreed": found.is_agreed,
    }


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
    run, trees = found.run, Trees()
    rows = list(overrides.list_live(first_week=run.first_week))
    changes = overrides.read_changes(rows, first_week=run.first_week, horizon=run.horizon, trees=trees)
    here = trees.reach(found.asked.level)
    by_id = {row.pk: row for row in rows}
    near = queries.list_near(changes, here)
    shown = near[-MOST_CHANGES:][::-1]
    covered = queries.find_covered(near, shown)
    names = edge.name_actors({one.by for one in shown})
    told = queries.name_levels([overrides.level_of(by_id[one.override_id]) for one in shown])
    today = edge.today()
    return [
        Held(
            row=by_id[one.override_id],
            what=say_change(by_id[one.override_id]),
            where=told[overrides.level_of(by_id[one.override_id])] or _("everything, everywhere"),
            weeks=say_weeks(by_id[one.override_id], today),
            who=names[one.by],
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
    return [*told, _plain(_("Used up by orders"), lines.consumed), _plain(_("Last year"), lines.last_year)]


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
    name, note = row.name or _("without a group"), row.note
    if row.level.item and note:
        # People know an item by its name; its code stands below, as in every list.
        name, note = note, name
    return Shown(
        name=name,
        note=note,
        href="" if row.is_rest else _way_down(row.level, found.asked, parents),
        forecast=pen.write(row.level, name, row.lines.final.tolist(), row.own, may_edit=may_edit),
        change=_sign_share(plan / before - 1) if before > 0 else "",
        steps=tuple(steps) if found.asked.shows_steps else (),
    )


def _sign_share(share: float) -> str:
    return ("+" if share > 0 else "") + formats.percent(share, 0)


def _way_down(level: Level, asked: Asked, parents: set[int]) -> str:
    """A category opens, an item shows its places, an item at a place its own page."""
    if level.item and level.location:
        return reverse("iscm_demand:forecast_at", args=[level.item, level.location])
    words = {
        "i": level.item,
        "c": level.category,
        "l": level.location,
        "t": level.territory,
        "q": "",
        "from": asked.start,
    }
    if asked.group == "item":
        return address(asked, **words, by="place")
    if asked.group == "category":
        return address(asked, **words, by="category" if level.category in parents else "item")
    return address(asked, **words, by="category" if not level.category else "item")


def _list_groups(asked: Asked) -> list[shapes.Tab]:
    names = {
        "category": _("Categories"), "item": _("Items"), "place": _("Items by location"), "location": _("Locations"),
        "territory": _("Territories"),
    }  # fmt: skip
    left_out = set()
    if asked.level.item:
        left_out = {"category", "item"}
    if asked.level.location:
        left_out |= {"location", "territory"}
    return [
        shapes.Tab(name, address(asked, by=group), current=group == asked.group)
        for group, name in names.items()
        if group not in left_out
    ]


def _list_periods(asked: Asked) -> list[tuple[str, str, bool]]:
    is_months = asked.per == queries.MONTHS
    return [
        (_("Weeks"), address(asked, per=""), not is_months),
        (_("Months"), address(asked, per=queries.MONTHS, **{"from": 0}), is_months),
    ]


def _list_crumbs(asked: Asked) -> list[tuple[str, str]]:
    """Return the way back up: everything, then the groups above, each with its address."""
    level = asked.level
    if level == Level():
        return []
    up = [(_("Everything"), address(Asked(per=asked.per)))]
    trees, at = Trees(), level.category
    above: list[int] = []
    while at and at not in above:
        above.append(at)
        at = trees.parents.get(at, 0)
    held = [Level(category=category, location=level.location, territory=level.territory) for category in above[1:]]
    named = queries.name_levels([*held, level])
    up += [(named[one], address(asked, c=one.category, by="category", q="")) for one in reversed(held)]
    return [*up, (named[level], "")]


def _say_group(asked: Asked) -> str:
    return {
        "category": _("Category"), "item": _("Item"), "place": _("Item and location"), "location": _("Location"),
        "territory": _("Territory"),
    }[asked.group]  # fmt: skip


def _say_bucket(bucket: Bucket, asked: Asked) -> str:
    if asked.per == queries.MONTHS:
        return formats.month(bucket.month)
    return formats.day(bucket.starts_on, today=bucket.starts_on)


def _later(found: Grid) -> str:
    asked = found.asked
    more = asked.per == queries.WEEKS and found.buckets and found.buckets[-1].last < found.run.horizon
    return address(asked, **{"from": asked.start + queries.WEEKS_SHOWN}) if more else ""


def _words(asked: Asked) -> dict[str, Any]:
    held = {
        "i": asked.level.item, "c": asked.level.category, "l": asked.level.location, "t": asked.level.territory,
        "by": asked.group, "per": "" if asked.per == queries.WEEKS else asked.per, "from": asked.start, "q": asked.text,
        "lines": "all" if asked.shows_steps else "",
    }  # fmt: skip
    return {name: value for name, value in held.items() if value}


def address(asked: Asked, **words: Any) -> str:
    """Return the grid's address with words changed; an empty word is left out, and paging starts again."""
    told = {name: value for name, value in (_words(asked) | words).items() if value}
    return f"{reverse('iscm_demand:grid')}?{urlencode(told)}"
