"""Let the plan follow what happens: look for what was committed, and publish what it moves."""

from __future__ import annotations

import threading

import structlog
from django.db import close_old_connections, connections

from rantai.iscm.supply.management.answering import Planner
from rantai.kernel import snapshots

log = structlog.get_logger(__name__)

SOONEST_LOOK, LATEST_LOOK = 0.005, 0.1
"""Seconds between two looks, each of which reads one number: what happened a moment ago seldom comes alone."""
REST_SECONDS = 5.0
"""After a look that failed: what is wrong is seldom right a moment later."""


def watch(planner: Planner, stop: threading.Event) -> threading.Thread:
    """Follow in a thread of its own until `stop`; each look ends before the next begins."""
    thread = threading.Thread(target=_watch, args=(planner, stop), daemon=True, name="planner-watch")
    thread.start()
    return thread


def _watch(planner: Planner, stop: threading.Event) -> None:
    known, pause = -1, SOONEST_LOOK
    try:
        while not stop.wait(pause):
            close_old_connections()
            try:
                before, known = known, _look(planner, known)
                pause = SOONEST_LOOK if known > before else min(2 * pause, LATEST_LOOK)
            except Exception:  # one who follows goes on: what failed is read again
                log.warning("planner_follow_failed", exc_info=True)
                planner.stop_following()
                pause = REST_SECONDS
    finally:
        connections.close_all()


def _look(planner: Planner, known: int) -> int:
    """Follow where something was committed; return the number up to which it is surely known."""
    newest = snapshots.newest_change()
    if newest <= known:
        return known
    told = planner.follow()
    return newest if told["revision"] is None else int(told["watermark"])
