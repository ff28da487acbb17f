"""Have what lives on the forecast made anew after people changed it."""

from __future__ import annotations

from rantai.kernel import jobs
from rantai.kernel.transactions import require_transaction


def net_soon(*, by: str) -> None:
    """Net the forecast against orders anew, in the caller's transaction; asked twice before it runs is once."""
    require_transaction()
    jobs.enqueue("iscm.net_forecast", key="forecast changed", actor=by)
