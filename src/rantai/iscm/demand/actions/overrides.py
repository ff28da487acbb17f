"""Change the forecast by hand, with a reason, and take such a change back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Category, Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.iscm.demand.actions import renewal
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries.known import Known
from rantai.iscm.demand.queries.levels import Level
from rantai.kernel import audit, changes, inserts, rows
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

MOST_UNITS = 10**17
MOST_FACTOR = 1_000_000
"""A hundred times the forecast."""
MOST_WEEKS = 104


class BadOverride(ValueError):
    """A change of the forecast that cannot be applied."""


def set_override(
    *, item_id: int | None, location_id: int | None, starts_on: date, ends_on: date, quantity: int | None,
    factor: int | None, reason: str, by: str, at: datetime, category_id: int | None = None,
    territory_id: int | None = None, party_id: int | None = None, segment_id: int | None = None,
    is_span: bool = False, batch: str = "",
) -> ForecastOverride:  # fmt: skip
    """Lay a quantity a week or a factor over the forecast of whole weeks at one level; raises BadOverride.

    Days are widened to whole weeks from Monday. What was set before stays and lies under it. With `is_span` the
    quantity is of all its weeks together.
    """
    require_transaction()
    item = Item.objects.get(pk=item_id) if item_id else None
    starts_on, ends_on = _monday(starts_on), _monday(ends_on + timedelta(days=6))
    _check_level(item, category_id, location_id, territory_id)
    party_id = _find_customer(party_id) if party_id else None
    if segment_id:
        _check_segment(
            Level(item_id or 0, category_id or 0, location_id or 0, territory_id or 0, party_id or 0, segment_id)
        )
    _check(starts_on, ends_on, quantity, factor, reason)
    override = ForecastOverride.objects.create(
        item=item,
        category_id=category_id,
        location_id=location_id,
        territory_id=territory_id,
        party_id=party_id,
        segment_id=segment_id,
        starts_on=starts_on,
        ends_on=ends_on,
        quantity=quantity,
        factor=factor,
        is_span=is_span and quantity is not None,
        reason=reason.strip(),
        batch=batch,
        by=by,
        at=at,
        changed_seq=changes.next_change(),
    )
    audit.record(_subject(override), action="forecast_overridden", by=by, changes=_tell(override))
    renewal.net_soon(by=by)
    return override


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One of many changes that are made at once."""

    level: Level
    starts_on: date
    ends_on: date
    quantity: int | None = None
    factor: int | None = None
    is_span: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafted:
    """Changes that are ready to be written, with what each changed in words of the audit."""

    rows: Sequence[ForecastOverride]
    told: Sequence[dict[str, Any]]
    by: str


def draft_overrides(wanted: Sequence[Wanted], *, batch: str, by: str, at: datetime) -> Drafted:
    """Put many changes together, outside a transaction, without writing any; raises BadOverride for the first bad."""
    known = Known(one.level for one in wanted)
    made = [_to_row(one, known, batch=batch, by=by, at=at) for one in wanted]
    return Drafted(rows=made, told=[_tell(row) for row in made], by=by)


def keep_overrides(drafted: Drafted) -> int:
    """Lay drafted changes over the forecast as one, in a fixed number of statements; return how many there are."""
    require_transaction()
    if not drafted.rows:
        return 0
    seq = changes.next_change()
    for row in drafted.rows:
        row.pk, row.changed_seq = None, seq  # a transaction that is tried again writes them anew
    inserts.add(drafted.rows)
    acts = zip(map(_subject, drafted.rows), drafted.told, strict=True)
    audit.record_all(acts, action="forecast_overridden", by=drafted.by)
    renewal.net_soon(by=drafted.by)
    return len(drafted.rows)


def set_overrides(wanted: Sequence[Wanted], *, batch: str, by: str, at: datetime) -> int:
    """Lay a few changes over the forecast as one; return how many. Raises BadOverride and then keeps none."""
    return keep_overrides(draft_overrides(wanted, batch=batch, by=by, at=at))


def end_override(override_id: int, *, by: str, at: datetime) -> ForecastOverride:
    """Take a change back: it stays readable, it holds no more. Twice changes nothing."""
    require_transaction()
    override = ForecastOverride.objects.select_for_update().get(pk=override_id)
    if override.ended_at is None:
        _set_end(override, at, by)
        audit.record(_subject(override), action="forecast_override_ended", by=by)
        renewal.net_soon(by=by)
    return override


def restore_override(override_id: int, *, by: str) -> ForecastOverride:
    """Let a change that was taken back hold again."""
    require_transaction()
    override = ForecastOverride.objects.select_for_update().get(pk=override_id)
    if override.ended_at is not None:
        _set_end(override, None, "")
        audit.record(_subject(override), action="forecast_override_restored", by=by)
        renewal.net_soon(by=by)
    return override


def end_batch(batch: str, *, by: str, at: datetime) -> int:
    """Take back everything that was changed as one; return how many changes held until now."""
    require_transaction()
    live = list(ForecastOverride.objects.select_for_update().filter(batch=batch, ended_at=None).order_by("id"))
    if live:
        held = ForecastOverride.objects.filter(batch=batch, ended_at=None)
        held.update(ended_at=at, ended_by=by, changed_seq=changes.next_change())
        audit.record_all([(_subject(row), {}) for row in live], action="forecast_override_ended", by=by)
        renewal.net_soon(by=by)
    return len(live)


def _to_row(one: Wanted, known: Known, *, batch: str, by: str, at: datetime) -> ForecastOverride:
    refused = known.find_problem(one.level)
    if refused:
        raise BadOverride(refused)
    level, starts_on, ends_on = one.level, _monday(one.starts_on), _monday(one.ends_on + timedelta(days=6))
    _check(starts_on, ends_on, one.quantity, one.factor, one.reason)
    return rows.make(
        ForecastOverride, item_id=level.item or None, category_id=level.category or None,
        location_id=level.location or None, territory_id=level.territory or None, party_id=level.party or None,
        segment_id=level.segment or None,
        starts_on=starts_on, ends_on=ends_on, quantity=one.quantity, factor=one.factor,
        is_span=one.is_span and one.quantity is not None, reason=one.reason.strip(), batch=batch, by=by, at=at,
    )  # fmt: skip


def _tell(row: ForecastOverride) -> dict[str, Any]:
    told: dict[str, list[Any]] = {"from": [None, str(row.starts_on)], "until": [None, str(row.ends_on)]}
    if row.party_id:
        told["party"] = [None, row.party_id]
    if row.segment_id:
        told["segment"] = [None, row.segment_id]
    return told | ({"quantity": [None, row.quantity]} if row.factor is None else {"factor": [None, row.factor]})


def _subject(override: ForecastOverride) -> DocRef:
    return DocRef("item", override.item_id) if override.item_id else DocRef("forecast_override", override.pk)


def _set_end(override: ForecastOverride, at: datetime | None, by: str) -> None:
    override.ended_at, override.ended_by = at, by
    override.changed_seq = changes.next_change()
    override.save(update_fields=["ended_at", "ended_by", "changed_seq"])


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _check_level(item: Item | None, category_id: int | None, location_id: int | None, territory_id: int | None) -> None:
    if item is not None and item.archived_at is not None:
        raise BadOverride(_("%(item)s is archived and is not forecast. Take it back into use first.") % {"item": item})
    if location_id is not None and not locations.list_sites().filter(pk=location_id).exists():
        raise BadOverride(_("That location is no site of ours. Choose one of the list, or all of them."))
    if (item is not None and category_id) or (location_id and territory_id):
        raise BadOverride(_("Name an item or a category, a location or a territory, not both."))
    if category_id and not Category.objects.filter(pk=category_id).exists():
        raise BadOverride(_("That category is not known. Choose one of the list."))
    if territory_id and not Territory.objects.filter(pk=territory_id, archived_at=None).exists():
        raise BadOverride(_("That territory is not known. Choose one of the list."))


def _check_segment(level: Level) -> None:
    refused = _("Name a customer or a segment, not both.") if level.party else Known([level]).find_problem(level)
    if refused:
        raise BadOverride(refused)


def _find_customer(party_id: int) -> int:
    try:
        found = parties.get_canonical(party_id)
    except Party.DoesNotExist:
        found = None
    if found is None or found.archived_at is not None:
        raise BadOverride(_("That customer is not known or archived. Choose one of the list."))
    return found.pk


def _check(starts_on: date, ends_on: date, quantity: int | None, factor: int | None, reason: str) -> None:
    if not starts_on < ends_on:
        raise BadOverride(_("The last week lies before the first. Turn them round."))
    if (ends_on - starts_on).days > 7 * MOST_WEEKS:
        raise BadOverride(_("A change may hold for %(weeks)s weeks at most.") % {"weeks": MOST_WEEKS})
    if (quantity is None) == (factor is None):
        raise BadOverride(_("Give either units a week or a percentage of the forecast, not both."))
    if quantity is not None and not 0 <= quantity <= MOST_UNITS:
        raise BadOverride(_("That is more a week than can be planned. Check the figure."))
    if factor is not None and not 0 <= factor <= MOST_FACTOR:
        raise BadOverride(_("A percentage lies between 0 and 10,000."))
    if not reason.strip():
        raise BadOverride(_("Say why: whoever reads this forecast next year will ask."))
