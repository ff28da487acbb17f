"""Raise items whose orders left their band, take what is decided about them, and let go of what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.utils.translation import gettext as _

from rantai.iscm.demand import states
from rantai.iscm.demand.actions import netting, overrides
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.models.sensing import DemandDeviation
from rantai.iscm.demand.queries import forecasts, weeks
from rantai.iscm.demand.queries.sensing import SUGGESTED_WEEKS, Behind, Finding
from rantai.kernel import audit
from rantai.kernel.quantities import SCALE
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

GROWN = 1.5
"""What was decided this week is raised again once the deviation is so many times what it was."""


class NothingSuggested(Exception):
    """A deviation that somebody decided meanwhile, or that has cleared itself."""

    def __init__(self, deviation: DemandDeviation) -> None:
        self.deviation = deviation
        super().__init__(
            _("%(item)s is back within its band or was decided by somebody else. Nothing was changed.")
            % {"item": deviation.item}
        )


def note_findings(
    run: ForecastRun, findings: Sequence[Finding], behind: Mapping[int, Behind], *, today: date, at: datetime
) -> dict[str, int]:
    """Raise what is new, bring up to date what stands, clear what came back; return how many of each."""
    require_transaction()
    found = {finding.item_id: finding for finding in findings}
    standing = {row.item_id: row for row in DemandDeviation.objects.select_for_update().filter(state="open")}
    decided = _list_decided(found, today)
    future = _sum_forecast(run, list(found), today)
    told = {"raised": 0, "standing": 0, "cleared": 0}
    for item, finding in sorted(found.items()):
        row = standing.pop(item, None)
        if row is None and _is_known(finding, decided.get(item)):
            continue
        _write(row or DemandDeviation(item_id=item, raised_at=at), run, finding, behind[item], future[item], today, at)
        told["standing" if row else "raised"] += 1
    for row in standing.values():
        states.deviation.move(row, "cleared")
        DemandDeviation.objects.filter(pk=row.pk).update(decided_at=at, decided_by="system")
        told["cleared"] += 1
    return told


def accept(deviation_id: int, *, by: str, at: datetime, note: str = "") -> DemandDeviation:
    """Change the forecast as suggested, net it anew, and take the item off the list. Raises NothingSuggested."""
    require_transaction()
    row = _lock_open(deviation_id)
    override = overrides.set_override(
        item_id=row.item_id,
        location_id=None,
        starts_on=row.suggested_from,
        ends_on=row.suggested_until,
        quantity=row.suggested_quantity,
        factor=row.suggested_factor,
        reason=note or say_reason(row),
        by=by,
        at=at,
    )
    netting.renet_items([row.item_id])
    _decide(row, "accepted", by=by, at=at, note=note, override_id=override.pk)
    return row


def dismiss(deviation_id: int, *, by: str, at: datetime, note: str = "") -> DemandDeviation:
    """Leave the forecast as it is: the item is not raised again this week unless it moves much further."""
    require_transaction()
    row = _lock_open(deviation_id)
    _decide(row, "dismissed", by=by, at=at, note=note)
    return row


def reopen(deviation_id: int, *, by: str, at: datetime) -> DemandDeviation:
    """Take a decision back, and with it the change of the forecast that it made."""
    require_transaction()
    row = DemandDeviation.objects.select_for_update().get(pk=deviation_id)
    override_id = row.override_id
    states.deviation.move(row, "open")
    DemandDeviation.objects.filter(pk=row.pk).update(decided_at=None, decided_by="", note="", override=None)
    if override_id:
        overrides.end_override(override_id, by=by, at=at)
        netting.renet_items([row.item_id])
    return row


def say_reason(row: DemandDeviation) -> str:
    """Return why the forecast is changed, for whoever reads the change later."""
    text = (
        _("Orders left the band: %(ordered)s asked for, %(expected)s expected, %(high)s at most.")
        if row.direction == "above"
        else _("Orders left the band: %(ordered)s asked for, %(expected)s expected, %(low)s at least.")
    )
    figures = {name: f"{getattr(row, name) / SCALE:,.0f}" for name in ("ordered", "expected", "high", "low")}
    return text % figures


def _lock_open(deviation_id: int) -> DemandDeviation:
    row = DemandDeviation.objects.select_for_update(of=("self",)).select_related("item").get(pk=deviation_id)
    if row.state != "open":
        raise NothingSuggested(row)
    return row


def _decide(row: DemandDeviation, to: str, *, by: str, at: datetime, note: str, override_id: int | None = None) -> None:
    states.deviation.move(row, to)
    DemandDeviation.objects.filter(pk=row.pk).update(
        decided_at=at, decided_by=by, note=note[:300], override_id=override_id
    )
    audit.record(DocRef("item", row.item_id), action=f"deviation_{to}", by=by)


def _list_decided(found: Mapping[int, Finding], today: date) -> dict[int, DemandDeviation]:
    monday = today - timedelta(days=today.weekday())
    rows = DemandDeviation.objects.filter(
        item_id__in=found, state__in=["accepted", "dismissed"], suggested_from__gte=monday
    )
    return {row.item_id: row for row in rows.order_by("id")}


def _is_known(finding: Finding, decided: DemandDeviation | None) -> bool:
    """Tell whether somebody decided this already, and it has not moved much further since."""
    if decided is None or (decided.direction == "above") != finding.is_above:
        return False
    return abs(finding.ordered - finding.expected) < GROWN * abs(decided.ordered - decided.expected)


def _sum_forecast(run: ForecastRun, item_ids: Sequence[int], today: date) -> dict[int, float]:
    """Return what is expected of items in the weeks that a suggestion changes, base units."""
    forecast = forecasts.load_run(run)
    first = max(0, weeks.number_of(today) - weeks.number_of(run.first_week))
    expected = forecast.mean[:, first : first + SUGGESTED_WEEKS].sum(axis=1)
    return {item: float(expected[np.flatnonzero(forecast.item_ids == item)].sum()) for item in item_ids}


def _write(
    row: DemandDeviation, run: ForecastRun, finding: Finding, behind: Behind, future: float, today: date, at: datetime
) -> None:
    monday = today - timedelta(days=today.weekday())
    factor = finding.factor
    # Where nothing was expected, half of what is asked for a week is the guess that errs least either way.
    length = max(1, (finding.span.ends_on - finding.span.starts_on).days / 7)
    quantity = round(finding.ordered / length / 2) if factor is None else None
    added = future * (factor - 1) * SCALE if factor is not None else (quantity or 0) * SUGGESTED_WEEKS
    row.run, row.direction = run, "above" if finding.is_above else "below"
    row.starts_on, row.ends_on, row.is_whole = finding.span.starts_on, finding.span.ends_on, finding.span.is_whole
    row.ordered, row.expected, row.low, row.high = finding.ordered, finding.expected, finding.low, finding.high
    row.order_lines, row.accounts, row.classes = behind.order_lines, behind.accounts, behind.classes
    row.places = behind.places
    row.stake = round(abs(finding.ordered - finding.expected) * max(0, behind.margin_per_unit) // SCALE, -4)
    row.suggested_from, row.suggested_until = monday, monday + timedelta(weeks=SUGGESTED_WEEKS)
    row.suggested_factor = None if factor is None else round(factor * 10_000)
    row.suggested_quantity, row.suggested_units = quantity, round(added)
    row.seen_at = at
    row.save()
