"""Lay a made supply chain into the database in bulk: items, bills, routings, resources, sources, stock, demands."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import numpy as np
from django.apps import apps
from django.db import models
from django.db.models.functions import Length

from rantai.bench import chains, worlds
from rantai.bench.chains import DAY, NOW
from rantai.foundation.companies import actions as companies
from rantai.foundation.items.models import BillOfMaterials, BomLine, Item, Operation, Resource, Routing, Source, Unit
from rantai.foundation.locations import actions as locations
from rantai.foundation.parties import queries as parties
from rantai.kernel import changes
from rantai.kernel.transactions import run_atomic
from rantai_engines.planning.problem import PER_SCALE, Problem, SourceKind

BATCH = 10_000
CLASSES = ["1", "2", "3", "4", "5"]
AS_OF = datetime.fromtimestamp(NOW, UTC)
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A chain in the database: how many rows it is of."""

    item_locations: int
    demands: int
    resources: int


def lay(*, item_locations: int, seed: int = chains.SEED) -> Laid:
    """Found a company in the empty database and give it a chain of about so many item-locations."""
    problem = chains.make_problem(item_locations=item_locations, seed=seed)
    world = worlds.found(items=1, stock=1)
    company = parties.get_company(world.company_id)
    settings = {**company.settings, "demand_classes": CLASSES}
    run_atomic(
        lambda: companies.edit_company(
            company, values={"settings": settings}, expected_revision=company.revision, by=worlds.BY
        )
    )
    _Laying(problem, world, _place(problem)).lay()
    return Laid(
        item_locations=len(problem.item_locations.key),
        demands=len(problem.demands.key),
        resources=len(problem.resources.key),
    )


def get_table(app: str, name: str) -> Any:
    """Return a table of a house by name: the doors take one order at a time, a benchmark writes in bulk."""
    return apps.get_model(app, name)


def lay_purchases(*, seed: int = chains.SEED) -> list[int]:
    """Let a purchase of each bought item be under way in a chain that was laid; return the schedules."""
    random = np.random.default_rng(seed)
    sources = list(Source.objects.filter(kind="buy").order_by("id"))
    company, seq = parties.get_company(), run_atomic(changes.next_change)
    order, line, schedule = (
        get_table("srm_buying", f"Purchase{name}") for name in ("Order", "OrderLine", "ScheduleLine")
    )
    orders = _add(
        order(
            company_id=company.pk, supplier_id=source.supplier_id, number=f"PO{source.pk}", currency=company.currency,
            location_id=source.location_id, state="confirmed", created_by=worlds.BY,
        )
        for source in sources
    )  # fmt: skip
    units = (random.integers(20, 200, len(sources)) * 10_000).tolist()
    lines = _add(
        line(order=made, position=1, item_id=source.item_id, source=source, ordered=amount, typed=amount)
        for made, source, amount in zip(orders, sources, units, strict=True)
    )
    due = random.integers(2, 60, len(sources)).tolist()
    schedules = _add(
        schedule(
            line=made, position=1, ordered=amount, requested_on=AS_OF.date() + timedelta(days=later),
            expected_on=AS_OF.date() + timedelta(days=later), changed_seq=seq,
        )
        for made, amount, later in zip(lines, units, due, strict=True)
    )  # fmt: skip
    return [int(row.pk) for row in schedules]


@dataclass(frozen=True, kw_only=True)
class _Places:
    """By item-location of the problem: which item (row) it is, and at which site."""

    item: chains.Ints
    site: chains.Ints


def _place(problem: Problem) -> _Places:
    """Give each item-location its item: what is moved is the item of its origin, at the next site that has none."""
    count = len(problem.item_locations.key)
    item, site = np.arange(count), np.zeros(count, np.int64)
    sources = problem.sources
    moves = np.flatnonzero(sources.kind == SourceKind.MOVE)
    origin = sources.origin[moves]
    item[sources.item_location[moves]] = origin
    order = np.argsort(origin, kind="stable")
    first = np.concatenate((np.ones(1, np.bool_), np.diff(origin[order]) > 0)) if len(order) else order
    begins = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    site[sources.item_location[moves[order]]] = np.arange(len(order)) - begins + 1
    return _Places(item=item, site=site)


class _Laying:
    """The rows of one chain, written table by table."""

    def __init__(self, problem: Problem, world: worlds.World, places: _Places) -> None:
        self.problem, self.world, self.places = problem, world, places
        count = int(places.site.max()) if len(places.site) else 0
        self.sites = [world.site_id, *(self._add_site(number) for number in range(1, count + 1))]
        self.items: dict[int, int] = {}
        self.seq = run_atomic(changes.next_change)

    def lay(self) -> None:
        """Write everything."""
        unit = Unit.objects.get(code="PCE")
        rows = np.unique(self.places.item).tolist()
        made = _add(
            Item(code=f"C{row}", name={"en": f"Part {row}"}, base_unit=unit, changed_seq=self.seq) for row in rows
        )
        self.items = {row: item.pk for row, item in zip(rows, made, strict=True)}
        bills, routings = self._make()
        self._source(bills, routings)
        self._stock()
        self._want()

    def _add_site(self, number: int) -> int:
        site = run_atomic(
            lambda: locations.add_location(
                f"DC{number}", name=f"Distribution centre {number}", company_id=self.world.company_id,
                kind="warehouse", zone="UTC",
            )
        )  # fmt: skip
        return int(site.pk)

    def _make(self) -> tuple[dict[int, int], dict[int, int]]:
        """Write resources, routings and bills of make sources; return them by source row."""
        problem, sources = self.problem, self.problem.sources
        centres = _add(
            Resource(code=f"WC{row}", name={"en": f"Work centre {row}"}, location_id=self.sites[0])
            for row in range(len(problem.resources.key))
        )
        of_step = dict(zip(problem.loads.operation.tolist(), problem.loads.resource.tolist(), strict=True))
        makes = np.flatnonzero(sources.kind == SourceKind.MAKE).tolist()
        item = {row: self.items[int(self.places.item[sources.item_location[row]])] for row in makes}
        bills = dict(zip(makes, _add(BillOfMaterials(item_id=item[row]) for row in makes), strict=True))
        routings = dict(zip(makes, _add(Routing(item_id=item[row]) for row in makes), strict=True))
        lines = problem.bom_lines
        places: defaultdict[int, itertools.count[int]] = defaultdict(itertools.count)
        _add(
            BomLine(
                bill=bills[source], component_id=self.items[int(self.places.item[part])],
                quantity=per * 10_000 // PER_SCALE, position=next(places[source]),
            )
            for source, part, per in zip(
                lines.source.tolist(), lines.component.tolist(), lines.quantity_per.tolist(), strict=True
            )
        )  # fmt: skip
        _add(
            Operation(
                routing=routings[source], step=10, resource=centres[of_step[row]],
                seconds_per_unit=max(1, round(pace * 10_000)),
            )
            for row, (source, pace) in enumerate(
                zip(problem.operations.source.tolist(), problem.operations.unit_seconds.tolist(), strict=True)
            )
        )  # fmt: skip
        return {row: bill.pk for row, bill in bills.items()}, {row: routing.pk for row, routing in routings.items()}

    def _source(self, bills: dict[int, int], routings: dict[int, int]) -> None:
        sources, places = self.problem.sources, self.places
        names = {SourceKind.MAKE: "make", SourceKind.BUY: "buy", SourceKind.MOVE: "move"}
        _add(
            Source(
                item_id=self.items[int(places.item[place])],
                location_id=self.sites[int(places.site[place])],
                kind=names[SourceKind(kind)],
                supplier_id=self.world.customer_id if kind == SourceKind.BUY else None,
                origin_id=self.sites[0] if kind == SourceKind.MOVE else None,
                bill_id=bills.get(row),
                routing_id=routings.get(row),
                lead_time_days=lead // DAY,
                minimum=least,
                multiple=multiple,
                changed_seq=self.seq,
            )
            for row, (place, kind, lead, least, multiple) in enumerate(
                _rows(sources, ("item_location", "kind", "lead_time", "minimum", "multiple"))
            )
        )

    def _stock(self) -> None:
        places = self.places
        _add(
            get_table("iscm_inventory", "StockBalance")(
                company_id=self.world.company_id, item_id=self.items[int(places.item[row])],
                location_id=self.sites[int(places.site[row])], on_hand=units, first_in_at=AS_OF, changed_seq=self.seq,
            )
            for row, units in enumerate(self.problem.item_locations.on_hand.tolist())
            if units
        )  # fmt: skip

    def _want(self) -> None:
        """Write the demands: each an order of one line, wanted at the ship-to on its day."""
        demands, places = self.problem.demands, self.places
        names = ("item_location", "due", "quantity", "class_rank", "stake")
        _add(
            get_table("iscm_demand", "Demand")(
                company_id=self.world.company_id, kind="sales_order", order_id=row + 1, line=1, number=f"B{row}",
                party_id=self.world.customer_id, address_id=self.world.address_id,
                item_id=self.items[int(places.item[place])], location_id=self.sites[int(places.site[place])],
                units=units, requested_on=AS_OF.date() + timedelta(days=(due - NOW) // DAY),
                due_at=AS_OF + timedelta(seconds=due - NOW), demand_class=CLASSES[int(rank) - 1],
                margin_per_unit=round(stake * 10_000 * 10_000 / units), recorded_at=AS_OF, changed_seq=self.seq,
            )
            for row, (place, due, units, rank, stake) in enumerate(_rows(demands, names))
        )  # fmt: skip


def count_plan_bytes() -> int:
    """Return the bytes of all blocks of plans."""
    blocks = apps.get_model("iscm_supply", "PlanBlock")._default_manager.annotate(size=Length("bytes"))
    return sum(blocks.order_by().values_list("size", flat=True))


def _rows(table: Any, names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    return zip(*(getattr(table, name).tolist() for name in names), strict=True)


def _add(rows: Iterable[Row]) -> list[Row]:
    """Write rows, some at a time."""
    waiting = list(rows)
    for start in range(0, len(waiting), BATCH):
        part = waiting[start : start + BATCH]
        run_atomic(partial(type(part[0])._default_manager.bulk_create, part, batch_size=500))
    return waiting
