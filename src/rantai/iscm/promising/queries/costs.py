"""What it costs to complete a line: material, set-up, freight and expediting; what nobody knows is said, not zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from django.db.models import F, Max

from rantai.foundation.items.models import Item, Operation, SetupTime, Source
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Address
from rantai.iscm import messages, reports
from rantai.kernel import money

Key = TypeVar("Key")
Value = TypeVar("Value")

_ONE_RATE = 10**9
_UNIT = 10_000
_HOUR = 3_600


class Costs:
    """Costs of items, sources and ways, each read once for all alternatives of an ask."""

    def __init__(self, company_id: int, *, on: date) -> None:
        self._company, self._on = parties.get_company(company_id), on
        self._items: dict[int, int] = {}
        self._sources: dict[int, Source] = {}
        self._setups: dict[int, int | None] = {}
        self._rates: dict[str, int | None] = {}
        self._ways: dict[int | None, dict[int, int]] = {}

    def complete(
        self, line: messages.AskLine, offered: messages.OfferLine, *, usual_id: int | None = None
    ) -> reports.CostToComplete:
        """Return the cost of what an offer would bring; expediting is what it costs more than the usual source."""
        parts = offered.slices
        return reports.CostToComplete(
            material=_sum(self._material(line.item_id, part, usual_id) for part in parts),
            setup=_sum(self._setup(part) for part in parts),
            freight=_sum(self._freight(line.address_id, part) for part in parts),
            expediting=_sum(self._expediting(part, usual_id) for part in parts) if usual_id else 0,
        )

    def _material(self, item_id: int, part: messages.OfferSlice, usual_id: int | None) -> int | None:
        """Return what the units cost: of their source where they are yet to come, else the item's standard cost.

        With a usual source its price counts here, and what the faster one asks more is expediting.
        """
        source = self._find_source(usual_id if usual_id and part.source_id else part.source_id)
        if source is not None and source.kind != "make" and source.cost:
            return self._extend(source, part.units.amount)
        cost = self._find_cost(item_id)
        return money.round_half_up(cost * part.units.amount, _UNIT) if cost else None

    def _setup(self, part: messages.OfferSlice) -> int | None:
        """Return what setting up for each lot costs at the rates of the resources; without a rate nobody knows."""
        source = self._find_source(part.source_id)
        if source is None or source.kind != "make" or source.routing_id is None:
            return 0
        routing_id, largest = source.routing_id, source.fixed_quantity or source.maximum
        each = _recall(self._setups, routing_id, lambda: _read_setup(routing_id))
        return None if each is None else each * (-(-part.units.amount // largest) if largest else 1)

    def _freight(self, address_id: int | None, part: messages.OfferSlice) -> int | None:
        """Return the freight to the customer, and to the site where goods are moved there first."""
        if part.location_id is None:
            return None
        last = self._read_ways(address_id).get(part.location_id)
        source = self._find_source(part.source_id)
        if source is None or source.kind != "move" or source.origin_id is None:
            return _extend(last, part)
        lane = locations.find_lane(source.origin_id, part.location_id, on=self._on)
        return _sum([_extend(last, part), _extend(lane.cost if lane else None, part)])

    def _expediting(self, part: messages.OfferSlice, usual_id: int | None) -> int | None:
        """Return what the source of a part asks more than the usual one."""
        faster, usual = self._find_source(part.source_id), self._find_source(usual_id)
        if faster is None or usual is None:
            return 0
        if not faster.cost or not usual.cost:
            return None
        both = self._extend(faster, part.units.amount), self._extend(usual, part.units.amount)
        return both[0] - both[1] if both[0] is not None and both[1] is not None else None

    def _extend(self, source: Source, units: int) -> int | None:
        currency = source.currency or self._company.currency
        if currency not in self._rates:
            self._rates[currency] = parties.find_rate(currency, self._company.currency, self._on)
        rate = self._rates[currency]
        if rate is None:
            return None
        return money.round_half_up(source.cost * units * rate, _UNIT * _ONE_RATE)

    def _find_source(self, source_id: int | None) -> Source | None:
        if source_id is None:
            return None
        return _recall(self._sources, source_id, lambda: Source.objects.get(pk=source_id))

    def _find_cost(self, item_id: int) -> int:
        return _recall(
            self._items, item_id, lambda: Item.objects.values_list("standard_cost", flat=True).get(pk=item_id)
        )

    def _read_ways(self, address_id: int | None) -> dict[int, int]:
        """Return the cost of a unit from each site to an address."""
        if address_id not in self._ways:
            territory = Address.objects.values_list("territory_id", flat=True).filter(pk=address_id or 0).first()
            lanes = locations.list_lanes_to_territory(territory, on=self._on)
            self._ways[address_id] = {lane.origin_id: lane.cost for lane in reversed(lanes)}
        return self._ways[address_id]


def _read_setup(routing_id: int) -> int | None:
    """Return what it costs to set up once for all steps: own time, and the longest change-over to a step's family."""
    steps = list(
        Operation.objects.filter(routing_id=routing_id, resource__isnull=False).values_list(
            "resource_id", "setup_family", "setup_seconds", "resource__efficiency", "resource__hourly_cost"
        )
    )
    changes = SetupTime.objects.filter(resource_id__in={step[0] for step in steps}).exclude(from_family=F("to_family"))
    longest = {
        (resource_id, family): seconds
        for resource_id, family, seconds in changes.values_list("resource_id", "to_family").annotate(Max("seconds"))
    }
    seconds = [own * _UNIT // speed + longest.get((machine, family), 0) for machine, family, own, speed, _rate in steps]
    return _sum(
        None if step[4] is None else money.round_half_up(time * step[4], _HOUR)
        for time, step in zip(seconds, steps, strict=True)
        if time
    )


def _recall(known: dict[Key, Value], key: Key, read: Callable[[], Value]) -> Value:
    if key not in known:
        known[key] = read()
    return known[key]


def _extend(cost: int | None, part: messages.OfferSlice) -> int | None:
    """Return a cost a unit times units; a lane on which nobody wrote a cost has one nobody knows."""
    return money.round_half_up(cost * part.units.amount, _UNIT) if cost else None


def _sum(parts: Iterable[int | None]) -> int | None:
    found = list(parts)
    return None if any(part is None for part in found) else sum(part or 0 for part in found)
