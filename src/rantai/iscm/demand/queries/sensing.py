"""Hold the orders of the running weeks against the band of their forecast: which items have left it, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import F, QuerySet, Sum
from numpy.typing import NDArray

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.iscm.demand.models import Demand, ForecastRun, ForecastSeries
from rantai.iscm.demand.models.sensing import DemandDeviation
from rantai.iscm.demand.queries import forecasts, weeks
from rantai.iscm.demand.queries.forecasts import CurrentForecast
from rantai.kernel.quantities import SCALE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

AHEAD = 3
"""Weeks after the running one whose orders are looked at whole."""
SUGGESTED_WEEKS = 4
LATE_IN_WEEK = 0.8
"""Orders come late in a week: before this share of its days nobody says that there are too few."""
P90_STDS = 1.2816
LARGEST_FACTOR = 10.0
RARE, RARE_WEEKS = ("intermittent", "lumpy", "dead"), 13.0
P10, P90 = 0, 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A time in which orders are compared: the days gone by, or whole weeks."""

    starts_on: date
    ends_on: date
    shares: Floats
    """Of each week of the forecast, `(horizon,)`."""
    is_whole: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """An item that has left its band; units in 1/10,000."""

    item_id: int
    span: Span
    ordered: int
    expected: int
    low: int
    high: int
    is_rare: bool = False
    """Demand comes now and then, so that one heap says little of the next weeks."""

    @property
    def is_above(self) -> bool:
        """Whether orders are more than was foreseen."""
        return self.ordered > self.high

    @property
    def factor(self) -> float | None:
        """Times the forecast that comes next, None where nothing was expected.

        The deviation is drawn towards nothing by how much of it chance alone would bring (positive-part
        James–Stein: 1 − σ² ÷ d²), so that a mere crossing of the band moves little and a tripling almost all. Of what
        is asked for now and then these weeks count beside RARE_WEEKS before them.
        """
        if self.expected <= 0:
            return None
        edge = self.high if self.is_above else self.low
        std, off = abs(edge - self.expected) / P90_STDS, self.ordered - self.expected
        kept = max(0.0, 1.0 - (std / off) ** 2)
        if self.is_rare:
            length = float(self.span.shares.sum())
            kept *= length / (length + RARE_WEEKS)
        return float(min(max(1.0 + kept * off / self.expected, 0.0), LARGEST_FACTOR))


@dataclass(frozen=True, kw_only=True, slots=True)
class Behind:
    """Whose orders stand behind a finding: shares in 1/10,000 units, largest first, each list adding up to them."""

    order_lines: int
    accounts: list[list[int]]
    classes: list[list[str | int]]
    places: list[list[int]]
    margin_per_unit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bands:
    """Of each item the forecast a week and how far it may lie off, squared, both ways; locations add up."""

    item_ids: Ints
    mean: Floats
    below: Floats
    above: Floats
    is_rare: NDArray[np.bool_]
    """Every series of the item is asked for now and then only."""


def list_spans(first_week: date, horizon: int, *, today: date) -> list[Span]:
    """Return the times to compare: the days gone by since the forecast began, then whole weeks; none beyond it."""
    current = weeks.number_of(today) - weeks.number_of(first_week)
    if not 0 <= current < horizon:
        return []
    gone = np.zeros(horizon)
    gone[:current], gone[current] = 1.0, _share_gone(today)
    found = [Span(starts_on=first_week, ends_on=today + timedelta(days=1), shares=gone, is_whole=False)]
    for last in range(current, min(current + AHEAD + 1, horizon)):
        whole = np.zeros(horizon)
        whole[: last + 1] = 1.0
        ends_on = first_week + timedelta(weeks=last + 1)
        found.append(Span(starts_on=first_week, ends_on=ends_on, shares=whole, is_whole=True))
    return found


def find_deviations(run: ForecastRun, *, today: date) -> list[Finding]:
    """Return every item whose orders lie outside its band by a whole unit or more, once, where it is most off."""
    spans = list_spans(run.first_week, run.horizon, today=today)
    if not spans:
        return []
    bands = _read_bands(run, forecasts.load_run(run))
    days = _read_days(spans[0].starts_on, max(span.ends_on for span in spans))
    worst: dict[int, Finding] = {}
    for span in spans:
        for finding in _compare(bands, span, days):
            known = worst.get(finding.item_id)
            if known is None or _excess(finding) > _excess(known):
                worst[finding.item_id] = finding
    return [worst[item] for item in sorted(worst)]


def read_behind(findings: Sequence[Finding]) -> dict[int, Behind]:
    """Return whose orders stand behind each finding, in a fixed number of queries."""
    if not findings:
        return {}
    until = {finding.item_id: finding.span.ends_on for finding in findings}
    since = min(finding.span.starts_on for finding in findings)
    rows = Demand.objects.filter(item_id__in=until, requested_on__gte=since, requested_on__lt=max(until.values()))
    columns = ("item_id", "party_id", "demand_class", "location_id", "requested_on", "margin_per_unit")
    found: dict[int, list[tuple[int, str, int, int, int]]] = {item: [] for item in until}
    for item, party, name, place, on, margin, units in rows.values_list(*columns, F("units") - F("cancelled")):
        if on < until[item] and units > 0:
            found[item].append((party, name, place or 0, margin, units))
    canonical = _read_canonical({row[0] for mine in found.values() for row in mine})
    return {item: _sum_behind(mine, canonical) for item, mine in found.items()}


def list_open() -> QuerySet[DemandDeviation]:
    """Return deviations that wait for a decision, those with most at stake first."""
    rows = DemandDeviation.objects.filter(state="open").select_related("item__base_unit")
    return rows.order_by("-stake", "-id")


def list_all() -> QuerySet[DemandDeviation]:
    """Return every deviation, decided and cleared ones too."""
    return DemandDeviation.objects.select_related("item__base_unit", "override")


def count_open() -> int:
    """Return how many items have left their band and wait for a decision."""
    return DemandDeviation.objects.filter(state="open").count()


def name_parties(ids: Iterable[int]) -> dict[int, str]:
    """Return the names of customers."""
    return dict(Party.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def _share_gone(today: date) -> float:
    """Return the share of the week's open days up to today's end, by the company's calendar."""
    monday = today - timedelta(days=today.weekday())
    company = parties.find_company()
    working = calendars.get_working_days(company.calendar_id if company else None)
    whole = working.count(monday, monday + timedelta(days=7))
    if not whole:
        return (today.weekday() + 1) / 7
    return working.count(monday, today + timedelta(days=1)) / whole


def _read_bands(run: ForecastRun, forecast: CurrentForecast) -> _Bands:
    items, rows = np.unique(forecast.item_ids, return_inverse=True)
    mean, below, above = (np.zeros((items.size, run.horizon)) for _part in range(3))
    np.add.at(mean, rows, forecast.mean)
    place_of = {pair: row for row, pair in enumerate(
        zip(forecast.item_ids.tolist(), forecast.location_ids.tolist(), strict=True)
    )}  # fmt: skip
    rare = np.ones(items.size, dtype=np.bool_)
    columns = ("item_id", "location_id", "demand_class", "mean", "quantiles")
    series = ForecastSeries.objects.filter(run=run).values_list(*columns)
    for item, location, pattern, packed, levels in series.iterator(chunk_size=2000):
        row = place_of[item, location or 0]
        rare[rows[row]] &= pattern in RARE
        own = forecasts.unpack(packed, run.codec)
        quantiles = forecasts.unpack(levels, run.codec).reshape(run.horizon, -1)
        ratio = np.divide(forecast.mean[row], own, out=np.ones_like(own), where=own > 0)
        below[rows[row]] += np.square(np.maximum(own - quantiles[:, P10], 0.0) * ratio)
        above[rows[row]] += np.square(np.maximum(quantiles[:, P90] - own, 0.0) * ratio)
    return _Bands(item_ids=items, mean=mean, below=below, above=above, is_rare=rare)


def _read_days(since: date, until: date) -> dict[date, dict[int, int]]:
    """Return units wanted by day and item, cancelled ones taken off."""
    rows = Demand.objects.filter(requested_on__gte=since, requested_on__lt=until).values_list("requested_on", "item_id")
    found: dict[date, dict[int, int]] = {}
    for on, item, units in rows.annotate(wanted=Sum(F("units") - F("cancelled"))).order_by():
        found.setdefault(on, {})[item] = int(units)
    return found


def _compare(bands: _Bands, span: Span, days: Mapping[date, Mapping[int, int]]) -> Iterable[Finding]:
    """Yield items outside their band; deviations of days do as if days did not depend on each other."""
    mean = bands.mean @ span.shares
    high = mean + np.sqrt(bands.above @ span.shares)
    low = np.maximum(mean - np.sqrt(bands.below @ span.shares), 0.0)
    ordered = np.zeros(bands.item_ids.size)
    rows = {item: row for row, item in enumerate(bands.item_ids.tolist())}
    for on, wanted in days.items():
        if span.starts_on <= on < span.ends_on:
            for item, units in wanted.items():
                if item in rows:
                    ordered[rows[item]] += units / SCALE
    may_be_few = not span.is_whole and span.shares[span.shares > 0][-1] >= LATE_IN_WEEK
    out = (ordered - high >= 1.0) | ((low - ordered >= 1.0) & may_be_few)
    for row in np.flatnonzero(out):
        yield Finding(
            item_id=int(bands.item_ids[row]),
            span=span,
            ordered=round(ordered[row] * SCALE),
            expected=round(mean[row] * SCALE),
            low=round(low[row] * SCALE),
            high=round(high[row] * SCALE),
            is_rare=bool(bands.is_rare[row]),
        )


def _excess(finding: Finding) -> int:
    return finding.ordered - finding.high if finding.is_above else finding.low - finding.ordered


def _sum_behind(rows: Sequence[tuple[int, str, int, int, int]], canonical: Mapping[int, int]) -> Behind:
    total = sum(row[4] for row in rows)
    return Behind(
        order_lines=len(rows),
        accounts=_rank([(canonical.get(party, party), units) for party, _name, _place, _margin, units in rows]),
        classes=_rank([(name, units) for _party, name, _place, _margin, units in rows]),
        places=_rank([(place, units) for _party, _name, place, _margin, units in rows]),
        margin_per_unit=sum(margin * units for _p, _n, _l, margin, units in rows) // total if total else 0,
    )


def _rank(shares: Sequence[tuple[int | str, int]]) -> list[list[Any]]:
    found: dict[int | str, int] = {}
    for name, units in shares:
        found[name] = found.get(name, 0) + units
    return [[name, units] for name, units in sorted(found.items(), key=lambda share: (-share[1], str(share[0])))]


def _read_canonical(party_ids: set[int]) -> dict[int, int]:
    return dict(Party.objects.filter(pk__in=party_ids).exclude(canonical=None).values_list("id", "canonical_id"))
