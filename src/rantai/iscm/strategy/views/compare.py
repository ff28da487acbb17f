"""Set scenarios side by side with the plan."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.iscm.strategy.models import Scenario, ScenarioRun
from rantai.iscm.strategy.queries import lists
from rantai.iscm.strategy.views import comparison
from rantai.ui import clicks, table_exports, toasts


@require_safe
@access.permission_required("scenarios.view")
def compare(request: access.StaffRequest) -> HttpResponseBase:
    """Answer which of some scenarios is best, by every figure."""
    ids = clicks.read_ids(request, "s")
    runs = lists.list_compared(ids)
    at_work = ScenarioRun.objects.filter(scenario_id__in=ids, state__in=["queued", "solving"]).count()
    if not runs and not at_work:
        toasts.warn(request, _("Choose scenarios that were solved, two to six of them."))
        return redirect("iscm_strategy:scenarios")
    company, sees_cost = parties.get_company(), request.user.has_perm(access.SEES_COST)
    told = lists.list_figures(runs)
    rows = comparison.list_rows(runs, told, currency=company.currency, sees_cost=sees_cost) if runs else []
    if rows and request.GET.get("export") == "xlsx":
        return _write(runs, rows)
    context = {
        "house": "operations", "runs": runs, "rows": rows, "at_work": at_work, "wanted": len(set(ids)),
        "results": [(run, *comparison.say_result(run, told[run.pk])) for run in runs],
        "verdict": comparison.say_verdict(runs, told, sees_cost=sees_cost) if runs else "",
        "is_mixed": lists.is_mixed(runs, told),
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


def _write(runs: Sequence[ScenarioRun], rows: Sequence[comparison.Row]) -> HttpResponseBase:
    """Return the comparison as a workbook: one line a figure, the plan's and each scenario's as numbers."""
    heads: table_exports.Heads = [
        (_("Figure"), lambda row: row["row"].label),
        (_("Of what"), lambda row: row["row"].note),
        (_("The plan"), lambda row: row["row"].plan.value),
        *(
            (run.scenario.name, lambda row, place=place: row["row"].cells[place].value)
            for place, run in enumerate(runs)
        ),
    ]
    return table_exports.write_xlsx(({"row": row} for row in rows), heads, name="scenarios")
