"""The forecast as a grid: rows of any level, weeks or months across, worked out in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.queries import gridrows, names, overrides, steps, weeks
from rantai.iscm.demand.queries import parts as customers
from rantai.iscm.demand.queries.gridrows import WEEKS, Asked
from rantai.iscm.demand.queries.levels import Level, Reach, Trees
from rantai.iscm.demand.queries.parts import Parts
from rantai.iscm.demand.queries.steps import Steps

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROWS_A_PAGE = 40
WEEKS_SHOWN = 13


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
class Lines:
    """Units of the steps by bucket, of one row or of everything looked at."""

    statistical: Floats
    terms: Floats
    events: Floats
    final: Floats
    plan: Floats
    last_year: Floats
    consumed: Floats
    said: tuple[Floats, Floats, Floats] | None = None
    """Of customers at all places: their signals, what most likely comes, and what their orders ask for."""


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


def load(run: ForecastRun, asked: Asked, *, found: Steps | None = None, shown_levels: Sequence[Level] = ()) -> Grid:
    """Return a page of the grid: some ten queries, whatever the number of item-locations.

    With steps that are not kept yet it is the page as it would be, of the very rows that are named.
    """
    found, trees = found or steps.load(run), Trees(run.pk)
    part = gridrows.read_parts(run, found, asked, trees)
    buckets = list_buckets(run, asked)
    keys, places, order, sizes = gridrows.group(found, part, asked, trees)
    top = _rank(part.of_step("plan", slice(0, WEEKS_SHOWN)), places, len(keys))
    shown = top[(asked.page - 1) * ROWS_A_PAGE : asked.page * ROWS_A_PAGE]
    if shown_levels:
        shown = [group for group in range(len(keys)) if gridrows.to_level(int(keys[group]), asked) in set(shown_levels)]
    reader = _Reader(run, part, asked, buckets)
    own = _find_own(run)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    level_rows = [
        (gridrows.to_level(int(keys[group]), asked), order[starts[group] : starts[group + 1]]) for group in shown
    ]
    named = gridrows.name_rows([level for level, _members in level_rows], asked)
    return Grid(
        run=run,
        asked=asked,
        buckets=buckets,
        whole=Row(level=asked.level, name="", note="", lines=reader.add_up_all(),
                  own=_own_buckets(own, asked.level, buckets)),
        rows=tuple(
            Row(level=level, name=named[level][0], note=named[level][1], lines=reader.add_up(members),
                own=_own_buckets(own, level, buckets), is_rest=gridrows.is_rest(level, asked))
            for level, members in level_rows
        ),
        count=len(keys),
        is_agreed=found.is_agreed,
    )  # fmt: skip


def list_finals(run: ForecastRun, asked: Asked) -> tuple[tuple[Bucket, ...], list[tuple[Level, str, str, list[float]]]]:
    """Return the buckets and every row that has a level of its own, with name, note and final units: for a file."""
    found, trees = steps.load(run), Trees(run.pk)
    part = gridrows.read_parts(run, found, asked, trees)
    buckets = list_buckets(run, asked)
    keys, _places, order, sizes = gridrows.group(found, part, asked, trees)
    if not keys.size:
        return buckets, []
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    weekly = np.add.reduceat(part.of_step("final")[order], starts, axis=0)
    units = np.stack([weekly[:, bucket.first : bucket.last].sum(axis=1) for bucket in buckets], axis=1)
    levels_of = [gridrows.to_level(int(key), asked) for key in keys]
    named = names.name_parts(levels_of)
    ranked = np.argsort(-units.sum(axis=1), kind="stable").tolist()
    shown = np.round(units, 4).tolist()
    rows = [
        (levels_of[at], *named[levels_of[at]], shown[at]) for at in ranked if not gridrows.is_rest(levels_of[at], asked)
    ]
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
    first = weeks.number_of(starts_on) - found.first_week
    weekly = read_levels(run, found, [level], Trees(run.pk))[level]
    return float(weekly[max(0, first) : max(0, first + (ends_on - starts_on).days // 7)].sum())


def read_levels(run: ForecastRun, found: Steps, wanted: Iterable[Level], trees: Trees) -> dict[Level, Floats]:
    """Return what levels expect week by week; customers of one thing at one place are told apart once."""
    weekly: dict[Level, Floats] = {}
    for whole, of_one in groupby(sorted(wanted), key=lambda one: replace(one, party=0, segment=0)):
        rows = found.rows.find_whole(trees.reach(whole))
        levels_of = list(of_one)
        part = Parts(found=found, rows=rows)
        if levels_of != [whole]:
            part = customers.read_by_customer(run, found, rows)
        means = part.of_step("final")
        for level in levels_of:
            reach = trees.reach(level)
            weekly[level] = means[_find_whose(reach, part)].sum(axis=0)
    return weekly


def _find_whose(reach: Reach, part: Parts) -> Flags | slice:
    return slice(None) if part.party_ids is None or not reach.is_of_some else reach.match(part.party_ids)


def _rank(plan: Floats, group: Ints, count: int) -> list[int]:
    """Return groups, those that expect most over the next quarter first."""
    units = np.bincount(group, weights=plan.sum(axis=1), minlength=count)
    ranked: list[int] = np.lexsort((np.arange(count), -units)).tolist()
    return ranked


class _Reader:
    """Adds rows up by bucket; what they share is read once."""

    def __init__(self, run: ForecastRun, part: Parts, asked: Asked, buckets: Sequence[Bucket]) -> None:
        self._part, self._buckets = part, buckets
        self._is_whole = not (asked.level.party or asked.level.segment) and not (
            asked.text and asked.group == "customer"
        )
        used = customers.read_used(run, part)
        self._used = np.zeros((part.rows.size, run.horizon)) if used is None else used
        # customers tell nobody at which of our places their orders will be met
        is_placed = asked.level.location or asked.level.territory or asked.group in ("place", "location", "territory")
        self._sayings = None if part.party_ids is None or is_placed else customers.read_sayings(run, part)

    def add_up_all(self) -> Lines:
        """Return the steps of everything looked at."""
        lines = self.add_up(np.arange(self._part.rows.size))
        if not self._is_whole:
            return lines
        return replace(lines, last_year=self._cut(self._part.of_step("last_year").sum(axis=0)))

    def add_up(self, members: Ints) -> Lines:
        """Return the steps of some rows together; nobody knows what a customer's last year was worth here."""
        part, found = self._part.take(members), self._part.found
        statistical = self._cut(part.of_step("statistical").sum(axis=0))
        terms = statistical if found.terms is found.statistical else self._cut(part.of_step("terms").sum(axis=0))
        lifted = terms if found.events is found.terms else self._cut(part.of_step("events").sum(axis=0))
        final = lifted if found.final is found.events else self._cut(part.of_step("final").sum(axis=0))
        return Lines(
            statistical=statistical, terms=terms, events=lifted, final=final,
            plan=final if found.plan is found.final else self._cut(part.of_step("plan").sum(axis=0)),
            last_year=self._cut(part.of_step("last_year").sum(axis=0) * (part.party_ids is None)),
            consumed=self._cut(self._used[members].sum(axis=0)),
            said=None if self._sayings is None else self._cut_all(self._sayings.add_up(part)),
        )  # fmt: skip

    def _cut(self, weekly: Floats) -> Floats:
        return np.array([weekly[bucket.first : bucket.last].sum() for bucket in self._buckets])

    def _cut_all(self, told: tuple[Floats, Floats, Floats]) -> tuple[Floats, Floats, Floats]:
        signal, likely, orders = (self._cut(weekly) for weekly in told)
        return signal, likely, orders


def _find_own(run: ForecastRun) -> dict[Level, list[tuple[date, date]]]:
    found: dict[Level, list[tuple[date, date]]] = {}
    for row in overrides.list_columns(overrides.list_live(first_week=run.first_week)):
        found.setdefault(overrides.level_of(row), []).append((row.starts_on, row.ends_on))
    return found


def _own_buckets(own: dict[Level, list[tuple[date, date]]], level: Level, buckets: Sequence[Bucket]) -> frozenset[int]:
    return frozenset(
        place
        for place, bucket in enumerate(buckets)
        for starts, ends in own.get(level, ())
        if starts < bucket.ends_on and ends > bucket.starts_on
    )
