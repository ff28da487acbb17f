"""What each step and each person took off the error of the forecast, judged at lag (FVA, GLOSSARY 4.3)."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastOverride, ForecastRun, ForecastSnapshot
from rantai.iscm.demand.queries import accounts, history, lags, overrides, weeks
from rantai.iscm.demand.queries.laying import Table
from rantai.iscm.demand.queries.levels import Rows, Trees
from rantai.kernel.measures import Kpi

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NAIVE = "naive"
"""The same week of last year: what anybody could say."""
STEPS = ("statistics", "terms", "events", "overrides", "consensus")
WEEKS = 13
"""Full weeks that the figures of a day look back on: a quarter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """A run as it was published, rows sorted by item and location: means after each step, in its order."""

    run: ForecastRun
    first_week: int
    rows: Rows
    keys: Ints
    steps: dict[str, Floats]
    weights: Floats


@dataclass(slots=True)
class Tally:
    """Sums over judged cells; a step that was not taken counts as the one before it."""

    volume: float = 0.0
    errors: dict[str, float] = field(default_factory=lambda: dict.fromkeys((NAIVE, *STEPS), 0.0))
    people: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    changes: dict[int, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))


def measure(*, last_week: int, count: int = WEEKS) -> list[Kpi]:
    """Return error and value added of each step, person and change over the last full weeks.

    The forecast of a week is the one frozen the item's cumulative lead time before it. `wmape_<step>` is Σ|A−F| over
    ΣA; `fva_<step>` is Σ|A−F of the step before| − Σ|A−F of this step| over the same ΣA; of a person and of a change
    the same over the ΣA of the cells that they touched, a change of a customer or a segment held against
    their own orders.
    Above 0 the step helped. Nothing judged gives no figure.
    """
    tally = judge(last_week=last_week, count=count)
    volume = tally.volume or None
    names = (NAIVE, *STEPS)
    found = [
        Kpi(code=f"wmape_{name}", numerator=None if volume is None else tally.errors[name], denominator=volume)
        for name in names
    ]
    found += [
        Kpi(
            code=f"fva_{name}",
            numerator=None if volume is None else tally.errors[before] - tally.errors[name],
            denominator=volume,
        )
        for before, name in pairwise(names)
    ]
    found += [
        Kpi(code="fva_person", subject=who, numerator=gained, denominator=asked or None)
        for who, (gained, asked) in sorted(tally.people.items())
    ]
    found += [
        Kpi(code="fva_change", subject=str(pk), numerator=gained, denominator=asked or None)
        for pk, (gained, asked) in sorted(tally.changes.items())
    ]
    return found


def judge(*, last_week: int, count: int) -> Tally:
    """Hold every step of the frozen forecasts against what was asked for."""
    past, tally = history.load_history(last_week=last_week, most_weeks=count), Tally()
    waits = lags.read(past.item_ids, past.location_ids)
    for run, cells in _group_by_run(past, waits, last_week, count).items():
        # one run at a time: a quarter of them at once would hold a gigabyte at 50,000 item-locations
        frozen = load_frozen(run)
        _tally(tally, frozen, _lay_out(frozen, past, cells))
    return tally


def read_changes(run: ForecastRun) -> list[overrides.Change]:
    """Return the changes that held when a run was frozen, in the order in which they were made."""
    at = run.published_at or run.started_at
    rows = ForecastOverride.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at), at__lte=at, ends_on__gt=run.first_week
    )
    return overrides.read_changes(
        overrides.list_columns(rows.order_by("id")), first_week=run.first_week, horizon=run.horizon, trees=Trees(run.pk)
    )


def load_frozen(run: ForecastRun) -> Frozen:
    """Return a run as it was published, after each step."""
    blocks = list(ForecastSnapshot.objects.filter(run=run).order_by("block"))
    items, places = (
        np.concatenate([np.frombuffer(getattr(block, name), dtype="<i8") for block in blocks])
        for name in ("item_ids", "location_ids")
    )
    order = np.lexsort((places, items))
    found: dict[str, Floats] = {}
    names = {NAIVE: "last_year", "statistics": "statistical", "terms": "terms", "events": "events",
             "overrides": "final", "consensus": "consensus"}  # fmt: skip
    held = [bytes(block.statistical) for block in blocks]
    for step, name in names.items():
        packed = [getattr(block, name) for block in blocks]
        if step == NAIVE:
            known = [part is not None for part in packed]
            found[step] = np.concatenate([
                _unpack(part, run.horizon) if is_known else np.zeros((len(block.item_ids) // 8, run.horizon))
                for part, is_known, block in zip(packed, known, blocks, strict=True)
            ])[order]  # fmt: skip
        elif step != STEPS[0] and not any(packed):
            found[step] = found[STEPS[STEPS.index(step) - 1]]
        else:
            held = [bytes(part or earlier) for part, earlier in zip(packed, held, strict=True)]
            found[step] = np.concatenate([_unpack(part, run.horizon) for part in held])[order]
    return Frozen(
        run=run, first_week=weeks.number_of(run.first_week), rows=Rows(items[order], places[order]),
        keys=(items[order] << 31) + places[order], steps=found, weights=found[NAIVE].sum(axis=1),
    )  # fmt: skip


def _group_by_run(
    past: history.WeeklyHistory, waits: Ints, last_week: int, count: int
) -> dict[ForecastRun, list[tuple[int, Ints]]]:
    """Return for each frozen run the weeks and rows that it is judged by; a week without one old enough has none."""
    runs = _list_frozen()
    found: dict[ForecastRun, list[tuple[int, Ints]]] = defaultdict(list)
    for week, lag, rows in _list_cells(past, waits, last_week, count):
        first = max((number for number in runs if number <= week - lag), default=None)
        if first is not None:
            found[runs[first]].append((week, rows))
    return found


def _list_cells(
    past: history.WeeklyHistory, waits: Ints, last_week: int, count: int
) -> Iterator[tuple[int, int, Ints]]:
    for week in range(last_week - count + 1, last_week + 1):
        place = past.offsets[1:] - 1 - (last_week - week)
        alive = place >= past.offsets[:-1]
        for lag in np.unique(waits[alive]).tolist():
            yield week, lag, np.flatnonzero(alive & (waits == lag))


def _lay_out(frozen: Frozen, past: history.WeeklyHistory, cells: list[tuple[int, Ints]]) -> Floats:
    """Return what was asked for of a run's rows, `(n, horizon)`; not a number where it is not judged."""
    asked = np.full((frozen.keys.size, frozen.run.horizon), np.nan)
    wanted = (past.item_ids << 31) + past.location_ids
    for week, rows in cells:
        column = week - frozen.first_week
        if column >= frozen.run.horizon or not frozen.keys.size:
            continue
        place = np.minimum(np.searchsorted(frozen.keys, wanted[rows]), frozen.keys.size - 1)
        known = frozen.keys[place] == wanted[rows]
        asked[place[known], column] = past.values[past.offsets[rows + 1] - 1 - (past.last_week - week)][known]
    return asked


def _tally(tally: Tally, frozen: Frozen, asked: Floats) -> None:
    """Add a run's errors, and what each change that held then did to them when it was laid on, one after the other."""
    tally.volume += float(np.nansum(asked))
    for name, means in frozen.steps.items():
        tally.errors[name] += float(np.nansum(np.abs(asked - means)))
    changes = read_changes(frozen.run)
    if not changes:
        return
    orders = _Orders(frozen, asked) if any(change.reach.is_of_some for change in changes) else None
    table = Table(frozen.steps["events"], frozen.rows, frozen.weights,
                  accounts=accounts.load(frozen.run), changes=changes)  # fmt: skip
    for change in changes:
        touched, span = table.rows.find(change.reach), slice(change.start, change.end)
        if not touched.size:
            continue
        rows, before = table.sum_touched(touched, span)
        table.lay(change)
        _rows, after = table.sum_touched(touched, span)
        told = asked[rows, span]
        if change.reach.is_of_some and orders is not None:
            told, before, after = orders.hold(change, table, touched, (rows, before, after))
        _charge(tally, change, told, before, after)


def _charge(tally: Tally, change: overrides.Change, told: Floats, before: Floats, after: Floats) -> None:
    if not np.isfinite(told).any():
        return
    gained = float(np.nansum(np.abs(told - before) - np.abs(told - after)))
    for sums in (tally.people[change.by], tally.changes[change.override_id]):
        sums[0] += gained
        sums[1] += float(np.nansum(told))


class _Orders:
    """What customers asked for of items in the weeks by which a run is judged."""

    def __init__(self, frozen: Frozen, asked: Floats) -> None:
        self._items, self._first, self._is_judged = frozen.rows.item_ids, frozen.first_week, np.isfinite(asked)
        cells = history.load_customers(
            first_week=frozen.first_week, last_week=frozen.first_week + frozen.run.horizon - 1
        )
        keys = accounts.to_keys(cells.item_ids, cells.party_ids).tolist()
        self._units = dict(zip(zip(keys, cells.weeks.tolist(), strict=True), cells.units.tolist(), strict=True))

    def hold(
        self, change: overrides.Change, table: Table, touched: Ints, expected: tuple[Ints, Floats, Floats]
    ) -> tuple[Floats, Floats, Floats]:
        """Return customers' orders by item in the weeks of a change, beside what was expected of them at all places."""
        rows, before, after = expected
        takers = table.list_takers(touched)
        items, starts = np.unique(self._items[rows], return_index=True)
        told = np.full((items.size, change.end - change.start), np.nan)
        for place, item in enumerate(items.tolist()):
            judged = self._is_judged[self._items == item, change.start : change.end].any(axis=0)
            keys = [(item << 31) + party for party in takers[item]]
            for column in np.flatnonzero(judged).tolist():
                week = self._first + change.start + column
                told[place, column] = sum(self._units.get((key, week), 0.0) for key in keys)
        return told, np.add.reduceat(before, starts, axis=0), np.add.reduceat(after, starts, axis=0)


def _list_frozen() -> dict[int, ForecastRun]:
    rows = ForecastRun.objects.filter(snapshots__block=0).exclude(state="staged").order_by("id")
    return {weeks.number_of(run.first_week): run for run in rows}


def _unpack(packed: bytes | memoryview, horizon: int) -> Floats:
    return np.frombuffer(zlib.decompress(packed), dtype="<f4").astype(np.float64).reshape(-1, horizon)
