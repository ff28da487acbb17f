"""Read demands, where they stand, and demand of the past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet

from rantai.iscm import messages
from rantai.iscm.demand.models import Demand, Milestone, PastDemand
from rantai.kernel.compiled import Compiled
from rantai.kernel.invariants import Violation, rows
from rantai.kernel.refs import DocRef

_CHUNK = 900


def key_of(demand: Demand) -> messages.DemandKey:
    """Return the name under which the house above knows a demand."""
    return messages.DemandKey(
        kind=demand.kind,
        order_id=demand.order_id,
        line=demand.line,
        schedule=demand.schedule,
        generation=demand.generation,
    )


def lock(demand_ids: Iterable[int]) -> list[Demand]:
    """Return demands locked in ascending id order."""
    return _LOCKED.read(sorted(set(demand_ids)))


_LOCKED = Compiled(lambda demand_ids: Demand.objects.select_for_update().filter(pk__in=demand_ids).order_by("id"))


def lock_order(ref: DocRef) -> list[Demand]:
    """Return every demand of a document, locked in ascending id order."""
    return list(Demand.objects.select_for_update().filter(kind=ref.kind, order_id=ref.id).order_by("id"))


def list_ids(keys: Sequence[messages.DemandKey]) -> list[int]:
    """Return the ids of demands; a key that nobody recorded has none."""
    if not keys:
        return []
    rows = Demand.objects.filter(kind__in={key.kind for key in keys}, order_id__in={key.order_id for key in keys})
    named = {(key.kind, key.order_id, key.line, key.schedule, key.generation) for key in keys}
    return sorted(row.pk for row in rows if (row.kind, row.order_id, row.line, row.schedule, row.generation) in named)


def list_of_order(ref: DocRef) -> list[Demand]:
    """Return the demands of a document, or of one line of it."""
    found = _OF_ORDERS.read(ref.kind, ref.id)
    return [demand for demand in found if demand.line == ref.line] if ref.line else found


_OF_ORDERS = Compiled(
    lambda kind, order_id: Demand.objects.filter(kind=kind, order_id=order_id).order_by(
        "line", "schedule", "generation"
    )
)


def find_by_keys(keys: Sequence[messages.DemandKey]) -> dict[messages.DemandKey, Demand]:
    """Return the known demands by key."""
    found: dict[messages.DemandKey, Demand] = {}
    wanted = set(keys)
    orders = sorted({key.order_id for key in keys})
    for start in range(0, len(orders), _CHUNK):
        for demand in Demand.objects.filter(order_id__in=orders[start : start + _CHUNK]):
            if (key := key_of(demand)) in wanted:
                found[key] = demand
    return found


def list_last_milestones(demand_ids: Iterable[int]) -> dict[int, Milestone]:
    """Return the stage that each demand reached last."""
    return {milestone.demand_id: milestone for milestone in _MILESTONES.read(list(demand_ids))}


_MILESTONES = Compiled(lambda demand_ids: Milestone.objects.filter(demand_id__in=demand_ids).order_by("at", "id"))


def list_past_demand() -> QuerySet[PastDemand]:
    """Return past demand of the runs that are current."""
    return PastDemand.objects.filter(run__state="current")


def list_violations() -> Iterator[Violation]:
    """Check that demands count what reservations say."""
    found = rows(
        "SELECT d.id, d.reserved + d.fulfilled, COALESCE(r.units, 0) FROM iscm_demand_demand d LEFT JOIN"
        " (SELECT demand_id, SUM(units) AS units FROM iscm_inventory_reservation WHERE state <> 'ended'"
        " GROUP BY demand_id) r ON r.demand_id = d.id WHERE d.reserved + d.fulfilled <> COALESCE(r.units, 0)"
    )
    for pk, counted, tied in found:
        text = f"counts {counted} as reserved or fulfilled, its reservations say {tied}"
        yield Violation(rule="demand.follows_reservations", subject=f"demand {pk}", message=text)
    orphans = rows(
        "SELECT DISTINCT r.demand_id FROM iscm_inventory_reservation r"
        " LEFT JOIN iscm_demand_demand d ON d.id = r.demand_id WHERE d.id IS NULL"
    )
    for (pk,) in orphans:
        yield Violation(rule="demand.of_each_reservation", subject=f"demand {pk}", message="does not exist")
    twice = rows(
        "SELECT demand_id, code, COUNT(*) FROM iscm_demand_milestone"
        " GROUP BY demand_id, code, subject_id, position HAVING COUNT(*) > 1"
    )
    for pk, code, count in twice:
        yield Violation(rule="milestone.once", subject=f"demand {pk}", message=f"{code} stands {count} times")
