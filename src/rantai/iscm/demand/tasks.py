"""Forecast demand and set stock targets: staged in short transactions, made current in one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import numpy as np
from django.utils.translation import gettext as _

from rantai.foundation.items.models import Item
from rantai.foundation.parties import queries as parties
from rantai.iscm.demand import bridge, measures
from rantai.iscm.demand.actions import accounts as account_actions
from rantai.iscm.demand.actions import forecasts as actions
from rantai.iscm.demand.actions import netting
from rantai.iscm.demand.actions import segments as segment_actions
from rantai.iscm.demand.actions import sensing as sensing_actions
from rantai.iscm.demand.actions import signals as signal_actions
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.models.changes import ItemLaunch
from rantai.iscm.demand.queries import (
    accounts,
    classes,
    consumption,
    events,
    expectations,
    forecasts,
    history,
    launches,
    overrides,
    segments,
    sensing,
    steps,
    terms,
    value_added,
    weeks,
)
from rantai.iscm.demand.queries.history import WeeklyHistory
from rantai.iscm.inventory.actions import targets as target_actions
from rantai.iscm.inventory.bridge import targets as stock_bridge
from rantai.iscm.inventory.models import StockTargetRun
from rantai.iscm.inventory.queries import classes as stock_classes
from rantai.iscm.inventory.queries import decoupling, lead_times, policies
from rantai.kernel import clock, jobs
from rantai.kernel import measures as kpis
from rantai.kernel.money import SCALE
from rantai.kernel.transactions import run_atomic

HORIZON = 26
HISTORY_WEEKS = 156
ROWS_AT_ONCE = 500
"""Rows of one transaction: far below a quarter of a second on SQLite."""
SERIES_A_BLOCK = 4_000
ITEMS_A_NET = 200
ACCOUNTS_A_BLOCK = 20_000

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
    starts = list(launches.list_live())
    past = past.with_empty(launches.list_pairs(starts, past))
    run.progress(0, past.size, _("Forecasting"))
    causes = events.clean(past, events.list_live())
    solution = _lay_launches(past, bridge.forecast(past, horizon=HORIZON, causes=causes), starts, first)
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
    classes = segments.find_latest(on=weeks.monday_of(first))
    run_atomic(lambda: segment_actions.freeze(staged, classes))
    with_terms, weighed = _weigh_signals(staged, past, solution)
    _freeze(staged, past, solution.mean, with_terms)
    figures = bridge.summarise(past, solution, costs) | causes.figures | weighed
    seconds = time.perf_counter() - started
    run_atomic(lambda: actions.publish_run(staged, series_count=past.size, figures=figures, seconds=seconds))
    run.progress(past.size, past.size, _("Netting orders"))
    figures |= _net(staged.pk)
    _measure(staged, first - 1, at)
    _sweep_forecasts()
    _sweep_signals()
    run_atomic(lambda: actions.drop_old_snapshots(staged.first_week))
    if then_targets:
        run_atomic(lambda: jobs.enqueue("iscm.set_stock_targets", {"as_of": as_of}, key="now", actor=run.actor))
    return {"run_id": staged.pk, "series": past.size, "seconds": round(time.perf_counter() - started, 3), **figures}


@jobs.task("iscm.net_forecast")
def net_forecast(run: jobs.Run, *, item_ids: list[int] | None = None) -> dict[str, Any]:
    """Net the current forecast of some items, or of all, against all demand anew; again gives the same."""
    current = forecasts.find_run()
    return _net(current.pk, item_ids) if current else {}


@jobs.task("iscm.sense_demand")
def sense_demand(run: jobs.Run, *, as_of: str = "") -> dict[str, Any]:
    """Raise items whose orders have left their band, and clear those that came back; again gives the same."""
    current, at = forecasts.find_run(), _read_instant(as_of)
    if current is None:
        return {}
    company = parties.find_company()
    today = clock.business_date(at, company.zone if company else "UTC")
    run.progress(0, None, _("Comparing orders with their band"))
    findings = sensing.find_deviations(current, today=today)
    behind = sensing.read_behind(findings)
    return run_atomic(lambda: sensing_actions.note_findings(current, findings, behind, today=today, at=at))


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
    inputs, figures = _read_inputs(expected, forecast.first_week, today)
    answer = stock_bridge.set_targets(inputs, seed=forecast.run_id)
    staged = run_atomic(
        lambda: target_actions.begin_run(as_of=at, forecast_run_id=forecast.run_id, engine=stock_bridge.ENGINE, key=key)
    )
    written = 0
    for rows in stock_bridge.to_rows(staged, inputs, answer, at_once=ROWS_AT_ONCE):
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


def _lay_launches(past: WeeklyHistory, solution: Any, starts: list[ItemLaunch], first: int) -> Any:
    """Let like items speak for new ones; their rows keep the method that will be theirs."""
    if not starts:
        return solution
    found = launches.lay_in(
        past, starts, first_week=first, mean=solution.mean, quantiles=solution.quantiles, error_std=solution.error_std
    )
    return replace(solution, mean=found.mean, quantiles=found.quantiles, error_std=found.error_std)


def _stage_series(
    run: jobs.Run, staged: ForecastRun, past: WeeklyHistory, solution: Any, costs: dict[int, int]
) -> None:
    written = 0
    for rows in bridge.to_rows(staged, past, solution, costs, at_once=ROWS_AT_ONCE):
        run_atomic(lambda rows=rows: actions.stage_series(rows))  # type: ignore[misc]
        written += len(rows)
        run.progress(written, past.size, _("Writing"))


def _weigh_signals(staged: ForecastRun, past: WeeklyHistory, solution: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """Add what customers' signals say to the statistics, keep the weights, freeze what each is expected to take."""
    found = terms.weigh(past, solution.mean, solution.error_std, tested=terms.TESTED_WEEKS)
    if not found:
        return solution.mean, {}
    mean = solution.mean.copy()
    rows = [terms.to_row(staged, past, term) for term in found]
    for term in found:
        mean[term.row] = np.maximum(mean[term.row] + term.added, 0.0)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        run_atomic(lambda start=start: actions.keep_terms(rows[start : start + ROWS_AT_ONCE]))  # type: ignore[misc]
    signals = terms.load_signals(first_week=weeks.number_of(staged.first_week), length=staged.horizon)
    for block, start in enumerate(range(0, signals.item_ids.size, ACCOUNTS_A_BLOCK)):
        part = slice(start, start + ACCOUNTS_A_BLOCK)
        run_atomic(
            lambda block=block, part=part: actions.freeze_accounts(  # type: ignore[misc]
                staged, block, item_ids=signals.item_ids[part], party_ids=signals.party_ids[part],
                mean=np.nan_to_num(signals.likely[part]),
            )
        )  # fmt: skip
    for row in account_actions.pack(staged, signals, tested={int(past.item_ids[term.row]) for term in found}):
        run_atomic(lambda row=row: account_actions.freeze(row))  # type: ignore[misc]
    return mean, {"terms": len(found), "terms_weight": round(float(np.mean([term.weight for term in found])), 4)}


def _freeze(staged: ForecastRun, past: WeeklyHistory, statistical: np.ndarray, with_terms: np.ndarray) -> None:
    first = weeks.number_of(staged.first_week)
    base = steps.Base(
        item_ids=past.item_ids,
        location_ids=past.location_ids,
        statistical=statistical,
        terms=with_terms,
        last_year=steps.find_last_year(past, first_week=first, horizon=staged.horizon),
    )
    found = steps.lay(
        base, run_id=staged.pk, first_week=first, consensus=steps.find_consensus(),
        read_accounts=lambda: accounts.load(staged),
    )  # fmt: skip
    for block, start in enumerate(range(0, max(1, found.item_ids.size), SERIES_A_BLOCK)):
        part = slice(start, start + SERIES_A_BLOCK)
        run_atomic(lambda block=block, part=part: actions.freeze_block(staged, block, found, part))  # type: ignore[misc]


def _measure(staged: ForecastRun, last_week: int, at: datetime) -> None:
    staged.refresh_from_db(fields=["figures"])
    found = [
        measures.measure_tested(staged),
        measures.measure_value_added(staged),
        *measures.measure_frozen(last_week=last_week),
        measures.measure_explained(last_week=last_week),
        *value_added.measure(last_week=last_week),
    ]
    company = parties.find_company()
    day = clock.business_date(at, company.zone if company else "UTC")
    run_atomic(lambda: kpis.snapshot(found, day=day))


def _read_inputs(
    expected: expectations.Expectation, first_week: date, today: date
) -> tuple[stock_bridge.TargetInputs, dict[str, int]]:
    """Leave out what has no place or is archived, and what is not kept in stock unless a person said so."""
    columns = Item.objects.filter(archived_at=None).values_list("id", "decoupling", "category_id", "standard_cost")
    items = {row[0]: row[1:] for row in columns}
    rules = policies.Policies(on=today)
    abc, xyz = _classify(expected, items, rules.limits)
    kept, wanted = _choose(expected, items, rules, (abc, xyz), today)
    known = expected.pairs
    rows = np.array(kept, dtype=np.int64)
    pairs = [known[row] for row in kept]
    waits = lead_times.list_lead_times(pairs, on=today)
    past = history.load_history(last_week=weeks.number_of(first_week) - 1, most_weeks=52)
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
        abc=[abc[row] for row in kept],
        xyz=[xyz[row] for row in kept],
        first_week=first_week,
    )
    return inputs, figures


def _choose(
    expected: expectations.Expectation, items: dict[int, tuple[Any, ...]], rules: policies.Policies,
    named: tuple[list[str], list[str]], today: date,
) -> tuple[list[int], list[policies.Wanted]]:  # fmt: skip
    """Return the rows that are kept in stock, by the place's word, else the item's or a policy's, and what is asked."""
    asking = classes.list_classes(on=today, least_share=rules.limits.class_share / stock_classes.WHOLE)
    points, (abc, xyz) = decoupling.load(), named
    kept, wanted = [], []
    for row, (item, place) in enumerate(expected.pairs):
        if not place or item not in items:
            continue
        usual, category, _cost = items[item]
        asked = rules.find(
            item, place, category, abc=abc[row], xyz=xyz[row], demand_classes=asking.get((item, place), ())
        )
        way = points.of(item, place, "")
        if way == "stock" or (not way and (usual == "stock" or asked.level in ("place", "item"))):
            kept.append(row)
            wanted.append(asked)
    return kept, wanted


def _classify(
    expected: expectations.Expectation, items: dict[int, tuple[Any, ...]], limits: stock_classes.Limits
) -> tuple[list[str], list[str]]:
    """Return the classes by value of a year's demand and by how far a week strays from its forecast."""
    cost = np.array([items[item][2] if item in items else 0 for item in expected.item_ids.tolist()], dtype=np.float64)
    mean = expected.mean.mean(axis=1) if expected.mean.size else np.zeros(expected.item_ids.size)
    varies = stock_classes.measure_variability(mean, expected.error_std)
    return stock_classes.classify(mean * cost, varies, limits)


def _net(run_id: int, item_ids: list[int] | None = None) -> dict[str, Any]:
    """Net in short transactions, some items each: what is netted of an item never depends on another."""
    run = ForecastRun.objects.get(pk=run_id)
    forecast = forecasts.load_run(run)
    wanted = consumption.list_netted(forecast.item_ids.tolist()) if item_ids is None else sorted(set(item_ids))
    balances = 0
    for start in range(0, len(wanted), ITEMS_A_NET):
        chunk = wanted[start : start + ITEMS_A_NET]
        balances += run_atomic(lambda chunk=chunk: netting.renet(run, forecast, chunk))  # type: ignore[misc]
    return {"balances": balances}


def _sweep_forecasts() -> None:
    for run in actions.list_dead_runs():
        _clear(run, actions.clear_series)
        run_atomic(lambda run=run: actions.drop_run(run))  # type: ignore[misc]
    for run in actions.list_spent_runs():
        _clear(run, actions.clear_series)
        run_atomic(lambda run=run: actions.drop_terms(run))  # type: ignore[misc]


def _sweep_signals() -> None:
    while run_atomic(lambda: signal_actions.clear_spent(at=clock.now())):
        pass


def _sweep_targets() -> None:
    for run in target_actions.list_dead_runs():
        _clear(run, target_actions.clear_targets)
        run_atomic(lambda run=run: target_actions.drop_run(run))  # type: ignore[misc]
    for run in target_actions.list_spent_runs():
        _clear(run, target_actions.clear_targets)


def _clear(run: Left, clear: Callable[[Left], int]) -> None:
    while run_atomic(lambda: clear(run)):
        pass
