"""Plan promotions and events, note what moved demand in the past, and call them off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from rantai.foundation.items.models import Category, Item
from rantai.foundation.locations import queries as locations
from rantai.iscm.demand.actions import renewal
from rantai.iscm.demand.models.changes import KINDS, DemandEvent, DemandEventScope
from rantai.kernel import audit, changes
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

MOST_UNITS = 10**17
MOST_FACTOR = 1_000_000
MOST_WEEKS = 104


class BadEvent(ValueError):
    """An event that cannot be planned."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventTerms:
    """What an event is: its weeks, its lift and what it touches; nothing named touches everything."""

    name: str
    kind: str
    starts_on: date
    ends_on: date
    """The day after its last one."""
    reason: str
    factor: int | None = None
    quantity: int | None = None
    item_ids: Sequence[int] = ()
    category_ids: Sequence[int] = ()
    location_ids: Sequence[int] = ()


def plan_event(terms: EventTerms, *, by: str, at: datetime) -> DemandEvent:
    """Put an event into the forecast, or into the causes of the past; raises BadEvent. Days are widened to weeks."""
    require_transaction()
    starts_on, ends_on = _monday(terms.starts_on), _monday(terms.ends_on + timedelta(days=6))
    _check(terms, starts_on, ends_on)
    event = DemandEvent.objects.create(
        name=terms.name.strip(),
        kind=terms.kind,
        starts_on=starts_on,
        ends_on=ends_on,
        factor=terms.factor,
        quantity=terms.quantity,
        reason=terms.reason.strip(),
        owner=by,
        at=at,
        changed_seq=changes.next_change(),
    )
    DemandEventScope.objects.bulk_create(
        [
            *(DemandEventScope(event=event, item_id=pk) for pk in sorted(set(terms.item_ids))),
            *(DemandEventScope(event=event, category_id=pk) for pk in sorted(set(terms.category_ids))),
            *(DemandEventScope(event=event, location_id=pk) for pk in sorted(set(terms.location_ids))),
        ]
    )
    audit.record(DocRef("demand_event", event.pk), action="demand_event_planned", by=by)
    renewal.net_soon(by=by)
    return event


def end_event(event_id: int, *, by: str, at: datetime) -> DemandEvent:
    """Call an event off: it stays readable and moves nothing any more. Twice changes nothing."""
    require_transaction()
    event = DemandEvent.objects.select_for_update().get(pk=event_id)
    if event.ended_at is None:
        _set_end(event, at, by)
        audit.record(DocRef("demand_event", event.pk), action="demand_event_ended", by=by)
        renewal.net_soon(by=by)
    return event


def restore_event(event_id: int, *, by: str) -> DemandEvent:
    """Let an event that was called off hold again."""
    require_transaction()
    event = DemandEvent.objects.select_for_update().get(pk=event_id)
    if event.ended_at is not None:
        _set_end(event, None, "")
        audit.record(DocRef("demand_event", event.pk), action="demand_event_restored", by=by)
        renewal.net_soon(by=by)
    return event


def _set_end(event: DemandEvent, at: datetime | None, by: str) -> None:
    event.ended_at, event.ended_by = at, by
    event.revision += 1
    event.changed_seq = changes.next_change()
    event.save(update_fields=["ended_at", "ended_by", "revision", "changed_seq"])


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _check(terms: EventTerms, starts_on: date, ends_on: date) -> None:
    if not terms.name.strip() or not terms.reason.strip():
        raise BadEvent(_("Give the event a name and say why demand moves."))
    if terms.kind not in KINDS:
        raise BadEvent(_("That is no kind of event. Choose one of the list."))
    if not starts_on < ends_on:
        raise BadEvent(_("The last week lies before the first. Turn them round."))
    if (ends_on - starts_on).days > 7 * MOST_WEEKS:
        raise BadEvent(_("An event may last for %(weeks)s weeks at most.") % {"weeks": MOST_WEEKS})
    _check_lift(terms)
    _check_scope(terms)


def _check_lift(terms: EventTerms) -> None:
    if terms.kind == "stock_out":
        if terms.factor is not None or terms.quantity is not None:
            raise BadEvent(_("Without stock nobody knows how much was wanted: leave the figure empty."))
        return
    if (terms.factor is None) == (terms.quantity is None):
        raise BadEvent(_("Give either units or a percentage of the forecast, not both."))
    if terms.factor is not None and not 0 < terms.factor <= MOST_FACTOR:
        raise BadEvent(_("A percentage lies above 0, up to 10,000."))
    if terms.quantity is not None and not 0 <= terms.quantity <= MOST_UNITS:
        raise BadEvent(_("That is more than can be planned. Check the figure."))


def _check_scope(terms: EventTerms) -> None:
    items, groups, places = set(terms.item_ids), set(terms.category_ids), set(terms.location_ids)
    if Item.objects.filter(pk__in=items, archived_at=None).count() < len(items):
        raise BadEvent(_("One of the items is archived or unknown. Choose items in use."))
    if Category.objects.filter(pk__in=groups).count() < len(groups):
        raise BadEvent(_("That category is not known. Choose one of the list."))
    if locations.list_sites().filter(pk__in=places).count() < len(places):
        raise BadEvent(_("That location is no site of ours. Choose one of the list, or all of them."))
