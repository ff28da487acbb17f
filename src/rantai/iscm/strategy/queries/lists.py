"""Read scenarios with their last runs, as lists and comparisons show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count, OuterRef, QuerySet, Subquery

from rantai.iscm.strategy.models import Scenario, ScenarioFigure, ScenarioOutcome, ScenarioRun, Takeover
from rantai.iscm.supply.models import PlanRun

MOST_COMPARED = 6


def list_scenarios() -> QuerySet[Scenario]:
    """Return live scenarios with what came of each last, the newest change first."""
    last = ScenarioRun.objects.filter(scenario=OuterRef("pk"), state="done").order_by("-id").values("pk")[:1]
    rows = Scenario.objects.filter(archived_at=None).annotate(
        change_count=Count("changes", distinct=True), last_run=Subquery(last)
    )
    return rows.order_by("-changed_at", "-id")


def find_last(scenario: Scenario) -> ScenarioRun | None:
    """Return the newest run that came to something, or None."""
    return ScenarioRun.objects.filter(scenario=scenario, state="done").select_related("plan").order_by("-id").first()


def find_newest(scenario: Scenario) -> ScenarioRun | None:
    """Return the newest run whatever came of it, or None."""
    return ScenarioRun.objects.filter(scenario=scenario).select_related("plan").order_by("-id").first()


def list_compared(ids: Sequence[int]) -> list[ScenarioRun]:
    """Return the last runs of some scenarios, in the order in which they were named."""
    wanted = list(dict.fromkeys(ids))[:MOST_COMPARED]
    rows = ScenarioRun.objects.filter(scenario_id__in=wanted, state="done").select_related("scenario", "plan")
    last = {row.scenario_id: row for row in rows.order_by("id")}
    return [last[pk] for pk in wanted if pk in last]


def list_figures(runs: Sequence[ScenarioRun]) -> dict[int, dict[tuple[str, str], ScenarioFigure]]:
    """Return the figures of runs by what they are."""
    found: dict[int, dict[tuple[str, str], ScenarioFigure]] = {run.pk: {} for run in runs}
    for row in ScenarioFigure.objects.filter(run_id__in=list(found)).order_by("id"):
        found[row.run_id][row.code, row.key] = row
    return found


def list_outcomes(run: ScenarioRun) -> QuerySet[ScenarioOutcome]:
    """Return the order lines that a run serves otherwise, or late or short."""
    return ScenarioOutcome.objects.filter(run=run)


def is_outdated(run: ScenarioRun) -> bool:
    """Tell whether another plan than the one that a run was laid over is current."""
    return not PlanRun.objects.filter(pk=run.plan_id or 0, state="current").exists()


def is_mixed(
    runs: Sequence[ScenarioRun], told: Mapping[int, Mapping[tuple[str, str], ScenarioFigure]]
) -> bool:  # fmt: skip
    """Tell whether runs stand beside different plans: another one, or the same after something had happened."""

    def beside(run: ScenarioRun) -> dict[tuple[str, str], tuple[int | None, int | None]]:
        return {name: (row.plan_numerator, row.plan_denominator) for name, row in told[run.pk].items()}

    sides = [beside(run) for run in runs]
    common = set.intersection(*map(set, sides)) if sides else set()
    is_same = all(side[name] == sides[0][name] for side in sides for name in common)
    return len({run.plan_id for run in runs}) > 1 or not is_same


def has_plan() -> bool:
    """Tell whether there is a plan to lay anything over."""
    return PlanRun.objects.filter(state="current").exists()


def list_takeovers() -> QuerySet[Takeover]:
    """Return what was taken over, what waits first."""
    return Takeover.objects.select_related("run__scenario").order_by("-id")


def count_waiting() -> int:
    """Return how many changes wait for somebody's yes."""
    return Takeover.objects.filter(state="waiting").count()
