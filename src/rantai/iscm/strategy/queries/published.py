"""The published plan as scenarios see it: its problem and its solution as they were solved, without net changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.iscm.supply.models import PlanBlock, PlanRun
from rantai.iscm.supply.queries import days, layout
from rantai.iscm.supply.queries.snapshot import Tables


class NoPlan(LookupError):
    """A question about a plan before there is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """The current plan, whole; nobody may write into its arrays."""

    run: PlanRun
    company: Company
    problem: Tables
    solution: Tables

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
    problem, solution = layout.join(found, layout.PROBLEM), layout.join(found, layout.SOLUTION)
    solution["pegs"].pop("consumer_place", None)
    _freeze(problem)
    return Published(run=run, company=parties.get_company(), problem=problem, solution=solution)


def _freeze(tables: Tables) -> None:
    for table in tables.values():
        for values in table.values():
            values.flags.writeable = False
