"""Turn a turn into what the pages draw: its bar, its steps, what it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rantai.desk.shapes.work import say_left, show_job
from rantai.desk.turn import queries
from rantai.desk.turn.models import TurnRun
from rantai.desk.turn.tasks import STEPS
from rantai.kernel import clock
from rantai.kernel.models import Job
from rantai.ui import formats

DONE = {
    "crm.value_customers": gettext_lazy("Customers valued"),
    "crm.signal_demand": gettext_lazy("Customers' orders expected"),
    "iscm.forecast_demand": gettext_lazy("Demand forecast"),
    "iscm.set_stock_targets": gettext_lazy("Stock targets set"),
    "iscm.solve_plan": gettext_lazy("Supply planned"),
    "iscm.release_proposals": gettext_lazy("Released by policy"),
    "iscm.revise_promises": gettext_lazy("Promises revised"),
    "iscm.share_forecast": gettext_lazy("Forecasts shared"),
}
_PAGES = {
    "crm.value_customers": "crm_insight:values",
    "crm.signal_demand": "crm_selling:pipeline",
    "iscm.forecast_demand": "iscm_demand:forecasts",
    "iscm.set_stock_targets": "iscm_inventory:stock",
    "iscm.solve_plan": "iscm_supply:plan",
    "iscm.release_proposals": "iscm_supply:plan",
    "iscm.revise_promises": "iscm_promising:promises",
    "iscm.share_forecast": "srm_suppliers:suppliers",
}
# Of all that a step says of itself, the figures that a person asks for, each with its word.
_WORDS = {
    "customers": lambda n: ngettext("%(n)s customer", "%(n)s customers", n),
    "series": lambda n: ngettext("%(n)s item forecast", "%(n)s items forecast", n),
    "signals": lambda n: ngettext("%(n)s customer and item", "%(n)s customers and items", n),
    "targets": lambda n: ngettext("%(n)s target", "%(n)s targets", n),
    "proposals": lambda n: ngettext("%(n)s proposal", "%(n)s proposals", n),
    "late": lambda n: ngettext("%(n)s line late", "%(n)s lines late", n),
    "short": lambda n: ngettext("%(n)s line short", "%(n)s lines short", n),
    "exceptions": lambda n: ngettext("%(n)s exception", "%(n)s exceptions", n),
    "accepted": lambda n: ngettext("%(n)s accepted", "%(n)s accepted", n),
    "released": lambda n: ngettext("%(n)s released", "%(n)s released", n),
    "revised": lambda n: ngettext("%(n)s promise moved", "%(n)s promises moved", n),
    "suppliers": lambda n: ngettext("%(n)s supplier told", "%(n)s suppliers told", n),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRow:
    """One step of a turn: what it found, how that differs from the turn before, how long it took."""

    label: str
    found: tuple[str, ...]
    url: str
    seconds: str


def show_bar(job: Job) -> dict[str, object]:
    """Return a turn's bar; how long it may take is judged by what its steps took last time."""
    bar = show_job(job)
    left = queries.estimate_left(job, now=clock.now())
    if left is not None:
        bar["left"] = say_left(left) if left > 0 else _("longer than last time")
    if job.state == "done":
        bar |= {"result_href": reverse("desk_turn:turn", args=[job.pk]), "result_label": _("What it changed")}
    return bar


def list_steps(turn: TurnRun, before: TurnRun | None) -> list[StepRow]:
    """Return the steps that are done with their figures, those that moved since the turn before first."""
    old = {step.task: step.figures for step in before.steps.all()} if before else {}
    return [
        StepRow(
            label=str(DONE.get(step.task, STEPS.get(step.task, step.task))),
            found=tuple(_say(step.figures, old.get(step.task, {}))),
            url=reverse(_PAGES[step.task]) if step.task in _PAGES else "",
            seconds=formats.number(step.seconds, 1),
        )
        for step in turn.steps.all()
    ]


def _say(figures: dict[str, Any], old: dict[str, Any]) -> Iterator[str]:
    for name, word in _WORDS.items():
        value = figures.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        said = word(value) % {"n": formats.number(value)}
        was = old.get(name)
        if isinstance(was, int) and was != value:
            sign = "+" if value > was else formats.MINUS
            said = f"{said} ({sign}{formats.number(abs(value - was))})"
        yield said
