"""Read how things come to be: sources, bills, routings, and every item-location that these lead to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from rantai.foundation.items.models import BillOfMaterials, BomLine, Operation, Routing, Source
from rantai.iscm.supply import rules
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import Columns, fetch, ints
from rantai.iscm.supply.queries.sites import Sites

MAKE, BUY, MOVE, DROPSHIP = 0, 1, 2, 3
KINDS = {"make": MAKE, "buy": BUY, "move": MOVE, "dropship": DROPSHIP}
_EVERYWHERE = 10_000
"""Added to the rank of sources of any place: a place's own are tried first, as promising does."""
_MILLION = 1_000_000
_SOURCE = (
    "pk", "item_id", "location_id", "kind", "supplier_id", "origin_id", "bill_id", "routing_id", "rank",
    "lead_time_days", "minimum", "multiple", "maximum", "cost", "calendar_id", "valid_from", "valid_to",
    "item__base_unit__code",
)  # fmt: skip


@dataclass(kw_only=True, slots=True)
class Network:
    """Sources of the item-locations in play, with what they consume and which steps they take."""

    places: list[int]
    sources: list[dict[str, Any]] = field(default_factory=list)
    bom_lines: list[dict[str, Any]] = field(default_factory=list)
    operations: list[dict[str, Any]] = field(default_factory=list)
    calendars: dict[tuple[str, int | None, str], int] = field(default_factory=dict)
    """(days or hours, calendar, zone) → its number."""


def list_direct_items() -> set[int]:
    """Return the items that a partner can send straight to customers."""
    rows = Source.objects.filter(kind="dropship", archived_at=None).values_list("item_id")
    return {pk for (pk,) in fetch(rows.order_by())}


def read_network(places: Iterable[int], sites: Sites, *, on: date) -> Network:
    """Return the sources of item-locations and, through moves and bills, of all that these lean on."""
    makes = Makes(on)
    by_item = read_sources()
    network = Network(places=sorted(set(places)))
    known, waiting = set(network.places), list(network.places)
    while waiting:
        place = waiting.pop()
        item, location = keys.split(place)
        for source in by_item.get(item, ()):
            if not fits(source, location):
                continue
            for below in _add_source(network, source, place, sites, makes):
                if below not in known:
                    known.add(below)
                    waiting.append(below)
    network.places = sorted(known)
    return network


def read_sources() -> dict[int, list[dict[str, Any]]]:
    """Return every source in force, by item."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Source.objects.filter(archived_at=None, item__archived_at=None).order_by("id")
    for row in fetch(rows.values_list(*_SOURCE)):
        found[row[1]].append(dict(zip(_SOURCE, row, strict=True)))
    return found


def fits(source: dict[str, Any], location: int) -> bool:
    """Tell whether a source brings its item to a location; DIRECT is the customer's door."""
    if source["kind"] == "dropship":
        return location == keys.DIRECT
    if location == keys.DIRECT or source["origin_id"] == location:
        return False
    return source["location_id"] in (None, location)


def to_columns(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> Columns:
    """Return rows as columns."""
    return {name: np.array([row[name] for row in rows]) if rows else np.zeros(0, np.int64) for name in names}


def expand_calendars(network: Network, sites: Sites, *, from_day: date, to_day: date, now: int) -> Columns:
    """Return the working time of the network's calendars: seconds for days, real hours for operations."""
    offset, starts, ends = [0], [], []
    for kind, calendar_id, zone in network.calendars:
        working = sites.working(calendar_id)
        if kind == "days":
            start, end = days.expand_days(working, zone, from_day=from_day, to_day=to_day, as_of=sites.as_of, now=now)
        else:
            start, end = working.expand(from_day, to_day)
        starts.append(start)
        ends.append(end)
        offset.append(offset[-1] + len(start))
    return {"offset": ints(offset), "start": _join(starts), "end": _join(ends)}


class Makes:
    """Bills and routings, read once and chosen by place."""

    def __init__(self, on: date) -> None:
        self._bills = _choose(BillOfMaterials, on)
        self._routings = _choose(Routing, on)
        self._lines: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        lines = BomLine.objects.order_by("bill_id", "position", "id")
        names = ("bill_id", "component_id", "quantity", "yield_share", "operation", "bill__batch")
        for row in fetch(lines.values_list(*names)):
            self._lines[row[0]].append(row)
        self._steps: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        steps = (
            "routing_id", "step", "setup_seconds", "seconds_per_unit", "wait_seconds", "resource__calendar_id",
            "resource__efficiency",
        )  # fmt: skip
        for row in fetch(Operation.objects.order_by("routing_id", "step").values_list(*steps)):
            self._steps[row[0]].append(row)

    def lines(self, source: dict[str, Any], item: int, location: int) -> list[tuple[Any, ...]]:
        """Return the components of a source, by its own bill or by the first of the place."""
        return self._lines.get(source["bill_id"] or _pick(self._bills, item, location), [])

    def steps(self, source: dict[str, Any], item: int, location: int) -> list[tuple[Any, ...]]:
        """Return the operations of a source, by its own routing or by the first of the place."""
        return self._steps.get(source["routing_id"] or _pick(self._routings, item, location), [])


def _choose(model: type[BillOfMaterials] | type[Routing], on: date) -> dict[int, list[tuple[int | None, int]]]:
    found: dict[int, list[tuple[int | None, int]]] = defaultdict(list)
    rows = model.objects.filter(archived_at=None).order_by("rank", "id")
    for pk, item, location, since, until in fetch(
        rows.values_list("pk", "item_id", "location_id", "valid_from", "valid_to")
    ):
        if (since is None or since <= on) and (until is None or until > on):
            found[item].append((location, pk))
    return found


def _pick(chosen: dict[int, list[tuple[int | None, int]]], item: int, location: int) -> int:
    candidates = chosen.get(item, [])
    own = [pk for place, pk in candidates if place == location]
    anywhere = [pk for place, pk in candidates if place is None]
    return (own or anywhere or [0])[0]


def _add_source(network: Network, source: dict[str, Any], place: int, sites: Sites, makes: Makes) -> list[int]:
    """Write one source of an item-location; return the item-locations that it takes from."""
    item, location = keys.split(place)
    zone = sites.zone(location)
    steps = makes.steps(source, item, location) if source["kind"] == "make" else []
    row = len(network.sources)
    origin = keys.pair_of(item, source["origin_id"]) if source["kind"] == "move" else -1
    network.sources.append(
        {
            "key": source["pk"] << 24 | location,
            "place": place,
            "kind": KINDS[source["kind"]],
            "rank": source["rank"] + (_EVERYWHERE if source["location_id"] is None else 0),
            # a routing says how long making takes, hour by hour
            "lead_time": 0 if steps else source["lead_time_days"] * days.TICK,
            "calendar": _number(network, ("days", source["calendar_id"], zone)),
            "minimum": source["minimum"],
            "multiple": source["multiple"] or _whole(source["item__base_unit__code"]),
            "maximum": _maximum(source),
            "cost": source["cost"] / 10_000,
            "effective_from": days.midnight(source["valid_from"], zone) if source["valid_from"] else 0,
            "effective_to": days.midnight(source["valid_to"], zone) if source["valid_to"] else days.NEVER,
            "origin_place": origin,
            "supplier": source["supplier_id"] or -1,
            "source_id": source["pk"],
        }
    )
    below = [origin] if origin >= 0 else []
    if source["kind"] == "make":
        _add_steps(network, row, steps, sites, location)
        below += _add_lines(network, row, makes.lines(source, item, location), steps, location)
    return below


def _add_steps(network: Network, row: int, steps: Sequence[tuple[Any, ...]], sites: Sites, location: int) -> None:
    for _routing, step, setup, per_unit, wait, calendar_id, efficiency in steps:
        share = (efficiency or 10_000) / 10_000
        hours = calendar_id if calendar_id is not None else sites.calendar_id(location)
        network.operations.append(
            {
                "source": row,
                "sequence": step,
                "fixed_seconds": int(setup / share) + wait,
                "unit_seconds": per_unit / 10_000 / share,
                "calendar": _number(network, ("hours", hours, "")),
            }
        )


def _add_lines(
    network: Network, row: int, lines: Sequence[tuple[Any, ...]], steps: Sequence[tuple[Any, ...]], location: int
) -> list[int]:
    first = len(network.operations) - len(steps)
    step_rows = {step[1]: first + place for place, step in enumerate(steps)}
    below = []
    for _bill, component, quantity, yield_share, operation, batch in lines:
        below.append(keys.pair_of(component, location))
        network.bom_lines.append(
            {
                "source": row,
                "component_place": below[-1],
                "quantity_per": round(quantity * _MILLION / batch),
                "scrap_ppm": (10_000 - yield_share) * 100,
                "operation": step_rows.get(operation, -1),
            }
        )
    return below


def _number(network: Network, calendar: tuple[str, int | None, str]) -> int:
    return network.calendars.setdefault(calendar, len(network.calendars))


def _whole(unit: str) -> int:
    return 10_000 if unit in rules.WHOLE_UNITS else 0


def _maximum(source: dict[str, Any]) -> int:
    """Return the largest order; one below the minimum cannot be meant."""
    return source["maximum"] if source["maximum"] >= source["minimum"] else 0


def _join(parts: Sequence[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
