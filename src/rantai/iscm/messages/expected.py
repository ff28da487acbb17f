"""What is expected: history, signals from the customers up, and what people lay over the forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rantai.kernel.quantities import Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandSignals:
    """Expected demand from the customers up: parallel tuples, one row a customer and item, in base units a week.

    Weeks gone by may be told too, as they were expected before they began: by them the source is measured.
    """

    source: str
    run_key: str = ""
    """Names the telling: parts of one share it, and `publish_demand_signals` makes it the one that counts."""
    party_ids: tuple[int, ...]
    """0: everybody whose purchases follow no rhythm of their own, together."""
    item_ids: tuple[int, ...]
    first_week: date
    """A Monday: every row tells of the same weeks from it."""
    means: tuple[tuple[float, ...], ...]
    variances: tuple[tuple[float, ...], ...]
    likely: tuple[tuple[float, ...], ...] = ()
    """What most likely comes, by which a customer's forecast is judged; without it the means."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandHistory:
    """Past demand in bulk, one row per item, location and day: parallel tuples, units in 1/10,000 base units."""

    run_key: str
    """Names the import, so that the same history twice changes nothing and an undo finds it."""
    item_ids: tuple[int, ...]
    location_ids: tuple[int | None, ...]
    days: tuple[date, ...]
    units: tuple[int, ...]
    order_lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastChange:
    """What a person lays over the forecast: a quantity a week or a factor in 1/10,000, for whole weeks."""

    item_id: int
    location_id: int | None
    """None: every location together."""
    starts_on: date
    ends_on: date
    """The day after the last one."""
    reason: str
    by: str
    quantity: Quantity | None = None
    factor: int | None = None
    party_id: int | None = None
    """The customer whose part it is; None: all of them together."""
