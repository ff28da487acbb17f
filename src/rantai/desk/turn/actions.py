"""Begin a turn, note its steps, end it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rantai.desk.turn.models import TurnRun, TurnStep
from rantai.kernel import clock
from rantai.kernel.transactions import require_transaction


def begin_turn(as_of: datetime, *, by: str) -> TurnRun:
    """Begin the turn of an instant, or go on with it where it stopped."""
    require_transaction()
    turn, made = TurnRun.objects.get_or_create(as_of=as_of, defaults={"started_at": clock.now(), "asked_by": by})
    if not made and turn.state == "failed":
        TurnRun.objects.filter(pk=turn.pk).update(state="running", ended_at=None)
    return turn


def note_step(turn: TurnRun, *, task: str, position: int, seconds: float, figures: dict[str, Any]) -> None:
    """Note that a step is done."""
    require_transaction()
    TurnStep.objects.create(
        turn=turn, task=task, position=position, seconds=seconds, figures=figures, ended_at=clock.now()
    )


def end_turn(turn: TurnRun, *, state: str) -> None:
    """Note how the turn ended."""
    require_transaction()
    TurnRun.objects.filter(pk=turn.pk).update(state=state, ended_at=clock.now())
