"""Answer the houses above about the forecast, in the words of the front door."""

from __future__ import annotations

from collections.abc import Sequence

from rantai.iscm import reports
from rantai.iscm.demand.models import ForecastSeries
from rantai.iscm.demand.queries import outlook
from rantai.kernel.quantities import SCALE, Quantity

_CHUNK = 900


def find_forecast(item_id: int, location_id: int | None) -> reports.ItemForecast | None:
    """Return what is expected of an item week by week, or None before the first forecast."""
    found = outlook.find_outlook(item_id, location_id, past_weeks=1)
    if found is None:
        return None
    columns = (found.statistical, found.plan, found.low, found.high, found.orders)
    return reports.ItemForecast(
        run_id=found.run.pk,
        as_of=found.run.as_of,
        item_id=item_id,
        location_id=location_id,
        weeks=tuple(
            reports.ForecastWeek(
                week=week, statistical=_units(alone), expected=_units(mean), low=_units(low), high=_units(high),
                ordered=_units(asked),
            )
            for week, alone, mean, low, high, asked in zip(found.weeks, *columns, strict=True)
        ),
    )  # fmt: skip


def list_errors(item_ids: Sequence[int] | None) -> tuple[reports.ForecastError, ...]:
    """Return how far off the current methods were, by item and location."""
    rows = ForecastSeries.objects.filter(run__state="current").order_by("item_id", "location_id")
    if item_ids is None:
        return tuple(map(_to_error, rows.defer("mean", "quantiles", "tournament").iterator(chunk_size=2000)))
    wanted = sorted(set(item_ids))
    return tuple(
        _to_error(row)
        for start in range(0, len(wanted), _CHUNK)
        for row in rows.filter(item_id__in=wanted[start : start + _CHUNK]).defer("mean", "quantiles", "tournament")
    )


def _to_error(row: ForecastSeries) -> reports.ForecastError:
    return reports.ForecastError(
        item_id=row.item_id,
        location_id=row.location_id,
        method=row.method,
        demand_class=row.demand_class,
        abs_error=row.abs_error,
        net_error=row.net_error,
        tested_units=row.tested_units,
        week_std=row.error_std,
    )


def _units(value: float) -> Quantity:
    return Quantity(round(value * SCALE))
