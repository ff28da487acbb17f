"""A forecast grid that came back in a file: which cells changed, and which cannot be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Category, Item
from rantai.foundation.locations import queries as locations
from rantai.iscm import reports
from rantai.iscm.demand.models import ForecastOverride, ForecastRun
from rantai.iscm.demand.queries import forecasts, grid, steps, weeks
from rantai.iscm.demand.queries.levels import BadLevel, Level, Trees
from rantai.kernel.quantities import SCALE, Quantity

MOST_UNITS = 10**17
_CHUNK = 900


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The cells that will be kept, each with its level, beside what people are shown of them."""

    sheet: reports.ForecastSheet
    cells: tuple[tuple[Level, reports.ForecastCell], ...]


def judge(cells: Sequence[reports.ForecastCell], *, batch: str) -> Judged:
    """Tell changed cells from unchanged ones and refused ones: a fixed number of queries, whatever the cells."""
    run = forecasts.find_run()
    taken: list[tuple[Level, reports.ForecastCell]] = []
    refused: list[tuple[str, str]] = []
    known = _Known([cell.level for cell in cells])
    for cell in cells:
        if cell.was is not None and cell.units == cell.was:
            continue
        level, why = known.check(cell, run)
        if why or level is None:
            refused.append((cell.place, why))
        else:
            taken.append((level, cell))
    return Judged(
        sheet=reports.ForecastSheet(
            changes=_describe(run, taken) if run else (),
            refused=tuple(refused),
            kept=ForecastOverride.objects.filter(batch=batch, ended_at=None).count(),
        ),
        cells=tuple(taken),
    )


class _Known:
    """What the levels of a file name, looked up at once."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._levels: dict[str, Level | None] = {}
        for key in set(keys):
            try:
                self._levels[key] = Level.parse(key)
            except BadLevel:
                self._levels[key] = None
        found = [level for level in self._levels.values() if level is not None]
        self._items = _find(Item.objects.filter(archived_at=None), {level.item for level in found})
        self._categories = _find(Category.objects.all(), {level.category for level in found})
        self._territories = _find(Territory.objects.filter(archived_at=None), {level.territory for level in found})
        self._sites = set(locations.list_sites().values_list("id", flat=True))

    def check(self, cell: reports.ForecastCell, run: ForecastRun | None) -> tuple[Level | None, str]:
        """Return the level of a cell, or why it cannot be kept."""
        level = self._levels[cell.level]
        if level is None:
            return None, _("'%(level)s' names no row of the grid. Leave the first column as it was.") % {
                "level": cell.level[:40]
            }
        if (level.item and level.item not in self._items) or (level.location and level.location not in self._sites):
            return None, _("This item or location is no longer in use.")
        if (level.category and level.category not in self._categories) or (
            level.territory and level.territory not in self._territories
        ):
            return None, _("This category or territory is no longer in use.")
        return level, self._check_cell(cell, run)

    def _check_cell(self, cell: reports.ForecastCell, run: ForecastRun | None) -> str:
        if run is None or cell.ends_on <= run.first_week:
            return _("This week is over. Export the grid again.")
        if cell.starts_on < run.first_week or cell.ends_on > run.first_week + timedelta(weeks=run.horizon):
            return _("This week is not forecast now. Export the grid again.")
        if cell.starts_on.weekday() or (cell.ends_on - cell.starts_on).days % 7 or cell.ends_on <= cell.starts_on:
            return _("Weeks begin on a Monday. Leave the heads as they were.")
        if not 0 <= cell.units <= MOST_UNITS:
            return _("Units lie between 0 and what can be planned. Check the figure.")
        if not cell.reason.strip():
            return _("Say why in the column behind the weeks: whoever reads this forecast next year will ask.")
        return ""


def _find(rows: QuerySet[Any], ids: set[int]) -> set[int]:
    wanted, found = sorted(ids - {0}), set()
    for start in range(0, len(wanted), _CHUNK):
        found |= set(rows.filter(pk__in=wanted[start : start + _CHUNK]).values_list("id", flat=True))
    return found


def _describe(
    run: ForecastRun, taken: Sequence[tuple[Level, reports.ForecastCell]]
) -> tuple[tuple[reports.ForecastCell, str, Quantity], ...]:
    names = grid.name_levels([level for level, _cell in taken])
    found, trees = steps.load(run), Trees()
    totals = {
        level: found.final[found.rows.find(trees.reach(level))].sum(axis=0)
        for level in {level for level, _cell in taken}
    }
    return tuple(
        (
            cell,
            names[level] or _("everything, everywhere"),
            Quantity(round(float(totals[level][_span(cell, found.first_week)].sum()) * SCALE)),
        )
        for level, cell in taken
    )


def _span(cell: reports.ForecastCell, first_week: int) -> slice:
    return slice(weeks.number_of(cell.starts_on) - first_week, weeks.number_of(cell.ends_on) - first_week)
