"""A plan whose maker is killed at one of its transactions."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

django.setup()

from rantai.iscm.supply.management import planning  # noqa: E402 (settings first)


def plan_and_die(place: int, where: str, as_of: datetime) -> None:
    """Die inside the transaction of that place, when all of it is done, or right after it."""
    real, seen = planning.run_atomic, [0]

    def run_atomic(work: Callable[[], Any]) -> Any:
        seen[0] += 1
        is_here = seen[0] == place
        found = real(lambda: (work(), die()) if is_here and where == "inside" else work())
        return die() if is_here else found

    planning.run_atomic = run_atomic  # type: ignore[assignment]
    planning.make_plan(as_of, builder="killed")
    print("finished")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
