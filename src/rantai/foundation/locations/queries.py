"""Read places, accounts and lanes."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from rantai.foundation.access import queries as access
from rantai.foundation.locations import rules
from rantai.foundation.locations.models import Lane, Location
from rantai.foundation.parties.models import Address
from rantai.kernel.compiled import Compiled


def get_account(company_id: int, kind: str) -> int:
    """Return the counterpart location of a company's stock ledger: supplier, customer, production, transit …"""
    assert kind in rules.ACCOUNTS, kind
    return Location.objects.values_list("id", flat=True).get(company_id=company_id, kind=kind, parent=None, party=None)


def list_sites(company_id: int | None = None) -> QuerySet[Location]:
    """Return our plants and warehouses, by code."""
    rows = Location.objects.filter(kind__in=rules.SITES, archived_at=None, company__isnull=False)
    return (rows.filter(company_id=company_id) if company_id else rows).order_by("code")


def list_places() -> QuerySet[Location]:
    """Return our sites with the zones and bins inside them: everything but the accounts of the ledger."""
    rows = Location.objects.filter(archived_at=None, company__isnull=False).exclude(kind__in=rules.ACCOUNTS)
    return rows.order_by("name")


def list_lanes_from(origin_id: int | None) -> QuerySet[Lane]:
    """Return the lanes from a place, or all."""
    rows = Lane.objects.select_related("origin", "destination", "territory", "carrier")
    rows = rows.filter(origin_id=origin_id) if origin_id else rows
    return rows.order_by("origin__name", "rank", "id")


def list_serving(address_id: int, *, on: date | None = None) -> list[Lane]:
    """Return the lanes that reach an address: of its territory first, then of each one above it, by rank."""
    territory_id = Address.objects.values_list("territory_id", flat=True).get(pk=address_id)
    return list_lanes_to_territory(territory_id, on=on)


def list_lanes_to_territory(territory_id: int | None, *, on: date | None = None) -> list[Lane]:
    """Return the lanes to the customers of a territory, nearest territory first, by rank."""
    up = access.list_territories_up(territory_id)
    if not up:
        return []
    nearness = Case(
        *[When(territory_id=pk, then=Value(place)) for place, pk in enumerate(up)], output_field=IntegerField()
    )
    rows = _valid(Lane.objects.filter(territory_id__in=up, origin__archived_at=None), on)
    return list(rows.select_related("origin").annotate(nearness=nearness).order_by("nearness", "rank", "id"))


_LANES_TO = Compiled(
    lambda codes: Lane.objects.filter(territory__code__in=codes, origin__archived_at=None).values_list(
        "territory__code", "rank", "id", "origin_id", "transit_days", "valid_from", "valid_to"
    )
)


def list_transits(territory_path: str, *, on: date) -> dict[int, int]:
    """Return transit days by origin for the customers of a territory, the first to try first.

    The same order as `list_lanes_to_territory` in bare figures: a promise asks it at every line of every order.
    """
    up = access.list_codes_up(territory_path)
    nearness = {code: place for place, code in enumerate(up)}
    found: dict[int, int] = {}
    for _near, _rank, _id, origin_id, days in sorted(
        (nearness[code], rank, pk, origin, days)
        for code, rank, pk, origin, days, starts, ends in _LANES_TO.read(up)
        if (starts is None or starts <= on) and (ends is None or ends > on)
    ):
        found.setdefault(origin_id, days)
    return found


def find_lane(origin_id: int, destination_id: int, *, on: date | None = None) -> Lane | None:
    """Return the first lane between two places of ours, or None."""
    rows = _valid(Lane.objects.filter(origin_id=origin_id, destination_id=destination_id), on)
    return rows.order_by("rank", "id").first()


def list_inside(location_id: int) -> list[int]:
    """Return a place and the zones and bins inside it."""
    found, layer = [location_id], [location_id]
    while layer:
        layer = list(Location.objects.filter(parent_id__in=layer).values_list("id", flat=True))
        found += layer
    return found


def _valid(lanes: QuerySet[Lane], on: date | None) -> QuerySet[Lane]:
    if on is None:
        return lanes
    return lanes.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gt=on))
