"""What houses above and desks are told of scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rantai.iscm.strategy.models import ScenarioFigure, ScenarioRun
from rantai.iscm.strategy.queries import lists
from rantai.iscm.supply.models import PlanRun


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureView:
    """One figure of a scenario beside the plan's; null where nothing was to measure."""

    code: str
    key: str
    numerator: int | None
    denominator: int | None
    plan_numerator: int | None
    plan_denominator: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ScenarioView:
    """A scenario and what came of it last; no figures where it was never solved."""

    id: int
    name: str
    changes: int
    run_id: int | None
    plan_revision: int | None
    solved_at: datetime | None
    problem_hash: str
    figures: tuple[FigureView, ...]


def list_scenarios(*, limit: int) -> tuple[ScenarioView, ...]:
    """Return live scenarios, the one that changed last first, in four queries."""
    found: list[Any] = list(lists.list_scenarios()[:limit])
    runs = {run.pk: run for run in ScenarioRun.objects.filter(pk__in=[row.last_run for row in found if row.last_run])}
    told = lists.list_figures(list(runs.values()))
    plans = PlanRun.objects.filter(pk__in=[run.plan_id or 0 for run in runs.values()])
    revisions = dict(plans.values_list("pk", "revision"))
    return tuple(_describe(row, runs.get(row.last_run), told, revisions) for row in found)


def _describe(
    row: Any, run: ScenarioRun | None, told: dict[int, dict[tuple[str, str], ScenarioFigure]],
    revisions: dict[int, int | None],
) -> ScenarioView:  # fmt: skip
    return ScenarioView(
        id=row.pk,
        name=row.name,
        changes=row.change_count,
        run_id=run.pk if run else None,
        plan_revision=revisions.get(run.plan_id or 0) if run else None,
        solved_at=run.ended_at if run else None,
        problem_hash=run.problem_hash if run else "",
        figures=tuple(_view(figure) for figure in told[run.pk].values()) if run else (),
    )


def _view(row: ScenarioFigure) -> FigureView:
    return FigureView(
        code=row.code,
        key=row.key,
        numerator=row.numerator,
        denominator=row.denominator,
        plan_numerator=row.plan_numerator,
        plan_denominator=row.plan_denominator,
    )
