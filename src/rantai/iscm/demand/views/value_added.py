"""Who and what improved the forecast, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries import names, overrides, value_added
from rantai.iscm.demand.queries.gridrows import Asked
from rantai.iscm.demand.views import edge, gridlines, gridways
from rantai.kernel.models import KpiValue
from rantai.ui import formats

SHOWN = 30
NAMES: dict[str, Any] = {
    "naive": gettext_lazy("Same week last year"),
    "statistics": gettext_lazy("Statistics"),
    "terms": gettext_lazy("From customers"),
    "events": gettext_lazy("Promotions and events"),
    "overrides": gettext_lazy("Changed by hand"),
    "consensus": gettext_lazy("Agreed"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """What one step, person or change took off the error."""

    name: str
    note: str
    error: str
    points: str
    sum: str
    """Its arithmetic in units."""
    helped: bool
    hurt: bool
    href: str = ""


@require_safe
@access.permission_required("demand.view")
def page(request: HttpRequest) -> HttpResponse:
    """Show the last measured value of each step, person and change."""
    newest = KpiValue.objects.filter(code="wmape_statistics", denominator__gt=0).order_by("-day").first()
    context: dict[str, Any] = {"house": "operations", "day": newest.day if newest else None}
    if newest is not None:
        rows = list(KpiValue.objects.filter(day=newest.day, code__regex=r"^(wmape|fva)_").order_by("id"))
        by_code = {row.code: row for row in rows if not row.subject}
        steps = _list_steps(by_code)
        people, changes = ([row for row in rows if row.code == code] for code in ("fva_person", "fva_change"))
        own = by_code.get("fva_overrides")
        context |= {
            "steps": steps,
            "people": _list_people(people),
            "changes": _list_changes(changes),
            "volume": round(newest.denominator or 0),
            "weeks": value_added.WEEKS,
            "points": _points(own) if own else None,
            "is_changed": bool(people),
            "is_worse": own is not None and (own.numerator or 0) < 0,
            "share": abs(own.numerator or 0) / own.denominator * 100 if own and own.denominator else 0,
        }
    return render(request, "iscm/demand/value_added.html", context)


def _list_steps(by_code: dict[str, KpiValue]) -> list[Gain]:
    found = []
    for name in (value_added.NAIVE, *value_added.STEPS):
        error, gain = by_code.get(f"wmape_{name}"), by_code.get(f"fva_{name}")
        if error is None or (gain is not None and name not in ("statistics", "overrides") and not gain.numerator):
            continue  # a step that was never taken has nothing to say
        found.append(
            Gain(
                name=str(NAMES[name]),
                note="",
                error=formats.percent(error.numerator / error.denominator) if error.denominator else formats.NOTHING,  # type: ignore[operator]
                points=_points(gain) if gain else "",
                sum=_("%(off)s of %(asked)s units off")
                % {
                    "off": formats.number(round(error.numerator or 0)),
                    "asked": formats.number(round(error.denominator or 0)),
                },
                helped=bool(gain and (gain.numerator or 0) > 0),
                hurt=bool(gain and (gain.numerator or 0) < 0),
            )
        )
    return found


def _list_people(rows: Sequence[KpiValue]) -> list[Gain]:
    people = edge.name_actors(row.subject for row in rows)
    return [_gain(row, people[row.subject], "") for row in sorted(rows, key=_by_gain)]


def _list_changes(rows: Sequence[KpiValue]) -> list[Gain]:
    best = sorted(rows, key=lambda row: -abs(row.numerator or 0))[:SHOWN]
    known = {str(row.pk): row for row in ForecastOverride.objects.filter(pk__in=[row.subject for row in best])}
    people = edge.name_actors(row.by for row in known.values())
    told = names.name_levels([overrides.level_of(row) for row in known.values()])
    found = []
    for row in sorted(best, key=_by_gain):
        change = known.get(row.subject)
        if change is None:
            continue
        level = overrides.level_of(change)
        where = told[level] or _("everything, everywhere")
        what = f"{gridlines.say_change(change)}, {gridlines.say_weeks(change, edge.today())}"
        note = f"{where} · {what} · {people[change.by]}"
        href = gridways.address(Asked(level=level, group="place" if level.item else "item"))
        found.append(_gain(row, change.reason, note, href=href))
    return found


def _gain(row: KpiValue, name: str, note: str, *, href: str = "") -> Gain:
    gained = row.numerator or 0.0
    text = _("%(units)s units nearer, of %(asked)s") if gained >= 0 else _("%(units)s units farther, of %(asked)s")
    told = {"units": formats.number(round(abs(gained), 1)), "asked": formats.number(round(row.denominator or 0))}
    return Gain(
        name=name, note=note, error="", points=_points(row), sum=text % told, helped=gained > 0, hurt=gained < 0,
        href=href,
    )  # fmt: skip


def _points(row: KpiValue) -> str:
    if not row.denominator:
        return formats.NOTHING
    points = 100 * (row.numerator or 0) / row.denominator
    return ("+" if points > 0 else "") + formats.number(round(points, 1))


def _by_gain(row: KpiValue) -> float:
    return -(row.numerator or 0)
