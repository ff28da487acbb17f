"""What a planner typed into cells of the grid: 250, +20, −5 % or 120 %."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.forms import ValidationError
from django.utils.translation import gettext as _

from rantai.iscm.demand.actions.overrides import MOST_FACTOR, MOST_UNITS
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries.grid import Bucket
from rantai.iscm.demand.queries.levels import BadLevel, Level
from rantai.kernel.quantities import SCALE
from rantai.ui.inputs import FigureField

PREFIX = "c:"
_TYPED = re.compile(r"^([+\-\u2212]?)\s*([0-9][0-9.,'\s]*)(%?)$")
_WHOLE = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One change as it is kept: units a week (or of the whole period), or times the forecast."""

    level: Level
    starts_on: date
    ends_on: date
    quantity: int | None = None
    factor: int | None = None
    is_span: bool = False


class BadCell(ValueError):
    """A text that is no figure for a cell."""


def read_cells(
    typed: Mapping[str, str], buckets: Iterable[Bucket], expected: Callable[[Level, Bucket], float]
) -> tuple[list[Edit], dict[str, str]]:
    """Return what was changed, weeks that changed alike as one, and field → what is wrong with it."""
    by_day = {bucket.starts_on.isoformat(): bucket for bucket in buckets}
    edits: list[Edit] = []
    problems: dict[str, str] = {}
    for field, text in typed.items():
        if not field.startswith(PREFIX) or not text.strip():
            continue
        try:
            level, bucket = _find(field, by_day)
            edits.append(read_cell(text, level, bucket, expected))
        except BadCell as problem:
            problems[field] = str(problem)
    return join(edits), problems


def read_cell(text: str, level: Level, bucket: Bucket, expected: Callable[[Level, Bucket], float]) -> Edit:
    """Return the change that a text asks of one cell; raises BadCell."""
    found = _TYPED.match(text.strip().replace("\N{NO-BREAK SPACE}", " "))
    if found is None:
        raise BadCell(_("Write units (250), a difference (+20), or per cent (−5 % or 120 %)."))
    sign, figure, percent = found.groups()
    try:
        units = FigureField(minimum=0, maximum=MOST_UNITS).to_python(figure)
    except ValidationError as error:
        raise BadCell("; ".join(error.messages)) from error
    assert units is not None  # the pattern asks for a digit
    edit = Edit(level=level, starts_on=bucket.starts_on, ends_on=bucket.ends_on)
    if percent:
        return replace(edit, factor=_to_factor(units // 100, sign))
    if sign:
        now = _as_shown(expected(level, bucket))
        units = max(0, now + (units if sign == "+" else -units))
    if units > MOST_UNITS:
        raise BadCell(_("That is more a week than can be planned. Check the figure."))
    return replace(edit, quantity=units, is_span=bucket.last - bucket.first > 1)


def join(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits with neighbouring weeks of one level that say the same made one."""
    found: list[Edit] = []
    for edit in sorted(edits, key=lambda one: (one.level, one.starts_on)):
        last = found[-1] if found else None
        alike = last is not None and (last.level, last.quantity, last.factor) == (
            edit.level, edit.quantity, edit.factor,
        )  # fmt: skip
        if last is not None and alike and not (last.is_span or edit.is_span) and last.ends_on == edit.starts_on:
            found[-1] = replace(last, ends_on=edit.ends_on)
        else:
            found.append(edit)
    return found


def to_override(edit: Edit, *, pk: int) -> ForecastOverride:
    """Return a change as it would be kept."""
    level = edit.level
    return ForecastOverride(
        pk=pk, item_id=level.item or None, category_id=level.category or None, location_id=level.location or None,
        territory_id=level.territory or None, party_id=level.party or None, segment_id=level.segment or None,
        starts_on=edit.starts_on, ends_on=edit.ends_on, quantity=edit.quantity, factor=edit.factor,
        is_span=edit.is_span,
    )  # fmt: skip


def name_field(level: Level, bucket: Bucket) -> str:
    """Return the name of a cell's field."""
    return f"{PREFIX}{level.key}:{bucket.starts_on.isoformat()}"


def _as_shown(units: float) -> int:
    """Return what a cell shows, in 1/10,000: a difference is from what was seen."""
    return round(units) * SCALE if units >= 10 else round(round(units, 1) * SCALE)


def _find(field: str, by_day: Mapping[str, Bucket]) -> tuple[Level, Bucket]:
    key, _colon, day = field.removeprefix(PREFIX).partition(":")
    try:
        return Level.parse(key), by_day[day]
    except (BadLevel, KeyError) as error:
        raise BadCell(_("This week is no longer shown. Look at the grid again.")) from error


def _to_factor(share: int, sign: str) -> int:
    factor = share if not sign else _WHOLE + (share if sign == "+" else -share)
    if not 0 <= factor <= MOST_FACTOR:
        raise BadCell(_("A percentage lies between 0 and 10,000."))
    return factor
