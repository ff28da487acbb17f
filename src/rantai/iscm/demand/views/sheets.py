"""The picture of a forecast and the sheet under it: weeks across, from statistics to what remains after orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.models.changes import DemandEvent
from rantai.iscm.demand.queries.outlook import Outlook
from rantai.iscm.demand.views import edge, gridlines
from rantai.kernel.texts import pick
from rantai.ui import charts, formats

SHOWN_WEEKS = 13
PAST_WEEKS = 53
LEAST_SHOWN = 0.05


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


def describe(outlook: Outlook, unit: str, *, today: date, events: Sequence[DemandEvent] = ()) -> dict[str, Any]:
    """Return chart, sheet and headline figures."""
    this_week = outlook.final[0]
    orders = outlook.orders[0]
    return {
        "chart": draw(outlook, unit, today=today, events=events),
        "heads": [_day(week, week) for week in outlook.weeks[:SHOWN_WEEKS]],
        "lines": list(_list_lines(outlook)),
        "this_week": round(this_week),
        "quarter": round(sum(outlook.final[:SHOWN_WEEKS])),
        "orders_now": round(orders),
        "is_above": bool(orders > outlook.high[0] and orders > this_week),
        "consumed": f"{formats.number(round(outlook.consumed[0]))} / {formats.number(round(outlook.plan[0]))}",
        "consumed_share": min(1.0, outlook.consumed[0] / outlook.plan[0]) if outlook.plan[0] else None,
        "is_changed": outlook.final != outlook.statistical,
        "last_year": round(sum(outlook.past[-52:])),
    }


def draw(outlook: Outlook, unit: str, *, today: date, events: Sequence[DemandEvent] = ()) -> charts.Chart:
    """Draw the past in ink, the forecast in its band, statistics alone where people changed it, events and changes."""
    past_weeks, past = outlook.past_weeks[-PAST_WEEKS:], outlook.past[-PAST_WEEKS:]
    before, after = [None] * len(past), [None] * len(outlook.weeks)
    categories = [_day(week, today) for week in (*past_weeks, *outlook.weeks)]
    final = [*before, *(round(value, 1) for value in outlook.final)]
    series = [
        charts.Series(_("Demand"), [*(round(value, 1) for value in past), *after], kind="history"),
        charts.Series(_("Forecast"), final, kind="forecast"),
    ]
    if any(outlook.consumed):
        used = [round(value, 1) if value else None for value in outlook.consumed]
        series.append(charts.Series(_("Used up by orders"), [*before, *used], kind="safety"))
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
        marks=[*_mark_events(events, {*past_weeks, *outlook.weeks}, today), *_list_marks(outlook, today)],
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
            what=gridlines.say_change(row),
            weeks=f"{_day(row.starts_on, today)} – {_day(row.ends_on - timedelta(days=1), today)}",
            place=_say_place(row),
            who=names[row.by],
            is_live=row.ended_at is None and row.ends_on > today,
        )
        for row in shown
    ]


def _say_place(row: ForecastOverride) -> str:
    thing = "" if row.item_id else pick(row.category.name) if row.category else _("every item")
    place = row.location.name if row.location else pick(row.territory.name) if row.territory else _("all locations")
    whose = row.party.name if row.party else row.segment.name if row.segment else ""
    return " · ".join(part for part in (thing, place, whose) if part)


def _list_lines(outlook: Outlook) -> Iterable[Line]:
    shown = slice(0, SHOWN_WEEKS)
    final, orders = outlook.final[shown], outlook.orders[shown]
    steps = (outlook.statistical, outlook.terms, outlook.events, outlook.final)
    yield Line(_("Statistics"), tuple(map(_whole, outlook.statistical[shown])))
    for name, before, after in zip(
        (_("From customers"), _("Promotions and events"), _("Changed by hand")), steps, steps[1:], strict=False
    ):
        moved = [late - early for early, late in zip(before[shown], after[shown], strict=True)]
        if after is steps[-1] or any(abs(value) >= LEAST_SHOWN for value in moved):
            yield Line(name, tuple(map(_signed, moved)))
    yield Line(_("Forecast"), tuple(map(_whole, final)), is_sum=True)
    if outlook.plan != outlook.final:
        yield Line(_("Agreed"), tuple(map(_whole, outlook.plan[shown])))
    yield Line(_("Asked for by orders"), tuple(map(_whole, orders)))
    yield Line(_("Used up by orders"), tuple(map(_whole, outlook.consumed[shown])))
    yield Line(
        _("Still expected"),
        tuple(
            _whole(max(0.0, gross - used)) for gross, used in zip(outlook.plan, outlook.consumed[shown], strict=False)
        ),
    )


def _list_differing(outlook: Outlook) -> list[float | None]:
    """Return the statistics where people changed them and a week around: elsewhere the lines are one."""
    differs = [abs(a - b) > 1e-9 for a, b in zip(outlook.statistical, outlook.final, strict=True)]
    near = [any(differs[max(0, place - 1) : place + 2]) for place in range(len(differs))]
    return [round(value, 1) if is_near else None for value, is_near in zip(outlook.statistical, near, strict=True)]


def _list_marks(outlook: Outlook, today: date) -> list[charts.Mark]:
    """Mark where what people changed begins to differ."""
    differs = [abs(a - b) > 1e-9 for a, b in zip(outlook.events, outlook.final, strict=True)]
    begins = [place for place, is_other in enumerate(differs) if is_other and (place == 0 or not differs[place - 1])]
    return [charts.Mark(_day(outlook.weeks[place], today), _("by hand")) for place in begins]


def _mark_events(events: Sequence[DemandEvent], shown: set[date], today: date) -> list[charts.Mark]:
    """Mark the first week that is shown of each event."""
    found = []
    for event in events:
        weeks = [event.starts_on + timedelta(weeks=at) for at in range((event.ends_on - event.starts_on).days // 7)]
        first = next((week for week in weeks if week in shown), None)
        if first is not None:
            found.append(charts.Mark(_day(first, today), event.name))
    return found


def _day(day: date, today: date) -> str:
    return formats.day(day, today=today)


def _whole(value: float) -> str:
    return formats.number(round(value) if value >= 10 else round(value, 1))


def _signed(value: float) -> str:
    if abs(value) < LEAST_SHOWN:
        return ""
    return ("+" if value > 0 else "") + formats.number(round(value) if abs(value) >= 10 else round(value, 1))
