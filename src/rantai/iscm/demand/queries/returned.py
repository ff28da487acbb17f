"""A forecast grid that came back in a file: which cells changed, and which cannot be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from rantai.iscm import reports
from rantai.iscm.demand.models import ForecastOverride, ForecastRun
from rantai.iscm.demand.queries import forecasts, grid, names, steps, weeks
from rantai.iscm.demand.queries.known import Known
from rantai.iscm.demand.queries.levels import BadLevel, Level, Trees
from rantai.kernel.quantities import SCALE, Quantity

MOST_UNITS = 10**17


Taken = Sequence[tuple[Level, reports.ForecastCell]]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The cells that will be kept, each with its level, and those that are refused."""

    run: ForecastRun | None
    cells: Taken
    refused: tuple[tuple[str, str], ...]
    kept: int
    """Changes of this very file that hold already."""

    @cached_property
    def sheet(self) -> reports.ForecastSheet:
        """What people are shown of it, beside what is expected now."""
        changes = _describe(self.run, self.cells) if self.run else ()
        return reports.ForecastSheet(changes=changes, refused=self.refused, kept=self.kept)


def judge(cells: Sequence[reports.ForecastCell], *, batch: str) -> Judged:
    """Tell changed cells from unchanged ones and refused ones: a fixed number of queries, whatever the cells."""
    run, levels = forecasts.find_run(), {key: _read_level(key) for key in {cell.level for cell in cells}}
    known = Known(level for level in levels.values() if level is not None)
    taken: list[tuple[Level, reports.ForecastCell]] = []
    refused: list[tuple[str, str]] = []
    places: dict[tuple[str, date, date], str] = {}
    for cell in cells:
        if cell.was is not None and cell.units == cell.was:
            continue
        level = levels[cell.level]
        why = _say_unknown(cell.level) if level is None else known.find_problem(level) or _check_cell(cell, run)
        if not why:
            first = places.setdefault((cell.level, cell.starts_on, cell.ends_on), cell.place)
            why = _say_twice(first) if first != cell.place else ""
        if why or level is None:
            refused.append((cell.place, why))
        else:
            taken.append((level, cell))
    return Judged(run=run, cells=tuple(taken), refused=tuple(refused), kept=count_kept(batch))


def count_kept(batch: str) -> int:
    """Count the changes of a batch that hold."""
    return ForecastOverride.objects.filter(batch=batch, ended_at=None).count()


def _read_level(key: str) -> Level | None:
    try:
        return Level.parse(key)
    except BadLevel:
        return None


def _say_twice(place: str) -> str:
    return _("This row and week stand there already, at %(place)s. Keep one of them.") % {"place": place}


def _say_unknown(key: str) -> str:
    return _("'%(level)s' names no row of the grid. Leave the first column as it was.") % {"level": key[:40]}


def _check_cell(cell: reports.ForecastCell, run: ForecastRun | None) -> str:
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


def _describe(run: ForecastRun, taken: Taken) -> tuple[tuple[reports.ForecastCell, str, Quantity], ...]:
    named = names.name_levels([level for level, _cell in taken])
    found, trees = steps.load(run), Trees(run.pk)
    totals = grid.read_levels(run, found, named, trees)
    return tuple(
        (
            cell,
            named[level] or _("everything, everywhere"),
            Quantity(round(float(totals[level][_span(cell, found.first_week)].sum()) * SCALE)),
        )
        for level, cell in taken
    )


def _span(cell: reports.ForecastCell, first_week: int) -> slice:
    return slice(weeks.number_of(cell.starts_on) - first_week, weeks.number_of(cell.ends_on) - first_week)
