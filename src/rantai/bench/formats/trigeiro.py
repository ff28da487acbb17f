"""Read a file of Trigeiro, Thomas & McClain's lot-sizing instances.

Items and periods; a number that is not used; the capacity of a period; for each item the machine time of a unit, its
holding cost, its set-up time and set-up cost; then for each period a row with each item's demand, in blocks of at most
fifteen items, one below the other. What follows is a legend. Columns are parted by blanks or tabs.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rantai.bench.options import BadOption
from rantai_engines.arrays import InvalidProblem
from rantai_engines.inventory.capacitated.problem import CapacitatedProblem


def read_trigeiro(path: Path) -> CapacitatedProblem:
    """Return the problem of a file; raises BadOption saying what is missing or wrong."""
    rows = [numbers for line in path.read_text(errors="replace").splitlines() if (numbers := _read_numbers(line))]
    if len(rows) < 4 or len(rows[0]) < 2 or min(rows[0][:2]) < 1:
        raise BadOption(f"'{path}' is no Trigeiro file: it must begin with items and periods, and a capacity.")
    items, periods = int(rows[0][0]), int(rows[0][1])
    features, demands = rows[3 : 3 + items], rows[3 + items :]
    if len(features) < items or any(len(row) < 4 for row in features):
        raise BadOption(f"'{path}' does not give unit time, holding cost, set-up time and cost of {items} items.")
    table = np.array([row[:4] for row in features])
    try:
        return CapacitatedProblem(
            demand=_join_blocks(path, demands, items=items, periods=periods),
            unit_time=table[:, 0].copy(),
            holding_cost=table[:, 1].copy(),
            setup_time=table[:, 2].copy(),
            setup_cost=table[:, 3].copy(),
            capacity=np.full(periods, rows[2][0]),
        )
    except InvalidProblem as problem:
        raise BadOption(f"'{path}' cannot be planned. {problem}") from problem


def _read_numbers(line: str) -> list[float]:
    """Return the numbers that a line begins with; the legend gives none."""
    found = []
    for word in line.replace(",", " ").split():
        try:
            found.append(float(word))
        except ValueError:
            break
    return found


def _join_blocks(path: Path, rows: list[list[float]], *, items: int, periods: int) -> NDArray[np.float64]:
    """Return demand (n_items, n_periods) from blocks of columns."""
    blocks, wide = [], 0
    while wide < items:
        block, rows = rows[:periods], rows[periods:]
        width = min((len(row) for row in block), default=0)
        if len(block) < periods or width == 0 or width < min(len(block[0]), items - wide):
            raise BadOption(f"'{path}' gives demand of {wide} of {items} items whole; {periods} rows each are wanted.")
        blocks.append(np.array([row[:width] for row in block]))
        wide += width
    return np.ascontiguousarray(np.hstack(blocks)[:, :items].T)
