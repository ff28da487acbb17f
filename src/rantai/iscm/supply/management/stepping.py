"""Publish what an event moved, or have the whole plan made anew where nothing less will do."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from rantai.iscm.supply import bridge
from rantai.iscm.supply.actions import changing
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.queries import changes
from rantai.kernel import clock, jobs
from rantai.kernel.transactions import run_atomic

log = structlog.get_logger(__name__)

FINISH_AFTER = timedelta(seconds=20)
"""What only a whole plan can follow seldom comes alone: an import, a turn that plans by itself."""


def publish(follower: Follower) -> dict[str, Any]:
    """Publish what the follower touched since it was done the last time; return its step and when it was done."""
    if follower.behind or (follower.is_another and follower.has_news):
        _ask_for_whole_plan(follower)
    if not follower.is_another and (follower.has_news or follower.change is not None):
        try:
            packed = changes.pack(follower.change.tables) if follower.change else b""
            follower.note_published(run_atomic(partial(_write, follower, packed)))
        except changing.PlanMoved as moved:
            follower.is_overtaken = True
            log.info("net_change_overtaken", reason=str(moved))
    return {"step": follower.step, "published_at": time.monotonic()}


def _write(follower: Follower, packed: bytes) -> int:
    run, step, at = follower.run, follower.step, clock.now()
    if follower.change is None:
        return changing.note_known(run, step=step, watermark=follower.told)
    return changing.publish_change(run, follower.change, packed, step=step, engine=bridge.ENGINE, at=at)


def _ask_for_whole_plan(follower: Follower) -> None:
    """Queue a plan that takes what is behind, once; a plan that somebody else makes by then spares it."""
    payload = {"plan": follower.run.pk, "why": follower.behind or "the plan was made in parts"}
    at = clock.now() + FINISH_AFTER
    run_atomic(lambda: jobs.enqueue("iscm.finish_change", payload, key=str(follower.run.pk), run_at=at))
