"""The turn as a job: its steps in order, each once, going on where a killed turn stopped."""

from __future__ import annotations

import time
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from rantai.desk.turn import actions
from rantai.desk.turn.models import TurnRun
from rantai.kernel import jobs
from rantai.kernel.transactions import run_atomic

TASK = "desk.turn"

STEPS = {
    "crm.value_customers": _("Valuing customers"),
    "crm.signal_demand": _("Expecting what customers will order"),
    "iscm.forecast_demand": _("Forecasting demand"),
    "iscm.set_stock_targets": _("Setting stock targets"),
    "iscm.solve_plan": _("Planning supply"),
    "iscm.release_proposals": _("Releasing what a policy covers"),
    "iscm.revise_promises": _("Revising promises that the plan cannot keep"),
    "iscm.share_forecast": _("Sharing forecasts with suppliers"),
}
"""Task → what it does; the order is the order of the loop."""


@jobs.task(TASK)
def turn(run: jobs.Run, *, as_of: str = "") -> dict[str, Any]:
    """Turn the loop once; a turn that is done for this instant answers with its figures."""
    # of a job that names no instant it is when the job was queued, so that a second attempt goes on with that turn
    instant = datetime.fromisoformat(as_of) if as_of else run.asked_at
    record = run_atomic(lambda: actions.begin_turn(instant, by=run.actor))
    finished = set(record.steps.values_list("task", flat=True))
    try:
        for position, (name, note) in enumerate(STEPS.items()):
            run.progress(position, len(STEPS), str(note))
            if name not in finished:
                _take_step(run, record, name, position)
    except Exception:
        run_atomic(lambda: actions.end_turn(record, state="failed"))
        raise
    run_atomic(lambda: actions.end_turn(record, state="done"))
    run.progress(len(STEPS), len(STEPS), "")
    return describe(record)


@jobs.when_lost(TASK)
def give_up(*, as_of: str = "") -> None:
    """Note that a turn stopped for good."""
    running = TurnRun.objects.filter(state="running")
    for record in running.filter(as_of=as_of) if as_of else running:
        actions.end_turn(record, state="failed")


def describe(record: TurnRun) -> dict[str, Any]:
    """Return a turn's figures, seconds per step under `steps`."""
    rows = list(record.steps.order_by("position"))
    return {
        "as_of": record.as_of.isoformat(),
        "steps": {row.task: round(row.seconds, 3) for row in rows},
        "figures": {row.task: row.figures for row in rows},
    }


def _take_step(run: jobs.Run, record: TurnRun, name: str, position: int) -> None:
    started = time.perf_counter()
    figures = jobs.get_task(name)(jobs.part_of(run), as_of=record.as_of.isoformat()) or {}
    run_atomic(
        partial(
            actions.note_step,
            record,
            task=name,
            position=position,
            seconds=time.perf_counter() - started,
            figures=figures,
        )
    )
