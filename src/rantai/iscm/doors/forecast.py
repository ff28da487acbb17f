"""Past demand, what is expected, and what people change about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rantai.iscm import messages, reports
from rantai.iscm.demand.actions import history
from rantai.iscm.demand.actions import overrides as forecast_changes
from rantai.iscm.demand.queries import answers as forecasts
from rantai.kernel import clock


def record_history(past: messages.DemandHistory) -> int:
    """Stage past demand of a run, in the caller's transaction; readers see it after `publish_history`."""
    return history.stage_history(past, at=clock.now())


def publish_history(run_key: str) -> int:
    """Let readers see a run of past demand, in the caller's transaction; return its rows. Raises NoSuchRun."""
    return history.publish_history(run_key)


def remove_history(run_key: str) -> bool:
    """Take a run of past demand away, in the caller's transaction; return whether there was one."""
    return history.remove_history(run_key)


def get_forecast(item_id: int, location_id: int | None = None) -> reports.ItemForecast | None:
    """Return what is expected of an item week by week, or None before the first forecast."""
    return forecasts.find_forecast(item_id, location_id)


def list_forecast_errors(item_ids: Sequence[int] | None = None) -> tuple[reports.ForecastError, ...]:
    """Return how far off the current methods were on the weeks they were tested on, by item and location."""
    return forecasts.list_errors(item_ids)


def set_forecast_override(change: messages.ForecastChange, *, as_of: datetime | None = None) -> int:
    """Lay a person's change over the forecast in the caller's transaction; return its id. Raises BadOverride."""
    override = forecast_changes.set_override(
        item_id=change.item_id,
        location_id=change.location_id,
        starts_on=change.starts_on,
        ends_on=change.ends_on,
        quantity=None if change.quantity is None else change.quantity.amount,
        factor=change.factor,
        reason=change.reason,
        by=change.by,
        at=as_of or clock.now(),
    )
    return override.pk
