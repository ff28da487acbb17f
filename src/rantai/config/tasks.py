"""The nightly sweep: what only grows is kept for as many days as the operator said."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings

from rantai.foundation.messages import actions as messages
from rantai.kernel import clock, jobs, sweeping
from rantai.kernel.transactions import run_atomic

TASK = "config.sweep"
DAYS_TO_TRY_A_LETTER_AGAIN = 7


@jobs.task(TASK)
def sweep(run: jobs.Run) -> dict[str, int]:
    """Delete what is older than RANTAI_KEEP_DAYS, and blank the links of letters that were given up a week ago."""
    before = clock.now() - timedelta(days=settings.KEEP_DAYS)
    swept = sweeping.sweep(before)
    swept["sign_ins"] = sum(
        sweeping.delete_all(log.objects.filter(attempt_time__lt=before))
        for log in (AccessAttempt, AccessFailureLog, AccessLog)
    )
    return swept | {"links_forgotten": forget_links()}


def forget_links() -> int:
    """Blank the secrets of letters that nobody will send any more."""
    before = clock.now() - timedelta(days=DAYS_TO_TRY_A_LETTER_AGAIN)
    forgotten = 0
    while count := run_atomic(partial(messages.forget_abandoned, before=before)):
        forgotten += count
    return forgotten
