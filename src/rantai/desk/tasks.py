"""Keep the figures of the loop day by day, so that the page can say how they moved."""

from __future__ import annotations

from typing import Any

from rantai.desk.queries import loop
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, jobs, measures
from rantai.kernel.measures import Kpi
from rantai.kernel.transactions import run_atomic


@jobs.task("desk.snapshot_figures")
def snapshot_figures(run: jobs.Run) -> dict[str, Any]:
    """Store every figure of the loop for today, replacing those taken earlier; again changes nothing."""
    company = parties.find_company()
    if company is None:
        return {"figures": 0}
    now = clock.now()
    kpis = [
        Kpi(code=figure.code, numerator=figure.numerator, denominator=figure.denominator)
        for figures in loop.list_figures(now).values()
        for figure in figures
        if figure.numerator is not None
    ]
    run_atomic(lambda: measures.snapshot(kpis, day=clock.business_date(now, company.zone)))
    return {"figures": len(kpis)}
