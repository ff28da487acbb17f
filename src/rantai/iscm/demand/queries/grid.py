"""The forecast as a grid: rows of any level, weeks or months across, worked out in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Category, Item
from rantai.foundation.locations import queries as locations
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.queries import consumption, levels, overrides, steps, weeks
from rantai.iscm.demand.queries.levels import Level, Reach, Trees
from rantai.iscm.demand.queries.steps import Steps
from rantai.kernel.quantities import SCALE
from rantai.kernel.texts import pick

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEEKS, MONTHS = "week", "month"
GROUPS = ("category", "item", "place", "location", "territory")
"""What a row may stand for; a place is an item at a location."""
EVERYTHING = Level()
ROWS_A_PAGE = 40
WEEKS_SHOWN = 13
_CHUNK = 900


@dataclass(frozen=True, slots=True)
class Bucket:
    """A week, or the weeks whose Thursday lies in one month."""

    starts_on: date
    ends_on: date
    first: int
    """Weeks counted from the run's first."""
    last: int

    @property
    def month(self) -> date:
        """The first day of the month it belongs to."""
        return (self.starts_on + timedelta(days=3)).replace(day=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What of the forecast is looked at, and how."""

    level: Level = EVERYTHING
    group: str = "category"
    per: str = WEEKS
    start: int = 0
    text: str = ""
    page: int = 1
    shows_steps: bool = False
    """Every row with the steps of its making, not what is expected alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """Units of the steps by bucket, of one row or of everything looked at."""

    statistical: Floats
    terms: Floats
    events: Floats
    final: Floats
    plan: Floats
    last_year: Floats
    consumed: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the grid; its level is what a change of it is stored at."""

    level: Level
    name: str
    note: str
    lines: Lines
    own: frozenset[int]
    """Buckets that somebody changed at this very level."""
    is_rest: bool = False
    """What belongs to no group: it has no level of its own, so it is not changed as one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """What a page of the grid shows."""

    run: ForecastRun
    asked: Asked
    buckets: tuple[Bucket, ...]
    whole: Row
    rows: tuple[Row, ...]
    count: int
    """Rows over all pages."""
    is_agreed: bool

    @property
    def pages(self) -> int:
        """Number of pages."""
        return max(1, -(-self.count // ROWS_A_PAGE))


def load(run: ForecastRun, asked: Asked) -> Grid:
    """Return a page of the grid: some ten queries, whatever the number of item-locations."""
    found, trees = steps.load(run), Trees()
    rows = found.rows
    inside = _search(found, rows.find(trees.reach(asked.level)), asked.text)
    buckets = list_buckets(run, asked)
    keys, places, order, sizes = _group(found, rows, inside, asked, trees)
    top = _rank(found.plan, inside, places, len(keys))
    shown = top[(asked.page - 1) * ROWS_A_PAGE : asked.page * ROWS_A_PAGE]
    used = _read_consumed(found, run)
    own = _find_own(run)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    level_rows = [
        (_to_level(int(keys[group]), asked), inside[order[starts[group] : starts[group + 1]]]) for group in shown
    ]
    named = _name([level for level, _members in level_rows])
    return Grid(
        run=run,
        asked=asked,
        buckets=buckets,
        whole=Row(level=asked.level, name="", note="", lines=_add_up(found, used, inside, buckets),
                  own=_own_buckets(own, asked.level, buckets)),
        rows=tuple(
            Row(level=level, name=named[level][0], note=named[level][1], lines=_add_up(found, used, members, buckets),
                own=_own_buckets(own, level, buckets), is_rest=_is_rest(level, asked))
            for level, members in level_rows
        ),
        count=len(keys),
        is_agreed=found.is_agreed,
    )  # fmt: skip


def list_finals(run: ForecastRun, asked: Asked) -> tuple[tuple[Bucket, ...], list[tuple[Level, str, str, list[float]]]]:
    """Return the buckets and every row that has a level of its own, with name, note and final units: for a file."""
    found, trees = steps.load(run), Trees()
    inside = _search(found, found.rows.find(trees.reach(asked.level)), asked.text)
    buckets = list_buckets(run, asked)
    keys, _places, order, sizes = _group(found, found.rows, inside, asked, trees)
    if not keys.size:
        return buckets, []
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    weekly = np.add.reduceat(found.final[inside[order]], starts, axis=0)
    units = np.stack([weekly[:, bucket.first : bucket.last].sum(axis=1) for bucket in buckets], axis=1)
    levels_of = [_to_level(int(key), asked) for key in keys]
    named = _name(levels_of)
    ranked = np.argsort(-units.sum(axis=1), kind="stable").tolist()
    shown = np.round(units, 4).tolist()
    rows = [(levels_of[at], *named[levels_of[at]], shown[at]) for at in ranked if not _is_rest(levels_of[at], asked)]
    return buckets, rows


def list_buckets(run: ForecastRun, asked: Asked) -> tuple[Bucket, ...]:
    """Return the weeks that are shown, or every month of the run."""
    mondays = [run.first_week + timedelta(weeks=place) for place in range(run.horizon)]
    if asked.per == WEEKS:
        start = min(max(0, asked.start), max(0, run.horizon - WEEKS_SHOWN))
        shown = range(start, min(run.horizon, start + WEEKS_SHOWN))
        return tuple(Bucket(mondays[at], mondays[at] + timedelta(days=7), at, at + 1) for at in shown)
    found: list[Bucket] = []
    for at, monday in enumerate(mondays):
        bucket = Bucket(monday, monday + timedelta(days=7), at, at + 1)
        if found and found[-1].month == bucket.month:
            found[-1] = Bucket(found[-1].starts_on, bucket.ends_on, found[-1].first, bucket.last)
        else:
            found.append(bucket)
    return tuple(found)


def read_final(run: ForecastRun, level: Level, starts_on: date, ends_on: date) -> float:
    """Return what a level expects over some weeks, with everything that holds now."""
    found = steps.load(run)
    rows = found.rows.find(Trees().reach(level))
    first = weeks.number_of(starts_on) - found.first_week
    return float(found.final[rows, max(0, first) : max(0, first + (ends_on - starts_on).days // 7)].sum())


def _search(found: Steps, inside: Ints, text: str) -> Ints:
    if not text:
        return inside
    typed = Q(code__istartswith=text) | Q(name__icontains=text)
    items = list(Item.objects.filter(typed, archived_at=None).values_list("id", flat=True)[:50_000])
    return inside[np.isin(found.item_ids[inside], items)]


def _group(found: Steps, rows: levels.Rows, inside: Ints, asked: Asked, trees: Trees) -> tuple[Ints, Ints, Ints, Ints]:
    """Return sorted keys of groups, the group of each row, the rows by group and how many each has."""
    items, places = found.item_ids[inside], found.location_ids[inside]
    if asked.group == "item":
        wanted = items
    elif asked.group == "location":
        wanted = places
    elif asked.group == "place":
        wanted = steps.to_keys(items, places)
    elif asked.group == "territory":
        wanted = _map(places, {place: _up(territory, asked.level.territory, trees.territory_parents)
                               for place, territory in trees.territory_of.items()})  # fmt: skip
    else:
        wanted = _map(rows.category_ids[inside], levels.map_to_children(asked.level.category, trees.parents))
    keys, group = np.unique(wanted, return_inverse=True)
    return keys, group, np.argsort(group, kind="stable"), np.bincount(group, minlength=keys.size)


def _up(node: int, top: int, parents: dict[int, int]) -> int:
    return levels.map_to_children(top, parents).get(node, 0) if node else 0


def _map(values: Ints, table: dict[int, int]) -> Ints:
    known, places = np.unique(values, return_inverse=True)
    mapped: Ints = np.array([table.get(value, 0) for value in known.tolist()], dtype=np.int64)[places]
    return mapped


def _rank(plan: Floats, inside: Ints, group: Ints, count: int) -> list[int]:
    """Return groups, those that expect most over the next quarter first."""
    units = np.bincount(group, weights=plan[inside, :WEEKS_SHOWN].sum(axis=1), minlength=count)
    ranked: list[int] = np.lexsort((np.arange(count), -units)).tolist()
    return ranked


def _add_up(found: Steps, used: Floats | None, members: Ints, buckets: Sequence[Bucket]) -> Lines:
    def add(means: Floats) -> Floats:
        total = means[members].sum(axis=0)
        return np.array([total[bucket.first : bucket.last].sum() for bucket in buckets])

    statistical = add(found.statistical)
    terms = statistical if found.terms is found.statistical else add(found.terms)
    lifted = terms if found.events is found.terms else add(found.events)
    final = lifted if found.final is found.events else add(found.final)
    return Lines(
        statistical=statistical, terms=terms, events=lifted, final=final,
        plan=final if found.plan is found.final else add(found.plan), last_year=add(found.last_year),
        consumed=np.zeros(len(buckets)) if used is None else add(used),
    )  # fmt: skip


def _read_consumed(found: Steps, run: ForecastRun) -> Floats | None:
    """Return units of each week's forecast that orders have used up, rows as in the steps; None without any."""
    cells = consumption.load_consumed(run.first_week, run.horizon)
    keys = steps.to_keys(found.item_ids, found.location_ids)
    if not cells.units.size or not keys.size:
        return None
    wanted, used = steps.to_keys(cells.item_ids, cells.location_ids), np.zeros_like(found.final)
    at = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    known = keys[at] == wanted
    used[at[known], cells.week[known]] = cells.units[known] / SCALE
    return used


def _find_own(run: ForecastRun) -> dict[Level, list[tuple[date, date]]]:
    found: dict[Level, list[tuple[date, date]]] = {}
    for row in overrides.list_live(first_week=run.first_week):
        found.setdefault(overrides.level_of(row), []).append((row.starts_on, row.ends_on))
    return found


def _own_buckets(own: dict[Level, list[tuple[date, date]]], level: Level, buckets: Sequence[Bucket]) -> frozenset[int]:
    return frozenset(
        place
        for place, bucket in enumerate(buckets)
        for starts, ends in own.get(level, ())
        if starts < bucket.ends_on and ends > bucket.starts_on
    )


def _to_level(key: int, asked: Asked) -> Level:
    held = asked.level
    if asked.group == "item":
        return Level(item=key, location=held.location, territory=held.territory)
    if asked.group == "place":
        return Level(item=key >> 31, location=key & (2**31 - 1))
    if asked.group == "location":
        return Level(item=held.item, category=held.category, location=key)
    if asked.group == "territory":
        return Level(item=held.item, category=held.category, territory=key)
    return Level(category=key, location=held.location, territory=held.territory)


def _is_rest(level: Level, asked: Asked) -> bool:
    if asked.group in ("item", "place"):
        return False
    if asked.group == "location":
        return not level.location
    if asked.group == "territory":
        return level.territory in (0, asked.level.territory)
    return level.category in (0, asked.level.category)


def _name(found: Sequence[Level]) -> dict[Level, tuple[str, str]]:
    """Return the name of each level's row and what stands under it: three queries at most."""
    items = {pk: (code, pick(name)) for pk, code, name in _read(Item, {one.item for one in found}, "code", "name")}
    groups = {
        pk: pick(name) or code for pk, code, name in _read(Category, {one.category for one in found}, "code", "name")
    }
    areas = {
        pk: pick(name) or code for pk, code, name in _read(Territory, {one.territory for one in found}, "code", "name")
    }
    sites = dict(locations.list_sites().values_list("id", "name")) if any(one.location for one in found) else {}
    named = {}
    for one in found:
        code, name = items.get(one.item, ("", ""))
        thing = code or groups.get(one.category, "")
        place = sites.get(one.location, "") or areas.get(one.territory, "")
        named[one] = (thing, " · ".join(part for part in (name, place) if part)) if thing else (place, "")
    return named


def _read(
    model: type[Item] | type[Category] | type[Territory], ids: set[int], *names: str
) -> list[tuple[int, str, dict[str, str]]]:
    wanted = sorted(ids - {0})
    return [
        row
        for start in range(0, len(wanted), _CHUNK)
        for row in model._default_manager.filter(pk__in=wanted[start : start + _CHUNK]).values_list("id", *names)
    ]


def name_levels(found: Sequence[Level]) -> dict[Level, str]:
    """Return levels in words: the thing, then the place; empty for everything everywhere."""
    return {level: " · ".join(part for part in pair if part) for level, pair in _name(found).items()}


def find_covered(changes: Sequence[overrides.Change], shown: Sequence[overrides.Change]) -> set[int]:
    """Return which of the shown changes lie under a later one in some of their weeks and item-locations."""
    items = {item for one in changes for item in one.reach.items or ()}
    category_of = levels.read_categories(items)
    return {
        one.override_id
        for one in shown
        if any(
            later.override_id > one.override_id
            and later.start < one.end
            and later.end > one.start
            and one.reach.meets(later.reach, category_of)
            for later in changes
        )
    }


def list_near(changes: Sequence[overrides.Change], here: Reach) -> list[overrides.Change]:
    """Return the changes that reach some of what is looked at."""
    items = {item for one in changes for item in one.reach.items or ()} | (here.items or set())
    category_of = levels.read_categories(items)
    return [one for one in changes if here.meets(one.reach, category_of)]
