"""Forecast demand and set stock targets: staged in short transactions, made current in one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import numpy as np
from django.utils.translation import gettext as _

from rantai.foundation.items.models import Item
from rantai.foundation.parties import queries as parties
from rantai.iscm.demand import bridge, measures
from rantai.iscm.demand.actions import forecasts as actions
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.queries import expectations, forecasts, history, overrides, weeks
from rantai.iscm.demand.queries.history import WeeklyHistory
from rantai.iscm.inventory import bridge as stock_bridge
from rantai.iscm.inventory.actions import targets as target_actions
from rantai.iscm.inventory.models import StockTargetRun
from rantai.iscm.inventory.queries import lead_times, policies
from rantai.kernel import clock, jobs
from rantai.kernel import measures as kpis
from rantai.kernel.money import SCALE
from rantai.kernel.transactions import run_atomic

HORIZON = 26
HISTORY_WEEKS = 156
ROWS_AT_ONCE = 500
"""Rows of one transaction: far below a quarter of a second on SQLite."""
SERIES_A_BLOCK = 4_000

Left = TypeVar("Left", ForecastRun, StockTargetRun)
ListMakers = Callable[[forecasts.CurrentForecast, date], expectations.Makers]


class NoForecast(RuntimeError):
    """Stock targets were asked for before anything was forecast."""

    def __init__(self) -> None:
        super().__init__(_("There is no forecast yet. Forecast demand first, then set stock targets."))


@jobs.task("iscm.forecast_demand")
def forecast_demand(run: jobs.Run, *, as_of: str = "", key: str = "", then_targets: bool = False) -> dict[str, Any]:
    """Forecast every item-location from its weekly history; with a key that was published already, nothing is done.

    `then_targets` queues the stock targets that follow from it. A killed task leaves the old forecast current; its
    half-written run is swept by the next one.
    """
    done = ForecastRun.objects.filter(key=key).exclude(state="staged").first() if key else None
    if done is not None:
        return {"run_id": done.pk, "series": done.series_count, "already_done": True, **done.figures}
    started = time.perf_counter()
    at = _read_instant(as_of)
    _sweep_forecasts()
    first = weeks.current(at)
    run.progress(0, None, _("Reading demand"))
    past = _add_forecast_by_hand(history.load_history(last_week=first - 1, most_weeks=HISTORY_WEEKS), first)
    run.progress(0, past.size, _("Forecasting"))
    solution = bridge.forecast(past, horizon=HORIZON)
    staged = run_atomic(
        lambda: actions.begin_run(
            as_of=at,
            first_week=weeks.monday_of(first),
            horizon=HORIZON,
            methods=bridge.list_methods(),
            engine=bridge.ENGINE,
            key=key,
        )
    )
    costs = dict(Item.objects.exclude(standard_cost=0).values_list("id", "standard_cost"))
    _stage_series(run, staged, past, solution, costs)
    _freeze(staged, past, solution.mean)
    figures = bridge.summarise(past, solution, costs)
    seconds = time.perf_counter() - started
    run_atomic(lambda: actions.publish_run(staged, series_count=past.size, figures=figures, seconds=seconds))
    _measure(staged, first - 1, at)
    _sweep_forecasts()
    run_atomic(lambda: actions.drop_old_snapshots(staged.first_week))
    if then_targets:
        run_atomic(lambda: jobs.enqueue("iscm.set_stock_targets", {"as_of": as_of}, key="now", actor=run.actor))
    return {"run_id": staged.pk, "series": past.size, "seconds": round(time.perf_counter() - started, 3), **figures}


def set_stock_targets(
    run: jobs.Run, *, as_of: str = "", key: str = "", list_makers: ListMakers = lambda _forecast, _on: {}
) -> dict[str, Any]:
    """Set safety stock, reorder point and lot of every stocked item-location from the current forecast's error.

    `list_makers` says which items are made of which parts: bills are known above, where the plan is made.
    """
    done = StockTargetRun.objects.filter(key=key).exclude(state="staged").first() if key else None
    if done is not None:
        return {"run_id": done.pk, "targets": done.targets_count, "already_done": True, **done.figures}
    started = time.perf_counter()
    at = _read_instant(as_of)
    _sweep_targets()
    run.progress(0, None, _("Reading forecast, lead times and policies"))
    forecast = forecasts.load_current()
    if forecast is None:
        raise NoForecast
    company = parties.find_company()
    today = clock.business_date(at, company.zone if company else "UTC")
    expected = expectations.expect(forecast, list_makers(forecast, today))
    inputs, figures = _read_inputs(expected, weeks.number_of(forecast.first_week) - 1, today)
    problem, solution = stock_bridge.set_targets(inputs, seed=forecast.run_id)
    staged = run_atomic(
        lambda: target_actions.begin_run(as_of=at, forecast_run_id=forecast.run_id, engine=stock_bridge.ENGINE, key=key)
    )
    written = 0
    for rows in stock_bridge.to_rows(staged, inputs, problem, solution, at_once=ROWS_AT_ONCE):
        run_atomic(lambda rows=rows: target_actions.stage_targets(rows))  # type: ignore[misc]
        written += len(rows)
        run.progress(written, inputs.size, _("Writing"))
    seconds = time.perf_counter() - started
    run_atomic(lambda: target_actions.publish_run(staged, targets_count=written, figures=figures, seconds=seconds))
    _sweep_targets()
    return {"run_id": staged.pk, "targets": written, "seconds": round(time.perf_counter() - started, 3), **figures}


def _read_instant(as_of: str) -> datetime:
    if not as_of:
        return clock.now()
    at = datetime.fromisoformat(as_of)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _add_forecast_by_hand(past: WeeklyHistory, first: int) -> WeeklyHistory:
    """Add an empty history for what people forecast and nobody has asked for yet."""
    live = overrides.list_live(first_week=weeks.monday_of(first))
    changes = overrides.read_changes(live, first_week=weeks.monday_of(first), horizon=HORIZON)
    sites = history.find_places()
    site = int(sites[0]) if sites.size else history.NOWHERE
    pairs = overrides.list_missing_pairs(changes, past.item_ids, past.location_ids, site=site)
    named = Item.objects.filter(archived_at=None, pk__in=[item for item, _place in pairs])
    in_use = set(named.values_list("id", flat=True))
    return past.with_empty([pair for pair in pairs if pair[0] in in_use])


def _stage_series(
    run: jobs.Run, staged: ForecastRun, past: WeeklyHistory, solution: Any, costs: dict[int, int]
) -> None:
    written = 0
    for rows in bridge.to_rows(staged, past, solution, costs, at_once=ROWS_AT_ONCE):
        run_atomic(lambda rows=rows: actions.stage_series(rows))  # type: ignore[misc]
        written += len(rows)
        run.progress(written, past.size, _("Writing"))


def _freeze(staged: ForecastRun, past: WeeklyHistory, statistical: np.ndarray) -> None:
    changes = overrides.read_changes(
        overrides.list_live(first_week=staged.first_week), first_week=staged.first_week, horizon=staged.horizon
    )
    final = overrides.apply(changes, item_ids=past.item_ids, location_ids=past.location_ids, statistical=statistical)
    for block, start in enumerate(range(0, max(1, past.size), SERIES_A_BLOCK)):
        part = slice(start, start + SERIES_A_BLOCK)
        run_atomic(
            lambda block=block, part=part: actions.freeze_block(  # type: ignore[misc]
                staged,
                block,
                item_ids=past.item_ids[part],
                location_ids=past.location_ids[part],
                statistical=statistical[part],
                final=final[part],
            )
        )


def _measure(staged: ForecastRun, last_week: int, at: datetime) -> None:
    staged.refresh_from_db(fields=["figures"])
    found = [
        measures.measure_tested(staged),
        measures.measure_value_added(staged),
        *measures.measure_frozen(last_week=last_week),
    ]
    company = parties.find_company()
    day = clock.business_date(at, company.zone if company else "UTC")
    run_atomic(lambda: kpis.snapshot(found, day=day))


def _read_inputs(
    expected: expectations.Expectation, last_week: int, today: date
) -> tuple[stock_bridge.TargetInputs, dict[str, int]]:
    """Leave out what has no place or is archived, and what is not kept in stock unless a person said so."""
    columns = Item.objects.filter(archived_at=None).values_list("id", "decoupling", "category_id", "standard_cost")
    items = {row[0]: row[1:] for row in columns}
    rules = policies.Policies()
    kept, wanted = [], []
    for row, (item, place) in enumerate(expected.pairs):
        if not place or item not in items:
            continue
        decoupling, category, _cost = items[item]
        asked = rules.find(item, place, category)
        if decoupling == "stock" or asked.level in ("place", "item"):
            kept.append(row)
            wanted.append(asked)
    rows = np.array(kept, dtype=np.int64)
    known = expected.pairs
    pairs = [known[row] for row in kept]
    waits = lead_times.list_lead_times(pairs, on=today)
    past = history.load_history(last_week=last_week, most_weeks=52)
    offsets, values = expectations.take_history(past, pairs, expected.makers)
    figures = {
        "left_out": len(expected.item_ids) - len(kept),
        "without_source": sum(wait.basis == "none" for wait in waits),
        "learnt_lead_times": sum(wait.basis in ("item", "supplier") for wait in waits),
        "parts": sum(pair in expected.makers for pair in pairs),
    }
    inputs = stock_bridge.TargetInputs(
        item_ids=expected.item_ids[rows],
        location_ids=expected.location_ids[rows],
        demand=expected.mean[rows],
        demand_std=expected.error_std[rows],
        dependent=expected.dependent[rows],
        uses=expected.list_uses(pairs),
        history_offsets=offsets,
        history_values=values,
        lead_times=waits,
        wanted=wanted,
        unit_cost=np.array([items[item][2] / SCALE for item, _place in pairs], dtype=np.float64),
        order_cost=rules.order_cost / SCALE,
        holding_rate=rules.holding_rate / SCALE,
    )
    return inputs, figures


def _sweep_forecasts() -> None:
    for run in actions.list_dead_runs():
        _clear(run, actions.clear_series)
        run_atomic(lambda run=run: actions.drop_run(run))  # type: ignore[misc]
    for run in actions.list_spent_runs():
        _clear(run, actions.clear_series)


def _sweep_targets() -> None:
    for run in target_actions.list_dead_runs():
        _clear(run, target_actions.clear_targets)
        run_atomic(lambda run=run: target_actions.drop_run(run))  # type: ignore[misc]
    for run in target_actions.list_spent_runs():
        _clear(run, target_actions.clear_targets)


def _clear(run: Left, clear: Callable[[Left], int]) -> None:
    while run_atomic(lambda: clear(run)):
        pass
