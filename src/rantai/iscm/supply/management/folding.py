"""Keep what lies over the blocks of the plan small, beside those who follow and ask."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from functools import partial

import structlog
from django.db import close_old_connections, connections

from rantai.iscm.supply.actions import folding
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import folds
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic

log = structlog.get_logger(__name__)

MOST_CHANGES, MOST_IN_A_STORM = 16, 128
"""Changes over a block before they are folded: each costs a page that reads the block a fifth of a millisecond.

While one event follows the other, folding waits: who follows them has the processor.
"""
SETTLED = timedelta(seconds=10)
"""A page that is being drawn reads the plan at one step; it is drawn by then."""
AT_ONCE = 8
BUSY_SECONDS, IDLE_SECONDS, FORGET_SECONDS = 0.2, 2.0, 30.0


def start(stop: threading.Event) -> threading.Thread:
    """Fold in a thread of its own until `stop`."""
    thread = threading.Thread(target=_fold, args=(stop,), daemon=True, name="planner-fold")
    thread.start()
    return thread


class Folder:
    """Knows up to which step of which plan nothing is left to fold, and at which step the plan was before."""

    def __init__(self) -> None:
        self._done = self._seen = (0, 0)

    def fold_some(self, *, most: int = MOST_CHANGES, settled: timedelta = SETTLED) -> int:
        """Fold the blocks of the current plan over which most changes lie; return how many."""
        run, at = PlanRun.objects.filter(state="current", step__gt=0).first(), clock.now()
        limit = folds.find_limit(run, before=at - settled) if run else 0
        if run is None or not limit or self._done == (run.pk, limit):
            return 0
        now = (run.pk, run.step)
        most, self._seen = most if now == self._seen else max(most, MOST_IN_A_STORM), now
        blocks = folds.list_full(run, limit=limit, most=most)[:AT_ONCE]
        for block in blocks:
            found = folds.read_fold(run, block, limit=limit)
            run_atomic(partial(folding.fold_block, run, found, at=at))
        self._done = (run.pk, limit) if not blocks and most < MOST_IN_A_STORM else (0, 0)
        return len(blocks)


def forget() -> None:
    """Drop what folding left over, once nobody can be reading it any more."""
    run, at = PlanRun.objects.filter(state="current", step__gt=0).first(), clock.now()
    if run is not None and folds.is_left_over(run, at=at):
        run_atomic(partial(folding.forget_folded, run, limit=folds.find_limit(run, before=at - SETTLED), at=at))


def _fold(stop: threading.Event) -> None:
    folder, pause, forgot = Folder(), IDLE_SECONDS, time.monotonic()
    try:
        while not stop.wait(pause):
            close_old_connections()
            try:
                pause = BUSY_SECONDS if folder.fold_some() else IDLE_SECONDS
                if time.monotonic() > forgot + FORGET_SECONDS:
                    forgot = time.monotonic()
                    forget()
            except Exception:  # it is tried again: until then pages read a little more
                log.warning("planner_fold_failed", exc_info=True)
                pause = IDLE_SECONDS
    finally:
        connections.close_all()
