"""The front door of foundation: what houses, wires and the demonstration may call in bulk."""

from __future__ import annotations

from collections.abc import Iterator

from rantai.foundation.access.queries import find_link, list_permissions, verify_api_key
from rantai.foundation.companies.actions import create_company
from rantai.foundation.items.actions.bills import BillRow, Component, upsert_bills
from rantai.foundation.items.actions.items import ItemRow, upsert_items
from rantai.foundation.items.actions.resources import ResourceRow, upsert_resources
from rantai.foundation.items.actions.routings import RoutingRow, Step, upsert_routings
from rantai.foundation.items.actions.sources import SourceRow, upsert_sources
from rantai.foundation.items.actions.substitutes import SubstituteRow, upsert_substitutes
from rantai.foundation.locations.actions import LaneRow, upsert_lanes
from rantai.foundation.parties.actions import PartyRow, reapply_tombstones, upsert_parties
from rantai.foundation.parties.queries import get_company
from rantai.kernel.invariants import Violation, rows

__all__ = [
    "BillRow",
    "Component",
    "ItemRow",
    "LaneRow",
    "PartyRow",
    "ResourceRow",
    "RoutingRow",
    "SourceRow",
    "Step",
    "SubstituteRow",
    "create_company",
    "find_link",
    "get_company",
    "list_permissions",
    "list_violations",
    "reapply_tombstones",
    "upsert_bills",
    "upsert_items",
    "upsert_lanes",
    "upsert_parties",
    "upsert_resources",
    "upsert_routings",
    "upsert_sources",
    "upsert_substitutes",
    "verify_api_key",
]


def list_violations() -> Iterator[Violation]:
    """Check what must always hold of masters: no alias circle, no bill in itself, no series behind its documents."""
    yield from _alias_chains()


def _alias_chains() -> Iterator[Violation]:
    found = rows(
        "WITH RECURSIVE chain(start, current, steps) AS ("
        " SELECT id, canonical_id, 1 FROM foundation_parties_party WHERE canonical_id IS NOT NULL"
        " UNION ALL SELECT chain.start, p.canonical_id, chain.steps + 1 FROM chain"
        " JOIN foundation_parties_party p ON p.id = chain.current"
        " WHERE p.canonical_id IS NOT NULL AND chain.steps < 50)"
        " SELECT start FROM chain WHERE steps >= 50 GROUP BY start"
    )
    for (pk,) in found:
        yield Violation(rule="parties.no_alias_circle", subject=f"party:{pk}", message="its aliases lead in a circle")
