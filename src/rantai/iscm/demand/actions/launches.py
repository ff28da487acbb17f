"""Say which items a new one is like, and take it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.iscm.demand.models.changes import ItemLaunch, ItemLaunchLike
from rantai.kernel import audit, changes
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

WHOLE = 10_000
MOST_SCALE = 1_000_000


class BadLaunch(ValueError):
    """A launch that cannot be forecast."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LaunchTerms:
    """A new item at a location, with what it is like."""

    item_id: int
    location_id: int
    launch_on: date
    likes: Mapping[int, int]
    """Item → share in 1/10,000, adding up to the whole."""
    scale: int
    blend_weeks: int
    reason: str


def plan_launch(terms: LaunchTerms, *, by: str, at: datetime) -> ItemLaunch:
    """Forecast a new item as its like items; replaces what was said of it at that location. Raises BadLaunch."""
    require_transaction()
    _check(terms)
    for old in ItemLaunch.objects.select_for_update().filter(
        item_id=terms.item_id, location_id=terms.location_id, ended_at=None
    ):
        _set_end(old, by, at)
    launch = ItemLaunch.objects.create(
        item_id=terms.item_id,
        location_id=terms.location_id,
        launch_on=terms.launch_on - timedelta(days=terms.launch_on.weekday()),
        scale=terms.scale,
        blend_weeks=terms.blend_weeks,
        reason=terms.reason.strip(),
        by=by,
        at=at,
        changed_seq=changes.next_change(),
    )
    ItemLaunchLike.objects.bulk_create(
        [ItemLaunchLike(launch=launch, item_id=item, share=share) for item, share in sorted(terms.likes.items())]
    )
    audit.record(DocRef("item", terms.item_id), action="launch_planned", by=by)
    return launch


def end_launch(launch_id: int, *, by: str, at: datetime) -> ItemLaunch:
    """Let a new item's own statistics speak alone. Twice changes nothing."""
    require_transaction()
    launch = ItemLaunch.objects.select_for_update().get(pk=launch_id)
    if launch.ended_at is None:
        _set_end(launch, by, at)
        audit.record(DocRef("item", launch.item_id), action="launch_ended", by=by)
    return launch


def _set_end(launch: ItemLaunch, by: str, at: datetime) -> None:
    launch.ended_at, launch.ended_by = at, by
    launch.changed_seq = changes.next_change()
    launch.save(update_fields=["ended_at", "ended_by", "changed_seq"])


def _check(terms: LaunchTerms) -> None:
    items = {terms.item_id, *terms.likes}
    if Item.objects.filter(pk__in=items, archived_at=None, kind="stocked").count() < len(items):
        raise BadLaunch(_("One of the items is archived, unknown or not stocked. Choose items in use."))
    if not locations.list_sites().filter(pk=terms.location_id).exists():
        raise BadLaunch(_("That location is no site of ours. Choose one of the list."))
    if terms.item_id in terms.likes:
        raise BadLaunch(_("An item is always like itself. Name others."))
    if not terms.likes or sum(terms.likes.values()) != WHOLE or min(terms.likes.values()) <= 0:
        raise BadLaunch(_("Name at least one item that it is like; shares add up to 100 %."))
    if not 0 < terms.scale <= MOST_SCALE:
        raise BadLaunch(_("A scale lies above 0, up to 10,000 %."))
    if not 1 <= terms.blend_weeks <= 104:
        raise BadLaunch(_("Its own history takes over within 1 to 104 weeks."))
    if not terms.reason.strip():
        raise BadLaunch(_("Say why: whoever reads this forecast next year will ask."))
