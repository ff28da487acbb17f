"""The company's network below its stock targets: what places take from where, by their first source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from rantai.foundation.items.models import BillOfMaterials, BomLine, Source
from rantai.iscm.inventory.queries import lead_times
from rantai.iscm.inventory.queries.lead_times import LeadTime

Pair = tuple[int, int]
_CHUNK = 5_000


@dataclass(kw_only=True, slots=True)
class Network:
    """Item-locations with the wait of their own source, and arcs to them from what they take."""

    waits: dict[Pair, LeadTime] = field(default_factory=dict)
    arcs: dict[tuple[Pair, Pair], float] = field(default_factory=dict)
    """(taken from, for) → units of the first in one of the second."""


def read_network(pairs: Iterable[Pair], *, on: date) -> Network:
    """Return everything that these item-locations lean on, level by level: few queries a level, none a place."""
    network, bills = Network(), Bills(on)
    waiting = sorted(set(pairs))
    while waiting:
        found = lead_times.list_lead_times(waiting, on=on)
        network.waits.update(zip(waiting, found, strict=True))
        sources = _read_sources({wait.source_id for wait in found if wait.source_id})
        below: set[Pair] = set()
        for pair, wait in zip(waiting, found, strict=True):
            for taken, units in _list_taken(pair, sources.get(wait.source_id or 0), bills):
                network.arcs[taken, pair] = network.arcs.get((taken, pair), 0.0) + units
                below.add(taken)
        waiting = sorted(below - network.waits.keys())
    return network


class Bills:
    """Bills in force with their lines, read once and chosen by place."""

    def __init__(self, on: date) -> None:
        self._chosen: dict[int, list[tuple[int | None, int]]] = defaultdict(list)
        rows = BillOfMaterials.objects.filter(
            Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gt=on), archived_at=None
        )
        for pk, item, place in rows.order_by("rank", "id").values_list("id", "item_id", "location_id"):
            self._chosen[item].append((place, pk))
        self._lines: dict[int, list[tuple[int, float]]] = defaultdict(list)
        columns = BomLine.objects.order_by("bill_id", "position", "id").values_list(
            "bill_id", "component_id", "quantity", "yield_share", "bill__batch"
        )
        for bill, component, quantity, survives, batch in columns.iterator(chunk_size=10_000):
            self._lines[bill].append((component, quantity / batch * 10_000 / survives))

    def list_lines(self, bill_id: int | None, item_id: int, location_id: int) -> list[tuple[int, float]]:
        """Return (component, units in one) of a bill, or of the first bill of the place or of any."""
        if bill_id is None:
            bills = self._chosen.get(item_id, [])
            own = [pk for place, pk in bills if place == location_id]
            bill_id = next(iter([*own, *(pk for place, pk in bills if place is None)]), 0)
        return self._lines.get(bill_id, [])


def _list_taken(pair: Pair, source: Source | None, bills: Bills) -> list[tuple[Pair, float]]:
    item, place = pair
    if source is None or source.kind == "buy":
        return []
    if source.kind == "move":
        return [((item, source.origin_id or 0), 1.0)] if source.origin_id != place else []
    return [((part, place), units) for part, units in bills.list_lines(source.bill_id, item, place)]


def _read_sources(ids: set[int]) -> dict[int, Source]:
    found: dict[int, Source] = {}
    known = sorted(ids)
    for start in range(0, len(known), _CHUNK):
        part = known[start : start + _CHUNK]
        rows = Source.objects.filter(pk__gte=part[0], pk__lte=part[-1]).only("kind", "origin_id", "bill_id")
        found.update((row.pk, row) for row in rows)
    return found
