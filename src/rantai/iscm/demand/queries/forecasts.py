"""Read the forecast that is current: in bulk for planning, one item at a time for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastRun, ForecastSeries
from rantai.iscm.demand.queries import history, steps, weeks
from rantai.iscm.demand.queries.accounts import Split

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CODEC = "f4le"
LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class UnknownCodec(ValueError):
    """Packed columns that this release cannot read."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        super().__init__(f"Forecasts packed as '{codec}' cannot be read; this release reads '{CODEC}'.")


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrentForecast:
    """The current forecast in bulk, sorted by item and location, each pair once; base units a week."""

    run_id: int
    as_of: datetime
    first_week: date
    weeks: tuple[date, ...]
    item_ids: Ints
    location_ids: Ints
    """0: demand whose place nobody knows, because there is no site."""
    mean: Floats
    """(n, horizon), what the plan counts on: with events and people's changes, or as agreed; not net of orders."""
    statistical: Floats
    """(n, horizon), as the engine found it."""
    error_std: Floats
    """(n,), deviation of one week's error."""
    split: Split | None = None
    """Customers' parts after people's changes, by row, where a change of a customer holds."""

    def row(self, item_id: int, location_id: int) -> int | None:
        """Return the row of an item-location, or None."""
        low, high = np.searchsorted(self.item_ids, [item_id, item_id + 1])
        place = int(np.searchsorted(self.location_ids[low:high], location_id))
        found = low + place
        return int(found) if found < high and self.location_ids[found] == location_id else None


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyOrders:
    """Units of our own orders by requested week, for consumption of the forecast: one row a pair and week."""

    item_ids: Ints
    location_ids: Ints
    week: Ints
    """Counted from the first week asked for."""
    units: Ints
    """1/10,000 base units, cancelled ones taken off."""


def find_run() -> ForecastRun | None:
    """Return the current run, or None before the first."""
    return ForecastRun.objects.filter(state="current").first()


def load_current() -> CurrentForecast | None:
    """Return the current forecast with what people changed on top, or None before the first run."""
    run = find_run()
    return None if run is None else load_run(run)


def load_run(run: ForecastRun) -> CurrentForecast:
    """Return the forecast of one run with the events, overrides and agreement that hold now on top."""
    found = steps.load(run)
    rows = ForecastSeries.objects.filter(run=run).order_by("item_id", "location_id")
    columns = [(item, place or 0, std) for item, place, std in rows.values_list("item_id", "location_id", "error_std")]
    spread = np.zeros(found.item_ids.size)
    if columns:
        own = np.array(columns, dtype=np.float64)
        known = steps.to_keys(own[:, 0].astype(np.int64), own[:, 1].astype(np.int64))
        spread[np.searchsorted(steps.to_keys(found.item_ids, found.location_ids), known)] = own[:, 2]
    return CurrentForecast(
        run_id=run.pk,
        as_of=run.as_of,
        first_week=run.first_week,
        weeks=list_weeks(run),
        item_ids=found.item_ids,
        location_ids=found.location_ids,
        mean=found.plan,
        statistical=found.statistical,
        error_std=spread,
        split=found.split,
    )


def load_weekly_orders(first_week: date, horizon: int) -> WeeklyOrders:
    """Return what our own orders ask for in `horizon` weeks from the one that holds `first_week`."""
    cells = history.load_orders(first_week=weeks.number_of(first_week), horizon=horizon)
    return WeeklyOrders(item_ids=cells.item_ids, location_ids=cells.location_ids, week=cells.weeks, units=cells.units)


def list_weeks(run: ForecastRun) -> tuple[date, ...]:
    """Return the Mondays that a run forecasts."""
    return tuple(run.first_week + timedelta(days=7 * place) for place in range(run.horizon))


def unpack(packed: bytes | memoryview, codec: str) -> Floats:
    """Return the numbers of a packed column as one long row; raises UnknownCodec."""
    if codec != CODEC:
        raise UnknownCodec(codec)
    return np.frombuffer(packed, dtype="<f4").astype(np.float64)


def pack(values: Floats) -> bytes:
    """Return numbers as bytes in the codec of this release."""
    return values.astype("<f4").tobytes()
