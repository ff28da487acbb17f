"""The published plan as scenarios see it: its problem with all that happened since it was solved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm.supply.models import PlanBlock, PlanRun
from rantai.iscm.supply.queries import changes, days, followed, layout
from rantai.iscm.supply.queries.needs import Columns
from rantai.iscm.supply.queries.reading import PlanReader
from rantai.iscm.supply.queries.snapshot import Tables


class NoPlan(LookupError):
    """A question about a plan before there is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """The current plan, whole; nobody may write into its arrays."""

    run: PlanRun
    company: Company
    problem: Tables
    """As it stands by now."""
    solution: Tables
    """The plan as it was solved; of another problem by now it is made anew before anything is laid over it."""
    solved: Tables
    """The problem as it was solved, which the planner holds: what a scenario sends it is what differs from this."""
    known_at: datetime | None
    """When what the problem says last was published."""

    @property
    def is_moved(self) -> bool:
        """Whether anything happened since it was solved."""
        return self.run.step > 0

    def begins(self, day: date | None, otherwise: int) -> int:
        """Return the instant with which a day begins at the company."""
        return days.midnight(day, self.company.zone) if day else otherwise

    def ends(self, day: date | None, otherwise: int) -> int:
        """Return the instant with which the day after a day begins."""
        return days.midnight(day + timedelta(days=1), self.company.zone) if day else otherwise


def read_published() -> Published:
    """Read the current plan; raises NoPlan."""
    run = PlanRun.objects.filter(state="current").first()
    if run is None:
        raise NoPlan
    rows = PlanBlock.objects.filter(run=run).order_by("table", "block").iterator(chunk_size=200)
    found = [layout.Block(table=row.table, block=row.block, codec=row.codec, data=bytes(row.bytes)) for row in rows]
    solved, solution = layout.join(found, layout.PROBLEM), layout.join(found, layout.SOLUTION)
    solution["pegs"].pop("consumer_place", None)
    problem = _read_moved(run, solved) if run.step else solved
    _freeze(problem)
    known_at = followed.find_last_change(run) or run.published_at
    return Published(
        run=run, company=parties.get_company(), problem=problem, solution=solution, solved=solved, known_at=known_at
    )


def _read_moved(run: PlanRun, solved: Tables) -> Tables:
    """Return the problem with net changes laid over it; a column that says the same is the very same array."""
    reader = PlanReader(run)
    moved = {name: reader.whole(name) if name in changes.CHANGED else table for name, table in solved.items()}
    return {name: {column: _reuse(solved[name], column, values) for column, values in table.items()}
            for name, table in moved.items()}  # fmt: skip


def _reuse(table: Columns, name: str, values: Any) -> Any:
    return table[name] if name in table and np.array_equal(table[name], values) else values


def _freeze(tables: Tables) -> None:
    for table in tables.values():
        for values in table.values():
            values.flags.writeable = False
