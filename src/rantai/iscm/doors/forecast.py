"""Past demand, what is expected, and what people change about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from rantai.iscm import messages, reports
from rantai.iscm.demand.actions import events, history, sheets, signals
from rantai.iscm.demand.actions import overrides as forecast_changes
from rantai.iscm.demand.queries import answers as forecasts
from rantai.iscm.demand.queries import returned
from rantai.kernel import clock, jobs
from rantai.kernel.transactions import join_atomic


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
        party_id=change.party_id,
        starts_on=change.starts_on,
        ends_on=change.ends_on,
        quantity=None if change.quantity is None else change.quantity.amount,
        factor=change.factor,
        reason=change.reason,
        by=change.by,
        at=as_of or clock.now(),
    )
    return override.pk


def plan_campaign(name: str, *, on: date, factor: int, reason: str, by: str, as_of: datetime | None = None) -> int:
    """Say that a promotion lifts the week of a day to a factor (1/10,000) of what it would be; return its id.

    In the caller's transaction. Ahead it is in the forecast, once past it explains the history. Raises BadEvent.
    """
    terms = events.EventTerms(
        name=name, kind="promotion", starts_on=on, ends_on=on + timedelta(days=1), factor=factor, reason=reason
    )
    return events.plan_event(terms, by=by, at=as_of or clock.now()).pk


SENSE_AFTER = timedelta(minutes=10)
"""Orders of so long are compared with their band together."""


def sense_demand_soon(*, as_of: datetime | None = None) -> None:
    """Have orders compared with the band of their forecast soon, in the caller's transaction; asked twice is once."""
    at = as_of or clock.now()
    jobs.enqueue("iscm.sense_demand", key="orders", run_at=at + SENSE_AFTER)


def judge_forecast_cells(cells: Sequence[reports.ForecastCell], *, batch: str) -> reports.ForecastSheet:
    """Return what cells of a grid that came back would change, which are refused and why; writes nothing."""
    return returned.judge(cells, batch=batch).sheet


def set_forecast_cells(
    cells: Sequence[reports.ForecastCell], *, batch: str, by: str, as_of: datetime | None = None
) -> int:
    """Lay the cells that changed over the forecast, all or none; return how many changes hold for the batch.

    Joins the caller's transaction, or opens one: ten thousand cells are judged and put together before it. The same
    batch again while its changes hold does nothing.
    """
    drafted = sheets.draft_cells(returned.judge(cells, batch=batch), batch=batch, by=by, at=as_of or clock.now())
    return join_atomic(lambda: sheets.keep_cells(drafted, batch=batch))


def submit_demand_signals(told: messages.DemandSignals) -> int:
    """Stage what customers are expected to order, in the caller's transaction; return how many pairs it told of.

    Nobody reads it before `publish_demand_signals`. Raises BadSignals with what is wrong.
    """
    return signals.stage(told, at=clock.now())


def publish_demand_signals(source: str, run_key: str) -> int:
    """Let the next forecast count on a telling instead of the source's last one, in the caller's transaction.

    Returns its pairs. Raises NoSuchTelling.
    """
    return signals.publish(source, run_key, at=clock.now())
