"""What if: scenarios as they stand, and a new one to be solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rantai.iscm.strategy.actions import runs, scenarios
from rantai.iscm.strategy.queries import answers

Figures = Mapping[str, object]


def list_scenarios(*, limit: int = 100) -> tuple[answers.ScenarioView, ...]:
    """Return live scenarios with the figures of their last run beside the plan's."""
    return answers.list_scenarios(limit=limit)


def ask_scenario(
    company_id: int, name: str, changes: Sequence[tuple[str, Figures]], *, by: str, as_of: datetime
) -> int:
    """Make a scenario of changes (kind, figures) and have it solved, in the caller's transaction; return its id.

    Kinds and their fields stand in strategy.rules.KINDS. Raises scenarios.BadChange, runs.NothingToSolve.
    """
    scenario = scenarios.add_scenario(company_id, name=name, by=by, at=as_of)
    for kind, figures in changes:
        scenarios.add_change(scenario, kind, by=by, at=as_of, **figures)
    runs.queue_run(scenario, by=by, at=as_of)
    return scenario.pk
