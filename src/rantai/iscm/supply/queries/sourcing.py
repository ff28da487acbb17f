"""Read how things come to be: sources, bills, routings, and every item-location that these lead to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from rantai.foundation.items import queries as items
from rantai.foundation.items.models import BillOfMaterials, Operation, Routing, Source
from rantai.iscm.supply import rules
from rantai.iscm.supply.queries import components, days, keys, limits, misfits
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.limits import Allowance, Load, Machine, Machines
from rantai.iscm.supply.queries.misfits import Misfit
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
    "fixed_quantity", "weekly_capacity", "share", "item__base_unit__code",
)  # fmt: skip


class RoutingStep(NamedTuple):
    """A step of a routing as it stands in the database; seconds of a unit and efficiency in 1/10,000."""

    routing: int
    step: int
    setup: int
    per_unit: int
    wait: int
    resource_id: int | None
    calendar_id: int | None
    efficiency: int | None
    pk: int
    family: str


@dataclass(kw_only=True, slots=True)
class Network:
    """Sources of the item-locations in play, with what they consume and which steps they take."""

    places: list[int]
    sources: list[dict[str, Any]] = field(default_factory=list)
    bom_lines: list[dict[str, Any]] = field(default_factory=list)
    operations: list[dict[str, Any]] = field(default_factory=list)
    calendars: dict[tuple[str, int | None, str], int] = field(default_factory=dict)
    """(days or hours, calendar, zone) → its number."""
    machines: Machines = field(default_factory=Machines)
    loads: list[Load] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)
    waits: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)
    """(routing, step) → seconds of waiting after it, and its family."""
    misfits: list[Misfit] = field(default_factory=list)


def list_direct_items() -> set[int]:
    """Return the items that a partner can send straight to customers."""
    rows = Source.objects.filter(kind="dropship", archived_at=None).values_list("item_id")
    return {pk for (pk,) in fetch(rows.order_by())}


def read_network(places: Iterable[int], sites: Sites, *, on: date) -> Network:
    """Return the sources of item-locations and, through moves and bills, of all that these lean on."""
    makes = Makes(on)
    by_item = read_sources()
    network = Network(places=sorted(set(places)), waits=makes.list_waits())
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
        if sites.is_never_open(calendar_id):
            start = end = ints([])
        elif kind == "days":
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
        self._on = on
        self._bills = _choose(BillOfMaterials, on)
        self._routings = _choose(Routing, on)
        self._parts = components.read_parts()
        self._steps: dict[int, list[RoutingStep]] = defaultdict(list)
        names = (
            "routing_id", "step", "setup_seconds", "seconds_per_unit", "wait_seconds", "resource_id",
            "resource__calendar_id", "resource__efficiency", "pk", "setup_family",
        )  # fmt: skip
        for row in fetch(Operation.objects.order_by("routing_id", "step").values_list(*names)):
            self._steps[row[0]].append(RoutingStep(*row))

    def lines(self, source: dict[str, Any], item: int, location: int) -> list[tuple[Any, ...]]:
        """Return the components that a source takes now, of alternates the first: bill, item, quantity, yield, step,
        batch."""
        parts = items.choose_lines(self.list_parts(source, item, location), self._on)
        return [(part.bill, part.item, part.quantity, part.yield_share, part.operation, part.batch) for part in parts]

    def list_parts(self, source: dict[str, Any], item: int, location: int) -> list[components.Part]:
        """Return every component of a source, alternates and later ones too, by its own bill or the place's first."""
        return self._parts.get(source["bill_id"] or _pick(self._bills, item, location), [])

    def steps(self, source: dict[str, Any], item: int, location: int) -> list[RoutingStep]:
        """Return the operations of a source, by its own routing or by the first of the place."""
        return self._steps.get(source["routing_id"] or _pick(self._routings, item, location), [])

    def list_waits(self) -> dict[tuple[int, int], tuple[int, str]]:
        """Return by routing and step the seconds of waiting after it, and its family."""
        return {(row.routing, row.step): (row.wait, row.family) for rows in self._steps.values() for row in rows}


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
    is_make = source["kind"] == "make"
    steps = makes.steps(source, item, location) if is_make else []
    parts = makes.list_parts(source, item, location) if is_make else []
    bad = misfits.judge_source(source, parts, location=location)
    network.misfits += bad
    if any(row.is_left_out for row in bad):
        return []
    row = len(network.sources)
    origin = keys.pair_of(item, source["origin_id"]) if source["kind"] == "move" else -1
    fixed = source["fixed_quantity"]
    network.sources.append(
        {
            "key": source["pk"] << 24 | location,
            "place": place,
            "kind": KINDS[source["kind"]],
            "rank": source["rank"] + (_EVERYWHERE if source["location_id"] is None else 0),
            # a routing says how long making takes, hour by hour
            "lead_time": 0 if steps else source["lead_time_days"] * days.TICK,
            "calendar": _number(network, ("days", source["calendar_id"], zone)),
            "minimum": fixed or source["minimum"],
            "multiple": fixed or source["multiple"] or _whole(source["item__base_unit__code"]),
            "maximum": fixed or _maximum(source),
            "cost": source["cost"] / 10_000,
            "effective_from": days.midnight(source["valid_from"], zone) if source["valid_from"] else 0,
            "effective_to": days.midnight(source["valid_to"], zone) if source["valid_to"] else days.NEVER,
            "origin_place": origin,
            "supplier": source["supplier_id"] or -1,
            "weight": float(source["share"]),
            "source_id": source["pk"],
        }
    )
    below = [origin] if origin >= 0 else []
    if is_make:
        rows = _add_steps(network, row, steps, sites, location)
        below += components.add_lines(network, row, parts, rows, zone=zone, location=location)
    elif source["weekly_capacity"]:
        _add_allowance(network, row, source, zone)
    return below


def _add_steps(network: Network, row: int, steps: Sequence[RoutingStep], sites: Sites, location: int) -> dict[int, int]:
    """Write the operations of a make source with what they load; return the operation of each step.

    The wait after a step that loads something is an operation of its own: the resource is free again.
    """
    rows: dict[int, int] = {}
    for step in steps:
        hours = step.calendar_id if step.calendar_id is not None else sites.calendar_id(location)
        calendar = _number(network, ("hours", hours, ""))
        ways = network.machines.list_ways(step.pk, step.resource_id)
        share = 1.0 if ways else (step.efficiency or 10_000) / 10_000
        rows[step.step] = len(network.operations)
        common = {"source": row, "step": step.step, "operation_id": step.pk}
        network.operations.append(
            common
            | {
                "sequence": 2 * step.step,
                "fixed_seconds": int(step.setup / share) + (0 if ways else step.wait),
                "unit_seconds": step.per_unit / 10_000 / share,
                "calendar": -1 if ways else calendar,
            }
        )
        _add_loads(network, row, rows[step.step], step, ways)
        if ways and step.wait:
            rest = {"sequence": 2 * step.step + 1, "fixed_seconds": step.wait, "unit_seconds": 0.0}
            network.operations.append(common | rest | {"calendar": calendar})
    return rows


def _add_loads(network: Network, row: int, operation: int, step: RoutingStep, ways: list[Machine]) -> None:
    for rank, machine in enumerate(ways, 1):
        group = 0 if len(ways) > 1 else -1
        load = limits.to_load(
            machine, operation=operation, rank=rank, group=group, family=step.family, setup=step.setup,
            per=step.per_unit,
        )  # fmt: skip
        network.loads.append(load)
        if load.quantity_per:
            most = network.machines.find_most(machine) - load.quantity
            _keep_below(network.sources[row], most * _MILLION // load.quantity_per)


def _keep_below(source: dict[str, Any], units: int) -> None:
    """Cut orders so that each fits into one day or week of what limits it: a step begins and counts in one of them."""
    multiple = source["multiple"]
    most = units // multiple * multiple if multiple else units
    if most >= max(source["minimum"], 1):
        source["maximum"] = min(source["maximum"] or most, most)


def _add_allowance(network: Network, row: int, source: dict[str, Any], zone: str) -> None:
    """Let a source take so many units of orders a week: a step without length on what the supplier can do."""
    key = network.sources[row]["key"]
    network.allowances.append(
        Allowance(source_key=key, source_id=source["pk"], weekly=source["weekly_capacity"], zone=zone)
    )
    network.loads.append(
        Load(
            operation=len(network.operations), resource=-key, rank=1, group=-1, family="", quantity=0,
            quantity_per=_MILLION,
        )
    )  # fmt: skip
    _keep_below(network.sources[row], source["weekly_capacity"])
    step = {"source": row, "sequence": 0, "step": 0, "operation_id": 0, "fixed_seconds": 0, "unit_seconds": 0.0}
    network.operations.append(step | {"calendar": -1})


def number_hours(network: Network, machine: Machine, sites: Sites) -> int:
    """Return the number of the working hours of a resource: its own calendar, else its place's."""
    return _number(network, ("hours", machine.calendar_id or sites.calendar_id(machine.location_id), ""))


def _number(network: Network, calendar: tuple[str, int | None, str]) -> int:
    return network.calendars.setdefault(calendar, len(network.calendars))


def _whole(unit: str) -> int:
    return 10_000 if unit in rules.WHOLE_UNITS else 0


def _maximum(source: dict[str, Any]) -> int:
    """Return the largest order; one below the minimum cannot be meant."""
    return source["maximum"] if source["maximum"] >= source["minimum"] else 0


def _join(parts: Sequence[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
