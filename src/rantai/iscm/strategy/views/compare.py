"""Set scenarios side by side with the plan."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.iscm.strategy.models import Scenario, ScenarioFigure, ScenarioRun
from rantai.iscm.strategy.queries import lists
from rantai.iscm.strategy.views import comparison, edge
from rantai.ui import toasts


@require_safe
@access.permission_required("scenarios.view")
def compare(request: access.StaffRequest) -> HttpResponse:
    """Answer which of some scenarios is best, by every figure."""
    ids = edge.read_ids(request, "s")
    runs = lists.list_compared(ids)
    at_work = ScenarioRun.objects.filter(scenario_id__in=ids, state__in=["queued", "solving"]).count()
    if not runs and not at_work:
        toasts.warn(request, _("Choose scenarios that were solved, two to six of them."))
        return redirect("iscm_strategy:scenarios")
    company, sees_cost = parties.get_company(), request.user.has_perm(access.SEES_COST)
    told = lists.list_figures(runs)
    rows = comparison.list_rows(runs, told, currency=company.currency, sees_cost=sees_cost) if runs else []
    context = {
        "house": "operations", "runs": runs, "rows": rows, "at_work": at_work, "wanted": len(set(ids)),
        "results": [(run, *comparison.say_result(run, told[run.pk])) for run in runs],
        "best": _find_best(runs, told),
        "is_mixed": len({run.plan_id for run in runs}) > 1,
        "chart": comparison.draw_shares(rows, runs, told) if runs else None,
        "charts": [
            comparison.draw_weeks(
                runs, "stock_value", title=_("Stock at the end of each week"), currency=company.currency
            ),
            comparison.draw_weeks(
                runs, "purchases", title=_("Planned purchases, added up"), currency=company.currency, total=True
            ),
        ] if runs and sees_cost else [],
        "others": Scenario.objects.filter(archived_at=None, runs__state="done").exclude(pk__in=ids).distinct()
        .order_by("-changed_at")[:20],
        "query": "&".join(f"s={pk}" for pk in ids),
        "is_full": len(runs) >= lists.MOST_COMPARED,
    }  # fmt: skip
    return render(request, "iscm/strategy/compare.html", context)


def _find_best(runs: list[ScenarioRun], told: Mapping[int, Mapping[tuple[str, str], ScenarioFigure]]) -> str:
    """Return the scenario that keeps most order lines, then most of what is expected; '' where two are alike."""

    def rank(run: ScenarioRun) -> tuple[float, float]:
        found = told[run.pk]
        pairs = [found.get((code, "")) for code in ("lines_on_time", "expected_on_time")]
        shares = [(row.numerator or 0) / row.denominator if row and row.denominator else 0.0 for row in pairs]
        return shares[0], shares[1]

    if len(runs) < 2:
        return ""
    ranked = sorted(runs, key=rank, reverse=True)
    return ranked[0].scenario.name if rank(ranked[0]) > rank(ranked[1]) else ""
