"""Make past demand, and run the forecast and the stock targets as jobs do, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.iscm.demand import tasks  # noqa: F401 (registers the tasks)
from rantai.iscm.supply import tasks as supply_tasks  # noqa: F401 (stock targets follow bills)
from rantai.kernel import jobs
from rantai.kernel.quantities import Quantity

MONDAY = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
"""Ten in the morning in Jakarta, of the first week that is forecast."""
FIRST_WEEK = date(2026, 11, 2)
_numbers = count(1)


@transaction.atomic
def make_history(
    demand: Mapping[Item, Mapping[date, int]] | Mapping[Item, list[int]],
    *,
    location: Location | None,
    until: date = FIRST_WEEK,
) -> str:
    """Past demand in whole units by day, or a list of weeks that end with the one before `until`; its run key."""
    rows = [(item, day, units) for item, days in demand.items() for day, units in _list_days(days, until)]
    key = f"history {next(_numbers)}"
    iscm.record_history(
        messages.DemandHistory(
            run_key=key,
            item_ids=tuple(item.pk for item, _day, _units in rows),
            location_ids=(location.pk if location else None,) * len(rows),
            days=tuple(day for _item, day, _units in rows),
            units=tuple(Quantity.of(units).amount for _item, _day, units in rows),
            order_lines=(1,) * len(rows),
        )
    )
    iscm.publish_history(key)
    return key


def _list_days(days: Any, until: date) -> list[tuple[date, int]]:
    if isinstance(days, Mapping):
        return list(days.items())
    first = until - timedelta(weeks=len(days))
    return [(first + timedelta(weeks=place, days=2), units) for place, units in enumerate(days) if units]


def forecast(as_of: datetime = MONDAY, **payload: Any) -> dict[str, Any]:
    """Run the forecast as a job; what it answered."""
    return _run("iscm.forecast_demand", {"as_of": as_of.isoformat(), **payload})


def set_targets(as_of: datetime = MONDAY, **payload: Any) -> dict[str, Any]:
    """Run the stock targets as a job; what they answered."""
    return _run("iscm.set_stock_targets", {"as_of": as_of.isoformat(), **payload})


def _run(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    job = jobs.run_here(name, payload, worker="test", key="", actor="test", listener=lambda *_told: None)
    assert isinstance(job.result, dict)
    return job.result
