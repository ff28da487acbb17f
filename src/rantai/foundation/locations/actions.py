"""Keep places and lanes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rantai.foundation.locations import queries, rules
from rantai.foundation.locations.models import Lane, Location
from rantai.kernel import audit, changes, externals, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


class LocationCircle(ValueError):
    """A place that would lie inside itself."""

    def __init__(self, location: Location) -> None:
        self.location = location
        super().__init__(_("%(place)s cannot lie inside itself. Choose another parent.") % {"place": location})


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneRow:
    """A lane as a file names it; exactly one of `destination_id` and `territory_id` is given."""

    key: str
    origin_id: int
    destination_id: int | None = None
    territory_id: int | None = None
    rank: int = 1
    transit_days: int = 1
    carrier_id: int | None = None
    cost: int = 0
    capacity: int | None = None


def add_accounts(company_id: int, *, code: str, zone: str) -> None:
    """Add the counterpart accounts of a company's stock ledger; those that exist are left alone."""
    require_transaction()
    rows = [
        Location(
            company_id=company_id, code=f"{code}-{kind}".upper(), name=kind.capitalize(), kind=kind, zone=zone,
            changed_seq=changes.next_change(),
        )
        for kind in rules.ACCOUNTS
    ]  # fmt: skip
    Location.objects.bulk_create(rows, ignore_conflicts=True)


def add_location(code: str, *, name: str, company_id: int | None, by: str = "system", **place: Any) -> Location:
    """Add a plant, warehouse, zone, bin or a partner's place; `place` holds other fields of Location."""
    require_transaction()
    location = Location.objects.create(
        code=code, name=name, company_id=company_id, changed_seq=changes.next_change(), **place
    )
    audit.record(DocRef("location", location.pk), action="added", by=by)
    return location


def edit_location(location: Location, *, values: Mapping[str, Any], expected_revision: int, by: str) -> Location:
    """Change a place; raises RevisionConflict or LocationCircle."""
    parent = values.get("parent")
    if parent is not None and parent.pk in queries.list_inside(location.pk):
        raise LocationCircle(location)
    before = {name: str(getattr(location, name)) for name in values}
    revisions.take(location, expected=expected_revision, changed_seq=changes.next_change(), **values)
    changed = {name: [before[name], str(value)] for name, value in values.items() if before[name] != str(value)}
    audit.record(DocRef("location", location.pk), action="changed", by=by, changes=changed)
    return location


def add_lane(origin_id: int, *, by: str = "system", **lane: Any) -> Lane:
    """Add a way to another place (`destination_id`) or to the customers of a territory (`territory_id`)."""
    require_transaction()
    added = Lane.objects.create(origin_id=origin_id, changed_seq=changes.next_change(), **lane)
    audit.record(DocRef("lane", added.pk), action="added", by=by)
    return added


def edit_lane(lane: Lane, *, values: Mapping[str, Any], by: str) -> Lane:
    """Change a lane."""
    require_transaction()
    Lane.objects.filter(pk=lane.pk).update(changed_seq=changes.next_change(), **values)
    lane.refresh_from_db()
    audit.record(DocRef("lane", lane.pk), action="changed", by=by)
    return lane


def upsert_lanes(rows: Sequence[LaneRow], *, source: str) -> dict[str, int]:
    """Add or change lanes in bulk by the key of `source`; return key → lane id."""
    require_transaction()
    known = externals.find_external(source, "lane", [row.key for row in rows])
    seq = changes.next_change()
    added: dict[str, int] = {}
    for row in rows:
        values = {name: getattr(row, name) for name in LaneRow.__slots__ if name != "key"}
        if row.key in known:
            same = Lane.objects.filter(pk=known[row.key], **values)
            if not same.exists():
                Lane.objects.filter(pk=known[row.key]).update(changed_seq=seq, **values)
        else:
            added[row.key] = Lane.objects.create(changed_seq=seq, **values).pk
    externals.bind_external(source, "lane", added)
    return known | added
