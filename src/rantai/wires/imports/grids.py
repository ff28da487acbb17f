"""A forecast grid that comes back from Excel: rows and weeks as cells, with where each stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _

from rantai.iscm.reports import ForecastCell
from rantai.wires.imports import files, values

LEVEL = "Level"
WAS = " was"
MOST_CELLS = 20_000
"""Changed cells of one file: they are written in one transaction."""
_BUCKET = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:/(\d{4}-\d{2}-\d{2}))?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """What a file says, and which cells of it cannot be read."""

    cells: tuple[ForecastCell, ...]
    refused: tuple[tuple[str, str], ...]


def read_grid(path: Path) -> Read:
    """Return the cells of a grid; raises UnreadableFile where it is none."""
    frame = files.read_table(path).frame
    heads = {name: span for name in frame.columns if (span := _read_head(name)) is not None}
    if LEVEL not in frame.columns or not heads:
        raise files.UnreadableFile(
            _("This is no forecast grid: no column '%(level)s', or no week. Export the grid and change its cells.")
            % {"level": LEVEL}
        )
    reasons = _find_reasons(frame, heads)
    cells: list[ForecastCell] = []
    refused = _find_lost(frame, heads)
    levels = frame[LEVEL].to_list()
    for name, (starts_on, ends_on) in heads.items():
        typed = _read_figures(frame[name])
        before = _read_figures(frame[name + WAS]) if name + WAS in frame.columns else [None] * frame.height
        for row, (text, units, was) in enumerate(zip(frame[name].to_list(), typed, before, strict=True)):
            if text is None and not was:
                continue
            place = _("row %(row)s, %(column)s") % {"row": row + 2, "column": name}
            if text is None:
                # an emptied cell, a formula that was never worked out, an error such as #N/A
                refused.append((place, _("The cell holds no figure. Write 0 where nothing will be asked for.")))
            elif units is None:
                refused.append((place, _("'%(text)s' is no figure.") % {"text": text[:40]}))
            elif was is None or was != units:
                cells.append(
                    ForecastCell(place=place, level=levels[row] or "", starts_on=starts_on, ends_on=ends_on,
                                 units=units, was=was, reason=reasons[row] or "")
                )  # fmt: skip
    if len(cells) > MOST_CELLS:
        raise files.UnreadableFile(
            _("%(n)s cells changed, we take %(most)s at once. Bring the file in parts.")
            % {"n": f"{len(cells):,}", "most": f"{MOST_CELLS:,}"}
        )
    return Read(cells=tuple(cells), refused=tuple(refused))


def _find_lost(frame: pl.DataFrame, heads: dict[str, tuple[date, date]]) -> list[tuple[str, str]]:
    """Return the weeks whose head somebody changed: what stands in their column would be passed over in silence."""
    written = [name.removesuffix(WAS) for name in frame.columns if name.endswith(WAS)]
    lost = [name for name in written if name not in heads and _read_head(name) is not None]
    return [(name, _("This week has lost its column. Leave the heads as they were.")) for name in lost]


def _read_head(name: str) -> tuple[date, date] | None:
    found = _BUCKET.match(name)
    if found is None:
        return None
    try:
        starts_on = date.fromisoformat(found[1])
        return starts_on, date.fromisoformat(found[2]) if found[2] else starts_on + timedelta(days=7)
    except ValueError:
        return None


def _find_reasons(frame: pl.DataFrame, heads: dict[str, tuple[date, date]]) -> Sequence[str | None]:
    """Return the column behind the weeks: it says why, in whatever language its head is."""
    last = max(frame.columns.index(name) for name in heads)
    behind = [name for name in frame.columns[last + 1 :] if not name.endswith(WAS)]
    return frame[behind[0]].to_list() if behind else [None] * frame.height


def _read_figures(column: pl.Series) -> list[int | None]:
    return values.parse_scaled(column, values.guess_number_style(column)).to_list()
