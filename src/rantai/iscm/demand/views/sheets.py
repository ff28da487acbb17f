"""The picture of a forecast and the sheet under it: weeks across, from statistics to what remains after orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries.outlook import Outlook
from rantai.iscm.demand.views import edge
from rantai.ui import charts, formats

SHOWN_WEEKS = 13
PAST_WEEKS = 53


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An override as the page lists it."""

    row: ForecastOverride
    what: str
    weeks: str
    place: str
    who: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet."""

    name: str
    cells: tuple[str, ...]
    is_sum: bool = False


def describe(outlook: Outlook, unit: str, *, today: date) -> dict[str, Any]:
    """Return chart, sheet and headline figures."""
    this_week = outlook.final[0]
    orders = outlook.orders[0]
    return {
        "chart": draw(outlook, unit, today=today),
        "heads": [_day(week, week) for week in outlook.weeks[:SHOWN_WEEKS]],
        "lines": list(_list_lines(outlook)),
        "this_week": round(this_week),
        "quarter": round(sum(outlook.final[:SHOWN_WEEKS])),
        "orders_now": round(orders),
        "is_above": bool(orders > outlook.high[0] and orders > this_week),
        "consumed": f"{formats.number(round(orders))} / {formats.number(round(this_week))}",
        "consumed_share": min(1.0, orders / this_week) if this_week else None,
        "is_changed": outlook.final != outlook.statistical,
        "last_year": round(sum(outlook.past[-52:])),
    }


def draw(outlook: Outlook, unit: str, *, today: date) -> charts.Chart:
    """Draw the past in ink, the forecast in its band, statistics alone where people changed it, and their marks."""
    past_weeks, past = outlook.past_weeks[-PAST_WEEKS:], outlook.past[-PAST_WEEKS:]
    before, after = [None] * len(past), [None] * len(outlook.weeks)
    categories = [_day(week, today) for week in (*past_weeks, *outlook.weeks)]
    final = [*before, *(round(value, 1) for value in outlook.final)]
    series = [
        charts.Series(_("Demand"), [*(round(value, 1) for value in past), *after], kind="history"),
        charts.Series(_("Forecast"), final, kind="forecast"),
    ]
    if outlook.final != outlook.statistical:
        alone = [*before, *_list_differing(outlook)]
        series.append(charts.Series(_("Statistics alone"), alone, kind="compare"))
    return charts.line(
        id="forecast-chart",
        title=_("Demand and forecast"),
        note=_("%(unit)s a week; the band holds 80 %% of outcomes") % {"unit": unit},
        categories=categories,
        series=series,
        band=charts.Band(
            [*before, *(round(value, 1) for value in outlook.low)],
            [*before, *(round(value, 1) for value in outlook.high)],
        ),
        marks=_list_marks(outlook, today),
        unit=unit,
    )


def list_choices(outlook: Outlook | None, today: date) -> list[tuple[date, str]]:
    """Return the weeks that a change may name."""
    if outlook is not None:
        found = outlook.weeks
    else:
        monday = today - timedelta(days=today.weekday())
        found = tuple(monday + timedelta(weeks=place) for place in range(26))
    return [(week, formats.day(week, today=today, style="year")) for week in found]


def list_changes(rows: Iterable[ForecastOverride], location_id: int | None) -> list[Change]:
    """Return what people changed of an item as this page shows it, those taken back or past ones too."""
    today, shown = (
        edge.today(),
        [row for row in rows if row.location_id is None or location_id in (None, row.location_id)],
    )
    names = edge.name_actors({row.by for row in shown})
    return [
        Change(
            row=row,
            what=_("%(units)s a week") % {"units": formats.quantity(row.quantity)}
            if row.factor is None
            else _("%(share)s of the forecast") % {"share": formats.percent(row.factor / 10_000)},
            weeks=f"{_day(row.starts_on, today)} – {_day(row.ends_on - timedelta(days=1), today)}",
            place=row.location.name if row.location else _("all locations"),
            who=names[row.by],
            is_live=row.ended_at is None and row.ends_on > today,
        )
        for row in shown
    ]


def _list_lines(outlook: Outlook) -> Iterable[Line]:
    shown = slice(0, SHOWN_WEEKS)
    statistical, final, orders = outlook.statistical[shown], outlook.final[shown], outlook.orders[shown]
    changed = [after - before for before, after in zip(statistical, final, strict=True)]
    yield Line(_("Statistics"), tuple(map(_whole, statistical)))
    yield Line(_("Changed by hand"), tuple(_signed(value) for value in changed))
    yield Line(_("Forecast"), tuple(map(_whole, final)), is_sum=True)
    yield Line(_("Asked for by orders"), tuple(map(_whole, orders)))
    yield Line(
        _("Still expected"),
        tuple(_whole(max(0.0, expected - asked)) for expected, asked in zip(final, orders, strict=True)),
    )


def _list_differing(outlook: Outlook) -> list[float | None]:
    """Return the statistics where people changed them and a week around: elsewhere the lines are one."""
    differs = [abs(a - b) > 1e-9 for a, b in zip(outlook.statistical, outlook.final, strict=True)]
    near = [any(differs[max(0, place - 1) : place + 2]) for place in range(len(differs))]
    return [round(value, 1) if is_near else None for value, is_near in zip(outlook.statistical, near, strict=True)]


def _list_marks(outlook: Outlook, today: date) -> list[charts.Mark]:
    """Mark where what people changed begins to differ."""
    differs = [abs(a - b) > 1e-9 for a, b in zip(outlook.statistical, outlook.final, strict=True)]
    begins = [place for place, is_other in enumerate(differs) if is_other and (place == 0 or not differs[place - 1])]
    return [charts.Mark(_day(outlook.weeks[place], today), _("by hand")) for place in begins]


def _day(day: date, today: date) -> str:
    return formats.day(day, today=today)


def _whole(value: float) -> str:
    return formats.number(round(value) if value >= 10 else round(value, 1))


def _signed(value: float) -> str:
    if abs(value) < 0.05:
        return ""
    return ("+" if value > 0 else "") + formats.number(round(value) if abs(value) >= 10 else round(value, 1))
